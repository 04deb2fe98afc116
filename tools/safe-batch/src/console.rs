//! What commands are given in files and pipes, and what they print.

use std::io::{Read, Write};
use std::path::Path;

/// The text of a file; `-` is the standard input.
///
/// # Errors
/// A sentence.
pub fn read(file: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(unreadable)
}

/// Prints a text to the standard output.
pub fn show(text: &str) {
    // A pipe that nobody reads is no reason to stop.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
