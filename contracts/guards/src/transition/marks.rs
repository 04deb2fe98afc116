//! What the macros promise each other, so that leaving one out does not compile.

/// A contract whose calls all pass through its guards. `#[guarded]` above the contract's `#[public] impl` implements it.
#[diagnostic::on_unimplemented(
    message = "the calls of `{Self}` do not pass through its guards",
    label = "this contract's `impl` block is not guarded",
    note = "write `#[guarded]` above `#[public]` on `impl {Self}`"
)]
pub trait EveryCallGuarded {}

/// A contract whose methods of a trait pass through its guards. `#[guarded]` above the trait's `#[public] impl` implements it.
#[diagnostic::on_unimplemented(
    message = "the methods of `{Trait}` do not pass through the guards of `{Self}`",
    label = "`{Self}` takes calls through `{Trait}`, and that `impl` block is not guarded",
    note = "write `#[guarded]` above `#[public]` on `impl {Trait} for {Self}`, without `dyn`"
)]
pub trait Covers<Trait: ?Sized> {}

/// A contract whose calls come in where the guards begin. `#[portcullis::entrypoint]` on its struct implements it.
#[diagnostic::on_unimplemented(
    message = "calls of `{Self}` come in past the guards' entry point",
    label = "this contract has another entry point",
    note = "write `#[portcullis::entrypoint]` on `struct {Self}`, in place of `#[entrypoint]`"
)]
pub trait GuardedEntrypoint {}

/// The same for a contract with latched methods. `#[portcullis::entrypoint(latch)]` on its struct implements it.
#[diagnostic::on_unimplemented(
    message = "a method of `{Self}` is latched, and its entry point records no trips",
    label = "this contract's trips would not survive",
    note = "write `#[portcullis::entrypoint(latch)]` on `struct {Self}`, and `impl Latching for {Self}` to say what a violation does"
)]
pub trait LatchingEntrypoint {}
