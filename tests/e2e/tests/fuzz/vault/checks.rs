//! What must hold after each step of a sequence, read off the vault and the token, and computed here once more.

use super::steps::{Change, Deed, Step, LONGEST};
use super::world::{World, OUTFLOW, SOLVENCY, WINDOW};
use crate::chain::{changed, u};
use crate::left::{assert_within, Left};
use crate::people::{Role, Who, ENFORCE, LATCH, SHADOW};
use crate::token::Trouble;
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolCall, SolValue};
use e2e::tokens::Fixture;
use e2e::vault::{IVault, IVaultGovernance, IVaultMonitor};
use embedded_chain::{Outcome, Storage};
use std::collections::HashMap;

/// From how many shares on there is a price that WINDOW speaks of.
const PRICED: u64 = 1_000_000;

/// The most words that a latched violation changes.
const LATCHED_WORDS: usize = 3;

/// A vault at one time.
#[derive(Clone)]
pub struct Seen {
    pub now: u64,
    pub words: Storage,
    token_words: Storage,
    pub supply: U256,
    pub shares: [U256; 4],
    pub purses: [U256; 4],
    pub held: U256,
    pub managed: U256,
    pub modes: [u8; 6],
    pub limit: IVaultMonitor::outflowLimitReturn,
    pub window: IVaultMonitor::priceWindowReturn,
    pub violations: u64,
    /// Of the ladder's groups: 0 closed, 1 half-open, 3 reduce-only, 4 frozen.
    states: [u8; 3],
    until: [u64; 3],
    delay: U256,
}

impl Seen {
    pub fn of(world: &World) -> Self {
        let net = world.repaired_net();
        let vault = world.vault;
        let backing = world.backing(&net);
        let ladder = [0, 1, 2].map(|group| net.ask(vault, &IVaultMonitor::pauseStateCall { group }));
        Self {
            now: net.now(),
            words: net.words(vault),
            token_words: net.words(world.token.address),
            supply: net.ask(vault, &IVault::totalSupplyCall {}),
            shares: Who::ALL.map(|who| world.shares(who)),
            purses: Who::ALL.map(|who| world.purse(world.address(who))),
            held: world.purse(vault),
            managed: backing.managed,
            modes: std::array::from_fn(|guard| match guard {
                0 => ENFORCE,
                guard => net.ask(vault, &IVaultMonitor::modeCall { guard: guard as u8 }),
            }),
            limit: net.ask(vault, &IVaultMonitor::outflowLimitCall {}),
            window: net.ask(vault, &IVaultMonitor::priceWindowCall {}),
            violations: net.ask(vault, &IVaultMonitor::lastViolationCall {}).count,
            states: ladder.each_ref().map(|group| group.state),
            until: ladder.map(|group| group.until),
            delay: net.ask(vault, &IVaultGovernance::delayCall {}),
        }
    }

    fn enforces(&self, guard: u8) -> bool {
        self.modes[usize::from(guard)] != SHADOW
    }

    /// What a share-unit is worth: over and under, with the virtual ones.
    fn price(&self) -> (U256, U256) {
        (self.managed + u(1), self.supply + u(1_000))
    }
}

/// What is remembered over a sequence.
#[derive(Default)]
pub struct Judge {
    left: Vec<Left>,
    /// What is scheduled: from when on it may be carried out.
    scheduled: HashMap<Vec<u8>, u64>,
    /// How often something happened, by name: a sequence in which nothing passes shows nothing.
    pub seen: HashMap<&'static str, u64>,
}

impl Judge {
    fn count(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Looks at one step.
    pub fn judge(
        &mut self,
        world: &World,
        step: &Step,
        outcome: Option<&Outcome>,
        before: &Seen,
        after: &Seen,
    ) {
        self.always(world, step, before, after);
        let Some(outcome) = outcome else {
            return self.limited(before, after);
        };
        if outcome.is_success() {
            match step {
                Step::Do {
                    deed: Deed::Collect,
                    who,
                    ..
                } if *who != Who::Puppet => {
                    if outcome.output == false.abi_encode() {
                        self.count("latched");
                        latched(before, after);
                    } else {
                        self.count("collected");
                    }
                }
                Step::Do { who, deed, .. } => {
                    self.count(deed.name());
                    if !is_flash(world, step) {
                        moved(world, *who, *deed, outcome, before, after);
                    }
                    guarded(*deed, before, after);
                }
                Step::Flash { .. } => self.count("flash"),
                Step::Freeze { by, secs, .. } => {
                    self.count("freeze");
                    assert!(*by != Role::Mallory && *secs <= LONGEST, "{step:?}");
                }
                Step::Unfreeze { by, .. } => {
                    self.count("unfreeze");
                    assert_eq!(*by, Role::Governor, "{step:?}");
                }
                Step::Schedule { by, change } => {
                    self.count("schedule");
                    assert_eq!(*by, Role::Governor, "{step:?}");
                    let ready_at = before.now + before.delay.to::<u64>();
                    self.scheduled.insert(change.data(), ready_at);
                }
                Step::Cancel { by, change } => {
                    self.count("cancel");
                    assert_ne!(*by, Role::Mallory, "{step:?}");
                    self.scheduled.remove(&change.data());
                }
                Step::Govern { by, change } => {
                    self.count("govern");
                    assert_eq!(*by, Role::Governor, "{step:?}");
                    self.waited(*change, before);
                }
                Step::Seize(_) | Step::Trouble(_) | Step::Repair | Step::Wait(_) => {}
            }
        } else {
            self.count("refused");
            assert_eq!(
                changed(&before.words, &after.words),
                0,
                "what is refused changes nothing: {step:?}"
            );
            assert_eq!(changed(&before.token_words, &after.token_words), 0, "{step:?}");
        }
        if is_power(step) {
            let money = |seen: &Seen| (seen.supply, seen.shares, seen.purses, seen.held, seen.managed);
            assert_eq!(
                money(before),
                money(after),
                "no role moves anybody's money: {step:?}"
            );
        }
        self.limited(before, after);
    }

    /// Whatever happened.
    fn always(&mut self, world: &World, step: &Step, before: &Seen, after: &Seen) {
        let owned: U256 = after.shares.iter().sum();
        assert_eq!(owned, after.supply, "all shares are somebody's: {step:?}");
        // Nobody's freeze reaches further than the guardian's longest.
        for until in after.until {
            assert!(
                until <= after.now + LONGEST,
                "{until} from {}: {step:?}",
                after.now
            );
        }
        let ((over, under), (over_after, under_after)) = (before.price(), after.price());
        let written_down = after.managed < before.managed
            && after.supply == before.supply
            && (before.held < before.managed || world.token.trouble == Some(Trouble::SaysZero));
        let fell = over_after * under < over * under_after;
        if fell && !written_down && !is_flash(world, step) {
            panic!("a share is worth less: {step:?}, {over} / {under} and {over_after} / {under_after}");
        }
        if fell && is_flash(world, step) {
            assert!(
                before.held < before.managed || world.token.trouble.is_some(),
                "{step:?}"
            );
        }
        // It rises by no more than a day's gains and what is rounded, two units a call, which goes to those who stay. Where nobody to speak of does, it begins anew.
        let calls = match step {
            Step::Flash { deeds, back } => 1 + deeds.len() + back.len(),
            _ => 5,
        };
        let stays = |who: &Who| !is_flash(world, step) || *who != Who::Puppet;
        let stay: U256 = Who::ALL
            .iter()
            .filter(|who| stays(who))
            .map(|who| before.shares[*who as usize].min(after.shares[*who as usize]))
            .sum();
        let worth = stay * over / under;
        assert!(
            stay < u(PRICED)
                || over_after * under * u(100) * worth
                    <= over * under_after * (u(101) * worth + u(200 * calls as u64)),
            "a share is worth too much more: {step:?}, {over} / {under} and {over_after} / {under_after}"
        );
        assert!(after.violations - before.violations <= calls as u64);
        let tripped = after.states.contains(&3) && !before.states.contains(&3);
        if after.violations > before.violations || tripped {
            // A trip shows when a freeze above it ends, too.
            let passed = matches!(step, Step::Wait(_) | Step::Unfreeze { .. });
            assert!(
                before.modes.contains(&LATCH) || passed,
                "only what latches trips: {step:?}"
            );
        }
    }

    /// What was loosened was scheduled, and waited for.
    fn waited(&mut self, change: Change, before: &Seen) {
        let strength = |mode: u8| [1, 0, 2][usize::from(mode)];
        let looser = match change {
            Change::Outflow {
                capacity,
                refill_secs,
            } => {
                let limit = &before.limit;
                let rate = |capacity: U256, secs: u64| capacity * u(1_000_000) / u(secs);
                u(capacity) > limit.capacity
                    || rate(u(capacity), refill_secs) > rate(limit.capacity, limit.refillSecs)
            }
            Change::Window {
                down_bps,
                up_bps,
                step_bps,
                period_secs,
            } => {
                let window = &before.window;
                down_bps > window.downBps
                    || up_bps > window.upBps
                    || step_bps * window.periodSecs > window.stepBps * period_secs
            }
            Change::ResetWindow => true,
            Change::Mode { guard, mode } => strength(mode) < strength(before.modes[usize::from(guard)]),
            Change::Delay(secs) => u(secs) < before.delay,
        };
        let ready_at = self.scheduled.remove(&change.data());
        if looser && !before.delay.is_zero() {
            let ready_at = ready_at.unwrap_or_else(|| panic!("{change:?} was never scheduled"));
            assert!(
                before.now >= ready_at,
                "{change:?} at {} and not {ready_at}",
                before.now
            );
            self.count("loosened");
        }
    }

    /// Between any two times no more left than the limiter publishes.
    fn limited(&mut self, before: &Seen, after: &Seen) {
        if !before.enforces(OUTFLOW) || !after.enforces(OUTFLOW) {
            self.left.clear();
            return;
        }
        // What the token took by itself is nobody's withdrawal: it shows in what is managed only later.
        let amount = before
            .held
            .saturating_sub(after.held)
            .min(before.managed.saturating_sub(after.managed));
        for limit in [&before.limit, &after.limit] {
            self.left.push(Left {
                at: after.now,
                amount: if std::ptr::eq(limit, &after.limit) {
                    amount
                } else {
                    U256::ZERO
                },
                capacity: limit.capacity,
                refill_secs: limit.refillSecs,
            });
        }
        assert_within(&self.left, after.now, "the token");
    }
}

/// Several calls in one: by the puppet, or from inside a transfer that it is told of and may have waited for.
fn is_flash(world: &World, step: &Step) -> bool {
    let told = world.token.fixture == Fixture::CallbackToken;
    match step {
        Step::Flash { .. } => true,
        Step::Do { who, deed, .. } => {
            told && (*who == Who::Puppet
                || matches!(
                    deed,
                    Deed::Withdraw { to: Who::Puppet, .. } | Deed::Redeem { to: Who::Puppet, .. }
                ))
        }
        _ => false,
    }
}

fn is_power(step: &Step) -> bool {
    matches!(
        step,
        Step::Freeze { .. }
            | Step::Unfreeze { .. }
            | Step::Govern { .. }
            | Step::Schedule { .. }
            | Step::Cancel { .. }
    )
}

/// A violation leaves the record, the trip, and nothing else.
fn latched(before: &Seen, after: &Seen) {
    assert_eq!(after.violations, before.violations + 1);
    assert!(before.modes.contains(&LATCH), "nothing latches");
    assert!(
        after.states.iter().all(|state| *state >= 3),
        "reduce-only or frozen, not {:?}",
        after.states
    );
    let rest = |seen: &Seen| {
        (
            seen.supply,
            seen.shares,
            seen.managed,
            seen.held,
            seen.window.referenceX128,
            seen.limit.available,
        )
    };
    assert_eq!(rest(before), rest(after));
    // The record's, and the ladder's.
    let words = changed(&before.words, &after.words);
    assert!(words <= LATCHED_WORDS, "{words} words");
}

/// What a call of one account moved, to the unit.
fn moved(world: &World, who: Who, deed: Deed, outcome: &Outcome, before: &Seen, after: &Seen) {
    let place = |who: Who| who as usize;
    let number = || U256::try_from_be_slice(&outcome.output).unwrap_or_default();
    let (_, data) = world.call_of(who, deed);
    let mut shares = before.shares;
    let minted = after.supply.saturating_sub(before.supply);
    let burned = before.supply.saturating_sub(after.supply);
    match deed {
        Deed::Deposit(_, to) | Deed::Mint(_, to) => {
            assert!(!minted.is_zero(), "{deed:?}");
            shares[place(to)] += minted;
            let paid = before.purses[place(who)] - after.purses[place(who)];
            assert_eq!(after.held - before.held, paid, "{deed:?}");
            if who != Who::Puppet {
                let answer = if matches!(deed, Deed::Deposit(..)) {
                    minted
                } else {
                    paid
                };
                assert_eq!(number(), answer, "{deed:?}");
            }
        }
        Deed::Withdraw { to, owner, .. } | Deed::Redeem { to, owner, .. } => {
            assert!(!burned.is_zero(), "{deed:?}");
            shares[place(owner)] -= burned;
            let paid = before.held - after.held;
            let got = after.purses[place(to)] - before.purses[place(to)];
            assert!(
                got == paid || world.token.trouble.is_some() || to == Who::Puppet,
                "{deed:?}: {got} of {paid}"
            );
            if who != Who::Puppet {
                let answer = if matches!(deed, Deed::Redeem { .. }) {
                    paid
                } else {
                    burned
                };
                assert!(
                    number() == answer || to == Who::Puppet || world.token.trouble.is_some(),
                    "{deed:?}"
                );
            }
        }
        Deed::Transfer(_, to) => {
            let value = word(&data, 1);
            if who != Who::Puppet {
                shares[place(who)] = shares[place(who)]
                    - before.shares[place(who)].min(before.shares[place(who)] - after.shares[place(who)]);
                shares[place(to)] = after.shares[place(to)];
                assert!(
                    to != who || after.shares == before.shares,
                    "to oneself is nothing: {value}"
                );
            } else {
                shares = after.shares;
            }
        }
        Deed::TransferFrom { from, to, .. } => {
            shares[place(from)] = after.shares[place(from)];
            shares[place(to)] = after.shares[place(to)];
        }
        Deed::Approve(..) | Deed::Collect | Deed::WriteDown | Deed::Give(_) => {}
    }
    assert_eq!(after.shares, shares, "whose shares changed: {deed:?}");
}

fn word(data: &[u8], place: usize) -> U256 {
    let at = 4 + 32 * place;
    data.get(at..at + 32)
        .map_or(U256::ZERO, |word| B256::from_slice(word).into())
}

/// What the guards that enforce promise of a way in or out.
fn guarded(deed: Deed, before: &Seen, after: &Seen) {
    let way_in = matches!(deed, Deed::Deposit(..) | Deed::Mint(..));
    let way_out = matches!(deed, Deed::Withdraw { .. } | Deed::Redeem { .. });
    if !way_in && !way_out {
        return;
    }
    if before.enforces(SOLVENCY) {
        assert!(
            after.held >= after.managed,
            "{deed:?}: {} of {}",
            after.held,
            after.managed
        );
    }
    let state = before.states[if way_in { 1 } else { 2 }];
    assert!(
        state < if way_in { 3 } else { 4 },
        "{state} on the ladder, and passed: {deed:?}"
    );
    if !before.enforces(WINDOW) || before.supply < u(PRICED) || after.supply < u(PRICED) {
        return;
    }
    // Of the reference that stands there now. It is rounded to its 24 bits or so, which a ten-thousandth covers.
    let (over, under) = after.price();
    let price = |part: u64| (after.window.referenceX128 >> 64usize) * under * u(part);
    let scaled = (over << 64usize) * u(10_000);
    assert!(
        scaled <= price(10_001 + after.window.upBps),
        "{deed:?}: above its window"
    );
    if way_in {
        let down = 9_999u64.saturating_sub(after.window.downBps);
        assert!(scaled >= price(down), "{deed:?}: below its window");
    }
}

impl Deed {
    pub fn name(self) -> &'static str {
        match self {
            Self::Deposit(..) => "deposit",
            Self::Mint(..) => "mint",
            Self::Withdraw { .. } => "withdraw",
            Self::Redeem { .. } => "redeem",
            Self::Transfer(..) => "transfer",
            Self::TransferFrom { .. } => "transferFrom",
            Self::Approve(..) => "approve",
            Self::Give(_) => "give",
            Self::Collect => "collect",
            Self::WriteDown => "writeDown",
        }
    }
}

/// Before a step of an account with a token that does what it says: whether it will pass, as the vault itself tells.
pub fn told(world: &World, step: &Step, before: &Seen) -> Option<bool> {
    let Step::Do { who, deed, gas: None } = step else {
        return None;
    };
    if world.token.trouble.is_some() || *who == Who::Puppet {
        return None;
    }
    let (_, data) = world.call_of(*who, *deed);
    let (amount, purse) = (word(&data, 0), before.purses[*who as usize]);
    match *deed {
        Deed::Deposit(_, to) => {
            let mints = world.net.call(
                world.vault,
                IVault::previewDepositCall { assets: amount }.abi_encode(),
            );
            let some = U256::try_from_be_slice(&mints.output)
                .is_some_and(|shares| mints.is_success() && !shares.is_zero());
            Some(some && !amount.is_zero() && amount <= purse && amount <= world.max_deposit(to))
        }
        Deed::Withdraw { owner, to, .. } if owner == *who && to != Who::Puppet => {
            Some(!amount.is_zero() && amount <= world.max_withdraw(owner))
        }
        Deed::Redeem { owner, to, .. } if owner == *who && to != Who::Puppet => {
            // `maxRedeem` is what the most that may leave is in shares, rounded down: a few more are worth the same, and pass.
            let worth = world.worth(amount);
            let owned = amount <= before.shares[owner as usize];
            let passes = owned && !worth.is_zero() && worth <= world.max_withdraw(owner);
            assert!(
                passes || worth.is_zero() || amount > world.max_redeem(owner),
                "{step:?}"
            );
            Some(passes)
        }
        Deed::Transfer(..) => Some(word(&data, 1) <= before.shares[*who as usize]),
        Deed::WriteDown | Deed::Approve(..) => Some(true),
        _ => None,
    }
}
