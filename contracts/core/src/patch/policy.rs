//! How long each phase of a patch takes.

use crate::fields::Fields;
use alloy_primitives::U256;

/// The shortest review: an hour, the least in which somebody other than its author reads anything.
pub const SHORTEST_REVIEW_SECS: u64 = 60 * 60;

/// The shortest delay: a day, the least in which whoever does not want the new code sees that it comes and leaves.
pub const SHORTEST_DELAY_SECS: u64 = 24 * 60 * 60;

/// The shortest window in which an armed patch can be applied: an hour, in which a sequencer that stood still goes on, or a check that failed is looked at.
pub const SHORTEST_WINDOW_SECS: u64 = 60 * 60;

/// The least that a patch can be approved, armed, lie ready or be on probation for: a day. What a patch broke shows when everybody has used it.
pub const SHORTEST_PHASE_SECS: u64 = 24 * 60 * 60;

/// The most that any of them can be, but standby: 30 days, as the longest delay of a timelock, and the longest that anything is frozen while it waits.
pub const LONGEST_PHASE_SECS: u64 = 30 * 24 * 60 * 60;

/// The longest that a standby patch lies ready: 180 days. Who approved longer ago may have forgotten why, and what stands around it has moved on.
pub const LONGEST_STANDBY_SECS: u64 = 180 * 24 * 60 * 60;

/// What a policy is made of, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How long after it was put on record a patch is approved at the earliest, `SHORTEST_REVIEW_SECS..=LONGEST_PHASE_SECS`.
    pub review_secs: u64,
    /// For how long it can be approved after that, `SHORTEST_PHASE_SECS..=LONGEST_PHASE_SECS`.
    pub proposal_secs: u64,
    /// How long after its approval it is ready, `SHORTEST_DELAY_SECS..=LONGEST_PHASE_SECS`.
    pub delay_secs: u64,
    /// For how long it lies ready and can be armed after that, `SHORTEST_PHASE_SECS..=LONGEST_PHASE_SECS`.
    pub approval_secs: u64,
    /// The same of a standby patch, `SHORTEST_PHASE_SECS..=LONGEST_STANDBY_SECS`.
    pub standby_secs: u64,
    /// The longest window in which it can be applied, `SHORTEST_WINDOW_SECS..=LONGEST_PHASE_SECS`.
    pub window_secs: u64,
    /// For how long after that it can be rolled back, `SHORTEST_PHASE_SECS..=LONGEST_PHASE_SECS`.
    pub probation_secs: u64,
}

/// One of the times of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// [`Config::review_secs`].
    Review,
    /// [`Config::proposal_secs`].
    Proposal,
    /// [`Config::delay_secs`].
    Delay,
    /// [`Config::approval_secs`].
    Approval,
    /// [`Config::standby_secs`].
    Standby,
    /// [`Config::window_secs`].
    Window,
    /// [`Config::probation_secs`].
    Probation,
}

impl Term {
    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Review => "review_secs",
            Self::Proposal => "proposal_secs",
            Self::Delay => "delay_secs",
            Self::Approval => "approval_secs",
            Self::Standby => "standby_secs",
            Self::Window => "window_secs",
            Self::Probation => "probation_secs",
        }
    }
}

/// A policy that is refused: one of its times could not be kept or would not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPolicy {
    /// Which.
    pub term: Term,
    /// What was asked for.
    pub secs: u64,
    /// The least that would do.
    pub least_secs: u64,
    /// The most.
    pub most_secs: u64,
}

/// How long each phase takes. The word of zero is none.
///
/// ```text
///  255  156 155         134 133       112 111       88 87         66 65       44 43           22 21           0
/// ┌────────┬───────────────┬─────────────┬────────────┬─────────────┬───────────┬───────────────┬─────────────┐
/// │ zero   │ probation_    │ window_     │ standby_   │ approval_   │ delay_    │ proposal_     │ review_     │
/// │        │ secs          │ secs        │ secs       │ secs        │ secs      │ secs          │ secs        │
/// └────────┴───────────────┴─────────────┴────────────┴─────────────┴───────────┴───────────────┴─────────────┘
/// ```
///
/// No two of the times are about the same moment: each counts from where the one before it ends. So no pair of them could contradict another, and
/// each has bounds of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy(Config);

impl Policy {
    /// This policy.
    ///
    /// # Errors
    /// [`InvalidPolicy`]: the first time that is out of its bounds, which are inclusive.
    pub fn new(config: Config) -> Result<Self, InvalidPolicy> {
        let usual = |term, secs| (term, secs, SHORTEST_PHASE_SECS, LONGEST_PHASE_SECS);
        for (term, secs, least_secs, most_secs) in [
            (
                Term::Review,
                config.review_secs,
                SHORTEST_REVIEW_SECS,
                LONGEST_PHASE_SECS,
            ),
            usual(Term::Proposal, config.proposal_secs),
            (
                Term::Delay,
                config.delay_secs,
                SHORTEST_DELAY_SECS,
                LONGEST_PHASE_SECS,
            ),
            usual(Term::Approval, config.approval_secs),
            (
                Term::Standby,
                config.standby_secs,
                SHORTEST_PHASE_SECS,
                LONGEST_STANDBY_SECS,
            ),
            (
                Term::Window,
                config.window_secs,
                SHORTEST_WINDOW_SECS,
                LONGEST_PHASE_SECS,
            ),
            usual(Term::Probation, config.probation_secs),
        ] {
            if secs < least_secs || secs > most_secs {
                return Err(InvalidPolicy {
                    term,
                    secs,
                    least_secs,
                    most_secs,
                });
            }
        }
        Ok(Self(config))
    }

    /// The policy in a stored word, or none when none that can act was stored.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        Self::new(Config {
            review_secs: fields.take(22),
            proposal_secs: fields.take(22),
            delay_secs: fields.take(22),
            approval_secs: fields.take(22),
            standby_secs: fields.take(24),
            window_secs: fields.take(22),
            probation_secs: fields.take(22),
        })
        .ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.0.review_secs, 22)
            .put(self.0.proposal_secs, 22)
            .put(self.0.delay_secs, 22)
            .put(self.0.approval_secs, 22)
            .put(self.0.standby_secs, 24)
            .put(self.0.window_secs, 22)
            .put(self.0.probation_secs, 22)
            .word()
    }

    /// What it is made of.
    pub fn config(&self) -> Config {
        self.0
    }

    /// The least that passes between a patch's first word and its code, in seconds.
    pub fn notice_secs(&self) -> u64 {
        // Invariant: two numbers below 2^22.
        self.0.review_secs + self.0.delay_secs
    }

    /// Whether a patch could come sooner, lie around for longer or be kept from being rolled back sooner than under `from`.
    ///
    /// | time | what loosens |
    /// |---|---|
    /// | `review_secs`, `delay_secs`, `probation_secs` | less |
    /// | `proposal_secs`, `approval_secs`, `standby_secs`, `window_secs` | more |
    pub fn loosens(&self, from: &Self) -> bool {
        let (to, from) = (self.0, from.0);
        to.review_secs < from.review_secs
            || to.delay_secs < from.delay_secs
            || to.probation_secs < from.probation_secs
            || to.proposal_secs > from.proposal_secs
            || to.approval_secs > from.approval_secs
            || to.standby_secs > from.standby_secs
            || to.window_secs > from.window_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;
    const DAY: u64 = 86_400;

    /// Each time with its field's width and its bounds, in the order of the word.
    const TERMS: [(Term, u32, u64, u64); 7] = [
        (Term::Review, 22, HOUR, 30 * DAY),
        (Term::Proposal, 22, DAY, 30 * DAY),
        (Term::Delay, 22, DAY, 30 * DAY),
        (Term::Approval, 22, DAY, 30 * DAY),
        (Term::Standby, 24, DAY, 180 * DAY),
        (Term::Window, 22, HOUR, 30 * DAY),
        (Term::Probation, 22, DAY, 30 * DAY),
    ];

    fn field(config: &mut Config, term: Term) -> &mut u64 {
        match term {
            Term::Review => &mut config.review_secs,
            Term::Proposal => &mut config.proposal_secs,
            Term::Delay => &mut config.delay_secs,
            Term::Approval => &mut config.approval_secs,
            Term::Standby => &mut config.standby_secs,
            Term::Window => &mut config.window_secs,
            Term::Probation => &mut config.probation_secs,
        }
    }

    fn with(term: Term, secs: u64) -> Config {
        let mut config = Config {
            review_secs: 2 * DAY,
            proposal_secs: 3 * DAY,
            delay_secs: 4 * DAY,
            approval_secs: 5 * DAY,
            standby_secs: 6 * DAY,
            window_secs: 7 * DAY,
            probation_secs: 8 * DAY,
        };
        *field(&mut config, term) = secs;
        config
    }

    #[test]
    fn each_bound_is_inclusive() {
        for (term, _, least_secs, most_secs) in TERMS {
            for secs in [least_secs, most_secs] {
                let config = with(term, secs);
                assert_eq!(Policy::new(config).unwrap().config(), config);
            }
            for secs in [0, least_secs - 1, most_secs + 1, u64::MAX] {
                let refused = InvalidPolicy {
                    term,
                    secs,
                    least_secs,
                    most_secs,
                };
                assert_eq!(Policy::new(with(term, secs)), Err(refused));
            }
        }
    }

    #[test]
    fn a_term_has_the_name_of_its_field() {
        for (term, ..) in TERMS {
            let shown = format!("{:?}", with(term, 123));
            assert!(shown.contains(&format!("{}: 123", term.name())), "{shown}");
        }
    }

    #[test]
    fn a_word_holds_each_where_it_says_and_zero_is_none() {
        assert_eq!(Policy::from_word(U256::ZERO), None);
        let mut at = 0;
        for (term, bits, least_secs, most_secs) in TERMS {
            let (least, most) = [least_secs, most_secs]
                .map(|secs| Policy::new(with(term, secs)).unwrap())
                .into();
            assert_eq!(
                most.to_word() - least.to_word(),
                U256::from(most_secs - least_secs) << at
            );
            for policy in [least, most] {
                assert_eq!(Policy::from_word(policy.to_word()), Some(policy));
            }
            at += bits as usize;
        }
        assert_eq!(at, 156);
    }

    #[test]
    fn looser_is_what_comes_sooner_or_lies_around_for_longer() {
        for (term, ..) in TERMS {
            let policy = |secs| Policy::new(with(term, secs)).unwrap();
            let (less, same, more) = (policy(5 * DAY), policy(5 * DAY), policy(6 * DAY));
            let protects = matches!(term, Term::Review | Term::Delay | Term::Probation);
            assert!(!same.loosens(&less), "{term:?}");
            assert_eq!(less.loosens(&more), protects, "{term:?}");
            assert_eq!(more.loosens(&less), !protects, "{term:?}");
        }
    }

    #[test]
    fn notice_is_review_and_delay() {
        let policy = Policy::new(with(Term::Review, HOUR)).unwrap();
        assert_eq!(policy.notice_secs(), HOUR + 4 * DAY);
    }
}
