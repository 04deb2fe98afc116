//! A group's guardian and fallback, what they used, and what they may do.

use super::{Budget, Terms};
use crate::{
    fields::Fields,
    recorder::{address, limbs},
    time::LATEST,
};
use alloy_primitives::{Address, U256};

/// As what somebody pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The group's guardian.
    Guardian,
    /// The one for when the guardian is spent or gone.
    Fallback,
    /// Many, by a decision.
    Council,
}

/// Who may pause a group, and what they have used: two words. Zeros are a group that nobody was named for.
///
/// ```text
///  255  242    241       240    239          200 199          160 159                 0
/// ┌────────┬──────────┬───────┬──────────────┬──────────────────┬─────────────────────┐
/// │ zero   │ reported │ spent │ paused_until │ heartbeat_at     │ guardian            │
/// └────────┴──────────┴───────┴──────────────┴──────────────────┴─────────────────────┘
///  255  225     224     223         184 183              160 159                      0
/// ┌────────┬──────────┬────────────────┬────────────────────┬─────────────────────────┐
/// │ zero   │ fallback │ budget at      │ budget level_secs  │ fallback                │
/// │        │ _spent   │                │                    │                         │
/// └────────┴──────────┴────────────────┴────────────────────┴─────────────────────────┘
/// ```
/// A level is at most half a year, in seconds below 2^24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Who pauses; the zero address when nobody was named.
    pub guardian: Address,
    /// Its last sign of life, or when it was named or re-armed.
    pub heartbeat_at: u64,
    /// The end that the last pause by a guardian or a fallback was given, whoever they were.
    pub paused_until: u64,
    /// Whether the guardian has paused since it was named or re-armed.
    pub spent: bool,
    /// Whether a lapse of its heartbeat was reported since then.
    pub reported: bool,
    /// Who pauses when the guardian is spent or gone.
    pub fallback: Address,
    /// Whether the fallback has paused since it was named or re-armed.
    pub fallback_spent: bool,
    /// What guardians and fallbacks used of the group's budget.
    pub budget: Budget,
}

/// Why nobody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignRefused {
    /// One of them is the zero address: a group that loses its guardian has lost its pause.
    Nobody,
    /// They are the same, so that there is nobody when that one is gone.
    Same,
}

/// Why a sign of life does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeartbeatRefused {
    /// It is not the guardian's.
    NotGuardian,
    /// It comes too late: at this second or after it. Only re-arming revives a guardian.
    Lapsed {
        /// The first second at which it was stale.
        stale_at: u64,
    },
}

/// Why a guardian or a fallback may not pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseRefused {
    /// It has paused, and was not re-armed since.
    Spent,
    /// The guardian's heartbeat has lapsed.
    Lapsed {
        /// The first second at which it was stale.
        stale_at: u64,
    },
    /// The fallback waits for the guardian to be spent or reported.
    GuardianThere {
        /// The first second at which it can be reported.
        stale_at: u64,
    },
    /// The cool-down after the last pause is not over.
    CoolingDown {
        /// The first second at which it is.
        retry_at: u64,
    },
    /// The time is zero or longer than a guardian's pause may be.
    OutOfBounds {
        /// The time asked for.
        secs: u64,
        /// The longest that may be asked for.
        maximum_secs: u64,
    },
    /// The budget does not hold it.
    OverBudget {
        /// The longest pause that it holds now.
        left_secs: u64,
        /// The first second at which it holds the one asked for, if none is made before.
        retry_at: u64,
    },
}

impl Assignment {
    /// The assignment in its two stored words.
    pub fn from_words([first, second]: [U256; 2]) -> Self {
        let (mut first, mut second) = (Fields::of(first), Fields::of(second));
        Self {
            guardian: address([first.take(64), first.take(64), first.take(32), 0]),
            heartbeat_at: first.take(40),
            paused_until: first.take(40),
            spent: first.take(1) == 1,
            reported: first.take(1) == 1,
            fallback: address([second.take(64), second.take(64), second.take(32), 0]),
            budget: Budget {
                level_secs: second.take(24),
                at: second.take(40),
            },
            fallback_spent: second.take(1) == 1,
        }
    }

    /// The words to store.
    pub fn to_words(self) -> [U256; 2] {
        let first = packed(self.guardian)
            .put(self.heartbeat_at, 40)
            .put(self.paused_until, 40)
            .put(self.spent.into(), 1)
            .put(self.reported.into(), 1);
        let second = packed(self.fallback)
            .put(self.budget.level_secs, 24)
            .put(self.budget.at, 40)
            .put(self.fallback_spent.into(), 1);
        [first.word(), second.word()]
    }

    /// Names a guardian and its fallback, both armed. What was used of the budget stays used, and the cool-down goes on.
    ///
    /// # Errors
    /// [`AssignRefused`].
    pub fn assign(self, guardian: Address, fallback: Address, now: u64) -> Result<Self, AssignRefused> {
        if guardian.is_zero() || fallback.is_zero() {
            return Err(AssignRefused::Nobody);
        }
        if guardian == fallback {
            return Err(AssignRefused::Same);
        }
        Ok(Self {
            guardian,
            fallback,
            ..self
        }
        .armed(now))
    }

    /// Arms guardian and fallback again, as if they had just been named; none when nobody is.
    pub fn rearm(self, now: u64) -> Option<Self> {
        (!self.guardian.is_zero()).then(|| self.armed(now))
    }

    /// Names nobody any more; none when nobody is. What was used of the budget stays used, and the cool-down goes on for whoever comes next.
    pub fn dismiss(self) -> Option<Self> {
        (!self.guardian.is_zero()).then_some(Self {
            guardian: Address::ZERO,
            fallback: Address::ZERO,
            ..self
        })
    }

    /// A sign of life of the guardian.
    ///
    /// # Errors
    /// [`HeartbeatRefused`].
    pub fn heartbeat(self, by: Address, terms: &Terms, now: u64) -> Result<Self, HeartbeatRefused> {
        if self.role(by) != Some(Role::Guardian) {
            return Err(HeartbeatRefused::NotGuardian);
        }
        if self.is_stale(terms, now) {
            return Err(HeartbeatRefused::Lapsed {
                stale_at: self.stale_at(terms),
            });
        }
        Ok(Self {
            heartbeat_at: now.min(LATEST).max(self.heartbeat_at),
            ..self
        })
    }

    /// Records that the guardian's heartbeat has lapsed, so that the fallback can pause; none when it has not, or nobody is named. Says whether it
    /// was not on record yet.
    pub fn report_stale(self, terms: &Terms, now: u64) -> Option<(Self, bool)> {
        let reported = Self {
            reported: true,
            ..self
        };
        (!self.guardian.is_zero() && self.is_stale(terms, now)).then_some((reported, !self.reported))
    }

    /// The assignment after a pause of `secs` from now by its guardian or its fallback. Nothing of the council's is counted here.
    ///
    /// # Errors
    /// [`PauseRefused`].
    pub fn pause(self, by: Role, secs: u64, terms: &Terms, now: u64) -> Result<Self, PauseRefused> {
        let is_guardian = by == Role::Guardian;
        if is_guardian && self.spent || !is_guardian && self.fallback_spent {
            return Err(PauseRefused::Spent);
        }
        let stale_at = self.stale_at(terms);
        if is_guardian && self.is_stale(terms, now) {
            return Err(PauseRefused::Lapsed { stale_at });
        }
        if !is_guardian && !self.spent && !self.reported {
            return Err(PauseRefused::GuardianThere { stale_at });
        }
        let retry_at = self.cool_at(terms);
        if now < retry_at {
            return Err(PauseRefused::CoolingDown { retry_at });
        }
        let maximum_secs = terms.config().pause_secs;
        if secs == 0 || secs > maximum_secs {
            return Err(PauseRefused::OutOfBounds { secs, maximum_secs });
        }
        let budget = self
            .budget
            .charged(secs, terms, now)
            .map_err(|over| PauseRefused::OverBudget {
                left_secs: over.left_secs,
                retry_at: over.retry_at,
            })?;
        Ok(Self {
            // No need for the later of two ends: the last one is over, as its cool-down is.
            paused_until: now.saturating_add(secs).min(LATEST),
            spent: self.spent || is_guardian,
            fallback_spent: self.fallback_spent || !is_guardian,
            budget,
            ..self
        })
    }

    /// What an account may pause as; none when it is neither.
    pub fn role(&self, account: Address) -> Option<Role> {
        // No need to refuse the zero address: no transaction has it as its caller.
        if account == self.guardian {
            Some(Role::Guardian)
        } else if account == self.fallback {
            Some(Role::Fallback)
        } else {
            None
        }
    }

    /// Whether the guardian's heartbeat has lapsed. Once that was reported it has until the guardian is re-armed.
    pub fn is_stale(&self, terms: &Terms, now: u64) -> bool {
        self.reported || now >= self.stale_at(terms)
    }

    /// The first second without a sign of life at which the guardian cannot pause.
    pub fn stale_at(&self, terms: &Terms) -> u64 {
        // Invariant: 40 bits and 28.
        self.heartbeat_at + terms.config().heartbeat_secs
    }

    /// The first second at which the cool-down after the last pause is over; zero when there was none.
    pub fn cool_at(&self, terms: &Terms) -> u64 {
        match self.paused_until {
            0 => 0,
            // Invariant: 40 bits and 22.
            until => until + terms.config().cool_down_secs,
        }
    }

    fn armed(self, now: u64) -> Self {
        Self {
            heartbeat_at: now.min(LATEST),
            spent: false,
            reported: false,
            fallback_spent: false,
            ..self
        }
    }
}

/// A word that begins with an address.
fn packed(address: Address) -> Fields {
    let [low, middle, high, _] = limbs(address);
    Fields::new().put(low, 64).put(middle, 64).put(high, 32)
}
