//! Code, its kinds and its hashes.

use super::program;
use crate::{calldata, errors, sdk, sdk::VM, GuardError};
use alloc::vec::Vec;
use alloy_primitives::{b256, Address, B256};
use stylus_sdk::prelude::*;

errors! {
    /// There is no code.
    NoCode(account: Address);
    /// The account's code is a designator of EIP-7702: whoever has its key changes it at will.
    DelegatedAccount(account: Address);
    /// The code is a piece of a program and does not run by itself.
    NotRunnable(account: Address);
    /// The code is not the one that was approved.
    CodeDiffers(account: Address, expected: B256, found: B256);
    /// The program's fragments are not those that were approved.
    FragmentsDiffer(account: Address, expected: B256, found: B256);
    /// The program names more fragments than any chain takes.
    TooManyFragments(account: Address, count: u64);
    /// The implementation does not say that its storage is laid out as was approved.
    LayoutDiffers(account: Address, expected: B256, found: B256);
    /// The implementation says that it belongs behind another kind of proxy.
    NotProxiable(account: Address, found: B256);
}

/// Where ERC-1967 has the implementation, and what `proxiableUUID()` answers.
pub const ERC1967_IMPLEMENTATION: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// The most fragments that are read: Nitro takes two.
pub const MAX_FRAGMENTS: usize = 4;

/// What the code of a delegated account begins with.
const DESIGNATOR: [u8; 3] = [0xef, 0x01, 0x00];
/// What every Stylus code begins with, and the bytes after it of those that run; a fragment has 0x01.
const STYLUS: [u8; 2] = [0xef, 0xf0];
const PROGRAM: u8 = 0x00;
const ROOT: u8 = 0x02;
/// A root's prefix, its dictionary, and the length of its WASM. Addresses follow.
const ROOT_HEAD: usize = 8;
/// What answering a question about the code may take. A fallback function that writes uses up all that it gets.
const ANSWER_GAS: u64 = 200_000;

/// What kind of code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The EVM's.
    Evm,
    /// A Stylus program, in one contract or in fragments.
    Program,
}

/// What an implementation has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The hash of its code; of a root, where the program lies in fragments.
    pub code_hash: B256,
    /// [`fragments_hash`]; zero for what has none.
    pub fragments: B256,
    /// How many seconds a program has to have left at least.
    pub min_secs_left: u64,
}

/// Requires that what stands there is the expected code, runs, and is alive for long enough.
///
/// # Errors
/// Those of [`kind`] and [`fragments_hash`], [`CodeDiffers`], [`FragmentsDiffer`], [`ProgramInactive`](super::ProgramInactive),
/// [`ProgramExpiresSoon`](super::ProgramExpiresSoon).
#[inline(never)]
pub fn require_code(vm: &VM, account: Address, expected: &Expected) -> Result<Kind, GuardError> {
    let code = code_of(vm, account)?;
    let kind = kind_of(account, &code)?;
    let found = vm.code_hash(account);
    if found != expected.code_hash {
        let expected = expected.code_hash;
        return Err(CodeDiffers {
            account,
            expected,
            found,
        }
        .into());
    }
    let found = hash_of_fragments(vm, account, &code)?;
    if found != expected.fragments {
        let expected = expected.fragments;
        return Err(FragmentsDiffer {
            account,
            expected,
            found,
        }
        .into());
    }
    if kind == Kind::Program {
        program::require_alive(vm, account, expected.min_secs_left)?;
    }
    Ok(kind)
}

/// What kind of code stands there.
///
/// # Errors
/// [`NoCode`], [`DelegatedAccount`], [`NotRunnable`].
pub fn kind(vm: &VM, account: Address) -> Result<Kind, GuardError> {
    kind_of(account, &code_of(vm, account)?)
}

/// The hash of the fragments' code hashes in the root's order; zero for code that is no root.
///
/// # Errors
/// [`NoCode`] of the account or a fragment, [`TooManyFragments`].
pub fn fragments_hash(vm: &VM, account: Address) -> Result<B256, GuardError> {
    hash_of_fragments(vm, account, &code_of(vm, account)?)
}

/// Requires that the implementation names this as the hash of its storage's layout, by `storageLayoutHash()`. Zero asks nothing: for code that has no such function.
///
/// # Errors
/// [`LayoutDiffers`]; what does not answer with one word counts as zero.
pub fn require_layout(vm: &VM, account: Address, expected: B256) -> Result<(), GuardError> {
    if expected.is_zero() {
        return Ok(());
    }
    let found = asked(vm, account, &calldata!("storageLayoutHash")).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    Err(LayoutDiffers {
        account,
        expected,
        found,
    }
    .into())
}

/// Requires that an implementation which answers `proxiableUUID()` (ERC-1822) answers with the slot of ERC-1967; that it answers at all where it has to.
///
/// # Errors
/// [`NotProxiable`].
pub fn require_answers(vm: &VM, account: Address, has_to: bool) -> Result<(), GuardError> {
    match asked(vm, account, &calldata!("proxiableUUID")) {
        Some(found) if found != ERC1967_IMPLEMENTATION => Err(NotProxiable { account, found }.into()),
        None if has_to => {
            let found = B256::ZERO;
            Err(NotProxiable { account, found }.into())
        }
        _ => Ok(()),
    }
}

/// The hash of the code, and of its fragments.
///
/// # Errors
/// Those of [`fragments_hash`].
pub fn hashes(vm: &VM, account: Address) -> Result<[B256; 2], GuardError> {
    Ok([vm.code_hash(account), fragments_hash(vm, account)?])
}

/// Requires that there is code, of whatever kind.
///
/// # Errors
/// [`NoCode`].
pub fn require_some_code(vm: &VM, account: Address) -> Result<(), GuardError> {
    if vm.code_size(account) == 0 {
        return Err(NoCode { account }.into());
    }
    Ok(())
}

fn asked(vm: &VM, account: Address, question: &[u8]) -> Option<B256> {
    sdk::static_call_word_within(vm, ANSWER_GAS, account, question)
}

fn code_of(vm: &VM, account: Address) -> Result<Vec<u8>, GuardError> {
    let code = vm.code(account);
    if code.is_empty() {
        return Err(NoCode { account }.into());
    }
    Ok(code)
}

fn kind_of(account: Address, code: &[u8]) -> Result<Kind, GuardError> {
    if code.starts_with(&DESIGNATOR) {
        return Err(DelegatedAccount { account }.into());
    }
    match code.strip_prefix(&STYLUS) {
        None => Ok(Kind::Evm),
        Some([PROGRAM | ROOT, ..]) => Ok(Kind::Program),
        Some(_) => Err(NotRunnable { account }.into()),
    }
}

fn hash_of_fragments(vm: &VM, account: Address, code: &[u8]) -> Result<B256, GuardError> {
    let Some([ROOT, ..]) = code.strip_prefix(&STYLUS) else {
        return Ok(B256::ZERO);
    };
    // Activation has looked at the root's form. Bytes that make no whole address are none.
    let (addresses, _) = code.get(ROOT_HEAD..).unwrap_or_default().as_chunks::<20>();
    if addresses.len() > MAX_FRAGMENTS {
        let count = addresses.len() as u64;
        return Err(TooManyFragments { account, count }.into());
    }
    let mut hashes = Vec::with_capacity(32 * MAX_FRAGMENTS);
    for address in addresses {
        let account = Address::new(*address);
        if vm.code_size(account) == 0 {
            return Err(NoCode { account }.into());
        }
        hashes.extend_from_slice(vm.code_hash(account).as_slice());
    }
    Ok(vm.native_keccak256(&hashes))
}
