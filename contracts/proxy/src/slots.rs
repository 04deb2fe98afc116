//! Where the proxy keeps what it keeps: ERC-1967's words, and one root for everything of its own.
//!
//! # Design
//! - **Nothing at the slots where an implementation begins to count.** Who administers and what runs are at ERC-1967's slots, where every explorer looks; the
//!   guards are at one ERC-7201 slot.
//! - The proxy keeps no mark that it was constructed: that it has an administrator says so. The mark that the SDK keeps, at the hash of `stylus_constructor`, is
//!   left to the implementation, which may be a Stylus contract that is constructed behind the proxy.
//! - **An implementation's own way to upgrade is shut.** It runs in this storage, and could name another implementation, administrator or beacon by itself, as every UUPS
//!   contract does. So what the words were before a call is what they are after it ([`Wiring::require_kept`]).

use super::error::{ERC1967InvalidBeacon, ERC1967InvalidImplementation, ProxyError, ProxySlotChanged};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    calldata,
    sdk::{self, VM},
};
use stylus_sdk::{keccak_const::Keccak256, prelude::*};

/// ERC-1967: what runs. Zero while a beacon says it.
pub(crate) const IMPLEMENTATION: U256 = U256::from_be_bytes(hash_less_one(b"eip1967.proxy.implementation"));
/// ERC-1967: who administers. Zero until the proxy is constructed.
pub(crate) const ADMIN: U256 = U256::from_be_bytes(hash_less_one(b"eip1967.proxy.admin"));
/// ERC-1967: who says what runs.
pub(crate) const BEACON: U256 = U256::from_be_bytes(hash_less_one(b"eip1967.proxy.beacon"));
/// ERC-7201, for the name `portcullis.proxy`: the guards.
pub(crate) const ROOT: U256 = U256::from_be_bytes(erc7201(b"portcullis.proxy"));

/// The bytes with which the code of an account begins that has delegated itself (EIP-7702), and how many there are.
const DESIGNATOR: [u8; 3] = [0xef, 0x01, 0x00];
const DESIGNATOR_BYTES: usize = 23;

const fn hash_less_one(name: &[u8]) -> [u8; 32] {
    let mut word = Keccak256::new().update(name).finalize();
    let mut index = word.len();
    while index > 0 {
        index -= 1;
        let (byte, borrows) = word[index].overflowing_sub(1);
        word[index] = byte;
        if !borrows {
            break;
        }
    }
    word
}

const fn erc7201(name: &[u8]) -> [u8; 32] {
    let mut word = Keccak256::new().update(&hash_less_one(name)).finalize();
    word[31] = 0;
    word
}

/// What ERC-1967's words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wiring {
    admin: Address,
    implementation: Address,
    /// Read only where no implementation is named.
    beacon: Address,
}

impl Wiring {
    pub(crate) fn load(vm: &VM) -> Self {
        let implementation = load(vm, IMPLEMENTATION);
        let beacon = if implementation.is_zero() {
            load(vm, BEACON)
        } else {
            Address::ZERO
        };
        Self {
            admin: load(vm, ADMIN),
            implementation,
            beacon,
        }
    }

    /// The code that runs.
    ///
    /// # Errors
    /// [`ERC1967InvalidBeacon`] when the beacon names nobody; [`ERC1967InvalidImplementation`] when there is no code, to which a delegatecall would succeed.
    #[inline(never)]
    pub(crate) fn target(&self, vm: &VM) -> Result<Address, ProxyError> {
        let implementation = if self.implementation.is_zero() {
            ask_beacon(vm, self.beacon)?
        } else {
            self.implementation
        };
        if vm.code_size(implementation) == 0 {
            return Err(ERC1967InvalidImplementation { implementation }.into());
        }
        Ok(implementation)
    }

    /// Requires that the words are what they were.
    ///
    /// # Errors
    /// [`ProxySlotChanged`].
    #[inline(never)]
    pub(crate) fn require_kept(&self, vm: &VM) -> Result<(), ProxyError> {
        let now = Self::load(vm);
        let changed = if now.admin != self.admin {
            ADMIN
        } else if now.implementation != self.implementation {
            IMPLEMENTATION
        } else if now.beacon != self.beacon {
            BEACON
        } else {
            return Ok(());
        };
        Err(ProxySlotChanged { slot: changed.into() }.into())
    }
}

/// What a beacon names.
///
/// # Errors
/// [`ERC1967InvalidBeacon`] when it does not answer with an address.
#[inline(never)]
pub(crate) fn ask_beacon(vm: &VM, beacon: Address) -> Result<Address, ProxyError> {
    sdk::static_call_word(vm, beacon, &calldata!("implementation"))
        .filter(|word| word.iter().take(12).all(|byte| *byte == 0))
        .map(Address::from_word)
        .ok_or_else(|| ERC1967InvalidBeacon { beacon }.into())
}

/// The address in the word at a slot.
#[inline(never)]
pub(crate) fn load(vm: &VM, slot: U256) -> Address {
    Address::from_word(vm.storage_load_bytes32(slot))
}

#[inline(never)]
pub(crate) fn store(vm: &VM, slot: U256, address: Address) {
    // SAFETY: the slot is one of ERC-1967's, for which nothing holds a reference.
    unsafe { vm.storage_cache_bytes32(slot, address.into_word()) };
}

/// Whether a contract is there, and not an account that has lent itself a contract's code and can take that back.
#[inline(never)]
pub(crate) fn is_contract(vm: &VM, account: Address) -> bool {
    match vm.code_size(account) {
        0 => false,
        DESIGNATOR_BYTES => !vm.code(account).starts_with(&DESIGNATOR),
        _ => true,
    }
}

/// What answering `proxiableUUID()` may take. A fallback function that writes uses up all that it gets.
const UUID_GAS: u64 = 200_000;

/// At which slot a contract says that its proxy keeps it: its answer to `proxiableUUID()`. None where it says nothing.
#[inline(never)]
pub(crate) fn proxiable_uuid(vm: &VM, implementation: Address) -> Option<B256> {
    sdk::static_call_word_within(vm, UUID_GAS, implementation, &calldata!("proxiableUUID"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, keccak256};

    #[test]
    fn the_slots_are_those_that_erc_1967_and_erc_7201_say() {
        let hex = |slot: U256| B256::from(slot);
        assert_eq!(
            hex(IMPLEMENTATION),
            b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")
        );
        assert_eq!(
            hex(ADMIN),
            b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103")
        );
        assert_eq!(
            hex(BEACON),
            b256!("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50")
        );
        let name = U256::from_be_bytes(keccak256(b"portcullis.proxy").0);
        let root = keccak256((name - U256::ONE).to_be_bytes::<32>());
        assert_eq!(hex(ROOT)[..31], root[..31]);
        assert_eq!(hex(ROOT)[31], 0);
    }

    #[test]
    fn one_less_borrows_from_the_byte_before() {
        // The hash of nothing ends in 70; what is less one here is any word, of which the last byte is seldom zero.
        assert_eq!(
            B256::new(hash_less_one(b"")),
            b256!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a46f")
        );
    }
}
