//! What is asked of a contract before and after a call, and how the answers may differ.
//!
//! ```text
//!  255    96 95     64 63  56 55   48 47     40 39   32 31      0
//! ┌─────────┬─────────┬──────┬───────┬─────────┬───────┬─────────┐
//! │ target  │selector │ rule │ opens │ arguments│ zero │least gas│   and a word each for the bound and two arguments
//! └─────────┴─────────┴──────┴───────┴─────────┴───────┴─────────┘
//! ```
//!
//! # Design
//! - A view with up to two arguments of a word, and one word that it answers: `totalSupply()`, `convertToAssets(uint256)`, `balanceOf(address)`, `allowance(address,address)`. The target may be the proxy itself, which asks
//!   the implementation without a guard.
//! - It is asked when it is set: one that nobody answers would refuse every call, or none.
//! - What it means when it cannot be evaluated is said by name, as everywhere ([`portcullis::invariant::fail_closed`], [`portcullis::invariant::fail_open`]).

use super::{
    arguments::InvariantTerms,
    error::{InvariantBroken, ProxyError},
    setting::out_of_bounds,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::{self, Word},
    invariant::{
        self, fail_closed, fail_open,
        numbers::price::{Ratio, Step},
        Invariant, Unmet,
    },
    sdk::VM,
    setting::{self, SettingCannotAct},
    GuardError,
};

/// How the answers may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The one after is not below the one before.
    NeverFalls,
    /// The one after is not above the one before.
    NeverRises,
    /// They are the same.
    Unchanged,
    /// They are no more than a step apart. From zero it may become anything, as there was nothing to compare with.
    Within(Step),
    /// The one after is at least this.
    AtLeast(U256),
    /// The one after is at most this.
    AtMost(U256),
}

impl Rule {
    /// None for a number that is no rule, and a bound with which it could not act.
    fn new(number: u8, bound: U256) -> Option<Self> {
        let alone = |rule| bound.is_zero().then_some(rule);
        match number {
            0 => alone(Self::NeverFalls),
            1 => alone(Self::NeverRises),
            2 => alone(Self::Unchanged),
            3 => {
                let [steps, 0, 0, 0] = bound.into_limbs() else {
                    return None;
                };
                // The casts cut to one of the two.
                Step::new((steps >> 32) as u32, steps as u32).map(Self::Within)
            }
            4 => (!bound.is_zero()).then_some(Self::AtLeast(bound)),
            5 => (bound != U256::MAX).then_some(Self::AtMost(bound)),
            _ => None,
        }
    }

    /// Its number and its bound.
    pub(crate) fn parts(self) -> (u8, U256) {
        match self {
            Self::NeverFalls => (0, U256::ZERO),
            Self::NeverRises => (1, U256::ZERO),
            Self::Unchanged => (2, U256::ZERO),
            Self::Within(step) => {
                let steps = u64::from(step.down_bps()) << 32 | u64::from(step.up_bps());
                (3, U256::from_limbs([steps, 0, 0, 0]))
            }
            Self::AtLeast(bound) => (4, bound),
            Self::AtMost(bound) => (5, bound),
        }
    }

    fn compares(self) -> bool {
        !matches!(self, Self::AtLeast(_) | Self::AtMost(_))
    }

    fn holds(self, before: U256, after: U256) -> bool {
        match self {
            Self::NeverFalls => after >= before,
            Self::NeverRises => after <= before,
            Self::Unchanged => after == before,
            Self::Within(step) => {
                before.is_zero() || step.reaches(&Ratio::whole(before), &Ratio::whole(after))
            }
            Self::AtLeast(least) => after >= least,
            Self::AtMost(most) => after <= most,
        }
    }
}

/// An invariant that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    /// The number of its guard: its place and one.
    pub(crate) guard: u8,
    pub(crate) target: Address,
    pub(crate) rule: Rule,
    fails_open: bool,
    least_gas: u32,
    selector: [u8; 4],
    arguments: Vec<B256>,
}

/// The words that one is kept in.
pub(crate) type Words = [U256; 4];

impl Watched {
    /// What terms say.
    ///
    /// # Errors
    /// `SettingOutOfBounds`, `SettingCannotAct`.
    #[inline(never)]
    pub(crate) fn new(guard: u8, selector: [u8; 4], terms: &InvariantTerms) -> Result<Self, ProxyError> {
        for (name, value, most) in [
            ("arguments", terms.arguments.into(), 2),
            ("rule", terms.rule.into(), 5),
            ("failsOpen", terms.fails_open.into(), 1),
            ("leastGas", terms.least_gas, u32::MAX.into()),
        ] {
            if value > most {
                return Err(out_of_bounds(name, value, 0, most).into());
            }
        }
        let rule = Rule::new(terms.rule, terms.bound).ok_or_else(|| cannot_act("bound"))?;
        let least_gas = u32::try_from(terms.least_gas).unwrap_or_default();
        let fails_open = terms.fails_open != 0;
        if least_gas != 0 && !fails_open {
            return Err(cannot_act("leastGas").into());
        }
        let mut arguments = Vec::from([terms.first, terms.second]);
        if arguments
            .iter()
            .skip(terms.arguments.into())
            .any(|word| !word.is_zero())
        {
            return Err(cannot_act("arguments").into());
        }
        arguments.truncate(terms.arguments.into());
        Ok(Self {
            guard,
            target: terms.target,
            rule,
            fails_open,
            least_gas,
            selector,
            arguments,
        })
    }

    /// What its words say; none where nothing was set.
    pub(crate) fn from_words(guard: u8, [packed, bound, first, second]: Words) -> Option<Self> {
        if packed.is_zero() {
            return None;
        }
        let packed = B256::from(packed).0;
        let (target, rest) = packed.split_first_chunk::<20>()?;
        let (selector, rest) = rest.split_first_chunk::<4>()?;
        let [rule, opens, arguments, _, gas @ ..] = rest else {
            return None;
        };
        let mut words = Vec::from([first.into(), second.into()]);
        words.truncate(usize::from(*arguments));
        Some(Self {
            guard,
            target: Address::from(target),
            // Invariant: what is stored was a rule when it was set.
            rule: Rule::new(*rule, bound)?,
            fails_open: *opens != 0,
            least_gas: gas.first_chunk().map_or(0, |gas| u32::from_be_bytes(*gas)),
            selector: *selector,
            arguments: words,
        })
    }

    pub(crate) fn to_words(&self) -> Words {
        let (rule, bound) = self.rule.parts();
        // Invariant: two arguments at most.
        let numbers = [rule, self.fails_open.into(), self.arguments.len() as u8, 0];
        let target = self.target.into_array();
        let gas = self.least_gas.to_be_bytes();
        let parts = [&target[..], &self.selector, &numbers, &gas]
            .into_iter()
            .flatten();
        let mut packed = B256::ZERO;
        for (to, from) in packed.0.iter_mut().zip(parts) {
            *to = *from;
        }
        let packed = packed.into();
        [packed, bound, self.argument(0).into(), self.argument(1).into()]
    }

    pub(crate) fn terms(&self) -> InvariantTerms {
        let (rule, bound) = self.rule.parts();
        InvariantTerms {
            target: self.target,
            // Invariant: two at most.
            arguments: self.arguments.len() as u8,
            first: self.argument(0),
            second: self.argument(1),
            rule,
            bound,
            fails_open: self.fails_open.into(),
            least_gas: self.least_gas.into(),
        }
    }

    pub(crate) fn selector(&self) -> [u8; 4] {
        self.selector
    }

    fn argument(&self, index: usize) -> B256 {
        self.arguments.get(index).copied().unwrap_or_default()
    }

    /// What the target says now.
    ///
    /// # Errors
    /// Those of [`invariant::word`].
    #[inline(never)]
    pub(crate) fn ask(&self, vm: &VM) -> Result<U256, Unmet> {
        let mut data = abi::encode(&self.selector, &[]);
        for argument in &self.arguments {
            argument.append(&mut data);
        }
        invariant::word(vm, self.target, &data)
    }

    /// What is remembered from before a call; none where it could not be evaluated and fails open.
    ///
    /// # Errors
    /// [`Unmet`].
    #[inline(never)]
    pub(crate) fn before(&self, vm: &VM) -> Result<Option<U256>, Unmet> {
        if self.fails_open {
            fail_open(self.guard, self.least_gas.into(), self).before(vm)
        } else {
            fail_closed(self).before(vm).map(Some)
        }
    }

    /// Whether it holds after a call.
    ///
    /// # Errors
    /// [`Unmet`].
    #[inline(never)]
    pub(crate) fn after(&self, vm: &VM, before: Option<U256>) -> Result<(), Unmet> {
        let Some(known) = before else { return Ok(()) };
        if self.fails_open {
            fail_open(self.guard, self.least_gas.into(), self).after(vm, before)
        } else {
            fail_closed(self).after(vm, known)
        }
    }
}

impl Invariant for &Watched {
    type Before = U256;

    fn before(&self, vm: &VM) -> Result<U256, Unmet> {
        if self.rule.compares() {
            self.ask(vm)
        } else {
            Ok(U256::ZERO)
        }
    }

    fn after(&self, vm: &VM, before: U256) -> Result<(), Unmet> {
        let current = self.ask(vm)?;
        if self.rule.holds(before, current) {
            return Ok(());
        }
        let (rule, bound) = self.rule.parts();
        Err(Unmet::broken(GuardError::own(InvariantBroken {
            guard: self.guard,
            target: self.target,
            rule,
            before,
            current,
            bound,
        })))
    }
}

fn cannot_act(name: &str) -> GuardError {
    SettingCannotAct {
        key: B256::ZERO,
        setting: setting::name(name),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis::setting::SettingOutOfBounds;

    const TARGET: Address = Address::repeat_byte(0x7a);
    const SELECTOR: [u8; 4] = [1, 2, 3, 4];

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    fn terms(rule: u8, bound: U256) -> InvariantTerms {
        InvariantTerms {
            target: TARGET,
            arguments: 0,
            first: B256::ZERO,
            second: B256::ZERO,
            rule,
            bound,
            fails_open: 0,
            least_gas: 0,
        }
    }

    fn steps(down: u64, up: u64) -> U256 {
        u(down << 32 | up)
    }

    #[test]
    fn each_rule_includes_its_bound() {
        let holds = |number, bound, before: u64, after: u64| {
            Rule::new(number, bound).unwrap().holds(u(before), u(after))
        };
        let none = U256::ZERO;
        let cases = [
            (0, none, [(9, 9, true), (9, 10, true), (9, 8, false)]),
            (1, none, [(9, 9, true), (9, 8, true), (9, 10, false)]),
            (2, none, [(9, 9, true), (9, 8, false), (9, 10, false)]),
            (4, u(9), [(0, 9, true), (0, 10, true), (99, 8, false)]),
            (5, u(9), [(0, 9, true), (0, 8, true), (99, 10, false)]),
        ];
        for (number, bound, of) in cases {
            for (before, after, expected) in of {
                assert_eq!(
                    holds(number, bound, before, after),
                    expected,
                    "{number} {before} {after}"
                );
            }
        }
        let step = steps(100, 200);
        for (after, expected) in [(9_900, true), (9_899, false), (10_200, true), (10_201, false)] {
            assert_eq!(holds(3, step, 10_000, after), expected, "{after}");
        }
        assert!(holds(3, step, 0, 7));
    }

    #[test]
    fn a_rule_that_could_not_act_is_none() {
        for number in 0..3 {
            assert_eq!(Rule::new(number, u(1)), None);
        }
        assert_eq!(Rule::new(3, steps(10_000, 0)), None);
        assert_eq!(Rule::new(3, U256::from(1) << 64), None);
        assert_eq!(Rule::new(4, U256::ZERO), None);
        assert_eq!(Rule::new(5, U256::MAX), None);
        assert_eq!(Rule::new(6, U256::ZERO), None);
    }

    #[test]
    fn its_words_say_what_was_set() {
        let all = [
            terms(0, U256::ZERO),
            InvariantTerms {
                arguments: 1,
                first: B256::repeat_byte(7),
                ..terms(3, steps(9_999, 1_000_000))
            },
            InvariantTerms {
                arguments: 2,
                first: B256::repeat_byte(7),
                second: B256::repeat_byte(8),
                fails_open: 1,
                least_gas: u32::MAX.into(),
                ..terms(5, u(6))
            },
        ];
        for terms in all {
            let watched = Watched::new(3, SELECTOR, &terms).unwrap();
            assert_eq!((watched.terms(), watched.selector()), (terms, SELECTOR));
            assert_eq!(Watched::from_words(3, watched.to_words()), Some(watched));
        }
        assert_eq!(Watched::from_words(3, [U256::ZERO; 4]), None);
    }

    #[test]
    fn terms_that_could_not_act_are_refused() {
        let good = terms(0, U256::ZERO);
        let refused = |terms: InvariantTerms| Watched::new(1, SELECTOR, &terms).unwrap_err();
        for terms in [
            InvariantTerms { arguments: 3, ..good },
            InvariantTerms { rule: 6, ..good },
            InvariantTerms {
                fails_open: 2,
                ..good
            },
            InvariantTerms {
                fails_open: 1,
                least_gas: 1 << 32,
                ..good
            },
        ] {
            assert!(refused(terms).is::<SettingOutOfBounds>(), "{terms:?}");
        }
        for terms in [
            terms(4, U256::ZERO),
            InvariantTerms { least_gas: 1, ..good },
            InvariantTerms {
                first: B256::repeat_byte(1),
                ..good
            },
            InvariantTerms {
                arguments: 1,
                second: B256::repeat_byte(1),
                ..good
            },
        ] {
            assert!(refused(terms).is::<SettingCannotAct>(), "{terms:?}");
        }
    }
}
