//! A layout from a contract's own program, which `cargo` compiles with the feature `export-abi` and runs.

use crate::read::{self, ReadError};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why a contract's layout could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no cargo.
    #[error("cargo does not run ({0}): install Rust from https://rustup.rs, or put cargo into the PATH")]
    NoCargo(std::io::Error),
    /// It did not compile, or stopped.
    #[error(
        "the program of {0} did not compile or did not end well: cargo's messages are above. It is the one that 'cargo stylus export-abi' runs, with \
         the feature export-abi"
    )]
    Failed(String),
    /// It printed something else.
    #[error(
        "the program of {package} printed no layout: {why}. Write 'if portcullis::layout::printed::<contract::NAME>() {{ return; }}' first in the main of \
         its src/main.rs"
    )]
    NoLayout {
        /// The package.
        package: String,
        /// What is wrong with what it printed.
        why: ReadError,
    },
}

/// The layout that a package's program prints, as the text of a file; compiled with these features of its own.
///
/// # Errors
/// [`ExportError`]
pub fn export(package: &str, features: &[String], manifest: Option<&Path>) -> Result<String, ExportError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--package", package, "--features", "export-abi"]);
    for feature in features {
        command.args(["--features", feature]);
    }
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
    }
    let output = command
        .args(["--", "layout"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(ExportError::NoCargo)?;
    if !output.status.success() {
        return Err(ExportError::Failed(package.to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match read::text(&text, None) {
        // A layout of somebody else's program would do, but for its hash.
        Ok(layout) if layout.claimed.is_some() => Ok(text),
        Ok(_) => Err(ExportError::NoLayout {
            package: package.to_owned(),
            why: ReadError::Nothing,
        }),
        Err(why) => Err(ExportError::NoLayout {
            package: package.to_owned(),
            why,
        }),
    }
}
