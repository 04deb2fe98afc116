//! Every reason for which a WASM is refused.

/// Why a WASM cannot become a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActivationError {
    /// The gas does not pay for the activation.
    #[error("out of gas")]
    OutOfGas,
}
