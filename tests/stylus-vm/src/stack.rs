//! Room for calls within calls.
//!
//! A program that calls a contract does so through a native call, and a chain lets calls nest 1,024 deep. Each level
//! may use as much of the native stack as [`WASM_STACK`], so a transaction runs on a thread whose stack has room for
//! all of them. The operating system hands out its pages when they are touched, so what is not used costs nothing.

use std::sync::{Mutex, PoisonError};

/// The native stack that one call of a program may use, in bytes.
///
/// A word of Nitro's stack stands for at most 32 bytes of the native one: a parameter is counted once, by the caller
/// that holds it, and compiled code may keep it in four places (the caller's spill, the outgoing and the incoming
/// arguments, the callee's spill). The 22,000 words of a call are therefore less than a megabyte, and the counter
/// always stops a recursion first. The 262,144 words of ArbOS before 50 fit for every ordinary frame; one built to
/// waste stack would be stopped here instead, with the same result.
pub const WASM_STACK: usize = 4 << 20;

/// The stack of a thread on which a transaction runs, in bytes: room for 1,024 calls that each use all of theirs, and
/// as much again for the chain between them. A system that does not promise so much memory is asked for less, which
/// still is more than any sensible transaction touches.
pub const THREAD_STACKS: [usize; 3] = [8 << 30, 2 << 30, 512 << 20];

/// Runs a transaction's work on a thread whose stack no nesting of calls exhausts.
///
/// # Panics
/// When the operating system refuses the thread, or with the panic of `work`.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // A thread that is refused must not take the work with it.
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let run = || take().map(|work| work());
    std::thread::scope(|scope| {
        let spawn = |size| {
            let builder = std::thread::Builder::new().name("stylus".into()).stack_size(size);
            builder.spawn_scoped(scope, run).ok()
        };
        let thread = THREAD_STACKS
            .into_iter()
            .find_map(spawn)
            .expect("the system gives a thread");
        match thread.join() {
            // Invariant: one thread was made, and it took the work.
            Ok(result) => result.expect("the work is there until it is taken"),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_stack_holds_what_an_ordinary_thread_cannot() {
        fn descend(levels: u32) -> u64 {
            let room = std::hint::black_box([levels; 4096]);
            if levels == 0 {
                return 0;
            }
            u64::from(room[0].min(1)) + descend(levels - 1)
        }
        assert_eq!(on_deep_stack(|| descend(10_000)), 10_000);
    }

    #[test]
    #[should_panic(expected = "the work's own words")]
    fn a_panic_comes_through() {
        on_deep_stack(|| panic!("the work's own words"));
    }
}
