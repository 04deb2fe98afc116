//! A comparison in words.

use crate::compare::{compatible, Change, Difference};
use crate::model::Layout;
use std::fmt::Write;

/// What a comparison comes to: both hashes, a line for each difference, and the verdict.
pub fn text(old: &Layout, new: &Layout, differences: &[Difference]) -> String {
    let mut text = String::new();
    for (age, layout) in [("old", old), ("new", new)] {
        let hash = layout
            .hash()
            .map_or_else(|error| format!("no hash: {error}"), |hash| hash.to_string());
        // Invariant: a String takes all that is written.
        let _ = writeln!(text, "{age}  {}  {hash}", layout.contract);
    }
    text.push('\n');
    let width = differences
        .iter()
        .map(|difference| difference.path.chars().count())
        .max()
        .unwrap_or(0);
    for difference in differences {
        let verdict = if difference.change.accepted() {
            "ok"
        } else {
            "refused"
        };
        let _ = writeln!(
            text,
            "{verdict:<7}  {:<width$}  {}",
            difference.path,
            sentence(difference)
        );
    }
    if !differences.is_empty() {
        text.push('\n');
    }
    text.push_str(match (differences.is_empty(), compatible(differences)) {
        (true, _) => "The layouts are the same.\n",
        (_, true) => "Compatible: the new code finds everything where the old code left it.\n",
        (_, false) => {
            "Incompatible: the new code would read or write what is something else. Undo what is refused, and add what is new at the end.\n"
        }
    });
    text
}

fn sentence(difference: &Difference) -> String {
    let of = match &difference.within {
        Some(within) => format!(" of {within}"),
        None => String::new(),
    };
    match &difference.change {
        Change::Appended { at, what } => format!("new: {what} at {at}{of}, behind everything that was there"),
        Change::TookFree { at, what } => format!("new: {what} at {at}{of}, in bytes that were nobody's"),
        Change::TookGap { at, what } => format!("new: {what} at {at}{of}, in the gap"),
        Change::Extended { was, is } => format!("{was} elements became {is}, with nothing behind them"),
        Change::MembersAdded { added } => format!("new members at the end: {}", added.join(", ")),
        Change::Deleted { at, was } => {
            format!("deleted: {was} at {at}{of}; what it held stays there, for whatever comes next")
        }
        Change::Renamed { at, to } => {
            format!("renamed to {to} at {at}{of}; keep the name, or the new code means something else by it")
        }
        Change::Replaced { at, was, by, is } => format!("replaced: {was} at {at}{of} became {by}, {is}"),
        Change::Moved { from, to } => format!("moved from {from} to {to}{of}"),
        Change::Retyped { was, is } => format!("retyped: {was} became {is}"),
        Change::Inserted { at, what } => format!("inserted: {what} at {at}{of}, on what was there"),
        Change::AppendedInside { at, what } => {
            format!(
                "appended inside: {what} at {at}{of}; a struct that is not the value of a map cannot grow"
            )
        }
        Change::GapLost { at, was } => {
            format!("gap misused: {was} at {at}{of}; something has to end where it ended, so make it smaller by what was added and by no more")
        }
        Change::Shrunk { was, is } => format!("shrunk: {was} elements became {is}"),
        Change::Grown { was, is } => format!("grown: {was} elements became {is}, over what lies behind them"),
        Change::MemberChanged { number, was, is } => match is {
            Some(is) => format!("member {number} was {was} and is {is}"),
            None => format!("member {number}, {was}, is gone"),
        },
        Change::MembersUnknown { of } => {
            format!("not compared: a file does not say the members of {of}; give solc's whole output with its ast")
        }
        Change::More { .. } => "and more in here, which is not listed".to_owned(),
    }
}
