//! What came of an incident's replay, on both builds.

use crate::error::ReplayError;
use crate::incident::{Guard, Incident};
use crate::stage::Stage;
use alloy_primitives::U256;

/// What was lost: by asset, and what that was worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lost {
    /// Symbol and base units, in the order of the incident's `loss.in_replay`.
    pub by_asset: Vec<(String, U256)>,
    /// All of it in dollars, at the incident's prices.
    pub dollars: f64,
}

impl Lost {
    /// What these amounts were worth at the incident's prices.
    ///
    /// # Errors
    /// A [`ReplayError`] when an asset has no price.
    pub fn of(incident: &Incident, by_asset: Vec<(String, U256)>) -> Result<Self, ReplayError> {
        let mut dollars = 0.0;
        for (symbol, amount) in &by_asset {
            dollars += incident.dollars(symbol, *amount)?;
        }
        Ok(Self { by_asset, dollars })
    }

    /// Of each asset of the incident's loss, what the victim holds less of than `normal` says was held.
    ///
    /// # Errors
    /// A [`ReplayError`] when an asset has no flow or no price.
    pub fn missing(stage: &Stage, incident: &Incident) -> Result<Self, ReplayError> {
        Self::by_asset(incident, |symbol| {
            let before = incident.number(&incident.flow(symbol)?.held, "what is held")?;
            Ok(before.saturating_sub(stage.held(symbol)?))
        })
    }

    /// Of each asset of the incident's loss, what an actor has.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is no such actor, or an asset has no price.
    pub fn taken_by(actor: &str, stage: &Stage, incident: &Incident) -> Result<Self, ReplayError> {
        Self::by_asset(incident, |symbol| stage.holds(symbol, actor))
    }

    /// Of each asset of the incident's loss, what `amount` says.
    ///
    /// # Errors
    /// A [`ReplayError`]: what `amount` fails with, or an asset without a price.
    pub fn by_asset(
        incident: &Incident,
        amount: impl Fn(&str) -> Result<U256, ReplayError>,
    ) -> Result<Self, ReplayError> {
        let mut by_asset = Vec::new();
        for loss in &incident.loss.in_replay {
            by_asset.push((loss.asset.clone(), amount(&loss.asset)?));
        }
        Self::of(incident, by_asset)
    }
}

/// A guard that refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Which.
    pub guard: Guard,
    /// At which step of the incident; zero in the older replays, which count calls.
    pub step: usize,
    /// The name of its error or event.
    pub error: String,
}

/// What came of it with some of the guards in shadow.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// What was lost.
    pub lost: Lost,
    /// Which guards refused.
    pub acted: Vec<Acted>,
}

/// What an honest user's operation pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Honest {
    /// Which operation.
    pub operation: String,
    /// How many operations of an honest day there were; none of them was refused.
    pub operations: usize,
    /// The gas of the operation on the build without guards.
    pub gas_unguarded: u64,
    /// On the build with guards.
    pub gas_guarded: u64,
}

/// What came of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The incident's id.
    pub incident: String,
    /// Its name and date.
    pub title: String,
    /// What the build without guards lost: the incident's own figures.
    pub lost_unguarded: Lost,
    /// What the build with guards lost.
    pub lost_guarded: Lost,
    /// The guards that refused in the replay, in order: the first ends a transaction.
    pub acted: Vec<Acted>,
    /// The same with limiters, caps and ceilings in shadow, so that only what has to hold is left: none when that was not tried.
    pub without_limits: Option<Variant>,
    /// The same with what has to hold in shadow, so that only limiters, caps and ceilings are left: none when that was not tried.
    pub limits_alone: Option<Variant>,
    /// What guards cannot do about it, and which proposed guard did not act and why.
    pub cannot: String,
    /// The honest day.
    pub honest: Honest,
}

/// The attack on a victim with guards, three times.
#[derive(Clone, Debug, PartialEq)]
pub struct Guarded {
    /// With all of them.
    pub all: Variant,
    /// Without limiters, caps and ceilings.
    pub without_limits: Variant,
    /// With nothing else.
    pub limits_alone: Variant,
}

impl Outcome {
    /// What came of an incident that was played on both builds. What guards cannot do about it is what the file says, unless the replay shows more.
    #[must_use]
    pub fn of(incident: &Incident, lost_unguarded: Lost, guarded: Guarded, honest: Honest) -> Self {
        Self {
            incident: incident.id.clone(),
            title: format!("{} {}", incident.name, incident.date),
            lost_unguarded,
            lost_guarded: guarded.all.lost,
            acted: guarded.all.acted,
            without_limits: Some(guarded.without_limits),
            limits_alone: Some(guarded.limits_alone),
            cannot: incident.guards.cannot.clone(),
            honest,
        }
    }
}

/// Holds what was lost without guards against the incident's `loss.in_replay`, to the unit.
///
/// # Errors
/// [`ReplayError::Unfaithful`] for the first asset that differs or is missing.
pub fn require_faithful(incident: &Incident, lost: &Lost) -> Result<(), ReplayError> {
    let unfaithful = |asset: &str, found: String, expected: String| ReplayError::Unfaithful {
        id: incident.id.clone(),
        what: format!("the loss of {asset}"),
        found,
        expected,
    };
    for expected in &incident.loss.in_replay {
        let amount = incident.number(&expected.amount, "a loss")?;
        let found = lost.by_asset.iter().find(|(symbol, _)| symbol == &expected.asset);
        let Some((_, found)) = found else {
            return Err(unfaithful(
                &expected.asset,
                "not said".to_owned(),
                amount.to_string(),
            ));
        };
        if *found != amount {
            return Err(unfaithful(&expected.asset, found.to_string(), amount.to_string()));
        }
    }
    if let Some((symbol, amount)) = lost
        .by_asset
        .iter()
        .find(|(symbol, _)| !incident.loss.in_replay.iter().any(|loss| &loss.asset == symbol))
    {
        return Err(unfaithful(symbol, amount.to_string(), "nothing".to_owned()));
    }
    Ok(())
}
