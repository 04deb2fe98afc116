//! What a limit is for, and under which key it is stored.

use crate::words;
use alloy_primitives::{keccak256, Address, B256, U256};
use stylus_sdk::keccak_const::Keccak256;

/// What a flow is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that moves of an asset.
    Global {
        /// The asset.
        asset: Address,
    },
    /// What one account moves of an asset. Without a limit of its own it is under the asset's default.
    Account {
        /// The asset.
        asset: Address,
        /// The account.
        account: Address,
    },
    /// What moves of an asset through a group of functions.
    Group {
        /// The asset.
        asset: Address,
        /// The contract's number for the group.
        group: u8,
    },
    /// What moves of an asset over a route: a lane of a bridge, a market, a pool.
    Route {
        /// The asset.
        asset: Address,
        /// The contract's name for the route.
        route: B256,
    },
}

/// What may be configured: a scope, or the limit of all accounts that have none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A scope's own limit.
    Scope(Scope),
    /// What an account of the asset is under that has no limit of its own.
    AccountDefault {
        /// The asset.
        asset: Address,
    },
}

/// What a flow asks of one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    pub(super) scope: Scope,
    pub(super) amount: U256,
    pub(super) if_set: bool,
}

impl Scope {
    /// Asks the scope for `amount`. The flow is refused if nothing is configured for it.
    pub fn charge(self, amount: U256) -> Charge {
        Charge {
            scope: self,
            amount,
            if_set: false,
        }
    }

    /// Asks the scope for `amount` if it was ever configured, and lets the flow pass it by if not. One that was configured and then closed
    /// refuses: closing is not a way to remove a limit.
    pub fn charge_if_set(self, amount: U256) -> Charge {
        Charge {
            scope: self,
            amount,
            if_set: true,
        }
    }

    /// The key that events and errors name it by.
    pub fn key(self) -> B256 {
        Subject::Scope(self).key()
    }
}

/// Separates the keys from whatever else is hashed: the hash of `portcullis.scope`.
pub const DOMAIN: B256 = B256::new(Keccak256::new().update(b"portcullis.scope").finalize());

impl Subject {
    /// The key that events and errors name it by: `keccak256(abi.encode(DOMAIN, kind, asset, detail))`.
    ///
    /// Always the same four words, of which one is the kind, so that two subjects have the same key only if they are the same.
    #[inline(never)]
    pub fn key(self) -> B256 {
        let (kind, asset, detail) = self.parts();
        keccak256(words![DOMAIN, kind, asset, detail])
    }

    /// Its kind (0 an asset's global scope, 1 an account, 2 a group, 3 a route, 4 the default of accounts), its asset, and which account,
    /// group or route: an address or a number is right-aligned, as Solidity has it.
    #[inline(never)]
    pub fn parts(self) -> (u8, Address, B256) {
        match self {
            Self::Scope(Scope::Global { asset }) => (0, asset, B256::ZERO),
            Self::Scope(Scope::Account { asset, account }) => (1, asset, account.into_word()),
            Self::Scope(Scope::Group { asset, group }) => {
                (2, asset, U256::from_limbs([u64::from(group), 0, 0, 0]).into())
            }
            Self::Scope(Scope::Route { asset, route }) => (3, asset, route),
            Self::AccountDefault { asset } => (4, asset, B256::ZERO),
        }
    }

    /// Its two words in the list:
    ///
    /// ```text
    ///  255     168 167   160 159               0      255                                   0
    /// ┌───────────┬─────────┬───────────────────┐    ┌───────────────────────────────────────┐
    /// │ zero      │ kind    │ asset             │    │ which account, group or route         │
    /// └───────────┴─────────┴───────────────────┘    └───────────────────────────────────────┘
    /// ```
    pub(super) fn to_words(self) -> [U256; 2] {
        let (kind, asset, detail) = self.parts();
        let mut first = asset.into_word().0;
        first[KIND_BYTE] = kind;
        [U256::from_be_bytes(first), detail.into()]
    }

    /// The subject of two words in the list. A kind that no subject wrote is a route.
    pub(super) fn from_words([first, detail]: [U256; 2]) -> Self {
        let first = B256::from(first);
        let asset = Address::from_word(first);
        let detail = B256::from(detail);
        match first.0[KIND_BYTE] {
            0 => Self::Scope(Scope::Global { asset }),
            1 => Self::Scope(Scope::Account {
                asset,
                account: Address::from_word(detail),
            }),
            2 => Self::Scope(Scope::Group {
                asset,
                group: detail.0[31],
            }),
            4 => Self::AccountDefault { asset },
            _ => Self::Scope(Scope::Route { asset, route: detail }),
        }
    }
}

/// The last byte before the asset's twenty.
const KIND_BYTE: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;
    use alloy_sol_types::SolValue;

    const ASSET: Address = Address::repeat_byte(0xa5);

    /// A subject of each kind, with the same bytes wherever a kind can have them.
    fn with_the_same_bytes(number: u8) -> [Subject; 5] {
        let account = Address::with_last_byte(number);
        [
            Subject::Scope(Scope::Global { asset: ASSET }),
            Subject::Scope(Scope::Account {
                asset: ASSET,
                account,
            }),
            Subject::Scope(Scope::Group {
                asset: ASSET,
                group: number,
            }),
            Subject::Scope(Scope::Route {
                asset: ASSET,
                route: account.into_word(),
            }),
            Subject::AccountDefault { asset: ASSET },
        ]
    }

    #[test]
    fn keys_of_different_kinds_with_the_same_bytes_do_not_collide() {
        for number in [0, 7] {
            let keys = with_the_same_bytes(number).map(Subject::key);
            for (place, key) in keys.iter().enumerate() {
                assert!(!keys[place + 1..].contains(key), "{number} {place}");
            }
        }
    }

    #[test]
    fn asset_and_account_do_not_change_places() {
        let (one, two) = (Address::with_last_byte(1), Address::with_last_byte(2));
        let key = |asset, account| Scope::Account { asset, account }.key();
        assert_ne!(key(one, two), key(two, one));
    }

    #[test]
    fn a_key_is_what_solidity_hashes() {
        let account = Address::repeat_byte(0xac);
        let theirs = (
            keccak256("portcullis.scope"),
            U256::from(1),
            ASSET,
            account.into_word(),
        )
            .abi_encode();
        assert_eq!(
            Scope::Account {
                asset: ASSET,
                account
            }
            .key(),
            keccak256(theirs)
        );
        let theirs = (keccak256("portcullis.scope"), U256::from(2), ASSET, U256::from(7)).abi_encode();
        assert_eq!(
            Scope::Group {
                asset: ASSET,
                group: 7
            }
            .key(),
            keccak256(theirs)
        );
        assert_eq!(
            Scope::Global { asset: Address::ZERO }.key(),
            b256!("e39f50f0710ee4d9902409befdbd5ad92a0bde5f19b0922ae31bb789396607b0")
        );
    }

    #[test]
    fn a_subject_survives_its_words() {
        for subject in with_the_same_bytes(0).into_iter().chain(with_the_same_bytes(255)) {
            assert_eq!(Subject::from_words(subject.to_words()), subject);
        }
        let route = Subject::Scope(Scope::Route {
            asset: Address::repeat_byte(0xff),
            route: B256::repeat_byte(0xff),
        });
        assert_eq!(Subject::from_words(route.to_words()), route);
    }
}
