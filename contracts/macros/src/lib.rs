//! The attributes of `portcullis`, which re-exports them. Use them from there.
//!
//! # Design
//! - **Leaving out is what does not compile.** Each attribute implements a marker trait of `portcullis::transition` and demands the other's, so a
//!   contract has both or none, and an `impl` block that takes calls without a guard is an error at the name that routes to it.
//! - The macros write calls of `portcullis::transition` and nothing clever: what a frame does is read, tested and measured there.
//! - A message says what to type.

mod entrypoint;
mod guarded;
mod layout;

use proc_macro::TokenStream;

/// Marks the struct of a contract whose calls pass through its guards, in place of the SDK's `#[entrypoint]`.
///
/// `#[portcullis::entrypoint(latch)]` is for a contract with latched methods: see [`guarded`].
///
/// It goes above `#[storage]`. The contract's `impl` block has to carry [`guarded`], or the contract does not compile.
#[proc_macro_attribute]
pub fn entrypoint(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entrypoint::expand(arguments.into(), item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes every call into an `impl` block pass through the guards that its methods declare. It goes above `#[public]`.
///
/// A method that takes `&mut self` says what guards it, or why none does:
///
/// ```text
/// #[guard(
///     enter(self.pauses.check(DEPOSITS, Kind::IncreaseRisk, LADDER)),   // asked before the body
///     outflow(asset, amount),                                           // a declared flow, charged before the body
///     keep(SOLVENCY: Solvent { asset, owed: self.owed(asset) }),        // an invariant over the whole transition
///     latch,                                                            // a violation outlives its revert
/// )]
/// #[exempt("the governor's; it moves nothing")]
/// ```
///
/// | item | what it does |
/// |---|---|
/// | `enter(check, …)` | before the body. Each is an expression of a `Result`; `self` and the arguments are in scope |
/// | `inflow(asset, amount)`, `outflow(asset, amount)` | a declared flow, charged before the body by the contract's `Inflows` or `Outflows`, or `Flows` for both |
/// | `inflow(asset)`, `outflow(asset)` | a measured flow: what the contract's balance gained or lost, charged after the body, unless nothing did |
/// | `keep(invariant, …)` | an `Invariant`: its snapshot before the body, its verdict after it. The expression is evaluated both times. They are asked as they are listed, and the first that is unmet is the error and, where it latches, the trip: what latches comes first |
/// | `leave(check, …)` | after the body |
/// | `lock` | nothing but the lock that every guarded method takes; for a method that has no other guard |
/// | `latch` | the body runs in a delegatecall to the contract, and a violation is recorded and returned as `false` |
///
/// `NAME: …` in front of what stands in one of these brackets names the guard: a constant of type `GuardId`, whose mode
/// (shadow, enforce, latch) the contract's `Moded` says. Checks run in the order enter, declared flows, snapshots; then the body; then invariants, measured
/// flows, leave.
///
/// A view (`&self`) that others price by is marked `#[settled]` and refuses in the middle of a transition. Other views and the constructor need no mark.
#[proc_macro_attribute]
pub fn guarded(arguments: TokenStream, item: TokenStream) -> TokenStream {
    guarded::expand(arguments.into(), item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Says where the fields of a storage struct lie, for `portcullis::layout`: its hash and its description. It goes above or below `#[storage]`.
///
/// Every field's type has a layout itself: the SDK's types and the guards have one, and a struct of your own takes this derive too.
#[proc_macro_derive(StorageLayout)]
pub fn storage_layout(item: TokenStream) -> TokenStream {
    layout::expand(item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
