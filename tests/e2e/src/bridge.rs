//! The bridge as its users see it: its interface, its validators' signatures and the messages between the chains.

use crate::signing;
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{sol, SolValue};
use k256::ecdsa::SigningKey;

pub use abi::{IBridge, IBridgeGuarded};

mod abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../examples/bridge/IBridge.sol"
    );
}

sol! {
    /// What the constructor takes, after its selector.
    struct ConstructorArguments {
        address governor;
        address guardian;
        address[] validators;
        uint256 threshold;
        bytes32 committedRoot;
    }
}

/// The selector of `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];

/// The input of the call that constructs a bridge.
#[must_use]
pub fn constructor_input(arguments: &ConstructorArguments) -> Vec<u8> {
    constructor(&arguments.abi_encode_params())
}

/// The input of a call that constructs any contract.
#[must_use]
pub fn constructor(arguments: &[u8]) -> Vec<u8> {
    [&CONSTRUCTOR[..], arguments].concat()
}

/// A message from the other chain: what the bridge is to unlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Makes messages differ that are otherwise the same.
    pub nonce: U256,
    /// The asset; zero is ETH.
    pub asset: Address,
    /// Who receives it.
    pub recipient: Address,
    /// How much, in the asset's smallest unit.
    pub amount: U256,
}

impl Message {
    /// The message's leaf. It is also the root of a tree that holds nothing else.
    #[must_use]
    pub fn leaf(&self, chain_id: u64, bridge: Address) -> B256 {
        let encoded = (
            U256::from(chain_id),
            bridge,
            self.nonce,
            self.asset,
            self.recipient,
            self.amount,
        )
            .abi_encode_params();
        keccak256(keccak256(encoded))
    }
}

/// The keys that sign roots, ascending by their addresses.
pub struct Validators(Vec<(Address, B256)>);

impl Validators {
    /// As many validators as asked for, with keys that follow from their number alone.
    ///
    /// # Panics
    /// Never in practice: when a hash is no secret key, which nobody has seen.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let mut keys: Vec<_> = (0..count)
            .map(|index| {
                let secret = keccak256(format!("validator {index}"));
                let key = SigningKey::from_slice(secret.as_slice()).expect("a hash below the curve's order");
                (Address::from_private_key(&key), secret)
            })
            .collect();
        keys.sort_by_key(|(address, _)| *address);
        Self(keys)
    }

    /// Their addresses, ascending.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address> {
        self.0.iter().map(|(address, _)| *address).collect()
    }

    /// The signatures of the first `count` of them, in the order and form that the bridge wants.
    #[must_use]
    pub fn sign(&self, digest: B256, count: usize) -> Vec<u8> {
        (0..count)
            .flat_map(|index| self.sign_alone(digest, index))
            .collect()
    }

    /// The signature of the one at this place.
    ///
    /// # Panics
    /// When there are not as many.
    #[must_use]
    pub fn sign_alone(&self, digest: B256, index: usize) -> [u8; 65] {
        let signature = signing::sign(self.0[index].1, digest);
        signature
            .expect("the secret was a key when its address was made")
            .as_bytes()
    }
}
