//! Who made an entry, and whether it is good.

use crate::{
    abi::{encode_with_bytes, function_selector, Blob},
    sdk::{self, VM},
    words,
};
use alloy_primitives::{address, b256, Address, B256, U256};
use portcullis_core::council::Entry;
use stylus_sdk::prelude::*;

/// The precompiled contract that recovers the signer of a signature.
const ECRECOVER: Address = Address::with_last_byte(1);

/// The precompiled contract of RIP-7212 that verifies a signature on P-256.
const P256_VERIFY: Address = address!("0x0000000000000000000000000000000000000100");

/// Half the order of secp256k1, rounded down: the largest `s` that is taken.
const HALF_ORDER: B256 = b256!("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

const IS_VALID_SIGNATURE: [u8; 4] = function_selector!("isValidSignature", B256, Blob);

/// The selector again, as a `bytes4`: the only answer that says yes.
const IS_VALID: B256 = b256!("0x1626ba7e00000000000000000000000000000000000000000000000000000000");

/// Who the entry is of: who signed, when the signature tells; who is said to, otherwise, and [`is_good`] has to be asked. None when a signature is
/// malformed or recovers to nobody.
#[inline(never)]
pub(super) fn of(vm: &VM, digest: &B256, entry: &Entry<'_>) -> Option<Address> {
    match entry {
        Entry::Ecdsa { rs, v } => recover(vm, digest, rs, *v),
        Entry::OnChain { member } | Entry::Contract { member, .. } => Some(*member),
        Entry::P256 { key, .. } => Some(Address::from_word(vm.native_keccak256(key))),
    }
}

/// Whether the entry is its signer's approval. `approved` says whether that approved on chain.
#[inline(never)]
pub(super) fn is_good(vm: &VM, digest: &B256, entry: &Entry<'_>, approved: bool) -> bool {
    match entry {
        // Its signer was recovered from it.
        Entry::Ecdsa { .. } => true,
        Entry::OnChain { .. } => approved,
        Entry::Contract { member, signature } => answers(vm, *member, digest, signature),
        Entry::P256 { key, rs } => verifies(vm, digest, key, rs),
    }
}

/// Who signed. The precompile's own checks cover r, and v but for its form.
fn recover(vm: &VM, digest: &B256, rs: &[u8], v: u8) -> Option<Address> {
    let s = rs.get(32..)?;
    if !matches!(v, 27 | 28) || s > HALF_ORDER.as_slice() {
        return None;
    }
    let mut input = words![*digest, v];
    input.extend_from_slice(rs);
    let word = sdk::static_call_word(vm, ECRECOVER, &input)?;
    let signer = Address::from_word(word);
    (!signer.is_zero()).then_some(signer)
}

/// Whether the contract answers with the selector of what it was asked, and zeros up to a whole word. An account without code answers nothing.
fn answers(vm: &VM, member: Address, digest: &B256, signature: &[u8]) -> bool {
    let data = encode_with_bytes(&IS_VALID_SIGNATURE, &[], &[digest], signature);
    sdk::static_call_word(vm, member, &data) == Some(IS_VALID)
}

/// Whether the signature is of this key. The precompile checks that the key is on the curve, and r and s; what is not good it answers with nothing.
fn verifies(vm: &VM, digest: &B256, key: &[u8], rs: &[u8]) -> bool {
    let mut input = digest.to_vec();
    input.extend_from_slice(rs);
    input.extend_from_slice(key);
    sdk::static_call_word(vm, P256_VERIFY, &input) == Some(U256::ONE.into())
}
