//! The patch file: what a patch manager is asked to approve, in words a person can check, and everything that is computed from it. `docs/SAFE.md` says how a person uses it.
//!
//! - [`file`](mod@file): a file, read and looked through.
//! - [`terms`]: what is approved, its identifier and the calls that carry it.
//! - [`checks`]: what has to hold over the switch.
//! - [`call`]: a call by its Solidity signature, and back.
//! - [`interface`]: the manager's, as the compiler reads it.
//! - [`typed`]: numbers, times and addresses as a person types them.
//!
//! # Design
//! - **A hash is computed, never typed**, where what it is of can be named: the initialisation by its signature and arguments, checks in words, layouts by their files. The identifier
//!   that attesters sign follows from the file alone, without a chain.
//! - **What the manager would refuse is refused here**, by the manager's own code where it is code that runs off chain ([`portcullis::patch::Checks`]).
//! - **The identifier is computed a second time**, as wallets compute EIP-712, and a test holds it against the contract's own.
//! - A field that is not known is refused: it might have been meant to restrict something.
//!
//! # Trust assumptions
//! - What a file cannot know is not checked here: whether the code has the hash, whether the proxy runs what is replaced, and whether the checks hold. An endpoint tells
//!   (`scripts/safe-batch patch FILE --endpoint URL`), and the manager looks again when the patch is applied.

pub mod call;
pub mod checks;
pub mod file;
pub mod interface;
pub mod terms;
pub mod typed;

pub use call::Call;
pub use checks::{Check, Checks};
pub use file::{FileError, PatchFile};
pub use terms::Patch;
