//! Programs too large for one contract: a root names the contracts that hold the pieces of one compressed WASM.
//!
//! ```text
//! root      EF F0 02 | dictionary | length of the WASM, 4 bytes, big end first | an address of 20 bytes for each
//! fragment  EF F0 01 | a piece of brotli(wasm)
//! ```
//!
//! # Trust
//! Reading the contracts, and what it costs, is the chain's: the fragments are handed in, in the root's order.

use crate::code::{self, CodeError, NO_DICTIONARY};
use alloy_primitives::Address;

/// What a root's code begins with.
pub const ROOT_PREFIX: [u8; 3] = [0xEF, 0xF0, 0x02];
/// What a fragment's code begins with.
pub const FRAGMENT_PREFIX: [u8; 3] = [0xEF, 0xF0, 0x01];

/// The prefix, the dictionary and the length.
const ROOT_HEAD: usize = 8;

/// Why a root and its fragments yield no WASM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FragmentError {
    /// The code does not begin as a root's.
    #[error("the code is not the root of a Stylus program")]
    NotARoot,
    /// The root is not made of a head and whole addresses.
    #[error("the root has {0} bytes, which are not a head and whole addresses")]
    Malformed(usize),
    /// The root names no fragment.
    #[error("the root names no fragment")]
    NoFragments,
    /// The code does not begin as a fragment's.
    #[error("fragment {0} is not a fragment of a Stylus program")]
    NotAFragment(usize),
    /// The root says that its WASM is longer than one may be.
    #[error("the root announces {length} bytes of WASM, more than {limit}")]
    TooLarge {
        /// What it says.
        length: u32,
        /// The bytes that a WASM may have.
        limit: usize,
    },
    /// The WASM has another length than the root says.
    #[error("the WASM has {actual} bytes and the root announces {announced}")]
    Length {
        /// What the root says.
        announced: u32,
        /// What there is.
        actual: usize,
    },
    /// The pieces do not decompress.
    #[error(transparent)]
    Code(#[from] CodeError),
}

/// Whether a contract's code is the root of a program.
#[must_use]
pub fn is_root(code: &[u8]) -> bool {
    code.len() > ROOT_PREFIX.len() && code.starts_with(&ROOT_PREFIX)
}

/// Whether a contract's code is a fragment of a program.
#[must_use]
pub fn is_fragment(code: &[u8]) -> bool {
    code.len() > FRAGMENT_PREFIX.len() && code.starts_with(&FRAGMENT_PREFIX)
}

/// A root: where the pieces of a WASM lie, and how long it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The byte that names the dictionary.
    pub dictionary: u8,
    /// The bytes of the WASM when it is decompressed.
    pub length: u32,
    /// The contracts that hold the pieces.
    pub fragments: Vec<Address>,
}

impl Root {
    /// Reads a root's code.
    ///
    /// # Errors
    /// When the code is no root's or not made as one.
    pub fn parse(code: &[u8]) -> Result<Self, FragmentError> {
        if !is_root(code) {
            return Err(FragmentError::NotARoot);
        }
        let malformed = FragmentError::Malformed(code.len());
        let Some((head, addresses)) = code.split_at_checked(ROOT_HEAD) else {
            return Err(malformed);
        };
        let chunks = addresses.chunks_exact(Address::len_bytes());
        let [_, _, _, dictionary, length @ ..] = head else {
            return Err(malformed);
        };
        let (Ok(length), []) = (<[u8; 4]>::try_from(length), chunks.remainder()) else {
            return Err(malformed);
        };
        let fragments = chunks.map(Address::from_slice).collect();
        Ok(Self {
            dictionary: *dictionary,
            length: u32::from_be_bytes(length),
            fragments,
        })
    }

    /// Writes a root's code.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut code = ROOT_PREFIX.to_vec();
        code.push(self.dictionary);
        code.extend(self.length.to_be_bytes());
        code.extend(self.fragments.iter().flat_map(|fragment| fragment.into_array()));
        code
    }

    /// Puts the WASM together out of the fragments' codes. What the root announces bounds what is decompressed.
    ///
    /// # Errors
    /// A [`FragmentError`] that says what does not fit.
    pub fn assemble<F: AsRef<[u8]>>(&self, fragments: &[F], limit: usize) -> Result<Vec<u8>, FragmentError> {
        if self.length as usize > limit {
            return Err(FragmentError::TooLarge {
                length: self.length,
                limit,
            });
        }
        if fragments.is_empty() {
            return Err(FragmentError::NoFragments);
        }
        let mut compressed = Vec::new();
        for (position, fragment) in fragments.iter().enumerate() {
            let code = Some(fragment.as_ref()).filter(|code| is_fragment(code));
            let piece = code.and_then(|code| code.strip_prefix(&FRAGMENT_PREFIX));
            compressed.extend_from_slice(piece.ok_or(FragmentError::NotAFragment(position))?);
        }
        let wasm = code::inflate(self.dictionary, &compressed, self.length as usize)?;
        if wasm.len() != self.length as usize {
            return Err(FragmentError::Length {
                announced: self.length,
                actual: wasm.len(),
            });
        }
        Ok(wasm)
    }
}

/// Compresses a WASM into the codes of fragments that have at most this many bytes each.
#[must_use]
pub fn split(wasm: &[u8], max_code_size: usize) -> Vec<Vec<u8>> {
    let mut compressed = Vec::new();
    code::deflate(wasm, &mut compressed);
    let piece = max_code_size.saturating_sub(FRAGMENT_PREFIX.len()).max(1);
    compressed
        .chunks(piece)
        .map(|chunk| [&FRAGMENT_PREFIX, chunk].concat())
        .collect()
}

/// The root of a WASM whose fragments lie at these addresses.
#[must_use]
pub fn root_of(wasm: &[u8], fragments: Vec<Address>) -> Root {
    // Invariant: a WASM longer than four gigabytes is refused long before; saturating keeps it refused.
    let length = u32::try_from(wasm.len()).unwrap_or(u32::MAX);
    Root {
        dictionary: NO_DICTIONARY,
        length,
        fragments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 128 * 1024;

    /// Bytes that brotli cannot make small.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    fn addresses(count: usize) -> Vec<Address> {
        (0..count).map(|i| Address::with_last_byte(i as u8 + 1)).collect()
    }

    #[test]
    fn what_is_split_is_put_together_again() {
        let wasm = noise(40_000);
        let fragments = split(&wasm, 24_576);
        assert_eq!(fragments.len(), 2);
        assert_eq!(fragments[0].len(), 24_576);
        assert!(fragments.iter().all(|fragment| is_fragment(fragment)));
        let root = root_of(&wasm, addresses(2));
        assert_eq!(root.assemble(&fragments, LIMIT), Ok(wasm));
    }

    #[test]
    fn a_root_is_written_as_nitro_reads_it() {
        let root = Root {
            dictionary: 1,
            length: 0x0102_0304,
            fragments: addresses(2),
        };
        let code = root.encode();
        assert_eq!(code[..8], [0xEF, 0xF0, 0x02, 1, 1, 2, 3, 4]);
        assert_eq!(code.len(), 8 + 40);
        assert!(is_root(&code));
        assert_eq!(Root::parse(&code), Ok(root));
    }

    #[test]
    fn a_root_of_broken_addresses_is_malformed() {
        let code = root_of(b"wasm", addresses(1)).encode();
        assert_eq!(Root::parse(&code[..27]), Err(FragmentError::Malformed(27)));
        assert_eq!(Root::parse(&code[..7]), Err(FragmentError::Malformed(7)));
        assert_eq!(Root::parse(&ROOT_PREFIX), Err(FragmentError::NotARoot));
        assert_eq!(
            Root::parse(&code::compress(b"wasm")),
            Err(FragmentError::NotARoot)
        );
    }

    #[test]
    fn a_root_must_announce_the_length_that_there_is() {
        let fragments = split(b"wasm", 100);
        let announcing = |length| Root {
            dictionary: 0,
            length,
            fragments: addresses(1),
        };
        let longer = announcing(5).assemble(&fragments, LIMIT);
        assert_eq!(
            longer,
            Err(FragmentError::Length {
                announced: 5,
                actual: 4
            })
        );
        let shorter = announcing(3).assemble(&fragments, LIMIT);
        assert_eq!(
            shorter,
            Err(FragmentError::Code(CodeError::TooLarge { limit: 3 }))
        );
        let beyond = announcing(LIMIT as u32 + 1).assemble(&fragments, LIMIT);
        assert_eq!(
            beyond,
            Err(FragmentError::TooLarge {
                length: LIMIT as u32 + 1,
                limit: LIMIT
            })
        );
    }

    #[test]
    fn only_fragments_are_put_together() {
        let root = root_of(b"wasm", addresses(2));
        let good = split(b"wasm", 100).remove(0);
        let program = code::compress(b"wasm");
        assert_eq!(
            root.assemble(&[good, program], LIMIT),
            Err(FragmentError::NotAFragment(1))
        );
        assert_eq!(
            root.assemble(&[FRAGMENT_PREFIX], LIMIT),
            Err(FragmentError::NotAFragment(0))
        );
        assert_eq!(
            root.assemble::<Vec<u8>>(&[], LIMIT),
            Err(FragmentError::NoFragments)
        );
    }
}
