//! The three bridges that `scripts/demo` replays, as outcomes beside the others.

use crate::error::ReplayError;
use crate::incident::Guard;
use crate::outcome::{Acted, Honest, Lost, Outcome, Variant};
use e2e::incidents::{all, Incident};
use e2e::replay::{replay, run_honest_day};
use e2e::world::Build;

/// All three.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay_all() -> Result<Vec<Outcome>, ReplayError> {
    all()?.iter().map(outcome).collect()
}

fn outcome(incident: &Incident) -> Result<Outcome, ReplayError> {
    let unguarded = replay(incident, Build::Unguarded)?;
    let guarded = replay(incident, Build::Guarded)?;
    let days = [Build::Unguarded, Build::Guarded].map(|build| run_honest_day(incident, build));
    let [day_unguarded, day_guarded] = days;
    let (day_unguarded, day_guarded) = (day_unguarded?, day_guarded?);
    if day_guarded.refused != 0 {
        return Err(ReplayError::Refused {
            what: "an honest user",
            step: 0,
            reason: format!("{} of {} flows", day_guarded.refused, day_guarded.flows),
        });
    }
    let mean = |gas: &[u64]| gas.iter().sum::<u64>() / gas.len().max(1) as u64;
    let dollars = |dollars| Lost {
        by_asset: Vec::new(),
        dollars,
    };
    let acted = guarded.first_refusal.iter().map(|_| Acted {
        guard: Guard::RateLimiter,
        step: 0,
        error: "RateLimited".to_owned(),
    });
    let acted: Vec<Acted> = acted.collect();
    Ok(Outcome {
        incident: incident.id.to_owned(),
        title: format!("{} {}", incident.name, incident.date),
        lost_unguarded: dollars(unguarded.lost),
        lost_guarded: dollars(guarded.lost),
        acted: acted.clone(),
        // A bridge has nothing else.
        without_limits: None,
        limits_alone: Some(Variant {
            lost: dollars(guarded.lost),
            acted,
        }),
        cannot: "Whoever has the keys gets what the bucket has, and a day's flow each day.".to_owned(),
        honest: Honest {
            operation: "withdrawal".to_owned(),
            operations: day_guarded.flows,
            gas_unguarded: mean(&day_unguarded.withdrawal_gas),
            gas_guarded: mean(&day_guarded.withdrawal_gas),
        },
    })
}
