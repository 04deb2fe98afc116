//! How an incident is played: step by step on the build without guards, transaction by transaction on the one with them.
//!
//! # Design
//! - **A victim's module only translates**: [`Cast::moves`] says which calls a step is, [`Cast::reading`] where a number of the file is read. What is compared with what, and when, is here.
//! - Without guards each step is a transaction of its own, so that what the file expects before and after it can be read. A step that is refused is an error.
//! - With guards the steps of a transaction are one transaction, as they were: a refusal undoes all of it, and the replay goes on with the next.

use crate::error::ReplayError;
use crate::incident::{At, Expect, Incident, Step};
use crate::outcome::{require_faithful, Acted, Lost, Variant};
use crate::refusal;
use crate::stage::{Move, Refused, Stage};
use alloy_primitives::U256;

/// What a victim's module knows.
pub trait Cast {
    /// The calls that a step is; none when it happens outside of the victim and moves nothing.
    ///
    /// # Errors
    /// A [`ReplayError`].
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError>;

    /// A number as the victim has it now; none when the victim, being a simplification, has no such number.
    ///
    /// # Errors
    /// A [`ReplayError`].
    fn reading(
        &self,
        stage: &Stage,
        incident: &Incident,
        expect: &Expect,
    ) -> Result<Option<U256>, ReplayError>;

    /// By how much a number may differ from the file's, in its unit. Exact unless a victim says why not.
    fn tolerance(&self, _: &Incident, _: &Step, _: &Expect) -> U256 {
        U256::ZERO
    }
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Numbers that were read and are the file's.
    pub equal: usize,
    /// Numbers that the victim does not have.
    pub left_out: usize,
}

/// Plays every step, each in a transaction of its own, and compares what the file expects. Nothing may be refused.
///
/// # Errors
/// A [`ReplayError`]: a step that is refused, or [`ReplayError::Unfaithful`].
pub fn rehearse(stage: &mut Stage, cast: &impl Cast, incident: &Incident) -> Result<Compared, ReplayError> {
    let mut compared = Compared::default();
    for step in &incident.steps {
        stage.at(secs(incident, step))?;
        compare(stage, cast, incident, step, At::Before, &mut compared)?;
        let moves = cast.moves(stage, incident, step)?;
        if !moves.is_empty() {
            stage.must(&moves, "a step on the build without guards")?;
        }
        compare(stage, cast, incident, step, At::After, &mut compared)?;
    }
    Ok(compared)
}

/// The same, and what was lost by it: the file's loss, to the unit.
///
/// # Errors
/// Those of [`rehearse`], and [`ReplayError::Unfaithful`] when something else was lost.
pub fn lose(
    stage: &mut Stage,
    cast: &impl Cast,
    incident: &Incident,
    lost: impl FnOnce(&Stage, &Incident) -> Result<Lost, ReplayError>,
) -> Result<(Compared, Lost), ReplayError> {
    let compared = rehearse(stage, cast, incident)?;
    let lost = lost(stage, incident)?;
    require_faithful(incident, &lost)?;
    Ok((compared, lost))
}

fn compare(
    stage: &Stage,
    cast: &impl Cast,
    incident: &Incident,
    step: &Step,
    at: At,
    compared: &mut Compared,
) -> Result<(), ReplayError> {
    for expect in step.expect.iter().filter(|expect| expect.at == at) {
        let Some(found) = cast.reading(stage, incident, expect)? else {
            compared.left_out += 1;
            continue;
        };
        let expected = incident.number(&expect.figure, "what a step expects")?;
        if found.abs_diff(expected) > cast.tolerance(incident, step, expect) {
            return Err(ReplayError::Unfaithful {
                id: incident.id.clone(),
                what: format!("{} {:?} step {}", expect.what, expect.at, step.n).to_lowercase(),
                found: found.to_string(),
                expected: expected.to_string(),
            });
        }
        compared.equal += 1;
    }
    Ok(())
}

/// What a transaction of the incident came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The transaction's id.
    pub tx: String,
    /// Why it was refused, if it was.
    pub refused: Option<Refused>,
}

/// Plays every transaction as one, and goes on after a refusal.
///
/// # Errors
/// A [`ReplayError`] when something fails for another reason than a refusal.
pub fn attack(stage: &mut Stage, cast: &impl Cast, incident: &Incident) -> Result<Vec<Attempt>, ReplayError> {
    let mut attempts = Vec::new();
    for steps in incident
        .steps
        .chunk_by(|one, next| one.tx == next.tx && one.secs == next.secs)
    {
        stage.at(secs(incident, &steps[0]))?;
        let mut moves = Vec::new();
        for step in steps {
            moves.extend(cast.moves(stage, incident, step)?);
        }
        if moves.is_empty() {
            continue;
        }
        attempts.push(Attempt {
            tx: steps[0].tx.clone(),
            refused: stage.strike(&moves)?.err(),
        });
    }
    Ok(attempts)
}

/// What came of an attack.
#[derive(Clone, Debug, PartialEq)]
pub struct Robbery {
    /// Each transaction, and why it was refused.
    pub attempts: Vec<Attempt>,
    /// What was lost, and which guards refused.
    pub variant: Variant,
    /// Whether all that the chain knows of the victim is as it was.
    pub unchanged: bool,
}

/// Plays the attack on a stage that is set, with some guards in shadow. `lost` reads what was lost by it.
///
/// # Errors
/// A [`ReplayError`] when something fails for another reason than a refusal.
pub fn rob(
    stage: &mut Stage,
    cast: &impl Cast,
    incident: &Incident,
    shadow: &[u8],
    lost: impl FnOnce(&Stage, &Incident) -> Result<Lost, ReplayError>,
) -> Result<Robbery, ReplayError> {
    stage.shadow(shadow)?;
    let before = stage.chain.fingerprint(stage.victim)?;
    let attempts = attack(stage, cast, incident)?;
    Ok(Robbery {
        unchanged: stage.chain.fingerprint(stage.victim)? == before,
        variant: Variant {
            lost: lost(stage, incident)?,
            acted: acted(&attempts),
        },
        attempts,
    })
}

/// The guards that refused. A refusal that is no guard's is left out: a transaction may fail because an earlier one was refused.
#[must_use]
pub fn acted(attempts: &[Attempt]) -> Vec<Acted> {
    let refused = attempts.iter().filter_map(|attempt| attempt.refused.as_ref());
    refused
        .filter_map(|refused| {
            let (guard, error) = refusal::guard_of(&refused.output)?;
            Some(Acted {
                guard,
                step: refused.step,
                error: error.to_owned(),
            })
        })
        .collect()
}

/// The guard that refused a call in the middle of a step, of whoever swallowed its refusal and so was refused nothing; `told` is what it was refused with. None when that is no guard's.
#[must_use]
pub fn acted_inside(incident: &Incident, step: usize, told: &[u8]) -> Option<Acted> {
    let (guard, error) = refusal::guard_of(told)?;
    Some(Acted {
        guard,
        step: incident.inside(step).next().map_or(0, |inside| inside.n),
        error: error.to_owned(),
    })
}

/// Seconds since the earliest step, which may be one of the protocol's own before the first.
fn secs(incident: &Incident, step: &Step) -> u64 {
    let earliest = incident.steps.iter().map(|step| step.secs).min().unwrap_or(0);
    step.secs.abs_diff(earliest)
}
