//! The errors for a setting that could not act.
//!
//! # Design
//! - One error for the settings of all guards, which names the setting in plain text and says within which bounds it would do. An error
//!   for each would be dozens, and every contract carries the code that encodes each of them.
//! - Amounts have an error of their own: only the one at an end of all numbers is refused.

use crate::{errors, GuardError};
use alloy_primitives::{B256, U256};

errors! {
    /// A setting is not within its bounds, both inclusive, which the settings beside it may narrow. `setting` is its name in ASCII, `key`
    /// the scope or the asset that it is for, zero when it is for all.
    SettingOutOfBounds(key: B256, setting: B256, value: u64, least: u64, most: u64);
    /// An amount with which a guard could never act, or always would: zero, or the largest number.
    AmountCannotAct(key: B256, setting: B256, amount: U256);
    /// A setting with which what it is for could not act, or always would. Which those are, its type says.
    SettingCannotAct(key: B256, setting: B256);
}

/// A setting that was read or handed in, of a type that refuses what could not act. One that is written down in the contract needs no error: in a constant, `.unwrap()` does not
/// compile for what is refused.
///
/// ```
/// use portcullis::{core_types::invariant::price::Step, setting, setting::SettingCannotAct, GuardError};
/// # use alloy_primitives::B256;
/// const WRITTEN: Step = Step::new(50, 100).unwrap();
///
/// fn handed_in(down_bps: u32) -> Result<Step, GuardError> {
///     setting::required(Step::new(down_bps, 100), B256::ZERO, "step")
/// }
/// assert_eq!(handed_in(50), Ok(WRITTEN));
/// assert!(handed_in(10_000).is_err_and(|error| error.is::<SettingCannotAct>()));
/// ```
///
/// # Errors
/// [`SettingCannotAct`].
pub fn required<T>(made: Option<T>, key: B256, setting: &str) -> Result<T, GuardError> {
    made.ok_or_else(|| cannot_act(key, setting))
}

#[inline(never)]
fn cannot_act(key: B256, setting: &str) -> GuardError {
    SettingCannotAct {
        key,
        setting: name(setting),
    }
    .into()
}

/// A setting's name as a word: in ASCII from the left, cut at 32 bytes.
pub fn name(text: &str) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.0.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    word
}

/// The error for a setting that is not an amount.
#[inline(never)]
pub(crate) fn refused(key: B256, setting: &str, value: u64, least: u64, most: u64) -> GuardError {
    SettingOutOfBounds {
        key,
        setting: name(setting),
        value,
        least,
        most,
    }
    .into()
}

/// The error for one that is.
#[inline(never)]
pub(crate) fn amount_refused(key: B256, setting: &str, amount: U256) -> GuardError {
    AmountCannotAct {
        key,
        setting: name(setting),
        amount,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_from_the_left_and_is_cut_at_a_word() {
        let mut dwell = [0; 32];
        dwell[..10].copy_from_slice(b"dwell_secs");
        assert_eq!(name("dwell_secs"), B256::new(dwell));
        assert_eq!(
            name("a name that is longer than a word"),
            B256::new(*b"a name that is longer than a wor")
        );
    }

    #[test]
    fn what_was_refused_is_an_error_that_names_it_and_what_was_not_is_handed_on() {
        let key = B256::repeat_byte(7);
        assert_eq!(required(Some(3), key, "step"), Ok(3));
        assert_eq!(
            required(None::<u8>, key, "step"),
            Err(SettingCannotAct {
                key,
                setting: name("step")
            }
            .into())
        );
    }

    #[test]
    fn it_says_what_was_asked_for_and_what_would_do() {
        let key = B256::repeat_byte(7);
        assert_eq!(
            refused(key, "hits", 9, 1, 6),
            SettingOutOfBounds {
                key,
                setting: name("hits"),
                value: 9,
                least: 1,
                most: 6
            }
            .into()
        );
    }
}
