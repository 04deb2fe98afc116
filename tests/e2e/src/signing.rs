//! Signatures of digests: of transactions and of validators alike.
//!
//! Thousands are made in a replay, so they come from libsecp256k1, which is quick however the host's code is compiled.

use alloy_primitives::{Signature, B256};
use secp256k1::{Message, SecretKey, SECP256K1};

/// The signature of a digest, with a low s. The same key and digest give the same one. None when the secret is no key.
#[must_use]
pub fn sign(secret: B256, digest: B256) -> Option<Signature> {
    let key = SecretKey::from_byte_array(secret.0).ok()?;
    let signature = SECP256K1.sign_ecdsa_recoverable(Message::from_digest(digest.0), &key);
    let (recovery, bytes) = signature.serialize_compact();
    Some(Signature::from_bytes_and_parity(
        &bytes,
        i32::from(recovery) & 1 == 1,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;
    use alloy_signer_local::PrivateKeySigner;

    #[test]
    fn a_signature_recovers_to_its_key_and_is_what_another_library_makes() {
        for round in 0..20u8 {
            let (secret, digest) = (keccak256([1, round]), keccak256([2, round]));
            let signer = PrivateKeySigner::from_bytes(&secret).unwrap();
            let signature = sign(secret, digest).unwrap();
            assert_eq!(
                signature.recover_address_from_prehash(&digest).unwrap(),
                signer.address()
            );
            let other = signer.credential().sign_prehash_recoverable(digest.as_slice());
            assert_eq!(signature, Signature::from(other.unwrap()));
        }
    }

    #[test]
    fn zero_signs_nothing() {
        assert_eq!(sign(B256::ZERO, B256::repeat_byte(1)), None);
    }
}
