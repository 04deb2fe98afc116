//! The breaker against a model that writes the future out second by second, over a million random steps.
//!
//! The model knows nothing of words, of ends or of arithmetic on times: what holds is a queue with one rung for each second to
//! come, which is what the documentation promises, and a step of time takes one off its front. Beside it, generated sequences over
//! times and words of every size.

use alloy_primitives::U256;
use portcullis_core::breaker::{
    Breaker, Config, Evidence, Kind, Measure, Reason, Recovery, Rung, Settings, State, StepRefused, Target,
    LONGEST_SECS,
};
use proptest::prelude::*;
use rand::{rngs::StdRng, seq::IndexedRandom, Rng, SeedableRng};
use std::collections::VecDeque;

fn level(rung: Rung) -> usize {
    Rung::ALL.iter().position(|other| *other == rung).unwrap() + 1
}

struct Model {
    /// A rung for each second to come, 1 to 3, never rising.
    future: VecDeque<usize>,
    /// The seconds of the ramp that are left.
    ramp_left: u64,
    ramp_secs: u64,
    dwell_secs: u64,
    throttle_bps: u64,
    exit_bps: u64,
    only_council: bool,
    peak: usize,
    /// How long it has been as it is, since the last change.
    age: u64,
    owed_secs: u64,
}

impl Model {
    fn level(&self) -> usize {
        self.future.front().copied().unwrap_or(0)
    }

    fn closed(&self) -> bool {
        self.future.is_empty() && self.ramp_left == 0
    }

    fn second(&mut self) {
        let before = self.level();
        self.owed_secs = self.owed_secs.saturating_sub(1);
        self.age += 1;
        if self.future.pop_front().is_none() {
            self.ramp_left = self.ramp_left.saturating_sub(1);
        }
        if self.level() != before {
            self.age = 0;
        }
    }

    fn seconds(&mut self, secs: u64) {
        for _ in 0..secs.min(500) {
            self.second();
        }
        self.owed_secs = self.owed_secs.saturating_sub(secs.saturating_sub(500));
        assert!(secs <= 500 || self.closed());
    }

    fn open(&mut self, config: &Config) {
        if self.closed() {
            (self.dwell_secs, self.ramp_secs, self.only_council, self.peak) = (0, 0, false, 0);
            (self.throttle_bps, self.exit_bps) = (u64::MAX, u64::MAX);
        }
        self.dwell_secs = self.dwell_secs.max(config.dwell_secs);
        self.ramp_secs = self.ramp_secs.max(config.ramp_secs);
        self.throttle_bps = self.throttle_bps.min(config.throttle_bps.into());
        self.exit_bps = self.exit_bps.min(config.exit_bps.into());
        self.age = 0;
        self.ramp_left = self.ramp_secs;
    }

    fn at_least(&mut self, level: usize, from: usize, secs: u64) {
        for second in from..from + secs as usize {
            match self.future.get_mut(second) {
                Some(there) => *there = level.max(*there),
                None => self.future.push_back(level),
            }
        }
    }

    fn raise(&mut self, level: usize, secs: u64, recovery: Recovery) {
        self.peak = self.peak.max(level);
        self.at_least(level, 0, secs.max(self.dwell_secs));
        if recovery == Recovery::Timed {
            for milder in (1..level).rev() {
                let from = self.future.iter().filter(|there| **there > milder).count();
                self.at_least(milder, from, self.dwell_secs);
            }
        }
        // What comes after another stair is no shorter than a dwell.
        for rung in (1..=2).rev() {
            let (above, with) = [rung, rung - 1]
                .map(|milder| self.future.iter().filter(|there| **there > milder).count())
                .into();
            if above > 0 && with > above {
                self.at_least(rung, above, self.dwell_secs);
            }
        }
    }

    fn trip(&mut self, target: Target, config: &Config) {
        let from = self.level();
        self.open(config);
        let mut to = match target {
            Target::OneRung => from + 1,
            Target::To(rung) => level(rung),
        };
        if from < self.peak {
            to = to.max(self.peak);
        }
        if to >= 3 {
            let whole = u64::from(config.freezes) * config.freeze_back_secs;
            to = if config.freezes > 0 && self.owed_secs + config.freeze_back_secs <= whole {
                self.owed_secs += config.freeze_back_secs;
                3
            } else {
                2
            };
        }
        self.raise(to, config.expiry_secs, config.recovery);
        self.only_council |= config.recovery == Recovery::ByDecision;
    }

    fn shares(&self) -> [u64; 4] {
        let [throttle, exit] = [self.throttle_bps, self.exit_bps];
        match self.level() {
            3 => [0; 4],
            2 => [0, throttle, 10_000, exit],
            1 => [throttle, throttle, 10_000, throttle],
            _ if self.closed() => [10_000; 4],
            _ => {
                let ramp =
                    throttle + (10_000 - throttle) * (self.ramp_secs - self.ramp_left) / self.ramp_secs;
                [ramp, ramp, 10_000, ramp]
            }
        }
    }
}

fn small_settings(random: &mut StdRng) -> Settings {
    let dwell_secs = random.random_range(1..=20);
    let expiry_secs = random.random_range(dwell_secs..=40);
    let recovery = *[Recovery::Timed, Recovery::Ramped, Recovery::ByDecision]
        .choose(random)
        .unwrap();
    let freezes = random.random_range(0..=3);
    let throttle_bps = random.random_range(1..=9_999);
    Settings::new(Config {
        throttle_bps,
        exit_bps: random.random_range(1..=throttle_bps),
        dwell_secs,
        expiry_secs,
        ramp_secs: random.random_range(dwell_secs..=50),
        decision_secs: random.random_range(dwell_secs..=60),
        recovery,
        freezes,
        freeze_back_secs: if freezes > 0 {
            expiry_secs + random.random_range(1..=100)
        } else {
            0
        },
        measure: Measure::Part,
        trip_at_bps: 3_000,
        calm_below_bps: if recovery == Recovery::ByDecision {
            0
        } else {
            2_000
        },
    })
    .unwrap()
}

#[test]
fn a_million_random_steps_agree_with_a_future_written_out_by_the_second() {
    const BREAKERS: u64 = 1_000;
    const STEPS: u64 = 1_000;
    let (mut trips, mut frozen, mut decisions, mut stepped, mut refused) = (0, 0, 0, 0, [0u64; 4]);
    for seed in 0..BREAKERS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut settings = small_settings(&mut random);
        let mut now: u64 = random.random_range(0..2_000_000_000);
        let mut word = U256::ZERO;
        let mut model = Model {
            future: VecDeque::new(),
            ramp_left: 0,
            ramp_secs: 0,
            dwell_secs: 0,
            throttle_bps: 0,
            exit_bps: 0,
            only_council: false,
            peak: 0,
            age: 0,
            owed_secs: 0,
        };
        for step in 0..STEPS {
            let breaker = Breaker::from_word(word);
            let shares =
                Kind::ALL.map(|kind| breaker.check(kind, now).map_or(0, |share| u64::from(share.bps())));
            assert_eq!(shares, model.shares(), "seed {seed}, step {step}");
            let config = settings.config();
            match random.random_range(0..100) {
                0..12 => {
                    let target = match random.random_range(0..4) {
                        0 => Target::To(*Rung::ALL.choose(&mut random).unwrap()),
                        _ => Target::OneRung,
                    };
                    let before = breaker.state(now);
                    let spent = model.owed_secs;
                    model.trip(target, &config);
                    let tripped = breaker.trip(target, Reason::DAMAGE, &settings, now);
                    assert_eq!(tripped.from, before);
                    assert!(tripped.to >= before);
                    if model.owed_secs > spent {
                        frozen += 1;
                    }
                    word = tripped.breaker.to_word();
                    trips += 1;
                }
                12..15 => {
                    let rung = *Rung::ALL.choose(&mut random).unwrap();
                    let secs = random.random_range(0..=config.decision_secs + 1);
                    if let Ok(decided) = breaker.decide(rung, secs, &settings, now) {
                        model.open(&config);
                        model.raise(level(rung), secs, config.recovery);
                        model.only_council = true;
                        word = decided.breaker.to_word();
                        decisions += 1;
                    } else {
                        assert!(secs < config.dwell_secs || secs > config.decision_secs);
                    }
                }
                15..35 => {
                    let evidence = match random.random_range(0..4) {
                        0 => Evidence::Decision,
                        _ => Evidence::MeasureBps(random.random_range(1_500..2_500)),
                    };
                    match breaker.step_back(evidence, &settings, now) {
                        Ok(after) => {
                            let here = model.level();
                            assert!(here > 0 && model.age >= model.dwell_secs);
                            while model.level() == here {
                                model.future.pop_front();
                            }
                            model.age = 0;
                            word = after.breaker.to_word();
                            stepped += 1;
                        }
                        Err(refusal) => {
                            let (kind, agrees) = match refusal {
                                StepRefused::NotTripped { .. } => (0, model.level() == 0),
                                StepRefused::Dwelling { .. } => (1, model.age < model.dwell_secs),
                                StepRefused::OnlyByDecision { .. } => {
                                    (2, model.only_council && evidence != Evidence::Decision)
                                }
                                StepRefused::NotCalm {
                                    measure_bps,
                                    calm_below_bps,
                                } => (3, measure_bps >= calm_below_bps),
                            };
                            assert!(agrees, "{refusal:?}");
                            refused[kind] += 1;
                        }
                    }
                }
                35..36 => settings = small_settings(&mut random),
                _ => {
                    let secs = match random.random_range(0..60) {
                        0 => random.random_range(500..100_000),
                        _ => random.random_range(0..=5),
                    };
                    now += secs;
                    model.seconds(secs);
                }
            }
        }
    }
    // The walk is worth something only if it went everywhere.
    let all = [trips, frozen, decisions, stepped];
    assert!(
        trips > 100_000 && frozen > 2_000 && decisions > 10_000 && stepped > 2_000,
        "{all:?}"
    );
    assert!(refused.iter().all(|count| *count > 1_000), "{refused:?}");
}

/// How long until automatic triggers may freeze as often as ever: the field at bit 192, counted from the one at bit 0.
fn owed(breaker: &Breaker, now: u64) -> u64 {
    let field =
        |from: usize, bits: usize| (breaker.to_word() >> from).wrapping_to::<u64>() & ((1 << bits) - 1);
    (field(0, 40) + field(192, 26)).saturating_sub(now)
}

#[test]
fn automatic_freezes_in_any_window_stay_within_their_bound() {
    let mut random = StdRng::seed_from_u64(7);
    for _ in 0..50 {
        let settings = small_settings(&mut random);
        let config = settings.config();
        let (mut breaker, mut now, mut freezes) = (Breaker::CLOSED, 1_000, Vec::new());
        for _ in 0..500 {
            now += random.random_range(0..10);
            let tripped = breaker.trip(Target::To(Rung::Frozen), Reason::DAMAGE, &settings, now);
            let spent = owed(&tripped.breaker, now) > owed(&breaker, now);
            assert!(!spent || tripped.to == State::Frozen);
            if spent {
                freezes.push(now);
            }
            breaker = tripped.breaker;
        }
        assert_eq!(freezes.is_empty(), config.freezes == 0);
        for (index, from) in freezes.iter().enumerate() {
            for (count, to) in (1u64..).zip(&freezes[index..]) {
                assert!(count <= settings.most_freezes(to - from));
            }
        }
    }
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let times = (
        1..=LONGEST_SECS,
        1..=LONGEST_SECS,
        1..=LONGEST_SECS,
        1..=LONGEST_SECS,
    );
    (1..=9_999u16, any::<u16>(), times, 0..3u8, 0..=15u8).prop_map(
        |(throttle_bps, exit, (a, b, c, d), recovery, freezes)| {
            let dwell_secs = a.min(b).min(c).min(d);
            let expiry_secs = b.min(LONGEST_SECS - 1);
            let dwell_secs = dwell_secs.min(expiry_secs);
            let recovery = [Recovery::Timed, Recovery::Ramped, Recovery::ByDecision][usize::from(recovery)];
            Settings::new(Config {
                throttle_bps,
                exit_bps: exit % throttle_bps + 1,
                dwell_secs,
                expiry_secs,
                ramp_secs: c,
                decision_secs: d,
                recovery,
                freezes,
                freeze_back_secs: if freezes > 0 { LONGEST_SECS } else { 0 },
                measure: Measure::Rise,
                trip_at_bps: 3,
                calm_below_bps: if recovery == Recovery::ByDecision { 0 } else { 2 },
            })
            .unwrap()
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Trip(u8),
    Decide(u8, u64),
    Calm,
    Back(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..=2 * LONGEST_SECS).prop_map(Step::Wait),
        (0..100u64).prop_map(Step::Wait),
        (0..=3u8).prop_map(Step::Trip),
        (0..3u8, 1..=LONGEST_SECS).prop_map(|(rung, secs)| Step::Decide(rung, secs)),
        Just(Step::Calm),
        (0..100u64).prop_map(Step::Back),
    ]
}

fn share(breaker: &Breaker, kind: Kind, at: u64) -> u16 {
    breaker.check(kind, at).map_or(0, |share| share.bps())
}

proptest! {
    #[test]
    fn sequences_of_every_length_of_time_keep_their_promises(
        settings in any_settings(),
        start in 0..1u64 << 39,
        steps in proptest::collection::vec(any_step(), 1..40),
        probes in proptest::collection::vec(0..=4 * LONGEST_SECS, 8),
    ) {
        let (mut breaker, mut now) = (Breaker::CLOSED, start);
        for step in steps {
            let before = breaker;
            let tightened = match step {
                Step::Wait(secs) => { now += secs; None }
                Step::Back(secs) => { now = now.saturating_sub(secs); None }
                Step::Trip(target) => {
                    let target = Rung::ALL.get(usize::from(target)).map_or(Target::OneRung, |rung| Target::To(*rung));
                    Some(breaker.trip(target, Reason::DAMAGE, &settings, now))
                }
                Step::Decide(rung, secs) => {
                    breaker.decide(Rung::ALL[usize::from(rung)], secs, &settings, now).ok()
                }
                Step::Calm => {
                    if let Ok(stepped) = breaker.step_back(Evidence::MeasureBps(1), &settings, now) {
                        prop_assert!(stepped.to < stepped.from);
                        breaker = stepped.breaker;
                    }
                    None
                }
            };
            if let Some(tripped) = tightened {
                breaker = tripped.breaker;
                let since = breaker.view(now).since;
                prop_assert!(since >= now);
                for later in &probes {
                    for kind in Kind::ALL {
                        prop_assert!(share(&breaker, kind, since + later) <= share(&before, kind, since + later));
                    }
                }
                prop_assert_eq!(breaker.view(now).sequence, before.view(now).sequence + 1);
                prop_assert!(breaker.view(now).closed_at.unwrap() <= since + settings.longest_secs());
            }
            prop_assert_eq!(Breaker::from_word(breaker.to_word()), breaker);
            let view = breaker.view(now);
            if let Some(until) = view.until {
                prop_assert!(breaker.state(until) < view.state);
                prop_assert_eq!(breaker.state(until - 1), view.state);
            }
        }
    }

    #[test]
    fn no_word_makes_it_panic_or_last(
        limbs in any::<[u64; 4]>(),
        settings in any_settings(),
        now in any::<u64>(),
        target in 0..=3usize,
    ) {
        let breaker = Breaker::from_word(U256::from_limbs(limbs));
        let target = Rung::ALL.get(target).map_or(Target::OneRung, |rung| Target::To(*rung));
        let mut states = Vec::new();
        for breaker in [
            breaker,
            breaker.trip(target, Reason(9), &settings, now).breaker,
            breaker.decide(Rung::Frozen, settings.config().decision_secs, &settings, now).unwrap().breaker,
            breaker.step_back(Evidence::Decision, &settings, now).map_or(breaker, |stepped| stepped.breaker),
        ] {
            let _ = breaker.view(now);
            prop_assert_eq!(Breaker::from_word(breaker.to_word()), breaker);
            for kind in Kind::ALL {
                let _ = breaker.check(kind, now);
            }
            // Whatever the word says, it is over after the longest that its fields hold.
            let latest = (1 << 40) + (1 << 24) + (1 << 22);
            prop_assert_eq!(breaker.state(latest), State::Closed);
            states.push(breaker.state(now));
        }
        prop_assert!(now >= 1 << 40 || states[1] >= states[0] && states[2] == State::Frozen);
    }

    #[test]
    fn settings_survive_their_word(settings in any_settings(), limbs in any::<[u64; 4]>()) {
        prop_assert_eq!(Settings::from_word(settings.to_word()), Some(settings));
        if let Some(read) = Settings::from_word(U256::from_limbs(limbs)) {
            prop_assert_eq!(Settings::from_word(read.to_word()), Some(read));
        }
    }
}
