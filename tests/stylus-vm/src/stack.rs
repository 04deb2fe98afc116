//! Room for calls within calls.
//!
//! A program that calls a contract does so through a native call, and a chain lets calls nest 1,024 deep. Each level
//! may use as much of the native stack as [`WASM_STACK`], so a transaction runs on a thread whose stack has room for
//! all of them. The operating system hands out its pages when they are touched, so what is not used costs nothing.

/// The native stack that one call of a program may use, in bytes.
///
/// A Nitro frame of n words holds n - 4 values; compiled code needs eight bytes for a value that it spills and some
/// tens for the frame itself, and the smallest frame is seven words. The 22,000 words of a call therefore need less
/// than a megabyte, and the depth check always fires first.
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
