//! How a breaker acts, and why a setting is refused.

use super::share::ALL_BPS;
use crate::fields::Fields;
use alloy_primitives::U256;

/// The longest of each time that can be set: 30 days.
pub const LONGEST_SECS: u64 = 30 * 24 * 60 * 60;

/// The highest threshold of a measure that can rise without bound: a hundredfold.
pub const HIGHEST_RISE_BPS: u32 = 1_000_000;

/// The most automatic freezes at once.
pub const MOST_FREEZES: u8 = 15;

/// How a breaker comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// One rung at a time, each for a dwell; a calm measure begins it sooner.
    Timed,
    /// From whichever rung straight into the ramp; a calm measure begins it sooner.
    Ramped,
    /// From whichever rung straight into the ramp; only the council begins it before its time.
    ByDecision,
}

/// What the thresholds measure: it decides which of them can match at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A part of a whole, all of it at most: a fraction gone, a fall of a price.
    Part,
    /// A rise, a hundredfold at most.
    Rise,
}

/// A breaker's settings, as they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The share of the limits while throttled, and where the ramp begins.
    pub throttle_bps: u16,
    /// The share at which a bounded withdrawal passes in reduce-only.
    pub exit_bps: u16,
    /// The least time in each state on the way down.
    pub dwell_secs: u64,
    /// How long an automatic trip holds.
    pub expiry_secs: u64,
    /// How long the ramp takes from the throttled share to all.
    pub ramp_secs: u64,
    /// How long a decision may hold at most.
    pub decision_secs: u64,
    /// How it comes back.
    pub recovery: Recovery,
    /// How many times automatic triggers may freeze at once; zero when only the council freezes.
    pub freezes: u8,
    /// How long until one more automatic freeze; zero when there are none.
    pub freeze_back_secs: u64,
    /// What the thresholds measure.
    pub measure: Measure,
    /// A measure of this or more trips.
    pub trip_at_bps: u32,
    /// A measure below this is calm; zero when only a decision brings it back.
    pub calm_below_bps: u32,
}

/// Why settings are refused: they could not act, or contradict one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidSettings {
    /// The throttled share is not within `1..=9,999`: nothing would pass, or all.
    ThrottleOutOfBounds {
        /// The share asked for.
        throttle_bps: u16,
    },
    /// The share of withdrawals in reduce-only is zero, which shuts the way out, or more than when throttled.
    ExitOutOfBounds {
        /// The share asked for.
        exit_bps: u16,
        /// The most it can be.
        throttle_bps: u16,
    },
    /// Without a dwell it flaps.
    ZeroDwell,
    /// What an automatic trip holds is over before a step back would be possible.
    DwellLongerThanExpiry {
        /// The least time in a state.
        dwell_secs: u64,
        /// The time a trip holds.
        expiry_secs: u64,
    },
    /// A trip holds longer than [`LONGEST_SECS`].
    ExpiryTooLong {
        /// The time asked for.
        expiry_secs: u64,
    },
    /// The ramp takes no time, less than a dwell, or more than [`LONGEST_SECS`].
    RampOutOfBounds {
        /// The time asked for.
        ramp_secs: u64,
        /// The least it can be.
        dwell_secs: u64,
    },
    /// The longest decision is shorter than a dwell or longer than [`LONGEST_SECS`].
    DecisionOutOfBounds {
        /// The time asked for.
        decision_secs: u64,
        /// The least it can be.
        dwell_secs: u64,
    },
    /// More than 15 automatic freezes at once.
    TooManyFreezes {
        /// The number asked for.
        freezes: u8,
    },
    /// Freezes come back as fast as one ends, or faster: automatic triggers could hold it frozen for ever.
    FreezesWithoutEnd {
        /// How long until one more.
        freeze_back_secs: u64,
        /// How long each holds.
        expiry_secs: u64,
    },
    /// Freezes come back later than [`LONGEST_SECS`], or at some time although there are none.
    FreezeBackOutOfBounds {
        /// The time asked for.
        freeze_back_secs: u64,
    },
    /// The measure never reaches the threshold, or always does.
    TripNeverOrAlways {
        /// The threshold asked for.
        trip_at_bps: u32,
        /// The highest that the measure can reach.
        highest_bps: u32,
    },
    /// The threshold of calm is not below the one that trips, so it would flap between them.
    CalmNotBelowTrip {
        /// The threshold of calm.
        calm_below_bps: u32,
        /// The threshold that trips.
        trip_at_bps: u32,
    },
    /// No measure is below zero: a step back for calm would never be possible.
    CalmNeverMatches,
    /// Only a decision brings it back, so a threshold of calm cannot act.
    CalmCannotAct {
        /// The threshold asked for.
        calm_below_bps: u32,
    },
}

/// Settings that can act.
///
/// ```text
///  255  187 186           167 166        147 146    145 144                123 122 119 118      117
/// ┌────────┬─────────────────┬──────────────┬──────────┬────────────────────┬─────────┬───────────┐
/// │ zero   │ calm_below_bps  │ trip_at_bps  │ measure  │ freeze_back_secs   │ freezes │ recovery  │
/// └────────┴─────────────────┴──────────────┴──────────┴────────────────────┴─────────┴───────────┘
///  116            95 94          73 72           51 50           29    28      27       14 13        0
/// ┌─────────────────┬──────────────┬───────────────┬───────────────┬──────────┬───────────┬───────────┐
/// │ decision_secs   │ ramp_secs    │ expiry_secs   │ dwell_secs    │ set (1)  │ exit_bps  │ throttle_ │
/// │                 │              │               │               │          │           │ bps       │
/// └─────────────────┴──────────────┴───────────────┴───────────────┴──────────┴───────────┴───────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings(Config);

impl Settings {
    /// Checks that settings can act.
    ///
    /// # Errors
    /// [`InvalidSettings`] with the first reason why they cannot.
    pub fn new(config: Config) -> Result<Self, InvalidSettings> {
        use InvalidSettings as No;
        let Config {
            throttle_bps,
            exit_bps,
            dwell_secs,
            expiry_secs,
            ramp_secs,
            decision_secs,
            freezes,
            freeze_back_secs,
            trip_at_bps,
            calm_below_bps,
            ..
        } = config;
        let highest_bps = match config.measure {
            Measure::Part => u32::from(ALL_BPS),
            Measure::Rise => HIGHEST_RISE_BPS,
        };
        let by_decision = config.recovery == Recovery::ByDecision;
        let within = |secs| (dwell_secs..=LONGEST_SECS).contains(&secs);
        let refusals = [
            (
                !(1..ALL_BPS).contains(&throttle_bps),
                No::ThrottleOutOfBounds { throttle_bps },
            ),
            (
                exit_bps == 0 || exit_bps > throttle_bps,
                No::ExitOutOfBounds {
                    exit_bps,
                    throttle_bps,
                },
            ),
            (dwell_secs == 0, No::ZeroDwell),
            (
                dwell_secs > expiry_secs,
                No::DwellLongerThanExpiry {
                    dwell_secs,
                    expiry_secs,
                },
            ),
            (expiry_secs > LONGEST_SECS, No::ExpiryTooLong { expiry_secs }),
            (
                !within(ramp_secs),
                No::RampOutOfBounds {
                    ramp_secs,
                    dwell_secs,
                },
            ),
            (
                !within(decision_secs),
                No::DecisionOutOfBounds {
                    decision_secs,
                    dwell_secs,
                },
            ),
            (freezes > MOST_FREEZES, No::TooManyFreezes { freezes }),
            (
                freeze_back_secs > LONGEST_SECS || freezes == 0 && freeze_back_secs > 0,
                No::FreezeBackOutOfBounds { freeze_back_secs },
            ),
            (
                freezes > 0 && freeze_back_secs <= expiry_secs,
                No::FreezesWithoutEnd {
                    freeze_back_secs,
                    expiry_secs,
                },
            ),
            (
                trip_at_bps == 0 || trip_at_bps > highest_bps,
                No::TripNeverOrAlways {
                    trip_at_bps,
                    highest_bps,
                },
            ),
            (
                calm_below_bps >= trip_at_bps,
                No::CalmNotBelowTrip {
                    calm_below_bps,
                    trip_at_bps,
                },
            ),
            (calm_below_bps == 0 && !by_decision, No::CalmNeverMatches),
            (
                calm_below_bps > 0 && by_decision,
                No::CalmCannotAct { calm_below_bps },
            ),
        ];
        match refusals.into_iter().find(|(refused, _)| *refused) {
            Some((_, reason)) => Err(reason),
            None => Ok(Self(config)),
        }
    }

    /// The settings in a stored word, or none when none that can act were stored.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        // The casts keep fields of fewer bits.
        let throttle_bps = fields.take(14) as u16;
        let exit_bps = fields.take(14) as u16;
        let _set = fields.take(1);
        let dwell_secs = fields.take(22);
        let expiry_secs = fields.take(22);
        let ramp_secs = fields.take(22);
        let decision_secs = fields.take(22);
        let recovery = match fields.take(2) {
            0 => Recovery::Timed,
            1 => Recovery::Ramped,
            _ => Recovery::ByDecision,
        };
        let freezes = fields.take(4) as u8;
        let freeze_back_secs = fields.take(22);
        let measure = match fields.take(2) {
            0 => Measure::Part,
            _ => Measure::Rise,
        };
        Self::new(Config {
            throttle_bps,
            exit_bps,
            dwell_secs,
            expiry_secs,
            ramp_secs,
            decision_secs,
            recovery,
            freezes,
            freeze_back_secs,
            measure,
            trip_at_bps: fields.take(20) as u32,
            calm_below_bps: fields.take(20) as u32,
        })
        .ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let config = self.0;
        Fields::new()
            .put(config.throttle_bps.into(), 14)
            .put(config.exit_bps.into(), 14)
            .put(1, 1)
            .put(config.dwell_secs, 22)
            .put(config.expiry_secs, 22)
            .put(config.ramp_secs, 22)
            .put(config.decision_secs, 22)
            .put(config.recovery as u64, 2)
            .put(config.freezes.into(), 4)
            .put(config.freeze_back_secs, 22)
            .put(config.measure as u64, 2)
            .put(config.trip_at_bps.into(), 20)
            .put(config.calm_below_bps.into(), 20)
            .word()
    }

    /// The settings themselves.
    pub fn config(&self) -> Config {
        self.0
    }

    /// Whether a measure trips: at the threshold and beyond.
    pub fn trips(&self, measure_bps: u32) -> bool {
        measure_bps >= self.0.trip_at_bps
    }

    /// Whether a measure is calm: below the lower threshold.
    pub fn is_calm(&self, measure_bps: u32) -> bool {
        measure_bps < self.0.calm_below_bps
    }

    /// The longest until it is closed after the last automatic trip, under these settings alone.
    pub fn longest_automatic_secs(&self) -> u64 {
        // Invariant: each is at most 30 days.
        self.0.expiry_secs + 2 * self.0.dwell_secs + self.0.ramp_secs
    }

    /// The longest until it is closed after the last trip or decision, under these settings alone.
    pub fn longest_secs(&self) -> u64 {
        // Invariant: each is at most 30 days.
        self.0.expiry_secs.max(self.0.decision_secs) + 2 * self.0.dwell_secs + self.0.ramp_secs
    }

    /// The most automatic freezes in any window of `window_secs`, both ends included: freezes + window / freeze_back.
    pub fn most_freezes(&self, window_secs: u64) -> u64 {
        let back = window_secs.checked_div(self.0.freeze_back_secs).unwrap_or(0);
        back.saturating_add(self.0.freezes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Config = Config {
        throttle_bps: 2_500,
        exit_bps: 500,
        dwell_secs: 600,
        expiry_secs: 3_600,
        ramp_secs: 7_200,
        decision_secs: 86_400,
        recovery: Recovery::Ramped,
        freezes: 2,
        freeze_back_secs: 86_400,
        measure: Measure::Part,
        trip_at_bps: 3_000,
        calm_below_bps: 1_000,
    };

    #[test]
    fn each_setting_that_cannot_act_is_refused_with_its_reason() {
        use InvalidSettings as No;
        let good = GOOD;
        let refusals = [
            (
                Config {
                    throttle_bps: 0,
                    ..good
                },
                No::ThrottleOutOfBounds { throttle_bps: 0 },
            ),
            (
                Config {
                    throttle_bps: 10_000,
                    ..good
                },
                No::ThrottleOutOfBounds { throttle_bps: 10_000 },
            ),
            (
                Config { exit_bps: 0, ..good },
                No::ExitOutOfBounds {
                    exit_bps: 0,
                    throttle_bps: 2_500,
                },
            ),
            (
                Config {
                    exit_bps: 2_501,
                    ..good
                },
                No::ExitOutOfBounds {
                    exit_bps: 2_501,
                    throttle_bps: 2_500,
                },
            ),
            (
                Config {
                    dwell_secs: 0,
                    ..good
                },
                No::ZeroDwell,
            ),
            (
                Config {
                    dwell_secs: 3_601,
                    ..good
                },
                No::DwellLongerThanExpiry {
                    dwell_secs: 3_601,
                    expiry_secs: 3_600,
                },
            ),
            (
                Config {
                    expiry_secs: 2_592_001,
                    ..good
                },
                No::ExpiryTooLong {
                    expiry_secs: 2_592_001,
                },
            ),
            (
                Config { ramp_secs: 0, ..good },
                No::RampOutOfBounds {
                    ramp_secs: 0,
                    dwell_secs: 600,
                },
            ),
            (
                Config {
                    ramp_secs: 599,
                    ..good
                },
                No::RampOutOfBounds {
                    ramp_secs: 599,
                    dwell_secs: 600,
                },
            ),
            (
                Config {
                    ramp_secs: 2_592_001,
                    ..good
                },
                No::RampOutOfBounds {
                    ramp_secs: 2_592_001,
                    dwell_secs: 600,
                },
            ),
            (
                Config {
                    decision_secs: 599,
                    ..good
                },
                No::DecisionOutOfBounds {
                    decision_secs: 599,
                    dwell_secs: 600,
                },
            ),
            (
                Config {
                    decision_secs: 2_592_001,
                    ..good
                },
                No::DecisionOutOfBounds {
                    decision_secs: 2_592_001,
                    dwell_secs: 600,
                },
            ),
            (Config { freezes: 16, ..good }, No::TooManyFreezes { freezes: 16 }),
            (
                Config { freezes: 0, ..good },
                No::FreezeBackOutOfBounds {
                    freeze_back_secs: 86_400,
                },
            ),
            (
                Config {
                    freeze_back_secs: 2_592_001,
                    ..good
                },
                No::FreezeBackOutOfBounds {
                    freeze_back_secs: 2_592_001,
                },
            ),
            (
                Config {
                    freeze_back_secs: 3_600,
                    ..good
                },
                No::FreezesWithoutEnd {
                    freeze_back_secs: 3_600,
                    expiry_secs: 3_600,
                },
            ),
            (
                Config {
                    trip_at_bps: 0,
                    ..good
                },
                No::TripNeverOrAlways {
                    trip_at_bps: 0,
                    highest_bps: 10_000,
                },
            ),
            (
                Config {
                    trip_at_bps: 10_001,
                    ..good
                },
                No::TripNeverOrAlways {
                    trip_at_bps: 10_001,
                    highest_bps: 10_000,
                },
            ),
            (
                Config {
                    trip_at_bps: 1_000_001,
                    measure: Measure::Rise,
                    ..good
                },
                No::TripNeverOrAlways {
                    trip_at_bps: 1_000_001,
                    highest_bps: 1_000_000,
                },
            ),
            (
                Config {
                    calm_below_bps: 3_000,
                    ..good
                },
                No::CalmNotBelowTrip {
                    calm_below_bps: 3_000,
                    trip_at_bps: 3_000,
                },
            ),
            (
                Config {
                    calm_below_bps: 0,
                    ..good
                },
                No::CalmNeverMatches,
            ),
            (
                Config {
                    recovery: Recovery::ByDecision,
                    ..good
                },
                No::CalmCannotAct {
                    calm_below_bps: 1_000,
                },
            ),
        ];
        for (config, reason) in refusals {
            assert_eq!(Settings::new(config), Err(reason));
        }
    }

    #[test]
    fn bounds_are_inclusive() {
        for config in [
            GOOD,
            Config {
                throttle_bps: 9_999,
                exit_bps: 9_999,
                ..GOOD
            },
            Config {
                throttle_bps: 1,
                exit_bps: 1,
                ..GOOD
            },
            Config {
                dwell_secs: 3_600,
                ..GOOD
            },
            Config {
                ramp_secs: 600,
                decision_secs: 600,
                ..GOOD
            },
            Config {
                ramp_secs: LONGEST_SECS,
                decision_secs: LONGEST_SECS,
                freeze_back_secs: LONGEST_SECS,
                ..GOOD
            },
            Config {
                freezes: 15,
                freeze_back_secs: 3_601,
                ..GOOD
            },
            Config {
                freezes: 0,
                freeze_back_secs: 0,
                expiry_secs: LONGEST_SECS,
                ..GOOD
            },
            Config {
                trip_at_bps: 10_000,
                calm_below_bps: 9_999,
                ..GOOD
            },
            Config {
                trip_at_bps: 1_000_000,
                measure: Measure::Rise,
                ..GOOD
            },
            Config {
                recovery: Recovery::ByDecision,
                calm_below_bps: 0,
                trip_at_bps: 1,
                ..GOOD
            },
        ] {
            let settings = Settings::new(config).unwrap();
            assert_eq!(settings.config(), config);
            assert_eq!(Settings::from_word(settings.to_word()), Some(settings));
        }
    }

    #[test]
    fn a_measure_trips_at_its_threshold_and_is_calm_only_below_the_lower_one() {
        let settings = Settings::new(GOOD).unwrap();
        assert!(settings.trips(3_000) && !settings.trips(2_999));
        assert!(settings.is_calm(999) && !settings.is_calm(1_000));
    }

    #[test]
    fn the_published_bounds() {
        let settings = Settings::new(GOOD).unwrap();
        assert_eq!(settings.longest_automatic_secs(), 3_600 + 1_200 + 7_200);
        assert_eq!(settings.longest_secs(), 86_400 + 1_200 + 7_200);
        assert_eq!(settings.most_freezes(0), 2);
        assert_eq!(settings.most_freezes(86_399), 2);
        assert_eq!(settings.most_freezes(864_000), 12);
        let never = Config {
            freezes: 0,
            freeze_back_secs: 0,
            ..GOOD
        };
        assert_eq!(Settings::new(never).unwrap().most_freezes(u64::MAX), 0);
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        let fields = [
            (2_500u64, 0usize),
            (500, 14),
            (1, 28),
            (600, 29),
            (3_600, 51),
            (7_200, 73),
            (86_400, 95),
            (1, 117),
            (2, 119),
            (86_400, 123),
            (0, 145),
            (3_000, 147),
            (1_000, 167),
        ];
        let expected = fields
            .into_iter()
            .fold(U256::ZERO, |word, (value, at)| word | U256::from(value) << at);
        assert_eq!(Settings::new(GOOD).unwrap().to_word(), expected);
        assert_eq!(Settings::from_word(U256::ZERO), None);
    }
}
