//! A contract whose body does what its caller says: it sets a word and calls whom it is told, in the middle of a transition.
//! What stands around the body is what `tests/frame.rs` looks at.

#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    asset::ETH,
    authority::Authority,
    breaker_guard::BreakerGuard,
    calldata,
    core_types::{
        breaker::{Config, Kind, Measure, Recovery, Rung, Target},
        mode::{GuardId, Mode, Modes},
    },
    errors,
    guard_modes::GuardModes,
    guarded,
    invariant::{check, evaluated, Invariant, Unanswered, Unmet},
    scope_key::Scope,
    sdk::VM,
    shared_lock::{self, SharedLock},
    timelock::Timelock,
    transition::{Flows, Latching, Moded, Violation, ViolationRecord},
    GuardError,
};
use stylus_sdk::{
    call::RawCall,
    prelude::*,
    storage::{StorageMap, StorageU256},
};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

errors! {
    /// The word is larger than the ceiling, and was not before.
    AboveCeiling(before: U256, after: U256, ceiling: U256);
    /// There is no such guard or mode.
    UnknownMode(guard: u8, mode: u8);
    /// What one method charges is more than this probe lets pass.
    FlowTooLarge(amount: U256);
    /// A charge of nothing: none is made for what was measured and did not move.
    FlowOfNothing();
    /// The contract that was asked says so.
    NotWell(answer: U256);
    /// It is an odd word, which this probe refuses and does not hold for harm.
    Odd(word: U256);
}

/// The invariant with a name.
pub const CEILING: GuardId = GuardId::of::<1>();
/// The flow with a name.
pub const FLOW: GuardId = GuardId::of::<2>();
/// The largest word that is allowed.
pub const MOST: U256 = U256::from_limbs([100, 0, 0, 0]);
/// The largest flow.
pub const LARGEST_FLOW: U256 = U256::from_limbs([1_000, 0, 0, 0]);

/// The word does not rise above [`MOST`].
struct Ceiling(U256);

impl Invariant for Ceiling {
    type Before = U256;

    fn before(&self, _vm: &VM) -> Result<U256, Unmet> {
        Ok(self.0)
    }

    fn after(&self, _vm: &VM, before: U256) -> Result<(), Unmet> {
        if self.0 <= MOST {
            return Ok(());
        }
        let (after, ceiling) = (self.0, MOST);
        let error = AboveCeiling {
            before,
            after,
            ceiling,
        };
        Err(Unmet::broken(GuardError::own(error)))
    }
}

/// The word is even: refused and no violation.
fn even(word: U256) -> impl Invariant {
    check(move |_| {
        if word.bit(0) {
            Err(Unmet::refused(GuardError::own(Odd { word })))
        } else {
            Ok(())
        }
    })
}

/// What a contract answers, whatever it is asked.
fn word_of(vm: &VM, contract: Address) -> Result<U256, GuardError> {
    let answer = portcullis::sdk::static_call_word(vm, contract, &[]);
    answer
        .map(Into::into)
        .ok_or_else(|| Unanswered { contract }.into())
}

/// A breaker that freezes for an hour.
const CONFIG: Config = Config {
    throttle_bps: 2_500,
    exit_bps: 500,
    dwell_secs: 600,
    expiry_secs: 3_600,
    ramp_secs: 600,
    decision_secs: 86_400,
    recovery: Recovery::Ramped,
    freezes: 2,
    freeze_back_secs: 86_400,
    measure: Measure::Part,
    trip_at_bps: 3_000,
    calm_below_bps: 1_000,
};

/// The probe.
#[portcullis::entrypoint(latch)]
#[storage]
pub struct Probe {
    authority: Authority,
    timelock: Timelock,
    modes: GuardModes,
    breakers: BreakerGuard,
    violations: ViolationRecord,
    word: StorageU256,
    moved: StorageMap<B256, StorageU256>,
    shared: SharedLock,
}

fn scope() -> Scope {
    Scope::asset(ETH)
}

#[guarded]
#[public]
impl Probe {
    /// Sets the breaker, and names the governor.
    #[constructor]
    pub fn constructor(&mut self, governor: Address) -> Result<(), Vec<u8>> {
        let founder = self.authority.founder()?;
        let change = self.timelock.change(&founder, &[]);
        self.breakers.configure_default(change, CONFIG)?;
        Ok(self.authority.initialize(governor, governor)?)
    }

    /// Sets the word, and calls a target with data, with what it is told of the value.
    #[payable]
    #[guard(
        enter(self.breakers.check(scope(), Kind::IncreaseRisk)),
        keep(CEILING: Ceiling(self.word.get())),
        latch
    )]
    pub fn act(&mut self, word: U256, target: Address, value: U256, data: Blob) -> Result<bool, Vec<u8>> {
        self.body(word, target, value, data).map(|()| true)
    }

    /// The same where nothing outlives a revert.
    #[payable]
    #[guard(
        enter(self.breakers.check(scope(), Kind::IncreaseRisk)),
        keep(CEILING: Ceiling(self.word.get()))
    )]
    pub fn act_inline(
        &mut self,
        word: U256,
        target: Address,
        value: U256,
        data: Blob,
    ) -> Result<bool, Vec<u8>> {
        self.body(word, target, value, data).map(|()| true)
    }

    /// The same with an invariant that has no name.
    #[guard(keep(Ceiling(self.word.get())), latch)]
    pub fn act_unnamed(&mut self, word: U256) -> Result<bool, Vec<u8>> {
        self.word.set(word);
        Ok(true)
    }

    /// Asks a contract at the exit whether all is well, in an invariant of this probe's own. A refusal to answer is no harm.
    #[guard(
        keep(check(|vm: &VM| {
            let answer = evaluated(vm, || word_of(vm, oracle))?;
            if answer == U256::ONE {
                Ok(())
            } else {
                Err(Unmet::broken(GuardError::own(NotWell { answer })))
            }
        })),
        latch
    )]
    pub fn act_asking(&mut self, oracle: Address) -> Result<bool, Vec<u8>> {
        Ok(true)
    }

    /// Sets the word under two invariants: the one with a name first.
    #[guard(keep(CEILING: Ceiling(self.word.get()), even(self.word.get())), latch)]
    pub fn act_named_first(&mut self, word: U256) -> Result<bool, Vec<u8>> {
        self.word.set(word);
        Ok(true)
    }

    /// The same: the one with a name last.
    #[guard(keep(even(self.word.get()), CEILING: Ceiling(self.word.get())), latch)]
    pub fn act_named_last(&mut self, word: U256) -> Result<bool, Vec<u8>> {
        self.word.set(word);
        Ok(true)
    }

    /// Calls a target; what leaves of ETH is measured.
    #[payable]
    #[guard(outflow(FLOW: ETH), inflow(ETH))]
    pub fn move_measured(&mut self, target: Address, value: U256, data: Blob) -> Result<(), Vec<u8>> {
        let word = self.word.get();
        self.body(word, target, value, data)
    }

    /// Declares a flow, and does nothing.
    #[guard(outflow(FLOW: asset, amount))]
    pub fn move_declared(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// The same as `act`, under the lock that another probe keeps.
    #[guard(
        enter(shared_lock::acquire(self.vm(), keeper)),
        leave(shared_lock::release(self.vm(), keeper))
    )]
    pub fn act_shared(
        &mut self,
        keeper: Address,
        word: U256,
        target: Address,
        data: Blob,
    ) -> Result<(), Vec<u8>> {
        self.body(word, target, U256::ZERO, data)
    }

    /// The word, when nobody who shares the lock is in the middle of anything.
    pub fn price_shared(&self, keeper: Address) -> Result<U256, Vec<u8>> {
        shared_lock::require_settled(self.vm(), keeper)?;
        Ok(self.word.get())
    }

    /// Gives the lock to a member.
    #[exempt("it is the lock of others, and only its members take it")]
    pub fn acquire_lock(&mut self, called_by: Address) -> Result<(), Vec<u8>> {
        Ok(self.shared.acquire(called_by)?)
    }

    /// Takes it back.
    #[exempt("it is the lock of others, and only who holds it gives it back")]
    pub fn release_lock(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.shared.release()?)
    }

    /// Who holds it.
    pub fn lock_holder(&self) -> Address {
        self.shared.holder()
    }

    /// Lets a contract share the lock.
    #[exempt("the governor's own, and the timelock is asked")]
    pub fn admit(&mut self, member: Address) -> Result<(), Vec<u8>> {
        let by = self.authority.governor()?;
        let data = calldata!("admit", member: Address);
        Ok(self.shared.admit(self.timelock.change(&by, &data), member)?)
    }

    /// Takes what comes, when nothing else runs.
    #[receive]
    #[payable]
    #[guard(lock)]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// Sets a guard's mode.
    #[exempt("the governor's own, and the timelock is asked")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        let by = self.authority.governor()?;
        let (Some(id), Some(to)) = (GuardId::new(guard), Mode::from_number(mode)) else {
            return Err(GuardError::own(UnknownMode { guard, mode }).into());
        };
        let data = calldata!("setMode", guard: u8, mode: u8);
        Ok(self.modes.set(self.timelock.change(&by, &data), id, to)?)
    }

    /// Sets the delay of what loosens.
    #[exempt("the governor's own, and the timelock is asked")]
    pub fn set_delay(&mut self, secs: u64) -> Result<(), Vec<u8>> {
        let by = self.authority.governor()?;
        let data = calldata!("setDelay", secs: u64);
        Ok(self.timelock.set_delay(&by, &data, secs)?)
    }

    /// The word, for whoever prices by it.
    #[settled]
    pub fn price(&self) -> Result<U256, Vec<u8>> {
        Ok(self.word.get())
    }

    /// The word, whenever.
    pub fn word(&self) -> U256 {
        self.word.get()
    }

    /// What was charged of an asset: in, and out.
    pub fn moved(&self, asset: Address) -> (U256, U256) {
        (
            self.moved.get(asset.into_word()),
            self.moved.get(!asset.into_word()),
        )
    }

    /// The last violation: how many, guard, method, reason, by whom.
    pub fn last_violation(&self) -> (U256, u8, B256, B256, Address) {
        let last = self.violations.last();
        let word = |four: [u8; 4]| B256::right_padding_from(&four);
        (
            U256::from(last.count),
            last.guard,
            word(last.method),
            word(last.reason),
            last.by,
        )
    }
}

impl Probe {
    fn body(&mut self, word: U256, target: Address, value: U256, data: Blob) -> Result<(), Vec<u8>> {
        self.word.set(word);
        if target == Address::ZERO {
            return Ok(());
        }
        // SAFETY: the cache is written out and dropped before.
        unsafe {
            RawCall::new_with_value(self.vm(), value)
                .flush_storage_cache()
                .clear_storage_cache()
                .call(target, &data.0)
        }
        .map(drop)
    }

    fn charge(&mut self, key: B256, amount: U256) -> Result<(), GuardError> {
        if amount > LARGEST_FLOW {
            return Err(GuardError::own(FlowTooLarge { amount }));
        }
        if amount.is_zero() {
            return Err(GuardError::own(FlowOfNothing {}));
        }
        let moved = self.moved.get(key).saturating_add(amount);
        self.moved.insert(key, moved);
        Ok(())
    }
}

impl Flows for Probe {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.charge(asset.into_word(), amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.charge(!asset.into_word(), amount)
    }
}

impl Moded for Probe {
    fn guard_modes(&self) -> Modes {
        self.modes.all()
    }
}

impl Latching for Probe {
    fn on_violation(&mut self, violation: &Violation<'_>) -> Result<(), GuardError> {
        self.violations.record(violation);
        let fired = violation.fired(1, Target::To(Rung::Frozen));
        self.breakers.trip(scope(), fired).map(drop)
    }
}
