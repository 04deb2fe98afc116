//! The contracts that `scripts/contracts` compiled.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use stylus_vm::fragments;

/// Why a contract's WASM cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum WasmError {
    /// Nothing is there under that name.
    #[error("there is no {0}: run scripts/contracts, which compiles every contract, then this again")]
    NotBuilt(PathBuf),
    /// The file is there and cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
}

/// The directory of the builds: what the variable `PORTCULLIS_WASM` says, or `target/wasm`.
#[must_use]
pub fn directory() -> PathBuf {
    std::env::var_os("PORTCULLIS_WASM").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm"),
        PathBuf::from,
    )
}

/// The WASM of a build, for example `bridge-guarded`.
///
/// # Errors
/// A [`WasmError`] that says what to do when it is not there.
pub fn load(build: &str) -> Result<Vec<u8>, WasmError> {
    let path = directory().join(format!("{build}.wasm"));
    match std::fs::read(&path) {
        Ok(wasm) => Ok(wasm),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(WasmError::NotBuilt(path)),
        Err(error) => Err(WasmError::Unreadable { path, error }),
    }
}

/// The bytes that a contract's code may have.
pub const CODE_LIMIT: usize = 24_576;

/// A program as it stands on a chain.
#[derive(Clone, Debug)]
pub enum Code {
    /// In one contract.
    Whole(Arc<[u8]>),
    /// In several, as it is larger than one contract may be: from ArbOS 60 on.
    InFragments {
        /// What they hold.
        wasm: Arc<[u8]>,
        /// Their codes.
        fragments: Arc<[Vec<u8>]>,
    },
}

impl Code {
    /// The code of a WASM: in one contract when it fits.
    #[must_use]
    pub fn of(wasm: &[u8]) -> Self {
        let whole = stylus_vm::code::compress(wasm);
        if whole.len() <= CODE_LIMIT {
            return Self::Whole(whole.into());
        }
        Self::InFragments {
            wasm: wasm.into(),
            fragments: fragments::split(wasm, CODE_LIMIT).into(),
        }
    }
}

/// A build as it stands on a chain: compressed, behind Stylus's prefix. Compressed once a process, because that takes
/// longer than most tests.
///
/// # Errors
/// A [`WasmError`] that says what to do when it is not there.
pub fn code(build: &str) -> Result<Code, WasmError> {
    static KNOWN: Mutex<Option<HashMap<String, Code>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(code) = known.get(build) {
        return Ok(code.clone());
    }
    let code = Code::of(&load(build)?);
    known.insert(build.to_owned(), code.clone());
    Ok(code)
}

/// The names of every build, sorted.
///
/// # Errors
/// A [`WasmError`] when there is none.
pub fn builds() -> Result<Vec<String>, WasmError> {
    let directory = directory();
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => WasmError::NotBuilt(directory.clone()),
        _ => WasmError::Unreadable {
            path: directory.clone(),
            error,
        },
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    if names.is_empty() {
        return Err(WasmError::NotBuilt(directory.join("*.wasm")));
    }
    names.sort();
    Ok(names)
}
