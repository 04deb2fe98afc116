//! Room for calls within calls.
//!
//! A program that calls a contract does so through a native call, and a chain lets calls nest 1,024 deep. Each level
//! may use as much of the native stack as [`WASM_STACK`], so a transaction runs on a thread whose stack has room for
//! all of them. The operating system hands out its pages when they are touched, so what is not used costs nothing.

/// The native stack that one call of a program may use, in bytes.
///
/// A word of Nitro's stack stands for at most 32 bytes of the native one: a parameter is counted once, by the caller
/// that holds it, and compiled code may keep it in four places (the caller's spill, the outgoing and the incoming
/// arguments, the callee's spill). The 22,000 words of a call are therefore less than a megabyte, and the counter
/// always stops a recursion first. The 262,144 words of ArbOS before 50 fit for every ordinary frame; one built to
/// waste stack would be stopped here instead, with the same result.
pub const WASM_STACK: usize = 4 << 20;

/// The stack of a thread on which a transaction runs, in bytes.
pub const THREAD_STACK: usize = 8 << 30;

/// Runs a transaction's work on a thread whose stack no nesting of calls exhausts.
///
/// # Panics
/// When the operating system refuses the thread, or with the panic of `work`.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("stylus".into())
            .stack_size(THREAD_STACK)
            .spawn_scoped(scope, work)
            .expect("the operating system gives a thread with lazily mapped stack");
        match thread.join() {
            Ok(result) => result,
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
}
