//! A patch's word, and every step of its life.

use super::{Deployment, Path, Phase, Policy, WayBack, SHORTEST_WINDOW_SECS};
use crate::{fields::Fields, time::LATEST};
use alloy_primitives::U256;

/// The last step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Unknown,
    Recorded,
    Approved,
    Armed,
    Applied,
    Cancelled,
    RolledBack,
}

/// A patch. The word of zero is one that was never put on record.
///
/// ```text
///  255  240    239       238      237   236  234 233          212 211         190 189         166
/// ┌────────┬──────────┬──────────┬──────┬───────┬────────────────┬───────────────┬──────────────┐
/// │ zero   │ is_      │ way_back │ path │ stage │ probation_secs │ window_secs   │ ready_secs   │ ...
/// │        │ revealed │ barred   │      │       │                │               │              │
/// └────────┴──────────┴──────────┴──────┴───────┴────────────────┴───────────────┴──────────────┘
///  165       144 143       112 111         80 79          40 39                 0
/// ┌─────────────┬─────────────┬──────────────┬──────────────┬───────────────────┐
/// │ delay_secs  │ number      │ epoch        │ ends_at      │ opens_at          │
/// └─────────────┴─────────────┴──────────────┴──────────────┴───────────────────┘
/// ```
/// From `opens_at` on the next step can be taken, and at `ends_at` no longer. The seconds are those of the policy under which it was put on record,
/// `ready_secs` those of its path; `number` is which upgrade it became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch {
    opens_at: u64,
    ends_at: u64,
    epoch: u64,
    number: u64,
    delay_secs: u64,
    ready_secs: u64,
    window_secs: u64,
    probation_secs: u64,
    stage: Stage,
    path: Path,
    way_back: WayBack,
    is_revealed: bool,
}

/// The seconds in which an armed patch can be applied, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first; one that is over already stands for now.
    pub from: u64,
    /// The last.
    pub until: u64,
}

/// What a step that its proxy notices leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The patch.
    pub patch: Patch,
    /// Its proxy.
    pub deployment: Deployment,
}

/// Why a step is not taken. It changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is in another phase than the step is for.
    Phase {
        /// The one that it is in.
        phase: Phase,
    },
    /// It is under review, or its window has not begun.
    TooEarly {
        /// The first second at which the step can be taken.
        opens_at: u64,
    },
    /// It is a hash only, and has to be revealed before it is armed.
    Hidden,
    /// Its terms are known already.
    Revealed,
    /// The window would begin before the delay is over, or when the patch lies ready no longer.
    FromOutOfBounds {
        /// The earliest first second.
        earliest: u64,
        /// The latest first second.
        latest: u64,
    },
    /// The window would end too soon for anybody to meet it, or last too long.
    UntilOutOfBounds {
        /// The earliest last second.
        earliest: u64,
        /// The latest last second.
        latest: u64,
    },
    /// The patch before it can still be rolled back.
    InProbation {
        /// The first second at which it cannot.
        ends_at: u64,
    },
}

impl Patch {
    /// One that was never put on record.
    pub const UNKNOWN: Self = Self {
        opens_at: 0,
        ends_at: 0,
        epoch: 0,
        number: 0,
        delay_secs: 0,
        ready_secs: 0,
        window_secs: 0,
        probation_secs: 0,
        stage: Stage::Unknown,
        path: Path::Timelocked,
        way_back: WayBack::Open,
        is_revealed: false,
    };

    /// Puts it on record as a hash. It is time-locked: what lies ready for long is in the open from its first second.
    ///
    /// # Errors
    /// [`Refused::Phase`]: it was on record before, whatever became of it.
    pub fn commit(self, policy: &Policy, deployment: &Deployment, now: u64) -> Result<Self, Refused> {
        self.record(Path::Timelocked, policy, deployment, now)
    }

    /// Puts it on record with its terms.
    ///
    /// # Errors
    /// [`Refused::Phase`]: it was on record before, whatever became of it. One that was committed is [revealed](Self::reveal).
    pub fn propose(
        self,
        path: Path,
        way_back: WayBack,
        policy: &Policy,
        deployment: &Deployment,
        now: u64,
    ) -> Result<Self, Refused> {
        Ok(Self {
            way_back,
            is_revealed: true,
            ..self.record(path, policy, deployment, now)?
        })
    }

    /// Shows the terms that were committed to. No time of it changes, whatever they say: it stays time-locked.
    ///
    /// # Errors
    /// [`Refused::Phase`] when it is not pending, [`Refused::Revealed`].
    pub fn reveal(self, way_back: WayBack, deployment: &Deployment, now: u64) -> Result<Self, Refused> {
        self.require_pending(deployment, now)?;
        if self.is_revealed {
            return Err(Refused::Revealed);
        }
        Ok(Self {
            way_back,
            is_revealed: true,
            ..self
        })
    }

    /// Enough attesters approve it: from now its delay runs.
    ///
    /// # Errors
    /// [`Refused::Phase`] when it is neither committed nor proposed, [`Refused::TooEarly`] while it is under review.
    pub fn approve(self, deployment: &Deployment, now: u64) -> Result<Self, Refused> {
        match self.phase(deployment, now) {
            Phase::Committed | Phase::Proposed => {}
            phase => return Err(Refused::Phase { phase }),
        }
        self.require_open(now)?;
        Ok(self.spanning(Stage::Approved, now, self.delay_secs, self.ready_secs))
    }

    /// Says in which seconds it can be applied. They begin when its delay is over or later, while it lies ready; and are as many as
    /// [`SHORTEST_WINDOW_SECS`] at least, as the longest window at most.
    ///
    /// # Errors
    /// [`Refused::Phase`] when it is not approved, [`Refused::Hidden`], [`Refused::FromOutOfBounds`], [`Refused::UntilOutOfBounds`].
    pub fn arm(self, window: Window, deployment: &Deployment, now: u64) -> Result<Self, Refused> {
        self.require(Phase::Approved, deployment, now)?;
        if !self.is_revealed {
            return Err(Refused::Hidden);
        }
        // Invariant: what is approved now ends after now, and a span ends after it opens: 1 at least.
        let (earliest, latest) = (self.opens_at, self.ends_at - 1);
        if !(earliest..=latest).contains(&window.from) {
            return Err(Refused::FromOutOfBounds { earliest, latest });
        }
        // Counted from now when it was to begin before: what is over is no part of a window that anybody could meet, nor of one too long.
        // Invariant: both are below `ends_at`, of 40 bits, and the seconds are below 2^22.
        let from = window.from.max(now);
        let earliest = from + (SHORTEST_WINDOW_SECS - 1);
        let latest = (from + self.window_secs).saturating_sub(1);
        if !(earliest..=latest).contains(&window.until) {
            return Err(Refused::UntilOutOfBounds { earliest, latest });
        }
        // No need to saturate the sum: `until` is bounded by `latest`.
        Ok(self.spanning(Stage::Armed, from, 0, window.until + 1 - from))
    }

    /// Applies it: its probation begins, or it is final at once when its way back is barred. The caller has seen that the code runs which it replaces.
    ///
    /// # Errors
    /// [`Refused::Phase`] when it is not armed, [`Refused::TooEarly`] before its window, [`Refused::InProbation`] while another can be rolled back.
    pub fn apply(self, deployment: Deployment, now: u64) -> Result<Changed, Refused> {
        self.require(Phase::Armed, &deployment, now)?;
        self.require_open(now)?;
        if let Some(ends_at) = deployment.probation_ends_at(now) {
            return Err(Refused::InProbation { ends_at });
        }
        let deployment = deployment.upgraded(
            match self.way_back {
                WayBack::Open => self.probation_secs,
                WayBack::Barred => 0,
            },
            now,
        );
        let patch = Self {
            number: deployment.upgrades(),
            ..self.spanning(Stage::Applied, now, 0, 0)
        };
        Ok(Changed { patch, deployment })
    }

    /// Cancels it. It never comes back.
    ///
    /// # Errors
    /// [`Refused::Phase`] when it is not pending.
    pub fn cancel(self, deployment: &Deployment, now: u64) -> Result<Self, Refused> {
        self.require_pending(deployment, now)?;
        Ok(self.spanning(Stage::Cancelled, now, 0, 0))
    }

    /// Goes back to the code before it. It never comes back.
    ///
    /// # Errors
    /// [`Refused::Phase`] when it is not in probation: it was never applied or is final, as each is that another was applied after.
    pub fn roll_back(self, deployment: Deployment, now: u64) -> Result<Changed, Refused> {
        self.require(Phase::Probation, &deployment, now)?;
        Ok(Changed {
            patch: self.spanning(Stage::RolledBack, now, 0, 0),
            deployment: deployment.rolled_back(),
        })
    }

    /// Where it is in its life.
    pub fn phase(&self, deployment: &Deployment, now: u64) -> Phase {
        match self.stage {
            Stage::Unknown => Phase::Unknown,
            Stage::Cancelled => Phase::Cancelled,
            Stage::RolledBack => Phase::RolledBack,
            // Only the last one can be in probation.
            Stage::Applied if self.number != deployment.upgrades() => Phase::Final,
            Stage::Applied if deployment.probation_ends_at(now).is_some() => Phase::Probation,
            Stage::Applied => Phase::Final,
            _ if self.epoch != deployment.epoch() => Phase::Cancelled,
            _ if now >= self.ends_at => Phase::Expired,
            Stage::Recorded if self.is_revealed => Phase::Proposed,
            Stage::Recorded => Phase::Committed,
            Stage::Approved => Phase::Approved,
            Stage::Armed => Phase::Armed,
        }
    }

    /// The first second at which its code can run, if everybody who has a part in that acts as soon as they can; none when it will not, or does. Another
    /// patch's probation may hold it back for longer.
    pub fn ready_at(&self, deployment: &Deployment, now: u64) -> Option<u64> {
        let opens_at = self.opens_at.max(now);
        match self.phase(deployment, now) {
            // Invariant: what is pending ends after now, so this is 40 bits and 22.
            Phase::Committed | Phase::Proposed => Some(opens_at + self.delay_secs),
            Phase::Approved | Phase::Armed => Some(opens_at),
            _ => None,
        }
    }

    /// The first second at which its phase is over if nobody does anything; none when the phase has no end.
    pub fn ends_at(&self, deployment: &Deployment, now: u64) -> Option<u64> {
        match self.phase(deployment, now) {
            Phase::Probation => deployment.probation_ends_at(now),
            phase => phase.is_pending().then_some(self.ends_at),
        }
    }

    /// The first second after now at which something else can be done with it, or no longer; none when that is never.
    pub fn next_change_at(&self, deployment: &Deployment, now: u64) -> Option<u64> {
        let ends_at = self.ends_at(deployment, now)?;
        Some(if now < self.opens_at {
            self.opens_at
        } else {
            ends_at
        })
    }

    /// Which way it takes.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Whether it can be rolled back, as far as that was revealed.
    pub fn way_back(&self) -> WayBack {
        self.way_back
    }

    /// Whether its terms are known.
    pub fn is_revealed(&self) -> bool {
        self.is_revealed
    }

    /// Which upgrade of its proxy it became, the first being 1; zero when it was not applied.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The patch in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            opens_at: fields.take(40),
            ends_at: fields.take(40),
            epoch: fields.take(32),
            number: fields.take(32),
            delay_secs: fields.take(22),
            ready_secs: fields.take(24),
            window_secs: fields.take(22),
            probation_secs: fields.take(22),
            stage: match fields.take(3) {
                0 => Stage::Unknown,
                1 => Stage::Recorded,
                2 => Stage::Approved,
                3 => Stage::Armed,
                4 => Stage::Applied,
                6 => Stage::RolledBack,
                _ => Stage::Cancelled,
            },
            path: if fields.take(1) == 0 {
                Path::Timelocked
            } else {
                Path::Standby
            },
            way_back: if fields.take(1) == 0 {
                WayBack::Open
            } else {
                WayBack::Barred
            },
            is_revealed: fields.take(1) == 1,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let stage = match self.stage {
            Stage::Unknown => 0,
            Stage::Recorded => 1,
            Stage::Approved => 2,
            Stage::Armed => 3,
            Stage::Applied => 4,
            Stage::Cancelled => 5,
            Stage::RolledBack => 6,
        };
        Fields::new()
            .put(self.opens_at, 40)
            .put(self.ends_at, 40)
            .put(self.epoch, 32)
            .put(self.number, 32)
            .put(self.delay_secs, 22)
            .put(self.ready_secs, 24)
            .put(self.window_secs, 22)
            .put(self.probation_secs, 22)
            .put(stage, 3)
            .put((self.path == Path::Standby).into(), 1)
            .put((self.way_back == WayBack::Barred).into(), 1)
            .put(self.is_revealed.into(), 1)
            .word()
    }

    fn record(self, path: Path, policy: &Policy, deployment: &Deployment, now: u64) -> Result<Self, Refused> {
        self.require(Phase::Unknown, deployment, now)?;
        let config = policy.config();
        Ok(Self {
            epoch: deployment.epoch(),
            delay_secs: config.delay_secs,
            ready_secs: match path {
                Path::Timelocked => config.approval_secs,
                Path::Standby => config.standby_secs,
            },
            window_secs: config.window_secs,
            probation_secs: config.probation_secs,
            path,
            ..self.spanning(Stage::Recorded, now, config.review_secs, config.proposal_secs)
        })
    }

    /// At a stage whose next step opens `wait_secs` after a time, and can be taken for `open_secs`. What lies beyond a clock of 40 bits has ended.
    fn spanning(self, stage: Stage, from: u64, wait_secs: u64, open_secs: u64) -> Self {
        // Invariant: 40 bits and two numbers of at most 24.
        let opens_at = (from.min(LATEST) + wait_secs).min(LATEST);
        let ends_at = (opens_at + open_secs).min(LATEST);
        Self {
            stage,
            opens_at,
            ends_at,
            ..self
        }
    }

    fn require(&self, wanted: Phase, deployment: &Deployment, now: u64) -> Result<(), Refused> {
        match self.phase(deployment, now) {
            phase if phase == wanted => Ok(()),
            phase => Err(Refused::Phase { phase }),
        }
    }

    fn require_pending(&self, deployment: &Deployment, now: u64) -> Result<(), Refused> {
        match self.phase(deployment, now) {
            phase if phase.is_pending() => Ok(()),
            phase => Err(Refused::Phase { phase }),
        }
    }

    fn require_open(&self, now: u64) -> Result<(), Refused> {
        if now < self.opens_at {
            return Err(Refused::TooEarly {
                opens_at: self.opens_at,
            });
        }
        Ok(())
    }
}
