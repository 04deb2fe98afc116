//! The picture: what everybody shares over time in both versions, how far users' positions are apart, and the gas of operations.

use crate::number::{drawn, Number};
use crate::operations::Operations;
use crate::replay::{Impact, Reading, Track};
use crate::scenario::{Measure, Scenario};
use crate::verdict::{breaches, gap};
use reporting::{svg, Mark, Panel, Picture, Role, Series, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// The picture of an impact as SVG; without the new version's lines when it does not come to run.
#[must_use]
pub fn picture(scenario: &Scenario, operations: &Operations, impact: &Impact) -> String {
    let broken = breaches(scenario, operations, impact).len();
    let verdict = match broken {
        0 => "nothing breaks a limit".to_owned(),
        1 => "one limit is broken".to_owned(),
        count => format!("{count} limits are broken"),
    };
    let mut panels = Vec::new();
    if impact.switched.refused.is_none() {
        let marks = marks(impact);
        for track in &impact.market {
            panels.push(shared(&scenario.market[track.measure], track, impact, &marks));
        }
        for (index, measure) in scenario.positions.iter().enumerate() {
            panels.push(apart(index, measure, impact));
        }
        if !impact.operations.is_empty() {
            panels.push(gas(impact, marks));
        }
    }
    svg(&Picture {
        title: format!("The impact of a patch: {verdict}"),
        subtitle: format!(
            "{} recorded operations and {} users, on both versions from one state",
            operations.all.len(),
            impact.users.len()
        ),
        description: format!(
            "For each price, margin and amount of liquidity its value over time in the old and in the new version; for each kind of position the largest difference of a user; and the gas of operations: {verdict}."
        ),
        panels,
        mark: "an operation that passes in one version alone, or a view that answers in the old one alone".to_owned(),
    })
}

/// Seconds since the switch.
fn since(impact: &Impact, at: u64) -> u64 {
    at.saturating_sub(impact.switched_at)
}

/// Operations that pass in one version alone.
fn marks(impact: &Impact) -> Vec<Mark> {
    let marks = impact.operations.iter().filter_map(|compared| {
        let label = match (&compared.old.refused, &compared.new.refused) {
            (None, Some(_)) => "now refused",
            (Some(_), None) => "now passes",
            _ => return None,
        };
        Some(Mark {
            at: since(impact, compared.at),
            label: label.to_owned(),
        })
    });
    marks.collect()
}

/// Moments at which a view answers in the old version alone.
fn mute<'a>(impact: &Impact, tracks: impl Iterator<Item = &'a Track>) -> Vec<Mark> {
    let readings = tracks.flat_map(|track| &track.readings);
    let moments: BTreeSet<u64> = readings
        .filter(|reading| reading.old.number().is_some() && reading.new.number().is_none())
        .map(|reading| since(impact, reading.at))
        .collect();
    let mark = |at| Mark {
        at,
        label: "no answer".to_owned(),
    };
    moments.into_iter().map(mark).collect()
}

fn subtitle(measure: &Measure, what: &str) -> String {
    match measure.unit.as_str() {
        "" => what.to_owned(),
        unit => format!("{what}, {unit}"),
    }
}

fn shared(measure: &Measure, track: &Track, impact: &Impact, marks: &[Mark]) -> Panel {
    let line = |label: &str, role, of: fn(&Reading) -> Option<Number>| Series {
        label: label.to_owned(),
        role,
        points: track
            .readings
            .iter()
            .filter_map(|reading| {
                let number = of(reading)?;
                Some((since(impact, reading.at), drawn(number, measure.decimals)))
            })
            .collect(),
    };
    Panel {
        title: measure.name.clone(),
        subtitle: subtitle(measure, "Its value"),
        unit: Unit::Plain,
        series: vec![
            // The dashes of the old one stay to be seen where both are the same.
            line("New version", Role::New, |reading| reading.new.number()),
            line("Old version", Role::Old, |reading| reading.old.number()),
        ],
        marks: marks
            .iter()
            .cloned()
            .chain(mute(impact, [track].into_iter()))
            .collect(),
    }
}

/// How far the user is apart whose position differs most, and the limit where it is an amount.
fn apart(index: usize, measure: &Measure, impact: &Impact) -> Panel {
    let mut largest: BTreeMap<u64, Number> = BTreeMap::new();
    let tracks = || impact.positions.iter().filter(|track| track.measure == index);
    for reading in tracks().flat_map(|track| &track.readings) {
        let Some(gap) = gap(reading) else { continue };
        let size = Number::try_from(gap.unsigned_abs()).unwrap_or(Number::MAX);
        let known = largest.entry(since(impact, reading.at)).or_default();
        *known = size.max(*known);
    }
    let line: Vec<(u64, f64)> = largest
        .into_iter()
        .map(|(at, size)| (at, drawn(size, measure.decimals)))
        .collect();
    let limit = measure
        .limit
        .absolute
        .and_then(|absolute| Number::try_from(absolute).ok())
        .map(|absolute| drawn(absolute, measure.decimals));
    let ends = [line.first(), line.last()]
        .into_iter()
        .flatten()
        .map(|(at, _)| *at);
    let mut series: Vec<Series> = limit
        .map(|limit| Series {
            label: "Limit".to_owned(),
            role: Role::Limit,
            points: ends.map(|at| (at, limit)).collect(),
        })
        .into_iter()
        .collect();
    series.push(Series {
        label: "Difference".to_owned(),
        role: Role::New,
        points: line,
    });
    Panel {
        title: measure.name.clone(),
        subtitle: subtitle(measure, "The largest difference of a user"),
        unit: Unit::Plain,
        series,
        marks: mute(impact, tracks()),
    }
}

fn gas(impact: &Impact, marks: Vec<Mark>) -> Panel {
    let line = |label: &str, role, of: fn(&crate::replay::Compared) -> u64| Series {
        label: label.to_owned(),
        role,
        points: impact
            .operations
            .iter()
            .map(|compared| (since(impact, compared.at), of(compared) as f64))
            .collect(),
    };
    Panel {
        title: "Gas of each operation".to_owned(),
        subtitle: "Gas".to_owned(),
        unit: Unit::Plain,
        series: vec![
            line("New version", Role::New, |compared| compared.new.gas),
            line("Old version", Role::Old, |compared| compared.old.gas),
        ],
        marks,
    }
}
