//! Why a history is refused.

use super::COLUMNS;
use std::fmt;

/// A file that is not a history. Lines and columns count from one.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[source] std::io::Error),
    /// Nothing is in the file.
    #[error("the file is empty; its first line has to be {}", heading())]
    Empty,
    /// There is a heading and no row.
    #[error(
        "the file has a heading and no rows; each row is a transaction: {}",
        heading()
    )]
    NoRows,
    /// The heading names a column that there is not.
    #[error(
        "line 1, column {column}: the heading has {found:?}, which is none of {}",
        heading()
    )]
    UnknownColumn {
        /// Which.
        column: usize,
        /// What it says.
        found: String,
    },
    /// The heading names a column twice.
    #[error("line 1, column {column}: the heading has {name:?} a second time")]
    ColumnTwice {
        /// Where it stands again.
        column: usize,
        /// Its name.
        name: &'static str,
    },
    /// The heading lacks a column.
    #[error("line 1: the heading has no column {name:?}; it has to be {}", heading())]
    MissingColumn {
        /// Its name.
        name: &'static str,
    },
    /// A row has too few or too many fields.
    #[error("line {line}: {found} fields where {} are expected: {}", COLUMNS.len(), heading())]
    FieldCount {
        /// Which line.
        line: u64,
        /// How many fields it has.
        found: usize,
    },
    /// A line is not text.
    #[error("line {line}: not UTF-8 text; save the file as UTF-8")]
    NotText {
        /// Which line.
        line: u64,
    },
    /// A field is not what its column holds.
    #[error("line {line}, column {column} ({name}): {found:?} is not {expected}")]
    Field {
        /// Which line.
        line: u64,
        /// Which column.
        column: usize,
        /// The column's name.
        name: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        expected: Expected,
    },
}

/// What a field should have held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A time.
    Time,
    /// Seconds; what was found is too many for that.
    Seconds,
    /// An amount.
    Amount,
    /// An amount that 256 bits hold.
    SmallerAmount,
    /// A name.
    Name,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "a time: seconds since 1970, or RFC 3339 like 2025-03-01T12:00:00Z, from 1970 on",
            Self::Seconds => "a time before the year 10000; seconds are expected, not milliseconds",
            Self::Amount => {
                "an amount: a whole number of the smallest unit in decimal digits, without sign, point, exponent or separators"
            }
            Self::SmallerAmount => "an amount below 2^256",
            Self::Name => "a name: any text that is not empty",
        })
    }
}

fn heading() -> String {
    COLUMNS.join(",")
}
