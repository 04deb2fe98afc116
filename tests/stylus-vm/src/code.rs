//! The code of a contract that is a Stylus program: three bytes that no EVM contract may begin with, a byte that
//! names a dictionary, and the WASM compressed with brotli.
//!
//! ```text
//! EF F0 00 | dictionary | brotli(wasm)
//! ```

use std::io::Cursor;

/// What a program's code begins with.
pub const PREFIX: [u8; 3] = [0xEF, 0xF0, 0x00];
/// The byte for a WASM that is compressed without a dictionary.
pub const NO_DICTIONARY: u8 = 0;
/// The byte for a WASM that is compressed with the dictionary of Stylus programs.
pub const STYLUS_DICTIONARY: u8 = 1;

const QUALITY: i32 = 11;
const WINDOW: i32 = 22;

/// Why a code yields no WASM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The code does not begin as a program's.
    #[error("the code is not a Stylus program")]
    NotAProgram,
    /// The WASM is compressed with the dictionary of Stylus programs, which this machine does not carry.
    #[error(
        "the code needs the Stylus dictionary, which this machine does not carry: compress with dictionary 0"
    )]
    StylusDictionary,
    /// No such dictionary.
    #[error("unsupported dictionary type: {0}")]
    UnknownDictionary(u8),
    /// What follows the prefix is not brotli.
    #[error("the code is not valid brotli")]
    Corrupt,
    /// The WASM is too large.
    #[error("the WASM is larger than {limit} bytes when decompressed")]
    TooLarge {
        /// The bytes that it may have.
        limit: usize,
    },
}

/// Whether a contract's code is that of a Stylus program. The prefix alone is not.
#[must_use]
pub fn is_program(code: &[u8]) -> bool {
    code.len() > PREFIX.len() && code.starts_with(&PREFIX)
}

/// Makes a contract's code out of a WASM.
#[must_use]
pub fn compress(wasm: &[u8]) -> Vec<u8> {
    let mut code = PREFIX.to_vec();
    code.push(NO_DICTIONARY);
    deflate(wasm, &mut code);
    code
}

/// Appends the compressed WASM.
pub(crate) fn deflate(wasm: &[u8], code: &mut Vec<u8>) {
    let params = brotli::enc::BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: wasm.len(),
        ..Default::default()
    };
    // Invariant: both ends are memory, which reads and writes without error.
    let _ = brotli::BrotliCompress(&mut Cursor::new(wasm), code, &params);
}

/// Takes the WASM out of a contract's code, reading no more than `limit` bytes of it.
///
/// # Errors
/// A [`CodeError`] that says what is wrong with the code.
pub fn decompress(code: &[u8], limit: usize) -> Result<Vec<u8>, CodeError> {
    let rest = code.strip_prefix(&PREFIX).ok_or(CodeError::NotAProgram)?;
    let (dictionary, compressed) = rest.split_first().ok_or(CodeError::NotAProgram)?;
    inflate(*dictionary, compressed, limit)
}

/// A sink that holds a bounded number of bytes and notices when more come.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    overflowed: bool,
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.overflowed = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Decompresses with the dictionary that the byte names.
pub(crate) fn inflate(dictionary: u8, compressed: &[u8], limit: usize) -> Result<Vec<u8>, CodeError> {
    match dictionary {
        NO_DICTIONARY => {}
        STYLUS_DICTIONARY => return Err(CodeError::StylusDictionary),
        other => return Err(CodeError::UnknownDictionary(other)),
    }
    let mut sink = Bounded {
        bytes: Vec::new(),
        limit,
        overflowed: false,
    };
    match brotli::BrotliDecompress(&mut Cursor::new(compressed), &mut sink) {
        Ok(()) => Ok(sink.bytes),
        Err(_) if sink.overflowed => Err(CodeError::TooLarge { limit }),
        Err(_) => Err(CodeError::Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 128 * 1024;

    #[test]
    fn what_is_compressed_comes_out_again() {
        let wasm: Vec<u8> = (0..60_000_u32)
            .flat_map(|i| (i / 7).to_le_bytes())
            .take(LIMIT)
            .collect();
        let code = compress(&wasm);
        assert_eq!(code[..4], [0xEF, 0xF0, 0x00, 0x00]);
        assert!(is_program(&code));
        assert!(code.len() < wasm.len());
        assert_eq!(decompress(&code, LIMIT), Ok(wasm));
    }

    #[test]
    fn a_wasm_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
        let fits = compress(&vec![7; LIMIT]);
        assert_eq!(decompress(&fits, LIMIT).map(|wasm| wasm.len()), Ok(LIMIT));
        let bomb = compress(&vec![7; LIMIT + 1]);
        assert_eq!(
            decompress(&bomb, LIMIT),
            Err(CodeError::TooLarge { limit: LIMIT })
        );
    }

    #[test]
    fn what_follows_the_end_of_the_stream_is_ignored_as_on_nitro() {
        let mut code = compress(b"wasm");
        code.extend([0xFF; 40]);
        assert_eq!(decompress(&code, LIMIT), Ok(b"wasm".to_vec()));
    }

    #[test]
    fn evm_code_is_no_program() {
        assert!(!is_program(&[0x60, 0x80]));
        assert!(!is_program(&[0xEF, 0xF0]));
        assert_eq!(decompress(&[0x60, 0x80], LIMIT), Err(CodeError::NotAProgram));
    }

    #[test]
    fn a_prefix_alone_is_no_program() {
        assert!(!is_program(&PREFIX));
        assert_eq!(decompress(&PREFIX, LIMIT), Err(CodeError::NotAProgram));
    }

    #[test]
    fn other_dictionaries_are_refused_by_name() {
        assert_eq!(
            decompress(&[0xEF, 0xF0, 0, 1, 0], LIMIT),
            Err(CodeError::StylusDictionary)
        );
        assert_eq!(
            decompress(&[0xEF, 0xF0, 0, 2, 0], LIMIT),
            Err(CodeError::UnknownDictionary(2))
        );
    }

    #[test]
    fn what_is_not_brotli_is_corrupt() {
        assert_eq!(
            decompress(&[0xEF, 0xF0, 0, 0, 0xFF, 0xFF, 0xFF], LIMIT),
            Err(CodeError::Corrupt)
        );
        let mut cut = compress(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        cut.truncate(8);
        assert_eq!(decompress(&cut, LIMIT), Err(CodeError::Corrupt));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_code_never_panics(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        ) {
            let _ = decompress(&bytes, LIMIT);
            let _ = decompress(&[&PREFIX, [NO_DICTIONARY].as_slice(), &bytes].concat(), LIMIT);
        }
    }
}
