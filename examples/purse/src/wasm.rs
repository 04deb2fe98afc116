//! What a program brings that runs on chain.

/// Memory is only ever taken: a call is short, and its memory is gone with it.
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;
