//! A chain for the council's tests: the precompiled contracts do what they do, contracts answer what a test has them answer, and people
//! sign with real keys.
//!
//! The SDK's own virtual machine answers every static call with what was mocked last. This one stands before it.

use super::*;
use crate::{
    authority::Governor,
    fixture::{chain, CALL, DAY, START},
    timelock::Timelock,
    GuardError,
};
use alloc::{boxed::Box, collections::BTreeMap, rc::Rc, vec, vec::Vec};
use alloy_primitives::{address, keccak256, Address, B256, U256};
use alloy_sol_types::{sol, SolCall};
use core::cell::{Cell, RefCell};
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use stylus_sdk::{prelude::*, testing::TestVM};

sol! {
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    function setMembers(address[] members, uint64 threshold) external;
    function cancelAction(bytes32 digest) external;
    function nameCommittee(address[] members, uint64 threshold, uint64 expiresAt) external;
}

pub(super) const ECRECOVER: Address = Address::with_last_byte(1);
pub(super) const P256_VERIFY: Address = address!("0x0000000000000000000000000000000000000100");
pub(super) const TARGET: Address = Address::repeat_byte(0x7a);

type Answer = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, Vec<u8>>>;

/// The chain.
#[derive(Clone)]
pub(crate) struct World(Rc<State>);

struct State {
    test: TestVM,
    contracts: RefCell<BTreeMap<Address, Answer>>,
    called: RefCell<BTreeMap<Address, Answer>>,
    answer: RefCell<Vec<u8>>,
    asked: RefCell<Vec<Address>>,
    flushed: Cell<u64>,
    cleared: Cell<u64>,
}

impl World {
    pub(crate) fn new(test: &TestVM) -> Self {
        let world = Self(Rc::new(State {
            test: test.clone(),
            contracts: RefCell::default(),
            called: RefCell::default(),
            answer: RefCell::default(),
            asked: RefCell::default(),
            flushed: Cell::default(),
            cleared: Cell::default(),
        }));
        world.answers(ECRECOVER, |data| Ok(recover(data).unwrap_or_default()));
        world.answers(P256_VERIFY, |data| Ok(verify_p256(data).unwrap_or_default()));
        world
    }

    /// From now on the contract answers so.
    pub(crate) fn answers(
        &self,
        contract: Address,
        answer: impl Fn(&[u8]) -> Result<Vec<u8>, Vec<u8>> + 'static,
    ) {
        self.0.contracts.borrow_mut().insert(contract, Box::new(answer));
    }

    /// From now on the contract answers a call that may change something so.
    pub(crate) fn obeys(
        &self,
        contract: Address,
        answer: impl Fn(&[u8]) -> Result<Vec<u8>, Vec<u8>> + 'static,
    ) {
        self.0.called.borrow_mut().insert(contract, Box::new(answer));
    }

    /// Whom somebody asked since the last time.
    pub(super) fn asked(&self) -> Vec<Address> {
        self.0.asked.take()
    }

    /// The status of a call that was answered so, with its length.
    fn answered(&self, answer: Result<Vec<u8>, Vec<u8>>, outs_len: &mut usize) -> u8 {
        let status = answer.is_err().into();
        let answer = answer.unwrap_or_else(|answer| answer);
        *outs_len = answer.len();
        self.0.answer.replace(answer);
        status
    }

    /// How often storage was written out.
    pub(crate) fn flushed(&self) -> u64 {
        self.0.flushed.get()
    }

    /// How often the cache of storage was dropped.
    pub(crate) fn cleared(&self) -> u64 {
        self.0.cleared.get()
    }
}

/// The precompiled contract 0x01, which takes a high s too.
fn recover(data: &[u8]) -> Option<Vec<u8>> {
    let v = U256::try_from_be_slice(&data[32..64])?;
    let recovery = RecoveryId::from_byte(u8::try_from(v).ok()?.checked_sub(27)?)?;
    let signature = Signature::from_slice(&data[64..128]).ok()?;
    let (signature, recovery) = match signature.normalize_s() {
        Some(low) => (
            low,
            RecoveryId::new(!recovery.is_y_odd(), recovery.is_x_reduced()),
        ),
        None => (signature, recovery),
    };
    let key = VerifyingKey::recover_from_prehash(&data[..32], &signature, recovery).ok()?;
    Some(Address::from_public_key(&key).into_word().to_vec())
}

/// The precompiled contract 0x100.
fn verify_p256(data: &[u8]) -> Option<Vec<u8>> {
    if data.len() != 160 {
        return None;
    }
    let point = [&[4], &data[96..]].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
    let signature = p256::ecdsa::Signature::from_slice(&data[32..96]).ok()?;
    key.verify_prehash(&data[..32], &signature).ok()?;
    Some(B256::with_last_byte(1).to_vec())
}

/// Who can approve.
pub(super) struct Person {
    pub(super) address: Address,
    key: Key,
}

enum Key {
    Account(SigningKey),
    Passkey(p256::ecdsa::SigningKey),
    /// A contract that takes [`Person::mark`] for its signature.
    Wallet,
}

impl Person {
    pub(super) fn account(secret: u8) -> Self {
        let key = SigningKey::from_slice(&[secret; 32]).unwrap();
        Self {
            address: Address::from_private_key(&key),
            key: Key::Account(key),
        }
    }

    pub(super) fn passkey(secret: u8) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[secret; 32]).unwrap();
        let point = key.verifying_key().to_encoded_point(false);
        Self {
            address: Address::from_word(keccak256(&point.as_bytes()[1..])),
            key: Key::Passkey(key),
        }
    }

    pub(super) fn wallet(world: &World, address: Address) -> Self {
        world.answers(address, move |data| {
            let call = isValidSignatureCall::abi_decode(data).map_err(|_| vec![])?;
            let good = call.signature == Self::mark(address, call.hash);
            Ok(if good { magic() } else { vec![0; 32] })
        });
        Self {
            address,
            key: Key::Wallet,
        }
    }

    /// What a wallet takes for its signature: of a length that is no whole number of words.
    pub(super) fn mark(wallet: Address, digest: B256) -> Vec<u8> {
        [wallet.as_slice(), digest.as_slice()].concat()
    }

    /// The whole entry with which it approves the digest.
    pub(super) fn entry(&self, digest: B256) -> Vec<u8> {
        match &self.key {
            Key::Account(key) => {
                let (signature, recovery) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
                let signature: [u8; 64] = signature.to_bytes().into();
                ecdsa(&signature, 27 + recovery.to_byte())
            }
            Key::Passkey(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                let signature: p256::ecdsa::Signature = key.sign_prehash(digest.as_slice()).unwrap();
                [&[4], &point.as_bytes()[1..], &signature.to_bytes()].concat()
            }
            Key::Wallet => contract(self.address, &Self::mark(self.address, digest)),
        }
    }
}

pub(super) fn ecdsa(signature: &[u8; 64], v: u8) -> Vec<u8> {
    [&[1], &signature[..], &[v]].concat()
}

pub(super) fn on_chain(member: Address) -> Vec<u8> {
    [&[2], member.as_slice()].concat()
}

pub(super) fn contract(member: Address, signature: &[u8]) -> Vec<u8> {
    let length = u16::try_from(signature.len()).unwrap().to_be_bytes();
    [&[3], member.as_slice(), &length, signature].concat()
}

/// The answer of ERC-1271 to a signature that is good.
pub(super) fn magic() -> Vec<u8> {
    let mut word = vec![0x16, 0x26, 0xba, 0x7e];
    word.resize(32, 0);
    word
}

/// A contract with everything of the module.
#[storage]
pub(super) struct House {
    pub(super) timelock: Timelock,
    pub(super) council: CouncilApprovals,
    pub(super) committee: EmergencyCommittee,
}

/// A contract whose council is five, of whom three have to approve, and who may be a part of it.
pub(super) struct Setting {
    pub(super) test: TestVM,
    pub(super) world: World,
    pub(super) house: House,
    pub(super) governor: Governor,
    /// The members, ascending: three accounts, a passkey and a wallet.
    pub(super) people: Vec<Person>,
}

/// Nobody is named yet.
pub(super) fn bare() -> Setting {
    let (test, governor) = chain();
    let world = World::new(&test);
    let mut people = vec![
        Person::account(1),
        Person::account(2),
        Person::account(3),
        Person::passkey(4),
        Person::wallet(&world, Address::repeat_byte(0x5a)),
    ];
    people.sort_by_key(|person| person.address);
    Setting {
        house: House::from(&world),
        test,
        world,
        governor,
        people,
    }
}

/// The council is named.
pub(super) fn setting() -> Setting {
    let mut setting = bare();
    let members = setting.members();
    setting.house.council.initialize(&members, 3).unwrap();
    setting
}

impl Setting {
    pub(super) fn members(&self) -> Vec<Address> {
        self.people.iter().map(|person| person.address).collect()
    }

    /// The member that signs as this kind: 0 an account, 1 a passkey, 2 a wallet.
    pub(super) fn person(&self, kind: usize) -> &Person {
        self.people
            .iter()
            .find(|person| match person.key {
                Key::Account(_) => kind == 0,
                Key::Passkey(_) => kind == 1,
                Key::Wallet => kind == 2,
            })
            .unwrap()
    }

    /// The entries of these people, for this digest.
    pub(super) fn entries(&self, people: &[usize], digest: B256) -> Vec<u8> {
        let entries = people.iter().map(|person| self.people[*person].entry(digest));
        entries.flatten().collect()
    }

    /// The first three members' approvals of an action.
    pub(super) fn approvals(&self, action: &Action<'_>) -> Vec<u8> {
        self.entries(&[0, 1, 2], self.house.council.digest(action))
    }

    /// Has the first three members authorise it.
    pub(super) fn authorize<'a>(&mut self, action: Action<'a>) -> Result<Authorized<'a>, GuardError> {
        let approvals = self.approvals(&action);
        self.house.council.authorize(action, &approvals)
    }

    /// Has the council act on the contract itself.
    pub(super) fn act(&mut self, nonce: u64, call: &[u8]) -> Result<(), GuardError> {
        let epoch = self.house.council.terms().unwrap().epoch();
        let action = Action {
            target: self.test.contract_address(),
            value: U256::ZERO,
            call,
            nonce: U256::from(nonce),
            epoch: U256::from(epoch),
            ..action()
        };
        let authorized = self.authorize(action)?;
        self.house.council.carry_out(authorized)
    }
}

/// An action of the first epoch, from [`START`] on for a day.
pub(super) fn action() -> Action<'static> {
    Action {
        target: TARGET,
        value: U256::from(5),
        call: CALL,
        nonce: U256::from(77),
        epoch: U256::ONE,
        valid_after: START,
        valid_before: START + DAY,
    }
}

pub(super) fn set_members(members: &[Address], threshold: u64) -> Vec<u8> {
    let members = members.to_vec();
    setMembersCall { members, threshold }.abi_encode()
}

pub(super) fn cancel_action(digest: B256) -> Vec<u8> {
    cancelActionCall { digest }.abi_encode()
}

impl Host for World {}

// SAFETY: as the trait says, of the pointers that are handed in.
unsafe impl UnsafeCallAccess for World {
    unsafe fn call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: *const u8,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the caller says that they are 20 bytes and as many as are said.
        let (callee, input) = unsafe {
            (
                Address::from_slice(core::slice::from_raw_parts(to, 20)),
                core::slice::from_raw_parts(data, data_len),
            )
        };
        if let Some(answer) = self.0.called.borrow().get(&callee) {
            return self.answered(answer(input), outs_len);
        }
        // SAFETY: the caller's pointers are handed on.
        unsafe {
            self.0
                .test
                .call_contract(to, data, data_len, value, gas, outs_len)
        }
    }

    unsafe fn static_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the caller says that they are 20 bytes and as many as are said.
        let (to, data) = unsafe {
            (
                Address::from_slice(core::slice::from_raw_parts(to, 20)),
                core::slice::from_raw_parts(data, data_len),
            )
        };
        self.0.asked.borrow_mut().push(to);
        let contracts = self.0.contracts.borrow();
        // Without code a call succeeds, and answers nothing.
        let answer = contracts.get(&to).map_or(Ok(vec![]), |answer| answer(data));
        self.answered(answer, outs_len)
    }

    unsafe fn delegate_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the caller's pointers are handed on.
        unsafe {
            self.0
                .test
                .delegate_call_contract(to, data, data_len, gas, outs_len)
        }
    }
}

impl CalldataAccess for World {
    fn read_args(&self, len: usize) -> Vec<u8> {
        self.0.test.read_args(len)
    }

    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        let answer = self.0.answer.borrow();
        let bytes = answer.iter().skip(offset).take(size.unwrap_or(usize::MAX));
        bytes.copied().collect()
    }

    fn return_data_size(&self) -> usize {
        self.0.answer.borrow().len()
    }

    fn write_result(&self, data: &[u8]) {
        self.0.test.write_result(data);
    }
}

impl StorageAccess for World {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        self.0.test.storage_load_bytes32(key)
    }

    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        // SAFETY: as the caller says.
        unsafe { self.0.test.storage_cache_bytes32(key, value) };
    }

    fn flush_cache(&self, clear: bool) {
        self.0.flushed.set(self.0.flushed.get() + 1);
        self.0.cleared.set(self.0.cleared.get() + u64::from(clear));
        self.0.test.flush_cache(clear);
    }
}

// SAFETY: as the trait says, of the pointers that are handed in.
unsafe impl UnsafeDeploymentAccess for World {
    unsafe fn create1(&self, _: *const u8, _: usize, _: *const u8, _: *mut u8, _: *mut usize) {
        unimplemented!("nothing here deploys")
    }

    unsafe fn create2(&self, _: *const u8, _: usize, _: *const u8, _: *const u8, _: *mut u8, _: *mut usize) {
        unimplemented!("nothing here deploys")
    }
}

/// What is handed on as it is.
macro_rules! handed_on {
    ($($access:ident { $(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)* })*) => {$(
        impl $access for World {
            $(fn $name(&self $(, $argument: $type)*) $(-> $result)? {
                self.0.test.$name($($argument),*)
            })*
        }
    )*};
}

handed_on! {
    CryptographyAccess {
        fn native_keccak256(input: &[u8]) -> B256;
    }
    BlockAccess {
        fn block_basefee() -> U256;
        fn block_coinbase() -> Address;
        fn block_number() -> u64;
        fn block_timestamp() -> u64;
        fn block_gas_limit() -> u64;
    }
    ChainAccess {
        fn chain_id() -> u64;
    }
    AccountAccess {
        fn balance(account: Address) -> U256;
        fn contract_address() -> Address;
        fn code(account: Address) -> Vec<u8>;
        fn code_size(account: Address) -> usize;
        fn code_hash(account: Address) -> B256;
    }
    MemoryAccess {
        fn pay_for_memory_grow(pages: u16);
    }
    MessageAccess {
        fn msg_sender() -> Address;
        fn msg_reentrant() -> bool;
        fn msg_value() -> U256;
        fn tx_origin() -> Address;
    }
    MeteringAccess {
        fn evm_gas_left() -> u64;
        fn evm_ink_left() -> u64;
        fn tx_gas_price() -> U256;
        fn tx_ink_price() -> u32;
    }
    RawLogAccess {
        fn emit_log(input: &[u8], num_topics: usize);
        fn raw_log(topics: &[B256], data: &[u8]) -> Result<(), &'static str>;
    }
}
