//! The word of all pauses: asked, made stricter or longer, lifted.

use super::{Bounds, Group};
use crate::{
    breaker::{Kind, Rung, Share, State},
    time::LATEST,
    wide::{shl, shr},
};
use alloy_primitives::U256;

/// The bits of an end; its rung stands above them.
const UNTIL_BITS: u32 = 40;

/// What a group has: 40 bits of its pause's end and two of its rung.
const PAUSE_BITS: u8 = 42;

/// Every pause: when it ends, in seconds, and its rung; zeros where there never was one.
///
/// One word:
///
/// ```text
///  255  252 251     210 209     168 167     126 125      84 83       42 41        0
/// ┌────────┬───────────┬───────────┬───────────┬───────────┬───────────┬───────────┐
/// │ zero   │ group 5   │ group 4   │ group 3   │ group 2   │ group 1   │ all       │
/// └────────┴───────────┴───────────┴───────────┴───────────┴───────────┴───────────┘
/// ```
/// and each of them:
///
/// ```text
///  41   40 39                          0
/// ┌───────┬─────────────────────────────┐
/// │ rung  │ until                       │
/// └───────┴─────────────────────────────┘
/// ```
/// The rung is 0 none, 1 throttled, 2 reduce-only, 3 frozen. It stays after the pause's end, for the ramp. 40 bits of seconds reach the
/// year 36,812.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses(U256);

/// A group's own pause, which holds or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Its rung; none where there never was one, or where it was lifted without a ramp.
    pub rung: Option<Rung>,
    /// The first second at which it does not hold; zero where there is none.
    pub until: u64,
}

/// A call that may not proceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    /// The group whose pause refuses it for longest: its own or [`Group::ALL`].
    pub group: Group,
    /// What that group is.
    pub state: State,
    /// What the call does.
    pub kind: Kind,
    /// The first second at which a call of this kind proceeds, at some share, if nothing else is paused before.
    pub retry_at: u64,
}

/// A function that does not run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRunning {
    /// The group whose pause ends last: its own or [`Group::ALL`].
    pub group: Group,
    /// The first second at which it runs again.
    pub until: u64,
}

/// Why a pause is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseRefused {
    /// The time is zero or longer than the maximum.
    OutOfBounds {
        /// The time asked for.
        secs: u64,
        /// The longest that may be asked for.
        maximum_secs: u64,
    },
    /// It would be milder than the pause that holds, or end sooner, or be the same.
    NotTightened {
        /// What holds.
        state: State,
        /// Until when.
        until: u64,
        /// When the one asked for would end.
        requested_until: u64,
    },
}

/// A pause that was set or lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The word from now on.
    pub pauses: Pauses,
    /// What the group was by its own pause.
    pub from: State,
    /// What it is now.
    pub to: State,
    /// When its pause was to end before, or had ended.
    pub previous_until: u64,
    /// When it ends now; zero when it was lifted and there is no ramp.
    pub until: u64,
}

impl Pause {
    const NONE: Self = Self { rung: None, until: 0 };

    /// What it makes its group at `now`, and for how long it has been on the ramp.
    fn state(self, bounds: Bounds, now: u64) -> (State, u64) {
        let since_end = now.saturating_sub(self.until);
        match self.rung {
            Some(rung) if now < self.until => (rung.into(), 0),
            Some(_) if since_end < bounds.ramp_secs() => (State::HalfOpen, since_end),
            Some(_) | None => (State::Closed, 0),
        }
    }

    fn bits(self) -> u64 {
        let level = self.rung.map_or(0, Rung::level);
        // Invariant: a level is at most three, an end at most `LATEST`.
        self.until | (level as u64) << UNTIL_BITS
    }
}

impl Pauses {
    /// The pauses in a stored word.
    pub const fn from_word(word: U256) -> Self {
        Self(word)
    }

    /// The word to store.
    pub const fn to_word(self) -> U256 {
        self.0
    }

    /// The group's own pause.
    pub fn own(self, group: Group) -> Pause {
        let bits = self.bits(group);
        // The cast keeps two bits.
        Pause {
            rung: Rung::of_level((bits >> UNTIL_BITS & 3) as usize),
            until: bits & LATEST,
        }
    }

    /// When the group's own pause ends or has ended, or zero.
    pub fn own_until(self, group: Group) -> u64 {
        self.bits(group) & LATEST
    }

    /// The later of the ends of the group's own pause and of that of everything: the first second not paused. After it may come the ramp.
    pub fn until(self, group: Group) -> u64 {
        self.own_until(group).max(self.own_until(Group::ALL))
    }

    /// What the group is: the stricter of its own pause and that of everything.
    pub fn state(self, group: Group, bounds: Bounds, now: u64) -> State {
        let (own, _) = self.own(group).state(bounds, now);
        let (all, _) = self.own(Group::ALL).state(bounds, now);
        own.max(all)
    }

    /// Asks whether a call may proceed, and at what share of its limits: the smaller of what its group's pause and that of everything
    /// let through.
    ///
    /// # Errors
    /// [`Paused`] when either refuses.
    pub fn check(self, group: Group, kind: Kind, bounds: Bounds, now: u64) -> Result<Share, Paused> {
        let own = self.check_own(group, kind, bounds, now);
        let all = self.check_own(Group::ALL, kind, bounds, now);
        match (own, all) {
            (Ok(own), Ok(all)) => Ok(own.min(all)),
            (Err(own), Err(all)) if own.retry_at > all.retry_at => Err(own),
            (_, Err(all)) => Err(all),
            (Err(own), Ok(_)) => Err(own),
        }
    }

    /// Asks whether the group's functions run, in a contract that only freezes: no pause covers the group, on whatever rung. It knows no
    /// ramp, so a contract with a ladder asks [`Pauses::check`].
    ///
    /// # Errors
    /// [`NotRunning`] while `now` is before the end of a pause that covers the group.
    pub fn require_running(self, group: Group, now: u64) -> Result<(), NotRunning> {
        let until = self.until(group);
        if now >= until {
            return Ok(());
        }
        let group = if self.own_until(Group::ALL) == until {
            Group::ALL
        } else {
            group
        };
        Err(NotRunning { group, until })
    }

    /// Pauses a group on a rung for `secs` from now, or makes its pause stricter, longer, or both.
    ///
    /// # Errors
    /// [`PauseRefused`] when the time is out of bounds, or when the pause that holds would become milder or shorter or stay as it is.
    pub fn pause(
        self,
        group: Group,
        rung: Rung,
        secs: u64,
        bounds: Bounds,
        now: u64,
    ) -> Result<Changed, PauseRefused> {
        let maximum_secs = bounds.maximum_secs();
        if secs == 0 || secs > maximum_secs {
            return Err(PauseRefused::OutOfBounds { secs, maximum_secs });
        }
        let own = self.own(group);
        let until = now.saturating_add(secs).min(LATEST);
        let asked = Pause {
            rung: Some(rung),
            until,
        };
        if now < own.until && (own.rung > asked.rung || own.until > until || own == asked) {
            return Err(PauseRefused::NotTightened {
                state: own.state(bounds, now).0,
                until: own.until,
                requested_until: until,
            });
        }
        Ok(self.with(group, asked, bounds, now))
    }

    /// Lifts the group's own pause: it ends now, and what is left of the way back is the whole ramp. Without a ramp nothing is left of it.
    /// None when no pause of the group's own holds.
    pub fn lift(self, group: Group, bounds: Bounds, now: u64) -> Option<Changed> {
        let own = self.own(group);
        let lifted = if bounds.ramp_secs() > 0 {
            Pause { until: now, ..own }
        } else {
            Pause::NONE
        };
        (now < own.until).then(|| self.with(group, lifted, bounds, now))
    }

    fn check_own(self, group: Group, kind: Kind, bounds: Bounds, now: u64) -> Result<Share, Paused> {
        let own = self.own(group);
        let (state, into_secs) = own.state(bounds, now);
        Share::new(bounds.ladder().bps_down(state, kind, into_secs)).ok_or(Paused {
            group,
            state,
            kind,
            // On the ramp everything passes, and without a ladder there is none.
            retry_at: own.until,
        })
    }

    fn bits(self, group: Group) -> u64 {
        shr(self.0, first_bit(group)).into_limbs()[0]
    }

    fn with(self, group: Group, to: Pause, bounds: Bounds, now: u64) -> Changed {
        let own = self.own(group);
        // What differs between the old pause and the new one, moved to where they stand.
        let changed = shl(U256::from(own.bits() ^ to.bits()), first_bit(group));
        Changed {
            pauses: Self(self.0 ^ changed),
            from: own.state(bounds, now).0,
            to: to.state(bounds, now).0,
            previous_until: own.until,
            until: to.until,
        }
    }
}

/// Where a group's bits begin.
fn first_bit(group: Group) -> u8 {
    // Invariant: a group is at most 5.
    PAUSE_BITS * group.number()
}
