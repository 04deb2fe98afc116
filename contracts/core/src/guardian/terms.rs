//! Under which terms guardians and the council pause.

use crate::fields::Fields;
use alloy_primitives::U256;

/// The shortest heartbeat that can be asked for: a day. A guardian is a person or watched by one.
pub const SHORTEST_HEARTBEAT_SECS: u64 = 24 * 60 * 60;

/// The longest: three years of 365 days.
pub const LONGEST_HEARTBEAT_SECS: u64 = 3 * 365 * 24 * 60 * 60;

/// The least that a longest pause and a cool-down can be: an hour, in which nobody has met yet.
pub const SHORTEST_PAUSE_SECS: u64 = 60 * 60;

/// The most that they can be: 30 days.
pub const LONGEST_PAUSE_SECS: u64 = 30 * 24 * 60 * 60;

/// The longest period of the budget: a year of 365 days.
pub const LONGEST_PERIOD_SECS: u64 = 365 * 24 * 60 * 60;

/// What terms are made of, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long after its last sign of life a guardian may pause, `SHORTEST_HEARTBEAT_SECS..=LONGEST_HEARTBEAT_SECS`.
    pub heartbeat_secs: u64,
    /// The longest pause by a guardian or a fallback, `SHORTEST_PAUSE_SECS..=LONGEST_PAUSE_SECS`.
    pub pause_secs: u64,
    /// How long after its end no guardian pauses the group again, `SHORTEST_PAUSE_SECS..=LONGEST_PAUSE_SECS`.
    pub cool_down_secs: u64,
    /// The most that guardians hold a group paused in any period, `2 · pause_secs..=period_secs / 2`: half of any time it runs.
    pub budget_secs: u64,
    /// That period, `4 · pause_secs..=LONGEST_PERIOD_SECS`.
    pub period_secs: u64,
    /// The longest pause by one decision of the council, `pause_secs..=LONGEST_PAUSE_SECS`: no guardian's pause is too long for it
    /// to be made stricter.
    pub council_secs: u64,
}

/// One of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// [`Config::heartbeat_secs`].
    Heartbeat,
    /// [`Config::pause_secs`].
    Pause,
    /// [`Config::cool_down_secs`].
    CoolDown,
    /// [`Config::budget_secs`].
    Budget,
    /// [`Config::period_secs`].
    Period,
    /// [`Config::council_secs`].
    Council,
}

impl Term {
    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeat_secs",
            Self::Pause => "pause_secs",
            Self::CoolDown => "cool_down_secs",
            Self::Budget => "budget_secs",
            Self::Period => "period_secs",
            Self::Council => "council_secs",
        }
    }
}

/// Terms that are refused: one of them could not act or would not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTerms {
    /// Which.
    pub term: Term,
    /// What was asked for.
    pub secs: u64,
    /// The least that would do beside the others.
    pub least_secs: u64,
    /// The most.
    pub most_secs: u64,
}

/// Terms that can act.
///
/// ```text
///  255  144 143        122 121       97 96         72 71          50 49        28 27            0
/// ┌────────┬──────────────┬────────────┬─────────────┬──────────────┬────────────┬───────────────┐
/// │ zero   │ council_secs │ period_    │ budget_secs │ cool_down_   │ pause_secs │ heartbeat_    │
/// │        │              │ secs       │             │ secs         │            │ secs          │
/// └────────┴──────────────┴────────────┴─────────────┴──────────────┴────────────┴───────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms(Config);

impl Terms {
    /// These terms.
    ///
    /// # Errors
    /// [`InvalidTerms`]: the first that is out of its bounds, which are inclusive.
    pub fn new(config: Config) -> Result<Self, InvalidTerms> {
        let Config {
            heartbeat_secs,
            pause_secs,
            cool_down_secs,
            budget_secs,
            period_secs,
            council_secs,
        } = config;
        // The period stands before the budget, and the pause before both: what bounds another is known to be within its own bounds.
        for (term, secs, least_secs, most_secs) in [
            (
                Term::Heartbeat,
                heartbeat_secs,
                SHORTEST_HEARTBEAT_SECS,
                LONGEST_HEARTBEAT_SECS,
            ),
            (Term::Pause, pause_secs, SHORTEST_PAUSE_SECS, LONGEST_PAUSE_SECS),
            (
                Term::CoolDown,
                cool_down_secs,
                SHORTEST_PAUSE_SECS,
                LONGEST_PAUSE_SECS,
            ),
            (
                Term::Period,
                period_secs,
                pause_secs.saturating_mul(4),
                LONGEST_PERIOD_SECS,
            ),
            (
                Term::Budget,
                budget_secs,
                pause_secs.saturating_mul(2),
                period_secs / 2,
            ),
            (Term::Council, council_secs, pause_secs, LONGEST_PAUSE_SECS),
        ] {
            if secs < least_secs || secs > most_secs {
                return Err(InvalidTerms {
                    term,
                    secs,
                    least_secs,
                    most_secs,
                });
            }
        }
        Ok(Self(config))
    }

    /// The terms in a stored word, or none when none that can act were stored.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        Self::new(Config {
            heartbeat_secs: fields.take(28),
            pause_secs: fields.take(22),
            cool_down_secs: fields.take(22),
            budget_secs: fields.take(25),
            period_secs: fields.take(25),
            council_secs: fields.take(22),
        })
        .ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.0.heartbeat_secs, 28)
            .put(self.0.pause_secs, 22)
            .put(self.0.cool_down_secs, 22)
            .put(self.0.budget_secs, 25)
            .put(self.0.period_secs, 25)
            .put(self.0.council_secs, 22)
            .word()
    }

    /// What they are made of.
    pub fn config(&self) -> Config {
        self.0
    }

    /// The longest pause by one decision of the council.
    pub fn council_secs(&self) -> u64 {
        self.0.council_secs
    }

    /// The most that the bucket of paused seconds holds: half the budget, rounded down.
    pub fn capacity_secs_down(&self) -> u64 {
        self.0.budget_secs / 2
    }

    /// Whether somebody could hold more, for longer or more often under these terms than under `from`.
    ///
    /// | term | what loosens |
    /// |---|---|
    /// | `heartbeat_secs`, `pause_secs`, `budget_secs`, `council_secs` | more |
    /// | `cool_down_secs` | less: the next pause comes sooner |
    /// | `period_secs` | less: the budget comes back sooner |
    pub fn loosens(&self, from: &Self) -> bool {
        let (to, from) = (self.0, from.0);
        to.heartbeat_secs > from.heartbeat_secs
            || to.pause_secs > from.pause_secs
            || to.cool_down_secs < from.cool_down_secs
            || to.budget_secs > from.budget_secs
            || to.period_secs < from.period_secs
            || to.council_secs > from.council_secs
    }
}
