//! The calls with which a council acts on itself, read out of an action's data.
//!
//! Read here and not by the contract's router, so that what is done is what was signed, to the byte: only the encoding that Solidity makes is taken.

use crate::abi::function_selector;
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};

const SET_MEMBERS: [u8; 4] = function_selector!("setMembers", Vec<Address>, u64);
const NAME_COMMITTEE: [u8; 4] = function_selector!("nameCommittee", Vec<Address>, u64, u64);
const CANCEL_ACTION: [u8; 4] = function_selector!("cancelAction", B256);

/// What a council asks of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OwnCall {
    /// `setMembers(address[] members, uint64 threshold)`.
    SetMembers { members: Vec<Address>, threshold: u64 },
    /// `nameCommittee(address[] members, uint64 threshold, uint64 expiresAt)`.
    NameCommittee {
        members: Vec<Address>,
        threshold: u64,
        expires_at: u64,
    },
    /// `cancelAction(bytes32 digest)`.
    CancelAction { digest: B256 },
}

impl OwnCall {
    /// The call in this data, or none.
    #[inline(never)]
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let (selector, arguments) = data.split_at_checked(4)?;
        let words = arguments.chunks_exact(32);
        if !words.remainder().is_empty() {
            return None;
        }
        let words: Vec<B256> = words.filter_map(|word| B256::try_from(word).ok()).collect();
        match *words.as_slice() {
            [digest] if selector == CANCEL_ACTION => Some(Self::CancelAction { digest }),
            [start, threshold, ref list @ ..] if selector == SET_MEMBERS => Some(Self::SetMembers {
                // The members begin after the two words of the arguments.
                members: addresses(start, 64, list)?,
                threshold: number(threshold)?,
            }),
            [start, threshold, expires_at, ref list @ ..] if selector == NAME_COMMITTEE => {
                Some(Self::NameCommittee {
                    members: addresses(start, 96, list)?,
                    threshold: number(threshold)?,
                    expires_at: number(expires_at)?,
                })
            }
            _ => None,
        }
    }
}

/// The addresses of a list, which has to begin at `at`: how many, and each.
fn addresses(start: B256, at: u64, list: &[B256]) -> Option<Vec<Address>> {
    let (count, members) = list.split_first()?;
    (number(start)? == at && number(*count)? == members.len() as u64).then_some(())?;
    members.iter().map(address).collect()
}

fn number(word: B256) -> Option<u64> {
    let word: U256 = word.into();
    match word.into_limbs() {
        [number, 0, 0, 0] => Some(number),
        _ => None,
    }
}

fn address(word: &B256) -> Option<Address> {
    let address = Address::from_word(*word);
    (address.into_word() == *word).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::{sol, SolCall};

    mod solidity {
        super::sol! {
            function setMembers(address[] members, uint64 threshold) external;
            function nameCommittee(address[] members, uint64 threshold, uint64 expiresAt) external;
            function cancelAction(bytes32 digest) external;
        }
    }

    fn members(count: u8) -> Vec<Address> {
        (1..=count).map(Address::repeat_byte).collect()
    }

    fn set(count: u8, threshold: u64) -> Vec<u8> {
        let members = members(count);
        solidity::setMembersCall { members, threshold }.abi_encode()
    }

    fn name(count: u8, threshold: u64, expires_at: u64) -> Vec<u8> {
        solidity::nameCommitteeCall {
            members: members(count),
            threshold,
            expiresAt: expires_at,
        }
        .abi_encode()
    }

    #[test]
    fn the_calls_are_read_as_solidity_encodes_them() {
        for (count, threshold) in [(0, 0), (1, 1), (3, 2), (40, u64::MAX)] {
            assert_eq!(
                OwnCall::read(&set(count, threshold)),
                Some(OwnCall::SetMembers {
                    members: members(count),
                    threshold
                })
            );
        }
        for (count, threshold, expires_at) in [(0, 0, 0), (1, 1, 5), (40, 2, u64::MAX)] {
            assert_eq!(
                OwnCall::read(&name(count, threshold, expires_at)),
                Some(OwnCall::NameCommittee {
                    members: members(count),
                    threshold,
                    expires_at
                })
            );
        }
        let digest = B256::repeat_byte(7);
        let cancel = solidity::cancelActionCall { digest }.abi_encode();
        assert_eq!(OwnCall::read(&cancel), Some(OwnCall::CancelAction { digest }));
    }

    #[test]
    fn any_other_data_is_none() {
        let set = set(3, 2);
        for length in 0..set.len() {
            assert_eq!(OwnCall::read(&set[..length]), None, "{length}");
        }
        let mut longer = set.clone();
        longer.push(0);
        assert_eq!(OwnCall::read(&longer), None);
        longer.resize(set.len() + 32, 0);
        assert_eq!(OwnCall::read(&longer), None, "a word more");
        // The selector; where the members begin; the threshold's high bytes; the count; a member's high bytes.
        for place in [0, 3, 4, 35, 36, 59, 68, 99, 100, 111, 143] {
            let mut other = set.clone();
            other[place] ^= 1;
            assert_eq!(OwnCall::read(&other), None, "{place}");
        }
    }

    #[test]
    fn a_naming_that_is_not_encoded_so_is_none() {
        let name = name(3, 2, 100);
        for length in 0..name.len() {
            assert_eq!(OwnCall::read(&name[..length]), None, "{length}");
        }
        let mut longer = name.clone();
        longer.resize(name.len() + 32, 0);
        assert_eq!(OwnCall::read(&longer), None, "a word more");
        // The selector; where the members begin; the high bytes of threshold and last second; the count; a member's high bytes.
        for place in [0, 3, 35, 36, 59, 68, 91, 131, 132, 143] {
            let mut other = name.clone();
            other[place] ^= 1;
            assert_eq!(OwnCall::read(&other), None, "{place}");
        }
    }

    #[test]
    fn a_cancellation_is_one_word() {
        let digest = B256::repeat_byte(7);
        let cancel = solidity::cancelActionCall { digest }.abi_encode();
        for length in 0..cancel.len() {
            assert_eq!(OwnCall::read(&cancel[..length]), None, "{length}");
        }
        let mut longer = cancel;
        longer.extend([0; 32]);
        assert_eq!(OwnCall::read(&longer), None);
    }
}
