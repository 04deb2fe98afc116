//! The one place that knows which line of the SDK this is, and what the SDK does not wrap.

use crate::abi::{self, Event, Word};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{prelude::*, storage::StorageType};

/// The chain as a contract sees it.
pub use stylus_sdk::host::VM;

/// Emits an event.
pub fn emit<E: Event>(vm: &VM, event: E) {
    vm.emit_log(&event.encode(), E::TOPICS);
}

/// The most bytes that are read of what another contract returns, unless more are asked for. One word holds nearly every answer; a longer
/// one would only cost the caller gas.
const ANSWER_BYTES: usize = 32;

/// Calls another contract with value and all gas. Storage is written out and the cache of it dropped before, so that a call back
/// finds this contract as it is, and what it changes is seen after.
///
/// Returns the first bytes of the answer, or none when the call fails.
pub fn call(vm: &VM, to: Address, value: U256, data: &[u8]) -> Option<Vec<u8>> {
    call_with_gas(vm, to, value, u64::MAX, data)
}

/// The same with so much gas and no more.
pub fn call_with_gas(vm: &VM, to: Address, value: U256, gas: u64, data: &[u8]) -> Option<Vec<u8>> {
    vm.flush_cache(true);
    let value = B256::from(value);
    let mut answer_bytes = 0;
    // SAFETY: the pointers are to 20 bytes, to as many as are said, and to 32. No reference into storage outlives the
    // call, and the cache of it is dropped.
    let status = unsafe {
        vm.call_contract(
            to.as_ptr(),
            data.as_ptr(),
            data.len(),
            value.as_ptr(),
            gas,
            &mut answer_bytes,
        )
    };
    answer(vm, status, ANSWER_BYTES)
}

/// Calls another contract that is expected to revert, and returns the first bytes of what it reverts with; nothing when it does not.
pub fn call_reverted(vm: &VM, to: Address, data: &[u8], most_bytes: usize) -> Vec<u8> {
    match call(vm, to, U256::ZERO, data) {
        Some(_) => Vec::new(),
        None => vm.read_return_data(0, Some(most_bytes)),
    }
}

/// Deploys a contract with this EVM code, which returns the contract's own. None when that fails.
pub fn create(vm: &VM, init_code: &[u8]) -> Option<Address> {
    vm.flush_cache(true);
    let value = B256::ZERO;
    let mut contract = Address::ZERO;
    let mut revert_bytes = 0;
    // SAFETY: the pointers are to as many bytes as are said, to 32, and to 20 that are written. No reference into storage outlives the call, and the cache of it is dropped.
    unsafe {
        vm.create1(
            init_code.as_ptr(),
            init_code.len(),
            value.as_ptr(),
            contract.as_mut_ptr(),
            &mut revert_bytes,
        );
    }
    (!contract.is_zero()).then_some(contract)
}

/// Asks another contract, which can change nothing.
///
/// Returns the first bytes of the answer, or none when the call fails.
pub fn static_call(vm: &VM, to: Address, data: &[u8]) -> Option<Vec<u8>> {
    let (status, _) = ask(vm, to, data);
    answer(vm, status, ANSWER_BYTES)
}

/// The same for an answer of several words. Returns as many bytes of it as there are, up to these words.
pub fn static_call_words(vm: &VM, to: Address, data: &[u8], words: usize) -> Option<Vec<u8>> {
    let (status, _) = ask(vm, to, data);
    answer(vm, status, words.saturating_mul(ANSWER_BYTES))
}

/// The same for an answer of any length, and a refusal of any length.
///
/// Returns whether it succeeded, and all that it answered.
#[inline(never)]
pub fn static_call_all(vm: &VM, to: Address, data: &[u8]) -> (bool, Vec<u8>) {
    let (status, _) = ask(vm, to, data);
    (status == 0, vm.read_return_data(0, None))
}

/// Asks another contract for one word, and can change nothing.
///
/// Returns none when the call fails, or when the answer is of any other length.
pub fn static_call_word(vm: &VM, to: Address, data: &[u8]) -> Option<B256> {
    static_call_word_within(vm, u64::MAX, to, data)
}

/// The same with no more than so much gas: for somebody who may not know the question, and uses up whatever it gets.
// In place: a program asks in one of the two ways.
#[inline(always)]
pub fn static_call_word_within(vm: &VM, gas: u64, to: Address, data: &[u8]) -> Option<B256> {
    let (status, answer_bytes) = ask_within(vm, gas, to, data);
    if answer_bytes != ANSWER_BYTES {
        return None;
    }
    B256::try_from(answer(vm, status, ANSWER_BYTES)?.as_slice()).ok()
}

/// The status of a static call, and how long its answer is.
// In place: most programs ask in one of the three ways above, and pay for no other.
#[inline(always)]
fn ask(vm: &VM, to: Address, data: &[u8]) -> (u8, usize) {
    ask_within(vm, u64::MAX, to, data)
}

#[inline(always)]
fn ask_within(vm: &VM, gas: u64, to: Address, data: &[u8]) -> (u8, usize) {
    // Written out, as the other contract may ask this one; not dropped, as nothing can change.
    vm.flush_cache(false);
    let mut answer_bytes = 0;
    // SAFETY: the pointers are to 20 bytes and to as many as are said. A static call changes no storage.
    let status =
        unsafe { vm.static_call_contract(to.as_ptr(), data.as_ptr(), data.len(), gas, &mut answer_bytes) };
    (status, answer_bytes)
}

#[inline(always)]
fn answer(vm: &VM, status: u8, most_bytes: usize) -> Option<Vec<u8>> {
    (status == 0).then(|| vm.read_return_data(0, Some(most_bytes)))
}

/// Calls the contract's own address by delegatecall, with the same caller and value. Storage is written out and the cache of it dropped before.
///
/// Returns whether it succeeded, and all that it answered.
#[inline(never)]
pub fn delegate_call_self(vm: &VM, gas: u64, data: &[u8]) -> (bool, Vec<u8>) {
    delegate_call(vm, vm.contract_address(), gas, data)
}

/// Runs another contract's code in this one's storage by delegatecall, with the same caller and value. Storage is written out and the cache of it dropped
/// before. To an address without code it succeeds, and nothing happens.
///
/// Returns whether it succeeded, and all that it answered.
// In place: a contract calls itself in this way or others, and hardly both.
#[inline(always)]
pub fn delegate_call(vm: &VM, to: Address, gas: u64, data: &[u8]) -> (bool, Vec<u8>) {
    vm.flush_cache(true);
    let mut answer_bytes = 0;
    // SAFETY: the pointers are to 20 bytes and to as many as are said. No reference into storage outlives the call, and the cache of it
    // is dropped.
    let status =
        unsafe { vm.delegate_call_contract(to.as_ptr(), data.as_ptr(), data.len(), gas, &mut answer_bytes) };
    (status == 0, vm.read_return_data(0, None))
}

/// What the frame of a call notes for the entry point of the same call. It lives in the program's memory, which each call has anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Nothing.
    None,
    /// The method is latched, and this is not its body.
    BodyWanted,
    /// This is the body of a latched method.
    Body,
    /// It is, and the guard of this number was violated.
    Violated(u8),
}

/// Notes something, in place of what was noted before.
pub(crate) fn note(note: Note) {
    memory::set(match note {
        Note::None => 0,
        Note::BodyWanted => 1,
        Note::Body => 2,
        Note::Violated(guard) => 0x100 | u32::from(guard),
    });
}

/// What was noted last in this call.
pub(crate) fn noted() -> Note {
    match memory::get() {
        0 => Note::None,
        1 => Note::BodyWanted,
        2 => Note::Body,
        number => {
            let [.., guard] = number.to_be_bytes();
            Note::Violated(guard)
        }
    }
}

/// A word of the contract's transient storage: it lives as long as the transaction.
pub fn transient_load(key: &B256) -> B256 {
    transient::load(key)
}

/// Sets a word of the contract's transient storage. A revert of the call takes it back.
pub fn transient_store(key: &B256, value: &B256) {
    transient::store(key, value);
}

/// Where a guard stands in its contract's storage: a field that takes a slot, in which nothing is kept.
///
/// Transient storage has one room for the whole contract. A guard's keys there are made of its place, or two guards of a kind would share.
pub struct Place(U256);

impl Place {
    /// The key of what a module keeps of `parts`, at this place.
    #[inline(never)]
    pub fn key(&self, vm: &VM, module: &B256, parts: &[&dyn Word]) -> B256 {
        let mut data = abi::encode(module.as_slice(), &[&self.0]);
        for part in parts {
            part.append(&mut data);
        }
        vm.native_keccak256(&data)
    }
}

impl StorageType for Place {
    type Wraps<'a>
        = U256
    where
        Self: 'a;
    type WrapsMut<'a>
        = U256
    where
        Self: 'a;

    unsafe fn new(slot: U256, _offset: u8, _host: VM) -> Self {
        Self(slot)
    }

    fn load<'s>(self) -> U256
    where
        Self: 's,
    {
        self.0
    }

    fn load_mut<'s>(self) -> U256
    where
        Self: 's,
    {
        self.0
    }
}

/// Another transaction begins: what is transient is gone.
#[cfg(test)]
pub(crate) fn next_transaction() {
    transient::clear();
}

/// All that is transient, but for words that were set to zero.
#[cfg(test)]
pub(crate) fn transient_words() -> std::collections::BTreeMap<B256, B256> {
    transient::all()
        .into_iter()
        .filter(|(_, word)| !word.is_zero())
        .collect()
}

/// A number in the program's memory.
#[cfg(target_arch = "wasm32")]
mod memory {
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    static NUMBER: AtomicU32 = AtomicU32::new(0);

    pub(super) fn set(number: u32) {
        NUMBER.store(number, Relaxed);
    }

    pub(super) fn get() -> u32 {
        NUMBER.load(Relaxed)
    }
}

/// Off chain: a number in the thread.
#[cfg(not(target_arch = "wasm32"))]
mod memory {
    use core::cell::Cell;

    std::thread_local! {
        static NUMBER: Cell<u32> = const { Cell::new(0) };
    }

    pub(super) fn set(number: u32) {
        NUMBER.set(number);
    }

    pub(super) fn get() -> u32 {
        NUMBER.get()
    }
}

/// The host functions, which the SDK does not bind.
#[cfg(target_arch = "wasm32")]
mod transient {
    use alloy_primitives::B256;

    #[link(wasm_import_module = "vm_hooks")]
    extern "C" {
        fn transient_load_bytes32(key: *const u8, dest: *mut u8);
        fn transient_store_bytes32(key: *const u8, value: *const u8);
    }

    pub(super) fn load(key: &B256) -> B256 {
        let mut value = B256::ZERO;
        // SAFETY: the host reads 32 bytes at the one and writes 32 at the other, and both are that long.
        unsafe { transient_load_bytes32(key.as_ptr(), value.as_mut_ptr()) };
        value
    }

    pub(super) fn store(key: &B256, value: &B256) {
        // SAFETY: the host reads 32 bytes at each, and both are that long.
        unsafe { transient_store_bytes32(key.as_ptr(), value.as_ptr()) };
    }
}

/// Off chain: a map in the thread, for one contract, and without the roll-back of a revert.
#[cfg(not(target_arch = "wasm32"))]
mod transient {
    use alloy_primitives::B256;
    use core::cell::RefCell;
    use std::collections::BTreeMap;

    std::thread_local! {
        static WORDS: RefCell<BTreeMap<B256, B256>> = const { RefCell::new(BTreeMap::new()) };
    }

    pub(super) fn load(key: &B256) -> B256 {
        WORDS.with(|words| words.borrow().get(key).copied().unwrap_or_default())
    }

    pub(super) fn store(key: &B256, value: &B256) {
        WORDS.with(|words| words.borrow_mut().insert(*key, *value));
    }

    #[cfg(test)]
    pub(super) fn clear() {
        WORDS.with(|words| words.borrow_mut().clear());
    }

    #[cfg(test)]
    pub(super) fn all() -> BTreeMap<B256, B256> {
        WORDS.with(|words| words.borrow().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        council::world::World,
        fixture::{chain, OTHER, TOKEN},
    };
    use alloc::{boxed::Box, vec};

    fn world() -> (World, VM) {
        let (test, _) = chain();
        let world = World::new(&test);
        let host = Box::new(world.clone());
        (world, VM { host })
    }

    /// Two words that differ.
    fn two_words() -> Vec<u8> {
        [[1; 32], [2; 32]].concat()
    }

    #[test]
    fn storage_is_written_out_before_a_call_and_dropped_where_the_call_may_change_it() {
        let (world, vm) = world();
        let seen = world.clone();
        let so_far = move |_: &[u8]| Ok(vec![seen.flushed() as u8, seen.cleared() as u8]);
        world.answers(TOKEN, so_far.clone());
        world.obeys(TOKEN, so_far);
        assert_eq!(static_call(&vm, TOKEN, &[]), Some(vec![1, 0]));
        assert_eq!(static_call_words(&vm, TOKEN, &[], 2), Some(vec![2, 0]));
        assert_eq!(call(&vm, TOKEN, U256::ZERO, &[]), Some(vec![3, 1]));
        assert_eq!(static_call_word(&vm, TOKEN, &[]), None);
        assert_eq!((world.flushed(), world.cleared()), (4, 1));
        let (done, _) = delegate_call_self(&vm, 1, &[]);
        assert_eq!((done, world.flushed(), world.cleared()), (true, 5, 2));
    }

    #[test]
    fn of_an_answer_as_much_is_read_as_was_asked_for() {
        let (world, vm) = world();
        world.answers(TOKEN, |_| Ok(two_words()));
        world.obeys(TOKEN, |_| Ok(two_words()));
        assert_eq!(call(&vm, TOKEN, U256::ZERO, &[]), Some(vec![1; 32]));
        assert_eq!(static_call(&vm, TOKEN, &[]), Some(vec![1; 32]));
        assert_eq!(static_call_words(&vm, TOKEN, &[], 2), Some(two_words()));
        assert_eq!(static_call_words(&vm, TOKEN, &[], 3), Some(two_words()));
        assert_eq!(static_call_words(&vm, TOKEN, &[], usize::MAX), Some(two_words()));
        world.answers(OTHER, |_| Err(two_words()));
        world.obeys(OTHER, |_| Err(two_words()));
        assert_eq!(call(&vm, OTHER, U256::ZERO, &[]), None);
        assert_eq!(static_call(&vm, OTHER, &[]), None);
        assert_eq!(static_call_words(&vm, OTHER, &[], 2), None);
    }

    #[test]
    fn a_word_is_an_answer_of_32_bytes_and_of_no_other_length() {
        let (world, vm) = world();
        for (length, word) in [
            (0, None),
            (31, None),
            (32, Some(B256::repeat_byte(1))),
            (33, None),
            (64, None),
        ] {
            world.answers(TOKEN, move |_| Ok(vec![1; length]));
            assert_eq!(static_call_word(&vm, TOKEN, &[]), word, "{length}");
        }
        world.answers(TOKEN, |_| Err(vec![1; 32]));
        assert_eq!(static_call_word(&vm, TOKEN, &[]), None);
    }

    #[test]
    fn a_place_has_keys_of_its_own_for_each_module_and_for_each_of_its_parts() {
        let (_, vm) = world();
        // SAFETY: nothing is kept in it.
        let place = |slot| unsafe { Place::new(slot, 0, vm.clone()) };
        let (one, two) = (place(U256::ONE), place(U256::from(2)));
        let (module, other) = (B256::repeat_byte(1), B256::repeat_byte(2));
        let keys = [
            one.key(&vm, &module, &[]),
            two.key(&vm, &module, &[]),
            one.key(&vm, &other, &[]),
            one.key(&vm, &module, &[&TOKEN]),
            one.key(&vm, &module, &[&OTHER]),
            one.key(&vm, &module, &[&TOKEN, &OTHER]),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{index}");
            assert_ne!(*key, B256::ZERO);
        }
    }

    #[test]
    fn what_was_noted_last_is_what_is_read() {
        for last in [
            Note::BodyWanted,
            Note::Body,
            Note::Violated(0),
            Note::Violated(2),
            Note::Violated(255),
            Note::None,
        ] {
            note(last);
            assert_eq!(noted(), last);
        }
    }
}
