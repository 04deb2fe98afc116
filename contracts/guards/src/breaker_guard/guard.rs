//! The breakers' words: asked, tripped, decided upon, stepped back.

// The storage macro names both.
use super::{BreakerSettings, Fired, Trip, TripRecord};
use crate::{authority::Council, errors, events, scope_key::Scope, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    breaker::{
        Breaker, Config, DecisionRefused, Evidence, Kind, Rung, Settings, Share, Shut, State, StepRefused,
        Tripped, View,
    },
    exit::Freeze,
    recorder::{LastTrip, RecordSecs},
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A trigger tripped a breaker. States are those of [`BreakerOpen`]; `to` holds up to `until`, and then it becomes milder by itself.
    /// `reason` is a code of [`portcullis_core::breaker::Reason`], from 128 on one of the contract's own.
    BreakerTripped(scope: B256, by: Address; from: u8, to: u8, reason: u8, until: u64, sequence: u64);
    /// The council decided that a breaker is at least on `rung` (a state). What holds now is `to`.
    BreakerDecided(scope: B256, by: Address; from: u8, to: u8, rung: u8, until: u64, sequence: u64);
    /// A breaker stepped back before its time: by the council's decision, or as `measureBps` is calm.
    BreakerSteppedBack(scope: B256, by: Address; from: u8, to: u8, by_decision: bool, measure_bps: u64, until: u64, sequence: u64);
}

errors! {
    /// The breaker lets no call of this kind through. `state`: 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen. `kind`: 0 increases risk,
    /// 1 decreases it, 2 reduces the caller's own, 3 withdraws within a limit. `reason` is why it tripped last. At `retryAt` a call of
    /// this kind proceeds, at some share, if nothing else trips it before.
    BreakerOpen(scope: B256, state: u8, kind: u8, reason: u8, retry_at: u64);
    /// A decision for less than a dwell, or for longer than a decision may hold.
    DecisionOutOfBounds(scope: B256, secs: u64, minimum_secs: u64, maximum_secs: u64);
    /// It cannot step back: it is closed, or on the ramp, which nothing shortens.
    NotTripped(scope: B256, state: u8);
    /// It has not been in this state for a dwell. From `retryAt` on it may step back, or has done so by itself.
    StillDwelling(scope: B256, retry_at: u64);
    /// The measure is not below the threshold of calm.
    NotCalm(scope: B256, measure_bps: u64, calm_below_bps: u64);
    /// Before `until` only the council may step it back.
    OnlyByDecision(scope: B256, until: u64);
}

/// What a monitor sees of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerView {
    /// Its state, since when, until when, why.
    pub view: View,
    /// The share of the limits at which calls of each [`Kind`] proceed now, in the order of [`Kind::ALL`]; zero when they do not.
    pub shares_bps: [u16; 4],
}

/// A breaker for each scope.
#[storage]
#[derive(crate::StorageLayout)]
pub struct BreakerGuard {
    /// A [`Breaker`] a scope.
    breakers: StorageMap<B256, StorageU256>,
    settings: BreakerSettings,
    record: TripRecord,
}

impl BreakerGuard {
    /// Asks whether a call may proceed, and at what share of its limits. Reads one word.
    ///
    /// # Errors
    /// [`BreakerOpen`].
    pub fn check(&self, scope: Scope, kind: Kind) -> Result<Share, GuardError> {
        self.stored(scope)
            .check(kind, self.vm().block_timestamp())
            .map_err(
                |Shut {
                     state,
                     kind,
                     reason,
                     retry_at,
                 }| {
                    BreakerOpen {
                        scope: scope.key(),
                        state: state as u8,
                        kind: kind as u8,
                        reason: reason.0,
                        retry_at,
                    }
                    .into()
                },
            )
    }

    /// The same; says what to charge a limiter for `amount`: all the more, the smaller the share, rounded up.
    ///
    /// # Errors
    /// [`BreakerOpen`].
    pub fn charge(&self, scope: Scope, kind: Kind, amount: U256) -> Result<U256, GuardError> {
        Ok(self.check(scope, kind)?.cost_up(amount))
    }

    /// Trips the scope's breaker, and records who did.
    ///
    /// # Errors
    /// [`BreakerUnset`](super::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerTripped`].
    #[inline(never)]
    pub fn trip(&mut self, scope: Scope, fired: Fired) -> Result<Trip, GuardError> {
        let settings = self.settings.required(scope)?;
        let now = self.vm().block_timestamp();
        let Fired { target, reason, by } = fired;
        let Tripped {
            breaker,
            from,
            to,
            until,
        } = self.stored(scope).trip(target, reason, &settings, now);
        self.keep(scope, breaker);
        let record = self.record.record(scope, by, now);
        sdk::emit(
            self.vm(),
            BreakerTripped {
                scope: scope.key(),
                by,
                from: from as u8,
                to: to as u8,
                reason: reason.0,
                until,
                sequence: sequence(breaker, now),
            },
        );
        Ok(Trip {
            from,
            to,
            until,
            by,
            record,
        })
    }

    /// Takes at least this rung for `secs` from now. A tightening: at once. It ends by itself.
    ///
    /// # Errors
    /// [`DecisionOutOfBounds`], [`BreakerUnset`](super::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerDecided`].
    pub fn decide(
        &mut self,
        council: &Council,
        scope: Scope,
        rung: Rung,
        secs: u64,
    ) -> Result<(), GuardError> {
        let settings = self.settings.required(scope)?;
        let now = self.vm().block_timestamp();
        let decided = self.stored(scope).decide(rung, secs, &settings, now).map_err(
            |DecisionRefused {
                 secs,
                 least_secs,
                 most_secs,
             }| {
                DecisionOutOfBounds {
                    scope: scope.key(),
                    secs,
                    minimum_secs: least_secs,
                    maximum_secs: most_secs,
                }
            },
        )?;
        self.keep(scope, decided.breaker);
        sdk::emit(
            self.vm(),
            BreakerDecided {
                scope: scope.key(),
                by: council.address(),
                from: decided.from as u8,
                to: decided.to as u8,
                rung: State::from(rung) as u8,
                until: decided.until,
                sequence: sequence(decided.breaker, now),
            },
        );
        Ok(())
    }

    /// Steps back to what would come next, because what the contract measures is calm. Anyone may ask for it.
    ///
    /// # Errors
    /// [`NotTripped`], [`StillDwelling`], [`NotCalm`], [`OnlyByDecision`], [`BreakerUnset`](super::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerSteppedBack`].
    pub fn step_back(&mut self, scope: Scope, measure_bps: u32) -> Result<(), GuardError> {
        let by = self.vm().msg_sender();
        self.step(scope, Evidence::MeasureBps(measure_bps), by)
    }

    /// Steps back to what would come next, because the council says so: not before the dwell, and into the ramp at the most.
    ///
    /// # Errors
    /// [`NotTripped`], [`StillDwelling`], [`BreakerUnset`](super::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerSteppedBack`].
    pub fn step_back_by_decision(&mut self, council: &Council, scope: Scope) -> Result<(), GuardError> {
        self.step(scope, Evidence::Decision, council.address())
    }

    /// Requires that the scope's breaker can be tripped: it has settings.
    ///
    /// # Errors
    /// [`BreakerUnset`](super::BreakerUnset).
    pub fn check_set(&self, scope: Scope) -> Result<(), GuardError> {
        self.settings.required(scope).map(drop)
    }

    /// Sets how a scope's breaker acts. What holds already is neither lengthened nor shortened. Settings that loosen
    /// ([`super::loosens`]) have to have waited.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`BreakerConfigured`](super::BreakerConfigured).
    pub fn configure(&mut self, change: Change<'_>, scope: Scope, config: Config) -> Result<(), GuardError> {
        self.settings.configure(change, scope, config)
    }

    /// The same for all scopes without settings of their own.
    ///
    /// # Errors
    /// Those of [`BreakerGuard::configure`].
    ///
    /// # Events
    /// [`BreakerConfigured`](super::BreakerConfigured), of the zero scope.
    pub fn configure_default(&mut self, change: Change<'_>, config: Config) -> Result<(), GuardError> {
        self.settings.configure_all(change, config)
    }

    /// Sets for how long a trip counts against whoever does it; until then no record is kept. A shorter time has to have waited.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`RecordChanged`](super::RecordChanged).
    pub fn configure_record(&mut self, change: Change<'_>, secs: u64) -> Result<(), GuardError> {
        self.record.configure(change, secs)
    }

    /// What a scope's breaker acts by: its own settings or the instance's; none when neither is set.
    pub fn settings(&self, scope: Scope) -> Option<Settings> {
        self.settings.of(scope)
    }

    /// What every scope without settings of its own acts by.
    pub fn default_settings(&self) -> Option<Settings> {
        self.settings.of_all()
    }

    /// Everything that there is to see of a scope's breaker now.
    pub fn view(&self, scope: Scope) -> BreakerView {
        let now = self.vm().block_timestamp();
        let breaker = self.stored(scope);
        BreakerView {
            view: breaker.view(now),
            shares_bps: Kind::ALL.map(|kind| breaker.check(kind, now).map_or(0, Share::bps)),
        }
    }

    /// The freeze that the scope's breaker is in, or that its last change left: what a clock of frozen time is told.
    pub fn freeze(&self, scope: Scope) -> Freeze {
        self.stored(scope).freeze()
    }

    /// Who tripped it last, when, and until when that counts.
    pub fn last_trip(&self, scope: Scope) -> LastTrip {
        self.record.last(scope)
    }

    /// For how long a trip counts against whoever does it; none when no record is kept.
    pub fn record_secs(&self) -> Option<RecordSecs> {
        self.record.secs()
    }

    fn stored(&self, scope: Scope) -> Breaker {
        Breaker::from_word(self.breakers.get(scope.key()))
    }

    fn keep(&mut self, scope: Scope, breaker: Breaker) {
        self.breakers.insert(scope.key(), breaker.to_word());
    }

    #[inline(never)]
    fn step(&mut self, scope: Scope, evidence: Evidence, by: Address) -> Result<(), GuardError> {
        let settings = self.settings.required(scope)?;
        let now = self.vm().block_timestamp();
        let key = scope.key();
        let stepped =
            self.stored(scope)
                .step_back(evidence, &settings, now)
                .map_err(|refused| match refused {
                    StepRefused::NotTripped { state } => GuardError::from(NotTripped {
                        scope: key,
                        state: state as u8,
                    }),
                    StepRefused::Dwelling { retry_at } => StillDwelling { scope: key, retry_at }.into(),
                    StepRefused::NotCalm {
                        measure_bps,
                        calm_below_bps,
                    } => NotCalm {
                        scope: key,
                        measure_bps: measure_bps.into(),
                        calm_below_bps: calm_below_bps.into(),
                    }
                    .into(),
                    StepRefused::OnlyByDecision { until } => OnlyByDecision { scope: key, until }.into(),
                })?;
        self.keep(scope, stepped.breaker);
        let (by_decision, measure_bps) = match evidence {
            Evidence::Decision => (true, 0),
            Evidence::MeasureBps(measure_bps) => (false, measure_bps.into()),
        };
        sdk::emit(
            self.vm(),
            BreakerSteppedBack {
                scope: key,
                by,
                from: stepped.from as u8,
                to: stepped.to as u8,
                by_decision,
                measure_bps,
                until: stepped.until,
                sequence: sequence(stepped.breaker, now),
            },
        );
        Ok(())
    }
}

fn sequence(breaker: Breaker, now: u64) -> u64 {
    breaker.view(now).sequence.into()
}
