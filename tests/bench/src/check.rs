//! Compares what was measured with the table that is checked in.

use crate::table::{Row, Skipped, Table};
use std::fmt;

/// How much worse a figure may get, in percent, before the check fails.
pub const TOLERANCE_PERCENT: i64 = 2;

/// A figure that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which figure.
    pub figure: &'static str,
    /// What the checked-in table says.
    pub before: i64,
    /// What was measured.
    pub now: i64,
}

/// What the comparison found out about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Figures got worse by more than the tolerance.
    Worse(String, Vec<Change>),
    /// Figures got better: the table should be renewed.
    Better(String, Vec<Change>),
    /// The checked-in table has a row that was not measured.
    Missing(String),
    /// A row was measured that the checked-in table does not have.
    New(String),
    /// A row was not measured because its peer is not on this machine.
    Skipped(String),
}

impl Finding {
    /// Whether the check fails.
    #[must_use]
    pub fn fails(&self) -> bool {
        matches!(self, Self::Worse(..) | Self::Missing(_))
    }
}

/// Compares row by row, in the order of what was measured.
#[must_use]
pub fn compare(checked_in: &Table, measured: &Table, skipped: &[Skipped]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for now in &measured.rows {
        let id = now.id.clone();
        let Some(before) = checked_in.row(&id) else {
            findings.push(Finding::New(id));
            continue;
        };
        let changes = changes(before, now);
        let of = |is: fn(&Change) -> bool| changes.iter().copied().filter(is).collect::<Vec<_>>();
        let (worse, better) = (of(Change::is_worse), of(Change::is_better));
        if !worse.is_empty() {
            findings.push(Finding::Worse(id.clone(), worse));
        }
        if !better.is_empty() {
            findings.push(Finding::Better(id, better));
        }
    }
    for before in &checked_in.rows {
        let id = &before.id;
        if skipped.iter().any(|skipped| skipped.id == *id) {
            findings.push(Finding::Skipped(id.clone()));
        } else if measured.row(id).is_none() {
            findings.push(Finding::Missing(id.clone()));
        }
    }
    findings
}

impl Change {
    /// Worse by more than the tolerance. The smallest change of a figure that was nothing is.
    fn is_worse(&self) -> bool {
        // In whole numbers, so that exactly the tolerance is within it.
        (self.now - self.before) * 100 > TOLERANCE_PERCENT * self.before.abs()
    }

    fn is_better(&self) -> bool {
        self.now < self.before
    }
}

/// The figures that are held against each other. A figure that only one of the rows has counts as nothing in the other.
///
/// Left out: refunds, which `total` contains; the program's start, which `added` contains; and what a guard adds to the size, where
/// a few bytes of noise from compression would be many percent.
fn changes(before: &Row, now: &Row) -> Vec<Change> {
    let figures = |row: &Row| {
        [
            ("gas", signed(row.gas.total)),
            ("gas of the execution", signed(row.gas.execution)),
            ("gas added", row.gas.added.unwrap_or(0)),
            ("gas not cached", row.uncached.map_or(0, |u| signed(u.total))),
            (
                "gas added not cached",
                row.uncached.and_then(|u| u.added).unwrap_or(0),
            ),
            ("words read", signed(row.words.read)),
            ("words written", signed(row.words.written)),
            ("bytes", signed(row.size.raw)),
            ("bytes compressed", row.size.compressed.map_or(0, signed)),
        ]
    };
    let pairs = figures(before).into_iter().zip(figures(now));
    pairs
        .map(|((figure, before), (_, now))| Change { figure, before, now })
        .filter(|change| change.before != change.now)
        .collect()
}

/// Invariant: a figure of the table is far below 2^63.
fn signed(figure: u64) -> i64 {
    figure as i64
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, before, now } = self;
        write!(f, "{figure} {before} -> {now}")?;
        if *before != 0 {
            // Invariant: figures are below 2^53, where a float is exact enough for a person.
            let percent = (*now - *before) as f64 / before.abs() as f64 * 100.0;
            write!(f, " ({percent:+.2}%)")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |changes: &[Change]| {
            let texts: Vec<String> = changes.iter().map(ToString::to_string).collect();
            texts.join(", ")
        };
        match self {
            Self::Worse(id, changes) => write!(f, "WORSE    {id}: {}", list(changes)),
            Self::Better(id, changes) => write!(f, "better   {id}: {}", list(changes)),
            Self::Missing(id) => write!(f, "MISSING  {id}: in the table, and not measured any more"),
            Self::New(id) => write!(f, "new      {id}: not in the table yet"),
            Self::Skipped(id) => write!(f, "skipped  {id}: its peer is not on this machine"),
        }
    }
}
