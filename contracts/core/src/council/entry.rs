//! Approvals as bytes, one entry after another until none is left.
//!
//! | first byte | kind | what follows |
//! |---|---|---|
//! | 1 | ECDSA over secp256k1 | r (32), s (32), v (1) |
//! | 2 | approved on chain | the member (20) |
//! | 3 | ERC-1271 | the member (20), the signature's length (2, big-endian), the signature |
//! | 4 | ECDSA over P-256 | x (32), y (32), r (32), s (32) |
//!
//! Zero is no kind, so that zeros after the last entry are no entries.

use alloy_primitives::Address;

/// An approval, of which nothing is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// A signature of the key of an account: its signer is recovered from it.
    Ecdsa {
        /// r and s.
        rs: &'a [u8],
        /// 27 or 28, in one that is good.
        v: u8,
    },
    /// A member that approved on chain.
    OnChain {
        /// Who says so.
        member: Address,
    },
    /// A contract that answers whether a signature is its own.
    Contract {
        /// The contract.
        member: Address,
        /// What it is asked about.
        signature: &'a [u8],
    },
    /// A signature of a key on P-256, as a passkey or a secure enclave has it: its signer is the hash of the key.
    P256 {
        /// x and y.
        key: &'a [u8],
        /// r and s.
        rs: &'a [u8],
    },
}

/// Bytes that are no entry: of an unknown kind, or cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The entries in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a>(&'a [u8]);

impl<'a> Entries<'a> {
    /// The entries in these bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn read(&mut self) -> Option<Entry<'a>> {
        Some(match self.byte()? {
            1 => Entry::Ecdsa {
                rs: self.bytes(64)?,
                v: self.byte()?,
            },
            2 => Entry::OnChain {
                member: self.address()?,
            },
            3 => Entry::Contract {
                member: self.address()?,
                signature: {
                    let length = u16::from_be_bytes([self.byte()?, self.byte()?]);
                    self.bytes(length.into())?
                },
            },
            4 => Entry::P256 {
                key: self.bytes(64)?,
                rs: self.bytes(64)?,
            },
            _ => return None,
        })
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    fn address(&mut self) -> Option<Address> {
        Address::try_from(self.bytes(20)?).ok()
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = self.read().ok_or(Malformed);
        if entry.is_err() {
            // What follows has no beginning.
            self.0 = &[];
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBER: Address = Address::repeat_byte(0xaa);

    fn blob(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    fn entries(bytes: &[u8]) -> Vec<Result<Entry<'_>, Malformed>> {
        Entries::of(bytes).collect()
    }

    #[test]
    fn each_kind_is_read_by_its_first_byte() {
        let blob = blob(&[
            &[1],
            &[5; 64],
            &[27],
            &[2],
            MEMBER.as_slice(),
            &[3],
            MEMBER.as_slice(),
            &[1, 1],
            &[9; 257],
            &[4],
            &[6; 64],
            &[7; 64],
        ]);
        assert_eq!(
            entries(&blob),
            [
                Ok(Entry::Ecdsa { rs: &[5; 64], v: 27 }),
                Ok(Entry::OnChain { member: MEMBER }),
                Ok(Entry::Contract {
                    member: MEMBER,
                    signature: &[9; 257]
                }),
                Ok(Entry::P256 {
                    key: &[6; 64],
                    rs: &[7; 64]
                }),
            ]
        );
    }

    #[test]
    fn a_contract_may_be_asked_about_nothing() {
        let blob = blob(&[&[3], MEMBER.as_slice(), &[0, 0]]);
        assert_eq!(
            entries(&blob),
            [Ok(Entry::Contract {
                member: MEMBER,
                signature: &[]
            })]
        );
    }

    #[test]
    fn no_bytes_are_no_entries() {
        assert_eq!(entries(&[]), []);
    }

    #[test]
    fn cut_short_at_any_length_no_entry_is_read() {
        let long = blob(&[&[3], MEMBER.as_slice(), &[0, 40], &[9; 40]]);
        for whole in [
            blob(&[&[1], &[5; 65]]),
            blob(&[&[2], &[5; 20]]),
            long,
            blob(&[&[4], &[5; 128]]),
        ] {
            for length in 1..whole.len() {
                assert_eq!(entries(&whole[..length]), [Err(Malformed)], "{length}");
            }
            assert!(matches!(entries(&whole)[..], [Ok(_)]));
        }
    }

    #[test]
    fn what_follows_bytes_that_are_no_entry_is_not_read() {
        for kind in [0, 5, 255] {
            let blob = blob(&[&[2], MEMBER.as_slice(), &[kind], &[2], MEMBER.as_slice()]);
            assert_eq!(
                entries(&blob),
                [Ok(Entry::OnChain { member: MEMBER }), Err(Malformed)],
                "{kind}"
            );
        }
    }
}
