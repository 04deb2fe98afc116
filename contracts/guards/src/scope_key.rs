//! What a breaker is for: an asset, a group of functions, or one group's use of one asset.
//!
//! # Design
//! - A scope is a key of storage and a topic of events, and says what it is in itself: nothing is hashed, so a monitor reads
//!   the group and the asset off it, and no two scopes of whatever kind can have the same key.
//! - No scope has the key of zero. Guards keep what holds for every other scope there.
//! - A key that comes from outside is a scope only if this module could have made it: a setting for any other would never act.

use crate::{errors, GuardError};
use alloy_primitives::{Address, B256};

errors! {
    /// No scope has this key.
    UnknownScope(key: B256);
}

/// The kinds of scope, in the key's first byte.
const ASSET: u8 = 1;
const GROUP: u8 = 2;
const ASSET_AND_GROUP: u8 = 3;

/// An asset, a group of functions, or both.
///
/// ```text
///  byte 0   1 … 10   11      12 … 31
/// ┌────────┬────────┬───────┬──────────┐
/// │ kind   │ zero   │ group │ asset    │
/// └────────┴────────┴───────┴──────────┘
/// ```
/// Kind 1 is an asset, 2 a group, 3 both. What a kind does not have is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope(B256);

impl Scope {
    /// Everything that moves this asset. The zero address is ETH.
    pub fn asset(asset: Address) -> Self {
        Self::new(ASSET, 0, asset)
    }

    /// A group of functions, whatever they move. The contract numbers its groups.
    pub fn group(group: u8) -> Self {
        Self::new(GROUP, group, Address::ZERO)
    }

    /// A group of functions when they move this asset.
    pub fn asset_and_group(asset: Address, group: u8) -> Self {
        Self::new(ASSET_AND_GROUP, group, asset)
    }

    /// The scope of a key.
    ///
    /// # Errors
    /// [`UnknownScope`] when none has it.
    pub fn from_key(key: B256) -> Result<Self, GuardError> {
        let (kind, group) = (key.0[0], key.0[11]);
        let asset = Address::from_word(key);
        // What a kind does not have is left out here, so a key that has it anyway is another's.
        let scope = match kind {
            ASSET => Self::asset(asset),
            GROUP => Self::group(group),
            _ => Self::asset_and_group(asset, group),
        };
        if scope.0 == key {
            Ok(scope)
        } else {
            Err(UnknownScope { key }.into())
        }
    }

    /// Its key.
    pub fn key(self) -> B256 {
        self.0
    }

    fn new(kind: u8, group: u8, asset: Address) -> Self {
        let mut key = asset.into_word();
        // Invariant: of 32 bytes.
        key.0[0] = kind;
        key.0[11] = group;
        Self(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const TOKEN: Address = Address::repeat_byte(0x70);

    fn some() -> Vec<Scope> {
        let assets = [
            Address::ZERO,
            TOKEN,
            Address::repeat_byte(0xff),
            Address::with_last_byte(2),
        ];
        let groups = [0, 1, 2, 3, 255];
        assets
            .into_iter()
            .map(Scope::asset)
            .chain(groups.into_iter().map(Scope::group))
            .chain(assets.into_iter().flat_map(|asset| {
                groups
                    .into_iter()
                    .map(move |group| Scope::asset_and_group(asset, group))
            }))
            .collect()
    }

    #[test]
    fn a_key_is_laid_out_as_it_is_drawn() {
        let mut key = [0x70; 32];
        key[..12].copy_from_slice(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
        assert_eq!(Scope::asset_and_group(TOKEN, 9).key(), B256::new(key));
        key[0] = 1;
        key[11] = 0;
        assert_eq!(Scope::asset(TOKEN).key(), B256::new(key));
        let mut group = [0; 32];
        (group[0], group[11]) = (2, 9);
        assert_eq!(Scope::group(9).key(), B256::new(group));
    }

    #[test]
    fn no_two_scopes_have_the_same_key_and_none_has_zero() {
        let scopes = some();
        let mut keys: Vec<B256> = scopes.iter().map(|scope| scope.key()).collect();
        keys.push(B256::ZERO);
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), scopes.len() + 1);
    }

    #[test]
    fn a_scope_comes_back_from_its_key_and_no_other_key_is_one() {
        for scope in some() {
            assert_eq!(Scope::from_key(scope.key()), Ok(scope));
        }
        let wrong = |change: fn(&mut [u8; 32])| {
            let mut key = Scope::asset_and_group(TOKEN, 9).key();
            change(&mut key.0);
            assert_eq!(Scope::from_key(key), Err(UnknownScope { key }.into()));
        };
        wrong(|key| key[0] = 0);
        wrong(|key| key[0] = 4);
        wrong(|key| key[1] = 1);
        wrong(|key| key[10] = 1);
        wrong(|key| key[0] = 1);
        wrong(|key| key[0] = 2);
        let key = B256::ZERO;
        assert_eq!(Scope::from_key(key), Err(UnknownScope { key }.into()));
    }
}
