//! Pauses as methods take and tell them: groups and states by their numbers.

use crate::{arguments, errors, GuardError};
use portcullis_core::{breaker::Rung, pause::Group};

errors! {
    /// There is no such group.
    UnknownPauseGroup(group: u8);
    /// A pause is to throttled (2), reduce-only (3) or frozen (4).
    UnknownState(state: u8);
}

arguments! {
    /// A pause that is asked for.
    pub struct Pause {
        /// Of which group; 0 is everything.
        pub group: u8,
        /// To which state: 2 throttled, 3 reduce-only, 4 frozen.
        pub state: u8,
        /// For how long from now.
        pub secs: u64,
    }
}

arguments! {
    /// What a group is.
    pub struct PauseState {
        /// 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen: the stricter of its own pause and that of everything.
        pub state: u8,
        /// When the longer of the two ends; the ramp follows.
        pub until: u64,
    }
}

/// The group of this number, in a contract that uses the groups up to `last`: a pause of another would stop nothing.
///
/// # Errors
/// [`UnknownPauseGroup`].
pub fn group(number: u8, last: Group) -> Result<Group, GuardError> {
    Group::new(number)
        .filter(|_| number <= last.number())
        .ok_or_else(|| UnknownPauseGroup { group: number }.into())
}

/// The group of this number, in a contract that uses all of them.
///
/// # Errors
/// [`UnknownPauseGroup`].
pub fn any_group(number: u8) -> Result<Group, GuardError> {
    Group::new(number).ok_or_else(|| UnknownPauseGroup { group: number }.into())
}

/// The rung of a state: throttled (2), reduce-only (3) or frozen (4).
///
/// # Errors
/// [`UnknownState`].
pub fn rung(state: u8) -> Result<Rung, GuardError> {
    match state {
        2 => Ok(Rung::Throttled),
        3 => Ok(Rung::ReduceOnly),
        4 => Ok(Rung::Frozen),
        _ => Err(UnknownState { state }.into()),
    }
}
