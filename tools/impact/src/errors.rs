//! Why an operation was refused, in words.

use crate::interface;
use alloy_dyn_abi::{DynSolType, DynSolValue, Specifier};
use alloy_json_abi::Error;
use alloy_primitives::Bytes;
use alloy_sol_types::{Panic, Revert, SolError};
use embedded_chain::{Outcome, Status};
use patch_file::{call::told, typed::quoted};

/// The errors that are known by their names: of the manager, of the guarded proxy, and those that a scenario names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Errors {
    known: Vec<Error>,
}

impl Errors {
    /// The errors of a scenario, by their signatures, beside those of this project's contracts.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(signatures: &[String]) -> Result<Self, String> {
        let mut known = Vec::new();
        for signature in signatures {
            let error = Error::parse(signature).ok();
            let error = error.filter(|error| error.inputs.iter().all(|input| input.resolve().is_ok()));
            known.push(error.ok_or_else(|| {
                format!(
                    "{} is not the signature of an error: write its name and types, like 'Insolvent(uint256)'",
                    quoted(signature)
                )
            })?);
        }
        known.extend(interface::errors());
        Ok(Self { known })
    }

    /// What a call reverted with.
    #[must_use]
    pub fn told(&self, data: &[u8]) -> String {
        let Some(selector) = data.first_chunk::<4>() else {
            return if data.is_empty() {
                "no reason is given".to_owned()
            } else {
                raw(data)
            };
        };
        if let Ok(error) = Revert::abi_decode(data) {
            return quoted(&error.reason);
        }
        if let Ok(panic) = Panic::abi_decode(data) {
            return panic.to_string();
        }
        let named = self.known.iter().filter(|error| error.selector() == *selector);
        named
            .filter_map(|error| decoded(error, &data[4..]))
            .next()
            .unwrap_or_else(|| raw(data))
    }

    /// Why an execution failed; none when it did not.
    #[must_use]
    pub fn of(&self, outcome: &Outcome) -> Option<String> {
        match outcome.status {
            Status::Success => None,
            Status::Revert => Some(self.told(&outcome.output)),
            Status::Halt(why) => Some(why.to_string()),
        }
    }
}

fn raw(data: &[u8]) -> String {
    format!("a reason that is not known: {}", Bytes::copy_from_slice(data))
}

fn decoded(error: &Error, arguments: &[u8]) -> Option<String> {
    let types: Option<Vec<DynSolType>> = error.inputs.iter().map(|input| input.resolve().ok()).collect();
    let values = match DynSolType::Tuple(types?).abi_decode_params(arguments).ok()? {
        DynSolValue::Tuple(values) => values,
        other => vec![other],
    };
    Some(told(&error.name, &error.inputs, &values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, B256, U256};
    use alloy_sol_types::sol;
    use patch_file::interface::IPatchManager;

    sol! {
        error Custom(uint256 number, bytes data);
        error Unknown(uint256 number);
    }

    #[test]
    fn reasons_are_told_by_name_with_their_numbers() {
        let errors = Errors::read(&["Custom(uint256 number, bytes)".to_owned()]).unwrap();
        let custom = Custom {
            number: U256::from(7),
            data: vec![0xc0, 0xfe].into(),
        };
        let unknown = Unknown {
            number: U256::from(7),
        };
        let managers = IPatchManager::CheckFailed {
            index: 2,
            before: B256::ZERO,
            current: B256::repeat_byte(1),
        };
        for (data, text) in [
            (vec![], "no reason is given".to_owned()),
            (vec![1], "a reason that is not known: 0x01".to_owned()),
            (Revert::from("a\u{7}b").abi_encode(), "'a\\u{7}b'".to_owned()),
            (custom.abi_encode(), "Custom(number 7, 0xc0fe)".to_owned()),
            (
                unknown.abi_encode(),
                format!(
                    "a reason that is not known: {}",
                    Bytes::from(unknown.abi_encode())
                ),
            ),
            (
                managers.abi_encode(),
                format!(
                    "CheckFailed(index 2, before {}, current {})",
                    B256::ZERO,
                    B256::repeat_byte(1)
                ),
            ),
            (
                IPatchManager::NotGuardian {
                    caller: Address::repeat_byte(9),
                }
                .abi_encode(),
                format!("NotGuardian(caller {})", Address::repeat_byte(9)),
            ),
        ] {
            assert_eq!(errors.told(&data), text);
        }
        // With the right selector and the wrong arguments it is not told as what it is not.
        let cut = &custom.abi_encode()[..40];
        assert!(errors.told(cut).starts_with("a reason that is not known"));
        for signature in ["Custom", "Custom(uint257)", "1()"] {
            let why = Errors::read(&[signature.to_owned()]).unwrap_err();
            assert!(why.contains("is not the signature of an error"), "{why}");
        }
    }
}
