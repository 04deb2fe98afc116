//! An honest day at a victim: a busy day's flow of each asset, as `e2e`'s honest days are spread, on both builds with nobody refused.

use crate::error::ReplayError;
use crate::incident::Incident;
use crate::outcome::Honest;
use crate::refusal;
use crate::stage::{Build, Stage};
use alloy_primitives::U256;
use e2e::honest_day::spread;
use e2e::rpc::Receipt;

/// The flows of an honest day, both ways, of each asset. Fewer than on a bridge: a lending market has fewer users.
pub const FLOWS_EACH: usize = 40;

pub use e2e::honest_day::{Direction, Flow};

/// A busy day's flows, in the order of time: of each asset of `normal.flows` exactly a busy day out, and as much in, but for what rounding leaves over.
///
/// # Errors
/// A [`ReplayError`] when a busy day is no number.
pub fn day(incident: &Incident) -> Result<Vec<Flow>, ReplayError> {
    let mut busy_days = Vec::new();
    for flow in &incident.normal.flows {
        busy_days.push(incident.number(&flow.busy_day, "a busy day")?);
    }
    Ok(spread(&incident.id, &busy_days, FLOWS_EACH))
}

/// Goes through an honest day. `act` does what a flow is, and returns the receipt of the operation itself; the operation's gas is the mean of all withdrawals.
///
/// # Errors
/// A [`ReplayError`] when anything is refused.
pub fn live(
    stage: &mut Stage,
    incident: &Incident,
    mut act: impl FnMut(&mut Stage, &str, &Flow) -> Result<Receipt, ReplayError>,
) -> Result<Lived, ReplayError> {
    let flows = day(incident)?;
    let (mut gas, mut withdrawals) = (0u64, 0u64);
    for flow in &flows {
        stage.at(flow.secs)?;
        let symbol = &incident.normal.flows[flow.asset].asset;
        let receipt = act(stage, symbol, flow)?;
        if !receipt.is_success() {
            return Err(ReplayError::Refused {
                what: "an honest user",
                step: 0,
                reason: refusal::told(&receipt.output),
            });
        }
        if flow.direction == Direction::Withdrawal {
            gas += receipt.gas_used;
            withdrawals += 1;
        }
    }
    Ok(Lived {
        operations: flows.len(),
        gas: gas / withdrawals.max(1),
    })
}

/// What a day came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lived {
    /// How many operations there were.
    pub operations: usize,
    /// The mean gas of what takes out.
    pub gas: u64,
}

/// The same day on both builds.
///
/// # Errors
/// What a day fails with.
pub fn both(
    operation: &str,
    live: impl Fn(Build) -> Result<Lived, ReplayError>,
) -> Result<Honest, ReplayError> {
    let (unguarded, guarded) = (live(Build::Unguarded)?, live(Build::Guarded)?);
    Ok(Honest {
        operation: operation.to_owned(),
        operations: guarded.operations,
        gas_unguarded: unguarded.gas,
        gas_guarded: guarded.gas,
    })
}

/// A sum that a day needs to begin with, with room: three times what leaves on it.
#[must_use]
pub fn enough(busy_day: U256) -> U256 {
    busy_day.saturating_mul(U256::from(3))
}
