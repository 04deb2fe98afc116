//! A council: M of N members approve one action, named in full, and it is carried out once.
//!
//! # Design
//! - **At most [`MAX_MEMBERS`] members**, so every loop over them or over their approvals is bounded, and a set of them is 32 bits of a word.
//! - **An epoch rises with every change** of the members or the threshold ([`Terms`]), and is part of what is signed. So approvals given
//!   under other terms die, those of a member that was removed and came back too.
//! - **An action's word says for which epoch its bits are** ([`Status`]). A seat has another holder in another epoch; a bit that
//!   was set ahead of a change would be the approval of whoever sits there after it.
//! - **A window is bounded by what is signed** ([`Window`]): from its first second to its deadline at most [`MAX_WINDOW_SECS`]. So a
//!   deadline lies no further ahead than that when it is used, and an approval whose window is too long is never good. A bound counted from
//!   the moment of use would only make it sleep until its deadline is near.
//! - **Entries ascend by signer** ([`Tally`]), so that one look tells that none counts twice, whatever kind of entry it is.
//! - **An emergency committee ends** ([`Tenure`]): after one action, or after its last second.
//!
//! # Trust
//! - The caller has found out who made an entry, and in which seat they sit.

mod entry;
mod status;
mod tally;
mod tenure;
mod terms;
mod window;

pub use entry::{Entries, Entry, Malformed};
pub use status::{Fate, Status, StatusRefused};
pub use tally::{OutOfOrder, Tally};
pub use tenure::{Powerless, Tenure, TenureOutOfBounds, MAX_TENURE_SECS};
pub use terms::{first_out_of_place, InvalidTerms, Seat, Terms, MAX_MEMBERS};
pub use window::{Window, WindowRefused, MAX_WINDOW_SECS};
