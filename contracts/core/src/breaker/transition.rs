//! How a breaker trips, is decided upon, and steps back.

use super::breaker::{Breaker, LATEST};
use super::{Reason, Recovery, Rung, Settings, State};

/// Where an automatic trip leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One rung further than it is.
    OneRung,
    /// To this rung; a stricter one that holds goes on, with this one after it.
    To(Rung),
}

/// What a trip, a decision or a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tripped {
    /// The breaker from now on.
    pub breaker: Breaker,
    /// What it was the moment before.
    pub from: State,
    /// What it is now.
    pub to: State,
    /// When it becomes milder by itself.
    pub until: u64,
}

/// A decision for a time that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionRefused {
    /// The time asked for.
    pub secs: u64,
    /// The shortest: a dwell.
    pub least_secs: u64,
    /// The longest.
    pub most_secs: u64,
}

/// On what ground a breaker steps back before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A measure, which must be calm.
    MeasureBps(u32),
    /// A decision of the council.
    Decision,
}

/// Why a breaker does not step back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRefused {
    /// It is on no rung: closed, or on the ramp, which nothing shortens.
    NotTripped {
        /// What it is.
        state: State,
    },
    /// It has not been in this state for a dwell.
    Dwelling {
        /// The first second at which it may step back, or does so by itself.
        retry_at: u64,
    },
    /// The measure is not below the lower threshold.
    NotCalm {
        /// The measure.
        measure_bps: u32,
        /// The threshold that it must be below.
        calm_below_bps: u32,
    },
    /// Only the council may step it back before its time.
    OnlyByDecision {
        /// When it steps back by itself.
        until: u64,
    },
}

impl Breaker {
    /// An automatic trip, for the settings' `expiry_secs`. The caller has seen a trigger fire and pay its cost.
    #[must_use]
    pub fn trip(self, target: Target, reason: Reason, settings: &Settings, now: u64) -> Tripped {
        let config = settings.config();
        let (mut next, from) = self.opened(settings, now);
        let mut level = match target {
            Target::OneRung => from.level() + 1,
            Target::To(rung) => rung.level(),
        };
        // On the way back it goes at least to where it comes from.
        if from.level() < next.peak {
            level = level.max(next.peak);
        }
        if level > Rung::ReduceOnly.level() {
            level = next.spend_a_freeze(config.freezes, config.freeze_back_secs);
        }
        next.raise(level, config.expiry_secs, config.recovery);
        next.by_decision |= config.recovery == Recovery::ByDecision;
        next.trips = next.trips.saturating_add(1);
        next.changed(from, reason)
    }

    /// A decision of the council: at least this rung for `secs` from now. It ends by itself, and only the council ends it before.
    ///
    /// # Errors
    /// [`DecisionRefused`] when the time is shorter than a dwell or longer than the settings' `decision_secs`.
    pub fn decide(
        self,
        rung: Rung,
        secs: u64,
        settings: &Settings,
        now: u64,
    ) -> Result<Tripped, DecisionRefused> {
        let config = settings.config();
        if secs < config.dwell_secs || secs > config.decision_secs {
            return Err(DecisionRefused {
                secs,
                least_secs: config.dwell_secs,
                most_secs: config.decision_secs,
            });
        }
        let (mut next, from) = self.opened(settings, now);
        next.raise(rung.level(), secs, config.recovery);
        next.by_decision = true;
        Ok(next.changed(from, Reason::COUNCIL))
    }

    /// Steps back to what would come next, now instead of when its time comes. What follows keeps its length.
    ///
    /// # Errors
    /// [`StepRefused`] when it is on no rung, has not dwelt, or the evidence does not suffice.
    pub fn step_back(
        self,
        evidence: Evidence,
        settings: &Settings,
        now: u64,
    ) -> Result<Tripped, StepRefused> {
        let elapsed = self.elapsed(now);
        let phase = self.phase(elapsed);
        let level = phase.state.level();
        if level == 0 {
            return Err(StepRefused::NotTripped { state: phase.state });
        }
        // Invariant: 23 bits and 22.
        let dwelt = phase.from + self.dwell_secs;
        if elapsed < dwelt {
            return Err(StepRefused::Dwelling {
                retry_at: self.since.saturating_add(dwelt.min(phase.to)),
            });
        }
        if let Evidence::MeasureBps(measure_bps) = evidence {
            if self.by_decision {
                return Err(StepRefused::OnlyByDecision {
                    until: self.since.saturating_add(phase.to),
                });
            }
            if !settings.is_calm(measure_bps) {
                return Err(StepRefused::NotCalm {
                    measure_bps,
                    calm_below_bps: settings.config().calm_below_bps,
                });
            }
        }
        let mut next = self;
        // Invariant: the phase ends after `elapsed`, and so do the milder ones.
        for end in next.ends.iter_mut().take(level) {
            *end -= phase.to - elapsed;
        }
        // What is milder begins now, and its dwell with it.
        Ok(next.rebased(elapsed).changed(phase.state, self.reason))
    }

    /// The same breaker with its times counted from `elapsed` later.
    fn rebased(mut self, elapsed: u64) -> Self {
        self.since = self.since.saturating_add(elapsed).min(LATEST);
        for end in &mut self.ends {
            *end = end.saturating_sub(elapsed);
        }
        self.freezes_owed_secs = self.freezes_owed_secs.saturating_sub(elapsed);
        self
    }

    /// The breaker at `now`, about to be tightened under these settings, and what it is. What holds already is never loosened by them.
    fn opened(self, settings: &Settings, now: u64) -> (Self, State) {
        let config = settings.config();
        let elapsed = self.elapsed(now);
        let state = self.phase(elapsed).state;
        let next = self.rebased(elapsed);
        let next = match state {
            State::Closed => Self {
                dwell_secs: config.dwell_secs,
                ramp_secs: config.ramp_secs,
                throttle_bps: config.throttle_bps,
                exit_bps: config.exit_bps,
                since: next.since,
                freezes_owed_secs: next.freezes_owed_secs,
                sequence: next.sequence,
                ..Self::CLOSED
            },
            _ => Self {
                dwell_secs: next.dwell_secs.max(config.dwell_secs),
                ramp_secs: next.ramp_secs.max(config.ramp_secs),
                throttle_bps: next.throttle_bps.min(config.throttle_bps),
                exit_bps: next.exit_bps.min(config.exit_bps),
                ..next
            },
        };
        (next, state)
    }

    /// The level that an automatic trip to frozen reaches: frozen when a freeze is left, which it spends, and else reduce-only.
    fn spend_a_freeze(&mut self, freezes: u8, back_secs: u64) -> usize {
        // Invariant: 15 times 30 days at most, in 26 bits.
        let owed = self.freezes_owed_secs + back_secs;
        if owed > back_secs * u64::from(freezes) || freezes == 0 {
            return Rung::ReduceOnly.level();
        }
        self.freezes_owed_secs = owed;
        Rung::Frozen.level()
    }

    /// Makes the staircase hold `level` for `secs` from `since`, and what is milder after it.
    fn raise(&mut self, level: usize, secs: u64, recovery: Recovery) {
        let stair = match recovery {
            Recovery::Timed => self.dwell_secs,
            Recovery::Ramped | Recovery::ByDecision => 0,
        };
        let [throttled, reduce_only, frozen] = &mut self.ends;
        let mut least = secs.max(self.dwell_secs);
        let mut above = 0;
        for (rung, end) in [(3, frozen), (2, reduce_only), (1, throttled)] {
            if rung <= level {
                *end = (*end).max(least);
                least = *end + stair;
            }
            // A stair that is there is at least a dwell long.
            if *end > above && above > 0 {
                *end = (*end).max(above + self.dwell_secs);
            }
            *end = (*end).max(above);
            above = *end;
        }
        self.peak = self.peak.max(level);
    }

    /// What the change came to.
    fn changed(mut self, from: State, reason: Reason) -> Tripped {
        self.reason = reason;
        self.sequence = (self.sequence + 1) & 0x00ff_ffff;
        let phase = self.phase(0);
        Tripped {
            breaker: self,
            from,
            to: phase.state,
            until: self.since.saturating_add(phase.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Kind, Measure, Shut, View};
    use super::*;
    use crate::exit::Freeze;
    use alloy_primitives::U256;

    const CONFIG: Config = Config {
        throttle_bps: 4_000,
        exit_bps: 1_000,
        dwell_secs: 10,
        expiry_secs: 100,
        ramp_secs: 60,
        decision_secs: 1_000,
        recovery: Recovery::Ramped,
        freezes: 1,
        freeze_back_secs: 500,
        measure: Measure::Part,
        trip_at_bps: 3_000,
        calm_below_bps: 1_000,
    };

    fn ramped() -> Settings {
        Settings::new(CONFIG).unwrap()
    }

    fn timed() -> Settings {
        let recovery = Recovery::Timed;
        Settings::new(Config { recovery, ..CONFIG }).unwrap()
    }

    fn by_decision() -> Settings {
        let (recovery, calm_below_bps) = (Recovery::ByDecision, 0);
        Settings::new(Config {
            recovery,
            calm_below_bps,
            ..CONFIG
        })
        .unwrap()
    }

    fn tripped(rung: Rung, settings: &Settings, now: u64) -> Breaker {
        Breaker::CLOSED
            .trip(Target::To(rung), Reason::DAMAGE, settings, now)
            .breaker
    }

    fn states(breaker: &Breaker, times: &[u64]) -> Vec<State> {
        times.iter().map(|now| breaker.state(*now)).collect()
    }

    const CALM: Evidence = Evidence::MeasureBps(999);

    #[test]
    fn a_breaker_that_never_tripped_lets_everything_pass() {
        for kind in Kind::ALL {
            assert_eq!(
                Breaker::from_word(U256::ZERO).check(kind, 0).unwrap().bps(),
                10_000
            );
        }
        assert_eq!(Breaker::from_word(U256::ZERO), Breaker::CLOSED);
    }

    #[test]
    fn each_automatic_trip_goes_one_rung_further_and_the_last_needs_a_freeze() {
        let mut breaker = Breaker::CLOSED;
        for (now, to) in [
            (1_000, State::Throttled),
            (1_000, State::ReduceOnly),
            (1_001, State::Frozen),
            // The one freeze is spent: it stays as it is until what holds ends.
            (1_002, State::Frozen),
        ] {
            let trip = breaker.trip(Target::OneRung, Reason::LIMIT_HITS, &ramped(), now);
            assert_eq!(trip.to, to, "{now}");
            breaker = trip.breaker;
        }
        // Frozen as long as the freeze said, and reduce-only for at least a dwell after it, since the last trip asked for it.
        assert_eq!(
            states(&breaker, &[1_100, 1_101, 1_110, 1_111]),
            [
                State::Frozen,
                State::ReduceOnly,
                State::ReduceOnly,
                State::HalfOpen
            ]
        );
    }

    #[test]
    fn a_trip_holds_to_its_last_second_and_the_ramp_widens_evenly() {
        let breaker = tripped(Rung::ReduceOnly, &ramped(), 1_000);
        assert_eq!(
            breaker.check(Kind::IncreaseRisk, 1_099),
            Err(Shut {
                state: State::ReduceOnly,
                kind: Kind::IncreaseRisk,
                reason: Reason::DAMAGE,
                retry_at: 1_100
            })
        );
        for (now, bps) in [
            (1_100, 4_000),
            (1_101, 4_100),
            (1_130, 7_000),
            (1_159, 9_900),
            (1_160, 10_000),
        ] {
            assert_eq!(
                breaker.check(Kind::IncreaseRisk, now).unwrap().bps(),
                bps,
                "{now}"
            );
        }
        assert_eq!(breaker.state(1_159), State::HalfOpen);
        assert_eq!(breaker.state(1_160), State::Closed);
    }

    #[test]
    fn timed_recovery_goes_down_one_rung_a_dwell() {
        let breaker = tripped(Rung::Frozen, &timed(), 0);
        let times = [99, 100, 109, 110, 119, 120, 179, 180];
        use State::*;
        assert_eq!(
            states(&breaker, &times),
            [Frozen, ReduceOnly, ReduceOnly, Throttled, Throttled, HalfOpen, HalfOpen, Closed]
        );
    }

    #[test]
    fn a_trip_in_the_ramp_goes_back_to_where_it_comes_from() {
        for rung in [Rung::Throttled, Rung::ReduceOnly] {
            let back = tripped(rung, &ramped(), 0).trip(Target::OneRung, Reason::DAMAGE, &ramped(), 130);
            assert_eq!(
                (back.from, back.to, back.until),
                (State::HalfOpen, rung.into(), 230)
            );
        }
        // A freeze that is spent goes back to where ways out are open, and once it has come back, to frozen.
        let frozen = tripped(Rung::Frozen, &ramped(), 0);
        let spent = frozen.trip(Target::OneRung, Reason::DAMAGE, &ramped(), 130);
        assert_eq!(spent.to, State::ReduceOnly);
        let slow = Settings::new(Config {
            ramp_secs: 1_000,
            ..CONFIG
        })
        .unwrap();
        let frozen = tripped(Rung::Frozen, &slow, 0);
        assert_eq!(
            frozen.trip(Target::OneRung, Reason::DAMAGE, &slow, 499).to,
            State::ReduceOnly
        );
        assert_eq!(
            frozen.trip(Target::OneRung, Reason::DAMAGE, &slow, 500).to,
            State::Frozen
        );
    }

    #[test]
    fn a_milder_target_waits_behind_a_stricter_rung_and_shortens_nothing() {
        let reduce_only = tripped(Rung::ReduceOnly, &ramped(), 0);
        let both = reduce_only.trip(Target::To(Rung::Throttled), Reason::DAMAGE, &ramped(), 50);
        assert_eq!((both.to, both.until), (State::ReduceOnly, 100));
        assert_eq!(
            states(&both.breaker, &[99, 100, 149, 150]),
            [
                State::ReduceOnly,
                State::Throttled,
                State::Throttled,
                State::HalfOpen
            ]
        );
        // What would last less than a dwell lasts a dwell.
        let short = reduce_only.trip(Target::To(Rung::Throttled), Reason::DAMAGE, &ramped(), 3);
        assert_eq!(
            states(&short.breaker, &[109, 110]),
            [State::Throttled, State::HalfOpen]
        );
    }

    #[test]
    fn a_freeze_is_told_from_the_change_that_began_it_up_to_its_end() {
        let frozen = tripped(Rung::Frozen, &ramped(), 20);
        assert_eq!(frozen.freeze(), Freeze::between(20, 120));
        let back = frozen.step_back(Evidence::Decision, &ramped(), 50).unwrap();
        assert_eq!(back.breaker.freeze(), Freeze::between(50, 50));
        assert_eq!(Breaker::CLOSED.freeze(), Freeze::NONE);
        let milder = tripped(Rung::ReduceOnly, &ramped(), 20);
        assert!(!milder.freeze().holds(20));
    }

    #[test]
    fn a_step_back_needs_a_dwell_and_a_calm_measure() {
        let breaker = tripped(Rung::ReduceOnly, &ramped(), 0);
        assert_eq!(
            breaker.step_back(CALM, &ramped(), 9),
            Err(StepRefused::Dwelling { retry_at: 10 })
        );
        // Below what trips and not below what is calm: between the thresholds nothing moves.
        for measure_bps in [1_000, 2_999] {
            assert_eq!(
                breaker.step_back(Evidence::MeasureBps(measure_bps), &ramped(), 10),
                Err(StepRefused::NotCalm {
                    measure_bps,
                    calm_below_bps: 1_000
                })
            );
        }
        let stepped = breaker.step_back(CALM, &ramped(), 10).unwrap();
        assert_eq!(
            (stepped.from, stepped.to, stepped.until),
            (State::ReduceOnly, State::HalfOpen, 70)
        );
        assert_eq!(
            stepped.breaker.step_back(Evidence::Decision, &ramped(), 20),
            Err(StepRefused::NotTripped {
                state: State::HalfOpen
            }),
            "nothing shortens the ramp"
        );
    }

    #[test]
    fn a_timed_breaker_steps_back_one_rung_and_dwells_again() {
        let stepped = tripped(Rung::Frozen, &timed(), 0)
            .step_back(CALM, &timed(), 40)
            .unwrap();
        assert_eq!((stepped.to, stepped.until), (State::ReduceOnly, 50));
        assert_eq!(
            stepped.breaker.step_back(CALM, &timed(), 49),
            Err(StepRefused::Dwelling { retry_at: 50 })
        );
        assert_eq!(
            states(&stepped.breaker, &[50, 59, 60]),
            [State::Throttled, State::Throttled, State::HalfOpen]
        );
    }

    #[test]
    fn by_decision_only_the_council_steps_back_before_the_end() {
        let breaker = tripped(Rung::ReduceOnly, &by_decision(), 0);
        assert_eq!(
            breaker.step_back(Evidence::MeasureBps(0), &by_decision(), 50),
            Err(StepRefused::OnlyByDecision { until: 100 })
        );
        let stepped = breaker.step_back(Evidence::Decision, &by_decision(), 50).unwrap();
        assert_eq!(stepped.to, State::HalfOpen);
        assert_eq!(breaker.state(100), State::HalfOpen, "and it ends by itself");
    }

    #[test]
    fn a_decision_is_bounded_and_no_measure_cuts_it_short() {
        let refused = |secs| DecisionRefused {
            secs,
            least_secs: 10,
            most_secs: 1_000,
        };
        for secs in [0, 9, 1_001] {
            assert_eq!(
                Breaker::CLOSED.decide(Rung::Frozen, secs, &ramped(), 0),
                Err(refused(secs))
            );
        }
        let decided = Breaker::CLOSED.decide(Rung::Frozen, 1_000, &ramped(), 5).unwrap();
        assert_eq!((decided.to, decided.until), (State::Frozen, 1_005));
        assert_eq!(
            decided.breaker.step_back(CALM, &ramped(), 500),
            Err(StepRefused::OnlyByDecision { until: 1_005 })
        );
        // Not even the council leaves it before its dwell.
        assert_eq!(
            decided.breaker.step_back(Evidence::Decision, &ramped(), 14),
            Err(StepRefused::Dwelling { retry_at: 15 })
        );
        assert_eq!(
            decided
                .breaker
                .step_back(Evidence::Decision, &ramped(), 15)
                .unwrap()
                .to,
            State::HalfOpen
        );
    }

    #[test]
    fn a_cheap_trip_does_not_turn_a_long_throttle_into_a_long_shutdown() {
        let throttled = Breaker::CLOSED
            .decide(Rung::Throttled, 1_000, &ramped(), 0)
            .unwrap()
            .breaker;
        let trip = throttled.trip(Target::OneRung, Reason::LIMIT_HITS, &ramped(), 100);
        assert_eq!((trip.to, trip.until), (State::ReduceOnly, 200));
        assert_eq!(
            states(&trip.breaker, &[199, 200, 999, 1_000]),
            [
                State::ReduceOnly,
                State::Throttled,
                State::Throttled,
                State::HalfOpen
            ]
        );
    }

    #[test]
    fn looser_settings_loosen_nothing_that_holds() {
        let breaker = tripped(Rung::Throttled, &ramped(), 0);
        let loose = Config {
            throttle_bps: 9_000,
            exit_bps: 9_000,
            dwell_secs: 1,
            ramp_secs: 1,
            expiry_secs: 1,
            ..CONFIG
        };
        let trip = breaker.trip(
            Target::To(Rung::Throttled),
            Reason::DAMAGE,
            &Settings::new(loose).unwrap(),
            50,
        );
        assert_eq!((trip.until, trip.breaker.view(50).closed_at), (100, Some(160)));
        assert_eq!(trip.breaker.check(Kind::IncreaseRisk, 99).unwrap().bps(), 4_000);
        assert_eq!(
            trip.breaker.step_back(CALM, &Settings::new(loose).unwrap(), 59),
            Err(StepRefused::Dwelling { retry_at: 60 })
        );
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let breaker = tripped(Rung::Throttled, &ramped(), 1_000);
        assert_eq!(breaker.state(0), State::Throttled);
        let trip = breaker.trip(Target::OneRung, Reason::DAMAGE, &ramped(), 900);
        assert_eq!((trip.to, trip.until), (State::ReduceOnly, 1_100));
    }

    #[test]
    fn what_trips_after_the_last_second_that_is_written_down_ends_too() {
        let breaker = tripped(Rung::Frozen, &ramped(), u64::MAX);
        assert_eq!(breaker.state(LATEST), State::Frozen);
        assert_eq!(breaker.state(LATEST + 100), State::HalfOpen);
        assert_eq!(breaker.state(u64::MAX), State::Closed);
    }

    #[test]
    fn a_monitor_sees_since_when_until_when_and_why() {
        let breaker = tripped(Rung::ReduceOnly, &timed(), 1_000);
        let view = View {
            state: State::Throttled,
            since: 1_100,
            until: Some(1_110),
            closed_at: Some(1_170),
            peak: Some(Rung::ReduceOnly),
            reason: Reason::DAMAGE,
            trips: 1,
            sequence: 1,
        };
        assert_eq!(breaker.view(1_105), view);
        let closed = View {
            state: State::Closed,
            since: 1_170,
            until: None,
            closed_at: None,
            peak: None,
            trips: 0,
            ..view
        };
        assert_eq!(breaker.view(2_000), closed);
    }

    #[test]
    fn counters_end_without_wrapping_into_their_neighbours() {
        let mut breaker = Breaker {
            sequence: 0x00ff_ffff,
            ..Breaker::CLOSED
        };
        for _ in 0..300 {
            breaker = breaker
                .trip(Target::To(Rung::Throttled), Reason(255), &ramped(), 7)
                .breaker;
        }
        assert_eq!((breaker.view(7).trips, breaker.view(7).sequence), (255, 299));
        assert_eq!(Breaker::from_word(breaker.to_word()), breaker);
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        let breaker = tripped(Rung::Frozen, &timed(), 7);
        let fields = [
            (7u64, 0usize),
            (100, 40),
            (110, 63),
            (120, 86),
            (10, 109),
            (60, 131),
            (4_000, 153),
            (1_000, 167),
            (0, 181),
            (3, 182),
            (5, 184),
            (500, 192),
            (1, 218),
            (1, 226),
        ];
        let expected = fields
            .into_iter()
            .fold(U256::ZERO, |word, (value, at)| word | U256::from(value) << at);
        assert_eq!(breaker.to_word(), expected);
        let decided = breaker.decide(Rung::Frozen, 10, &timed(), 7).unwrap().breaker;
        assert_eq!(decided.to_word() >> 181 & U256::ONE, U256::ONE);
    }
}
