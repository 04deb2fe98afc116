//! The operations, one after the other, in both worlds; and what is asked in between.
//!
//! # Design
//! - **Distances are kept.** The first operation is made when it was recorded, or at the switch when that is later; each other one as long after it as
//!   it was.
//! - **What everybody shares is asked after each operation**, what each user has at no more than [`MOST_CHECKPOINTS`] moments, spread evenly, and at the end: a
//!   recording of thousands of operations and users stays a matter of minutes.
//! - **A view that reverts is an answer**, and one that no longer answers a difference.

use crate::number::Number;
use crate::operations::{Operation, Operations};
use crate::scenario::{Measure, Scenario};
use crate::switch::{switch, Switched, Way};
use crate::worlds::{sentence, stranger, Worlds};
use alloy_primitives::{Address, Bytes, Log};
use embedded_chain::{AccountChange, Fork, ForkError, Transaction};
use std::collections::BTreeSet;

/// How often users' positions are looked at while operations are replayed.
pub const MOST_CHECKPOINTS: usize = 16;

/// All that is to be known of a patch's impact.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// How the new version got in, or why it did not.
    pub switched: Switched,
    /// When it runs, in seconds.
    pub switched_at: u64,
    /// What came of each operation.
    pub operations: Vec<Compared>,
    /// What each user has, by measure and user.
    pub positions: Vec<Track>,
    /// What everybody shares, by measure.
    pub market: Vec<Track>,
    /// The users.
    pub users: BTreeSet<Address>,
    /// What differs at the end of storage, ETH and code: the old version's in front.
    pub state: Vec<AccountChange>,
}

/// An operation in both worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// When it was made, in seconds.
    pub at: u64,
    /// What came of it with the old version.
    pub old: Done,
    /// And with the new one.
    pub new: Done,
}

/// What came of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Why it was refused; none when it passed.
    pub refused: Option<String>,
    /// The gas that it used.
    pub gas: u64,
    /// What it returned.
    pub answer: Bytes,
    /// Its events.
    pub logs: Vec<Log>,
}

/// A measure, of a user where it is of users, over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Its place among the scenario's measures of its kind.
    pub measure: usize,
    /// Whose.
    pub user: Option<Address>,
    /// In order of time.
    pub readings: Vec<Reading>,
}

/// What both worlds answered at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// When.
    pub moment: Moment,
    /// In seconds.
    pub at: u64,
    /// The old version's.
    pub old: Answer,
    /// The new one's.
    pub new: Answer,
}

/// A moment of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Right after the switch.
    Switch,
    /// After this operation, from 0 on.
    Operation(usize),
    /// After everything.
    End,
}

/// What a view answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A number.
    Number(Number),
    /// That it does not answer, and why.
    Refused(String),
}

impl Answer {
    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Refused(_) => None,
        }
    }
}

/// Has the patch applied in one of two futures of a state, and the operations made in both.
///
/// # Errors
/// A sentence.
pub fn replay(fork: Fork, scenario: &Scenario, operations: &Operations, way: &Way) -> Result<Impact, String> {
    let users = users(scenario, operations)?;
    let mut worlds = Worlds::of(fork);
    let switched = switch(&mut worlds, scenario.proxy, way, &scenario.errors)?;
    let mut impact = Impact {
        switched_at: worlds.now(),
        switched,
        operations: Vec::new(),
        positions: tracks(&scenario.positions, &users),
        market: tracks(&scenario.market, &users),
        users,
        state: Vec::new(),
    };
    if impact.switched.refused.is_some() {
        return Ok(impact);
    }
    impact.look(&worlds, scenario, Moment::Switch, true)?;
    let checkpoints = checkpoints(operations.all.len());
    let recorded = operations.all.first().map_or(0, |first| first.time);
    let begins = recorded.max(worlds.now());
    for (index, operation) in operations.all.iter().enumerate() {
        // Invariant: times of a recording never go back.
        worlds.move_to(begins.saturating_add(operation.time - recorded));
        impact.operations.push(Compared {
            at: worlds.now(),
            old: made(&mut worlds.old, operation, scenario)?,
            new: made(&mut worlds.new, operation, scenario)?,
        });
        let is_looked_at = checkpoints.contains(&index);
        impact.look(&worlds, scenario, Moment::Operation(index), is_looked_at)?;
    }
    if scenario.then_secs > 0 {
        worlds.move_to(worlds.now().saturating_add(scenario.then_secs));
    }
    impact.look(&worlds, scenario, Moment::End, true)?;
    impact.answered(scenario)?;
    impact.state = worlds
        .old
        .difference(&worlds.new)
        .map_err(|why| why.to_string())?;
    Ok(impact)
}

fn users(scenario: &Scenario, operations: &Operations) -> Result<BTreeSet<Address>, String> {
    let mut users = scenario.users.clone();
    if scenario.senders_are_users {
        users.extend(operations.all.iter().map(|operation| operation.from));
    }
    if users.is_empty() && !scenario.positions.is_empty() {
        return Err(
            "there is nobody whose positions could be looked at: name \"users\", or record operations"
                .to_owned(),
        );
    }
    Ok(users)
}

fn tracks(measures: &[Measure], users: &BTreeSet<Address>) -> Vec<Track> {
    let mut tracks = Vec::new();
    for (measure, of) in measures.iter().enumerate() {
        let mut track = |user| {
            tracks.push(Track {
                measure,
                user,
                readings: Vec::new(),
            });
        };
        if of.of_users {
            users.iter().for_each(|user| track(Some(*user)));
        } else {
            track(None);
        }
    }
    tracks
}

/// After which operations positions are looked at: the last one's are those of the end.
fn checkpoints(count: usize) -> BTreeSet<usize> {
    let most = MOST_CHECKPOINTS.min(count);
    (1..=most)
        .map(|place| (place * count).div_ceil(most) - 1)
        .collect()
}

fn made(fork: &mut Fork, operation: &Operation, scenario: &Scenario) -> Result<Done, String> {
    let transaction =
        Transaction::call(operation.from, operation.to, operation.data.clone()).with_value(operation.value);
    match fork.transact(&transaction) {
        Ok(outcome) => Ok(Done {
            refused: scenario.errors.of(&outcome),
            gas: outcome.gas_used,
            answer: outcome.output,
            logs: outcome.logs,
        }),
        Err(ForkError::Invalid(why)) => Ok(Done {
            refused: Some(format!("it cannot be sent: {why}")),
            gas: 0,
            answer: Bytes::new(),
            logs: Vec::new(),
        }),
        Err(other) => Err(sentence(other)),
    }
}

fn answer(
    fork: &Fork,
    measure: &Measure,
    user: Option<Address>,
    scenario: &Scenario,
) -> Result<Answer, String> {
    let user = user.unwrap_or_default();
    let Some(view) = &measure.view else {
        let whose = if measure.of_users { user } else { measure.contract };
        let balance = fork.balance(whose).map_err(|why| why.to_string())?;
        return Ok(Answer::Number(
            balance
                .to_string()
                .parse()
                .map_err(|_| "a balance is no number".to_owned())?,
        ));
    };
    let outcome = fork
        .call(stranger(), measure.contract, view.call(scenario.proxy, user))
        .map_err(sentence)?;
    Ok(match scenario.errors.of(&outcome) {
        Some(why) => Answer::Refused(why),
        None => match view.number(&outcome.output) {
            Some(number) => Answer::Number(number),
            None => Answer::Refused("it answers what its signature does not say".to_owned()),
        },
    })
}

impl Impact {
    fn look(
        &mut self,
        worlds: &Worlds,
        scenario: &Scenario,
        moment: Moment,
        with_positions: bool,
    ) -> Result<(), String> {
        let kinds = [
            (&mut self.market, &scenario.market, true),
            (&mut self.positions, &scenario.positions, with_positions),
        ];
        for (tracks, measures, is_looked_at) in kinds {
            for track in tracks.iter_mut().filter(|_| is_looked_at) {
                let measure = &measures[track.measure];
                track.readings.push(Reading {
                    moment,
                    at: worlds.now(),
                    old: answer(&worlds.old, measure, track.user, scenario)?,
                    new: answer(&worlds.new, measure, track.user, scenario)?,
                });
            }
        }
        Ok(())
    }

    /// That each measure answered something: what never does would be limited by nothing.
    fn answered(&self, scenario: &Scenario) -> Result<(), String> {
        for (tracks, measures) in [
            (&self.market, &scenario.market),
            (&self.positions, &scenario.positions),
        ] {
            for (index, measure) in measures.iter().enumerate() {
                let mut readings = tracks
                    .iter()
                    .filter(|track| track.measure == index)
                    .flat_map(|track| &track.readings);
                let first = readings.next().map(|reading| &reading.old);
                let why = match first {
                    Some(Answer::Refused(why)) if readings.all(|reading| reading.old.number().is_none()) => {
                        why
                    }
                    _ => continue,
                };
                return Err(format!(
                    "the measure '{}' never answers a number in the old version, as {} says: {why}. Look at its contract and its view",
                    measure.name, measure.contract
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_looked_at_after_each_of_few_operations_and_at_sixteen_moments_of_many() {
        assert!(checkpoints(0).is_empty());
        assert_eq!(checkpoints(3), BTreeSet::from([0, 1, 2]));
        assert_eq!(checkpoints(16).len(), 16);
        let many = checkpoints(1_000);
        assert_eq!(many.len(), MOST_CHECKPOINTS);
        assert_eq!((many.first(), many.last()), (Some(&62), Some(&999)));
        let gaps: BTreeSet<_> = many.iter().zip(many.iter().skip(1)).map(|(a, b)| b - a).collect();
        assert!(gaps.iter().all(|gap| (62..=63).contains(gap)), "{gaps:?}");
    }
}
