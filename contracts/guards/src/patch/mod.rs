//! The patch manager: fixing what runs behind a proxy, under fire, without becoming the exploit.
//!
//! [`portcullis_core::patch`] is the life of a patch and what has to hold over it. Here are the terms that are approved ([`Terms`]), the proxies ([`Switch`]), the checks ([`Checks`]), and who may
//! take which step ([`PatchManager`]).
//!
//! | who | may |
//! |---|---|
//! | governor | put a patch on record, reveal it; take a proxy into care; name sentinels, which waits, and arm them again |
//! | attesters, a council's contract: M of N | approve, cancel, dismiss a sentinel |
//! | guardian, or governor | arm and apply what is approved and has waited, cancel, roll back in probation, dismiss a sentinel |
//! | guardian alone | end a probation early |
//! | a sentinel | restrict a group of a proxy's functions, once until it is armed again and within a budget ([`PatchManager::sentinel_restrict`]) |
//! | anyone | try a patch ([`PatchManager::canary`]), freeze what an approved one says, keep a program alive |
//!
//! # Design
//! - **What is approved is everything**: chain, manager, proxy, the implementation that it replaces and the new one, the hashes of its code, of each fragment's, of the layout of the storage before and after, of the
//!   data of its initialisation and of the checks; and its path, its way back, what it freezes. All of it is the identifier. The same implementation with other data is another patch.
//! - **Looked at again when it is applied**: code, fragments, life of a program, layout ([`crate::implementation`]), and that the implementation runs which is replaced.
//! - **One call, or nothing**: look, ask the checks, switch, initialise, look whether it can be initialised again, ask again. What does not hold reverts all of it, to the last word.
//! - **What a patch would do anyone can try at any time**, by the same code ([`PatchManager::canary`]), which always reverts.
//! - **A stranger asks**, a contract without rights: what a proxy answers its administrator proves nothing.
//! - **An initialiser has to be locked**: on the implementation itself before the switch (Wormhole's), and behind the proxy after it (Audius'). So the data of an initialisation is never accepted
//!   twice; a call that is to be repeated does not belong there.
//! - **Handing a proxy over to another administrator is a patch**, with all its waiting: whoever administers can run anything.
//! - **Going back is one step, once**: to code that is what it was when it ran, alive, and with the layout that the terms name. What the new version wrote stays: that the old can live with it is what
//!   attesters approve with the two layouts.
//! - A freeze is part of the terms, or a sentinel's, and ends by itself. It shortens nothing.
//!
//! # Trust assumptions
//! - Fewer than the attesters' threshold are dishonest. Approved code can do everything.
//! - The contract is the administrator or owner of its proxies and of nothing else that an implementation could ask of it, and holds its lock over [`PatchManager::apply`], [`PatchManager::canary`] and
//!   [`PatchManager::roll_back`].
//! - Of a UUPS proxy nothing tells on chain what runs: that it is owned by this contract from the day on which it was taken into care, and ran what was named then, the governor says.
//!
//! # The attack
//! The fix is the exploit: a storage word that collides (Audius 2022), a root of zero that becomes acceptable (Nomad 2022), an implementation that anybody initialises (Wormhole 2022), a market
//! whose price reverts (Compound's proposal 117), a program that has expired; or somebody with a key has code run that nobody read.

mod checks;
mod events;
mod manager;
mod policy;
mod proxy;
mod refusals;
mod site;
mod stranger;
mod terms;

pub use checks::{Check, Checks, Rule, MAX_CHECKS};
pub use events::*;
pub use manager::{Attesters, Canceller, Parts, PatchManager, PatchStatus, SentinelStatus};
pub use policy::{PatchPolicy, MOST_SECS_LEFT};
pub use proxy::Switch;
pub use refusals::*;
pub use site::Site;
pub use terms::{Act, Terms};

#[cfg(test)]
mod tests;
