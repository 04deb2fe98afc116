//! What must hold after each step of a sequence, read off the market, the tokens and the oracle, and computed here once more.

use super::limits::{Limits, Terms};
use super::model::{follow, Book, Prices, Told, BORROWS_BPS};
use super::steps::{Act, Asset, Deed, Step, DECISION};
use super::world::{World, BAND, HEALTH, SOLVENCY};
use crate::chain::{changed, u};
use crate::people::{Role, Who, HOUR, LATCH, SHADOW};
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolValue;
use e2e::market::{IMarket, IMarketGuards};
use e2e::tokens::Fixture;
use embedded_chain::{Outcome, Storage};
use std::collections::HashMap;

/// The most words that a latched violation changes: its record's, and the breaker's.
const LATCHED_WORDS: usize = 4;

/// A market at one time.
#[derive(Clone)]
pub struct Seen {
    pub now: u64,
    pub words: Storage,
    others: [Storage; 3],
    pub book: Book,
    /// Of the loan and of the collateral: what the four have, and what the market has.
    pub purses: [[U256; 4]; 2],
    pub held: [U256; 2],
    pub overview: IMarketGuards::overviewReturn,
}

impl Seen {
    pub fn of(world: &World) -> Self {
        let net = &world.net;
        let [loan, collateral] = Asset::BOTH.map(|asset| world.token(asset));
        Self {
            now: net.now(),
            words: net.words(world.market),
            others: [loan, collateral, world.oracle].map(|account| net.words(account)),
            book: world.book(),
            purses: Asset::BOTH.map(|asset| Who::ALL.map(|who| world.purse(asset, world.address(who)))),
            held: Asset::BOTH.map(|asset| world.purse(asset, world.market)),
            overview: net.ask(world.market, &IMarketGuards::overviewCall {}),
        }
    }

    pub fn mode(&self, guard: u8) -> u8 {
        ((self.overview.modes >> (2 * usize::from(guard))) & u(3)).to()
    }

    pub fn enforces(&self, guard: u8) -> bool {
        self.mode(guard) != SHADOW
    }

    /// What the market owes of both.
    pub fn owed(&self) -> [U256; 2] {
        [self.book.cash(), self.book.pledged]
    }

    pub fn is_short(&self) -> bool {
        self.owed().iter().zip(self.held).any(|(owed, held)| held < *owed)
    }
}

/// What is remembered over a sequence.
pub struct Judge {
    pub limits: Limits,
    pub terms: Terms,
    /// How often something happened, by name: a sequence in which nothing passes shows nothing.
    pub seen: HashMap<&'static str, u64>,
}

/// What is known before a step is taken.
pub struct Foreseen {
    /// Whether it will pass, where that can be said.
    passes: Option<bool>,
    /// All prices that may be in force in it.
    prices: Vec<Prices>,
}

impl Judge {
    pub fn new(now: u64) -> Self {
        Self {
            limits: Limits::default(),
            terms: Terms::new(now),
            seen: HashMap::new(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    pub fn foresee(&self, world: &World, step: &Step, before: &Seen) -> Foreseen {
        let mut acts = world.primed.clone();
        if let Step::Flash { acts: own, back } = step {
            acts.extend(own.iter().chain(back));
        }
        let passes = match step {
            Step::Do { who, deed, gas: None }
                if *who != Who::Puppet && world.tokens.iter().all(|token| token.trouble.is_none()) =>
            {
                super::told::passes(self, world, *who, *deed, before)
            }
            Step::Pause { by, state } => Some(*by != Role::Mallory && (2..=4).contains(state)),
            _ => None,
        };
        Foreseen {
            passes,
            prices: world.prices_in(&acts),
        }
    }

    /// Looks at one step.
    pub fn judge(
        &mut self,
        world: &World,
        step: &Step,
        foreseen: &Foreseen,
        outcome: Option<&Outcome>,
        before: &Seen,
        after: &Seen,
    ) {
        self.always(world, step, after);
        let Some(outcome) = outcome else {
            assert_eq!(changed(&before.words, &after.words), 0, "nobody called: {step:?}");
            return self.limits.look(&self.terms, &Told::default(), before, after);
        };
        let (book, told) = follow(world, &before.book, after.now, &outcome.logs, &foreseen.prices);
        let latched_alone = matches!(step, Step::Do { .. }) && !told.latched.is_empty();
        if let Some(passes) = foreseen.passes {
            let passed = outcome.is_success() && !latched_alone;
            assert_eq!(passed, passes, "{step:?}: {outcome:?}, {:?}", before.overview);
            self.count(if passes { "foreseen" } else { "foreseen refusal" });
        }
        if !outcome.is_success() {
            self.count("refused");
            let all = |seen: &Seen| (seen.words.clone(), seen.others.clone());
            assert_eq!(
                all(before),
                all(after),
                "what is refused changes nothing: {step:?}"
            );
            return self.limits.look(&self.terms, &told, before, after);
        }
        assert_eq!(after.book, book, "{step:?}: {told:?}");
        for name in &told.names {
            self.count(name);
        }
        self.latches(step, outcome, &told, before, after);
        match step {
            Step::Do { who, deed, .. } => {
                if latched_alone {
                    assert_latched(step, before, after);
                } else {
                    did(world, *who, *deed, &told, before, after);
                }
            }
            Step::Flash { .. } => self.count("flash"),
            _ => self.power(world, step, before, after),
        }
        if told.would_refuse > 0 {
            self.count("watched");
        }
        self.accounts(world, step, foreseen, &told, before, after);
        self.terms.followed(before, after);
        self.limits.look(&self.terms, &told, before, after);
    }

    /// Whatever happened.
    fn always(&mut self, world: &World, step: &Step, after: &Seen) {
        let book = &after.book;
        let sum = |of: [U256; 4]| of.iter().sum::<U256>();
        assert_eq!(sum(book.shares), book.supply_shares, "{step:?}");
        assert_eq!(sum(book.debts), book.debt_shares, "{step:?}");
        assert_eq!(sum(book.collateral), book.pledged, "{step:?}");
        assert!(
            book.borrowed <= book.supplied,
            "what is lent was supplied: {step:?}"
        );
        let book = book.at(after.now);
        for who in Who::ALL {
            let account = world.address(who);
            let said = world.net.ask(world.market, &IMarket::positionCall { account });
            let known = IMarket::positionReturn {
                shares: book.shares[who as usize],
                supplied: book.worth(book.shares[who as usize]),
                debt: book.owed(who),
                collateral: book.collateral[who as usize],
                allSupplied: book.supplied,
                allBorrowed: book.borrowed,
                allPledged: book.pledged,
            };
            assert_eq!(said.abi(), known.abi(), "{who:?} after {step:?}");
        }
        let until = after.overview.until;
        assert!(
            until <= after.now + DECISION + HOUR,
            "{until} from {}: {step:?}",
            after.now
        );
    }

    /// Each violation is told once, and only what latches trips.
    fn latches(&mut self, step: &Step, outcome: &Outcome, told: &Told, before: &Seen, after: &Seen) {
        let new = after.overview.violations - before.overview.violations;
        assert_eq!(new, told.latched.len() as u64, "{step:?}");
        let rung = |state: u8| if state < 2 { 1 } else { state };
        for latched in &told.latched {
            self.count("latched");
            assert_eq!(before.mode(latched.guard), LATCH, "{step:?}: {latched:?}");
            let stricter = after.overview.state > rung(before.overview.state);
            // The last rung is the council's, where no freeze is left.
            assert!(
                stricter || after.overview.state >= 3,
                "{step:?}: {:?}",
                after.overview
            );
        }
        // A trip is a violation's, or somebody's who holds a power.
        let tripped = rung(after.overview.state) > rung(before.overview.state);
        let by_power = matches!(step, Step::Pause { .. } | Step::Decide { .. });
        assert!(!tripped || new > 0 || by_power, "{step:?}: {outcome:?}");
    }

    /// What holders of powers did.
    fn power(&mut self, world: &World, step: &Step, before: &Seen, after: &Seen) {
        let money = |seen: &Seen| (seen.book.clone(), seen.others.clone());
        assert_eq!(
            money(before),
            money(after),
            "no role moves anybody's money: {step:?}"
        );
        match step {
            Step::Pause { by, state } => {
                self.count("pause");
                assert!(*by != Role::Mallory && (2..=4).contains(state), "{step:?}");
                assert!(after.overview.state >= before.overview.state, "{step:?}");
            }
            Step::Decide { by, state, secs } => {
                self.count("decide");
                let bounded = *secs <= DECISION && (2..=4).contains(state);
                assert!(*by == Role::Governor && bounded, "{step:?}");
            }
            Step::Schedule { by, change } => {
                self.count("schedule");
                assert_eq!(*by, Role::Governor, "{step:?}");
                let ready_at = before.now + before.overview.delaySecs;
                self.terms.scheduled.insert(world.data(*change), ready_at);
            }
            Step::Cancel { by, change } => {
                self.count("cancel");
                assert_ne!(*by, Role::Mallory, "{step:?}");
                self.terms.scheduled.remove(&world.data(*change));
            }
            Step::Govern { by, change } => {
                self.count("govern");
                assert_eq!(*by, Role::Governor, "{step:?}");
                if self.terms.change(world, *change, before) {
                    self.count("loosened");
                }
            }
            _ => {}
        }
    }

    /// What the guards and the sums promise of accounts, after a call that passed.
    fn accounts(
        &mut self,
        world: &World,
        step: &Step,
        foreseen: &Foreseen,
        told: &Told,
        before: &Seen,
        after: &Seen,
    ) {
        if told.names.is_empty() {
            return;
        }
        let state = before.overview.state;
        assert!(state < 4, "frozen, and it passed: {step:?}");
        assert!(
            state < 3 || !Told::of(&["supply", "borrow"], told),
            "ways in are shut: {step:?}"
        );
        if before.enforces(SOLVENCY) {
            assert!(
                !after.is_short(),
                "{step:?}: {:?} of {:?}",
                after.held,
                after.owed()
            );
        }
        let (was, is) = (before.book.at(after.now), &after.book);
        let ((over, under), (over_after, under_after)) = (was.price(), is.price());
        assert!(
            (over_after + told.written_off) * under >= over * under_after,
            "a share is worth less: {step:?}, {told:?}"
        );
        let now = world.prices();
        let moved_within = match step {
            // Nothing but what the token called back can have moved it: within the one call.
            Step::Flash { acts, .. } => {
                matches!(acts[..], [Act::Deed(_)]) && now != foreseen.prices.first().copied()
            }
            _ => false,
        };
        for who in Who::ALL {
            if !told.riskier.contains(&who) {
                assert!(is.owed(who) <= was.owed(who), "{who:?} owes more: {step:?}");
                continue;
            }
            let (collateral, debt) = (is.collateral[who as usize], is.owed(who));
            if debt.is_zero() || told.liquidated.contains(&who) {
                continue;
            }
            if moved_within && before.enforces(HEALTH) {
                let relative = |prices: &Prices| prices.relative_x128();
                assert_eq!(
                    now.as_ref().map(relative),
                    foreseen.prices.first().map(relative),
                    "the price moved within the call: {step:?}"
                );
            }
            let healthy = |prices: &Prices| {
                let near = !before.enforces(BAND) || self.terms.is_near(prices, after);
                near && prices.cover(collateral, debt, BORROWS_BPS)
            };
            assert!(
                foreseen.prices.iter().any(healthy),
                "{who:?} is not good for it: {step:?}, {:?}, {:?}",
                foreseen.prices,
                after.overview
            );
        }
    }
}

/// A violation leaves the record, the trip, and nothing else.
fn assert_latched(step: &Step, before: &Seen, after: &Seen) {
    let rest = |seen: &Seen| {
        let overview = &seen.overview;
        (
            seen.book.clone(),
            seen.others.clone(),
            overview.referenceX128,
            [overview.loanAvailable, overview.collateralAvailable],
        )
    };
    assert_eq!(rest(before), rest(after), "{step:?}");
    let words = changed(&before.words, &after.words);
    assert!(words <= LATCHED_WORDS, "{words} words: {step:?}");
}

/// What a call of one account moved, to the unit: whoever is told of a transfer may have moved something as well.
fn did(world: &World, who: Who, deed: Deed, told: &Told, before: &Seen, after: &Seen) {
    let mut gift = [U256::ZERO; 2];
    if let Deed::Give(asset, _) = deed {
        let (_, data) = world.call_of(who, deed);
        gift[asset as usize] = after.held[asset as usize].saturating_sub(before.held[asset as usize]);
        assert!(
            told.names.is_empty() || who == Who::Puppet,
            "a gift is nobody's: {data:?}"
        );
    } else {
        assert!(!told.names.is_empty(), "{deed:?} passed, and nothing was told");
    }
    let called_back = who == Who::Puppet && !world.primed.is_empty();
    for asset in Asset::BOTH {
        let place = asset as usize;
        if called_back || world.tokens[place].trouble.is_some() {
            continue;
        }
        let came_in = told.came_in[place] + gift[place];
        let left = told.left[place];
        assert_eq!(after.held[place] + left, before.held[place] + came_in, "{deed:?}");
        let mut purses = before.purses[place];
        purses[who as usize] = purses[who as usize] + left - came_in;
        assert_eq!(after.purses[place], purses, "whose money moved: {deed:?}");
    }
}

/// The words of a call's data.
pub fn word(data: &[u8], place: usize) -> U256 {
    let at = 4 + 32 * place;
    data.get(at..at + 32)
        .map_or(U256::ZERO, |word| B256::from_slice(word).into())
}

trait Abi {
    fn abi(&self) -> Vec<u8>;
}

impl Abi for IMarket::positionReturn {
    fn abi(&self) -> Vec<u8> {
        (
            self.shares,
            self.supplied,
            self.debt,
            self.collateral,
            self.allSupplied,
            self.allBorrowed,
            self.allPledged,
        )
            .abi_encode()
    }
}

/// Whether either token tells of transfers.
pub fn tells(world: &World) -> bool {
    Asset::BOTH
        .iter()
        .any(|asset| world.pair.of(*asset) == Fixture::CallbackToken)
}
