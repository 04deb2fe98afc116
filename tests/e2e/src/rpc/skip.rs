//! Leaving a test out on an endpoint that does not have what it needs.

use super::error::Lacking;
use std::io::Write;

/// Says in one line that the test of this thread is skipped, and why. Past the test harness, which shows nothing of a
/// test that passes.
pub fn skip(why: &Lacking) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Nobody who reads it: no reason to fail.
    let _ = writeln!(std::io::stderr(), "{test}: skipped on this endpoint: {why}");
}

/// The value of a result. When the endpoint does not have what that takes, the test ends here and says so in one line;
/// any other error is a panic.
#[macro_export]
macro_rules! or_skip {
    ($attempt:expr) => {
        match $attempt {
            Ok(value) => value,
            Err(error) => match $crate::world::WorldError::from(error).lacking() {
                Ok(lacking) => {
                    $crate::rpc::skip(&lacking);
                    return;
                }
                Err(error) => panic!("{error}"),
            },
        }
    };
}
