//! What has to hold over a whole transition.

use crate::{sdk::VM, GuardError};

/// Why an invariant did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// It does not hold.
    Broken(GuardError),
    /// It could not be evaluated.
    Unevaluated(GuardError),
}

impl From<Unmet> for GuardError {
    fn from(unmet: Unmet) -> Self {
        match unmet {
            Unmet::Broken(error) | Unmet::Unevaluated(error) => error,
        }
    }
}

/// What has to hold over a whole transition.
pub trait Invariant {
    /// What is remembered from before the body.
    type Before;

    /// Taken at entry.
    ///
    /// # Errors
    /// When it cannot be taken.
    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet>;

    /// Asked at the outermost exit.
    ///
    /// # Errors
    /// When it does not hold.
    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet>;
}
