//! A breaker's word, and what it lets through at a time.

use super::{Kind, Ladder, Reason, Rung, Share, State};
use crate::breaker::share::ALL_BPS;
use crate::exit::Freeze;
use crate::fields::Fields;
use alloy_primitives::U256;

/// The latest time that five bytes hold: the year 36,812. What happens later is written down as having happened then.
pub(crate) const LATEST: u64 = (1 << 40) - 1;

/// A breaker's state. The word of zero is one that never tripped.
///
/// ```text
///  255   250 249      226 225   218 217        192 191   184 183   182  181      180
/// ┌─────────┬────────────┬─────────┬──────────────┬─────────┬─────────┬───────────┬────
/// │ zero    │ sequence   │ trips   │ freezes_owed │ reason  │ peak    │ by_       │ …
/// │         │            │         │ _secs        │         │         │ decision  │
/// └─────────┴────────────┴─────────┴──────────────┴─────────┴─────────┴───────────┴────
///     180      167 166      153 152      131 130       109 108      86 85       63 62       40 39        0
/// ────┬───────────┬───────────┬────────────┬──────────────┬───────────┬───────────┬───────────┬───────────┐
///   … │ exit_bps  │ throttle_ │ ramp_secs  │ dwell_secs   │ throttled │ reduce-   │ frozen    │ since,    │
///     │           │ bps       │            │              │ _secs     │ only_secs │ _secs     │ seconds   │
/// ────┴───────────┴───────────┴────────────┴──────────────┴───────────┴───────────┴───────────┴───────────┘
/// ```
/// `since` is the last tightening or step. The three rungs' times are their ends, counted from it: a staircase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    pub(super) since: u64,
    /// Until when each rung or a stricter one holds, the mildest first, in seconds from `since`: never rising.
    pub(super) ends: [u64; 3],
    pub(super) dwell_secs: u64,
    pub(super) ramp_secs: u64,
    pub(super) throttle_bps: u16,
    pub(super) exit_bps: u16,
    /// Whether only a decision may step it back before its time.
    pub(super) by_decision: bool,
    /// The strictest level since it was last closed: where it comes back from.
    pub(super) peak: usize,
    pub(super) reason: Reason,
    /// How long from `since` until automatic triggers may freeze as often as if they never had.
    pub(super) freezes_owed_secs: u64,
    pub(super) trips: u8,
    pub(super) sequence: u32,
}

/// A call that may not proceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shut {
    /// What the breaker is.
    pub state: State,
    /// What the call does.
    pub kind: Kind,
    /// Why it tripped last.
    pub reason: Reason,
    /// The first second at which a call of this kind proceeds, at some share, if nothing else trips it before.
    pub retry_at: u64,
}

/// What a monitor sees of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// What it is.
    pub state: State,
    /// Since when: the last tightening, or the end of the state before. Zero for one that never tripped.
    pub since: u64,
    /// When it becomes milder by itself; none when it is closed.
    pub until: Option<u64>,
    /// When it is closed again if nothing else happens; none when it is.
    pub closed_at: Option<u64>,
    /// The strictest rung since it was last closed; none when it is.
    pub peak: Option<Rung>,
    /// Why it tripped last.
    pub reason: Reason,
    /// How many automatic trips there were since it was last closed, 255 at most; zero when it is.
    pub trips: u8,
    /// How many changes there were, modulo 2^24. A finding or a signature can name the one that it is about.
    pub sequence: u32,
}

/// A state and its bounds in seconds from `since`.
#[derive(Clone, Copy)]
pub(super) struct Phase {
    pub(super) state: State,
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Breaker {
    /// One that never tripped.
    pub const CLOSED: Self = Self {
        since: 0,
        ends: [0; 3],
        dwell_secs: 0,
        ramp_secs: 0,
        throttle_bps: 0,
        exit_bps: 0,
        by_decision: false,
        peak: 0,
        reason: Reason::NONE,
        freezes_owed_secs: 0,
        trips: 0,
        sequence: 0,
    };

    /// The breaker in a stored word. A word that no breaker wrote is read so that each stricter state is no looser than a milder one.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        let since = fields.take(40);
        let frozen = fields.take(23);
        let reduce_only = fields.take(23).max(frozen);
        let throttled = fields.take(23).max(reduce_only);
        let dwell_secs = fields.take(22);
        let ramp_secs = fields.take(22);
        // The casts keep fields of fewer bits.
        let throttle_bps = (fields.take(14) as u16).min(ALL_BPS);
        let exit_bps = (fields.take(14) as u16).min(throttle_bps);
        Self {
            since,
            ends: [throttled, reduce_only, frozen],
            dwell_secs,
            ramp_secs,
            throttle_bps,
            exit_bps,
            by_decision: fields.take(1) == 1,
            peak: fields.take(2) as usize,
            reason: Reason(fields.take(8) as u8),
            freezes_owed_secs: fields.take(26),
            trips: fields.take(8) as u8,
            sequence: fields.take(24) as u32,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let [throttled, reduce_only, frozen] = self.ends;
        Fields::new()
            .put(self.since, 40)
            .put(frozen, 23)
            .put(reduce_only, 23)
            .put(throttled, 23)
            .put(self.dwell_secs, 22)
            .put(self.ramp_secs, 22)
            .put(self.throttle_bps.into(), 14)
            .put(self.exit_bps.into(), 14)
            .put(self.by_decision.into(), 1)
            .put(self.peak as u64, 2)
            .put(u64::from(self.reason.0), 8)
            .put(self.freezes_owed_secs, 26)
            .put(self.trips.into(), 8)
            .put(self.sequence.into(), 24)
            .word()
    }

    /// What it is at `now`.
    pub fn state(&self, now: u64) -> State {
        self.phase(self.elapsed(now)).state
    }

    /// Asks whether a call may proceed, and at what share of its limits.
    ///
    /// # Errors
    /// [`Shut`] when it may not.
    pub fn check(&self, kind: Kind, now: u64) -> Result<Share, Shut> {
        let elapsed = self.elapsed(now);
        let Phase { state, from, .. } = self.phase(elapsed);
        let ladder = Ladder {
            throttle_bps: self.throttle_bps,
            exit_bps: self.exit_bps,
            ramp_secs: self.ramp_secs,
        };
        // Invariant: a phase begins at or before `elapsed`.
        let bps = ladder.bps_down(state, kind, elapsed - from);
        let [_, reduce_only, frozen] = self.ends;
        Share::new(bps).ok_or(Shut {
            state,
            kind,
            reason: self.reason,
            retry_at: self.since.saturating_add(match kind {
                Kind::IncreaseRisk => reduce_only,
                Kind::DecreaseRisk | Kind::ReduceOwnRisk | Kind::BoundedWithdrawal => frozen,
            }),
        })
    }

    /// What a monitor sees at `now`.
    pub fn view(&self, now: u64) -> View {
        let phase = self.phase(self.elapsed(now));
        let closed = phase.state == State::Closed;
        let at = |secs| (!closed).then_some(self.since.saturating_add(secs));
        View {
            state: phase.state,
            since: self.since.saturating_add(phase.from),
            until: at(phase.to),
            closed_at: at(self.closes_after()),
            peak: Rung::of_level(if closed { 0 } else { self.peak }),
            reason: self.reason,
            trips: if closed { 0 } else { self.trips },
            sequence: self.sequence,
        }
    }

    /// The freeze that it is in, or that the last change left: from that change on, up to its end.
    pub fn freeze(&self) -> Freeze {
        let [_, _, frozen] = self.ends;
        Freeze::between(self.since, self.since.saturating_add(frozen))
    }

    /// The seconds since the last change. A time that went back stands still.
    pub(super) fn elapsed(&self, now: u64) -> u64 {
        now.saturating_sub(self.since)
    }

    /// The state `elapsed` seconds after the last change.
    pub(super) fn phase(&self, elapsed: u64) -> Phase {
        let [throttled, reduce_only, frozen] = self.ends;
        let closes = self.closes_after();
        let mut from = 0;
        for (state, to) in [
            (State::Frozen, frozen),
            (State::ReduceOnly, reduce_only),
            (State::Throttled, throttled),
            (State::HalfOpen, closes),
        ] {
            if elapsed < to {
                return Phase { state, from, to };
            }
            from = to;
        }
        Phase {
            state: State::Closed,
            from: closes,
            to: closes,
        }
    }

    /// When the ramp ends, in seconds from `since`.
    fn closes_after(&self) -> u64 {
        let [throttled, ..] = self.ends;
        // Invariant: 23 bits and 22.
        throttled + self.ramp_secs
    }
}
