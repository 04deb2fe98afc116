//! The table as people read it.

use crate::scenario::Group;
use crate::site::{AMOUNT, CAPACITY, FIRST, REFILL_SECS, TOO_MUCH, WAIT};
use crate::table::{Row, Table};
use std::fmt::Write;

/// Rows that others of their group are held against, for programs and for bytecode.
const FLOORS: [&str; 2] = ["floor/stylus", "floor/solidity"];

/// What is written to `benchmarks/gas.md`.
#[must_use]
pub fn render(table: &Table) -> String {
    let mut text = String::new();
    text.push_str(&head(table));
    for group in Group::ALL {
        let rows: Vec<&Row> = table.rows.iter().filter(|row| row.group == group).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = write!(text, "\n## {}\n\n{}\n\n", title(group), note(group));
        match group {
            Group::Bucket => gas_table(&mut text, &rows, Some(&floors(table))),
            _ => gas_table(&mut text, &rows, None),
        }
        size_table(&mut text, &rows);
    }
    text
}

fn head(table: &Table) -> String {
    let compiler = table.compiler.as_deref().unwrap_or("not stated");
    let arbos = table.arbos_version;
    format!(
        "# What the guards cost

Written by `scripts/bench`, never by hand; the same figures are in [gas.json](gas.json). `scripts/bench --check`, which
`scripts/test` runs, fails when a row got worse by more than 2%.

Measured on the embedded chain (`tests/chain`) at ArbOS {arbos}. Programs: {compiler}, the release profile.
Solidity: solc 0.8.37, 200 runs of the optimiser, `cancun`; CCIP once more with 80,000 runs and the IR pipeline, with which
Chainlink releases it. The sources of the peers, their versions and licences are in
[tests/bench/peers](../tests/bench/peers/README.md).

## How to read it

- **Transaction** is the gas of the whole transaction: 21,000, calldata at 16 and 4 a byte, execution, less refunds.
  Nothing is charged for posting calldata to L1.
- **Execution** is the gas of the first frame: without the 21,000, without calldata, and before refunds. For a program it
  begins with the program's start.
- **Guard adds** is the difference of two transactions that are the same but for the guard, refunds included.
  **In start** is the part of it that is paid before the first instruction, for the WASM that the guard adds.
- A program is **cached** (in the chain's cache of programs) unless a column says otherwise. A program that is not pays
  its whole init cost at each call that is not among the 32 latest of its block.
- **Words** are distinct words of storage, read and written, in every contract that took part; in brackets what the
  guard adds. Transient storage is not counted. A word that is packed is read to be written.
- Every call is a **second use** in a transaction of its own: words are cold, what a guard counts is neither zero
  before nor after, and {WAIT} seconds have passed. Buckets hold {CAPACITY} units and refill in {REFILL_SECS} seconds; the first use
  took {FIRST}, the measured one takes {AMOUNT}, one that is refused {TOO_MUCH}.
- **Bytes** are of WASM as compiled and of the code on chain (WASM compressed, or bytecode).
"
    )
}

fn title(group: Group) -> &'static str {
    match group {
        Group::Bridge => "The example bridge: users",
        Group::Governance => "The example bridge: guardian and governor",
        Group::Emergency => "In an emergency",
        Group::Baseline => "One guard alone: the baselines",
        Group::Pause => "Pause check",
        Group::Bucket => "Token bucket",
        Group::Family => "More limiters, the breaker and the queue",
        Group::Together => "Guards together",
        Group::Lock => "Lock against calls back",
        Group::Authority => "Authority",
        Group::Solvency => "Solvency",
        Group::Said => "Events and refusals",
        Group::Proxy => "Behind a proxy",
        Group::Patch => "A patch, step by step",
    }
}

fn note(group: Group) -> &'static str {
    match group {
        Group::Bridge => {
            "The guarded and the unguarded build of one source, in the same state. A withdrawal makes one word that was zero
count its message as paid, in both builds. The lock is in both, so it is in no difference here. The token is
OpenZeppelin's ERC-20."
        }
        Group::Governance => {
            "There is no such call in the unguarded build. A proposal writes a word that was zero; its acceptance clears it."
        }
        Group::Emergency => {
            "Whole contracts: the hub, the council and the savings. The council calls the hub, and the Safe a contract that it owns; both
verify three signatures of accounts' keys. The sizes are of the contract that is called. What an AccessManager costs in Solidity stands
under Authority."
        }
        Group::Proxy => {
            "OpenZeppelin's ERC-20 in Solidity, the same behind each; \"guard adds\" is against the same call without a proxy. The guarded proxy always asks its pause
ladder, takes its lock, and looks whether ERC-1967's words are what they were. The limit is one of one token, whose balance is asked before and
after; the invariant asks one view of one word before and after; a latched call is delegated to the proxy itself first."
        }
        Group::Patch => {
            "The proxies of the rows above, and the second patch of each: it goes back to the code that ran first, and initialises nothing. The council verifies three signatures of accounts'
keys. Applying looks at code and hashes, asks each check twice through a stranger, switches, and asks the proxy what runs; a canary does all of it and reverts. OpenZeppelin's
timelock holds one role for who schedules and one for who executes, and looks at nothing but the time. The sizes are of the contract that is called."
        }
        Group::Baseline => {
            "`run(address, uint256)`, which returns at once. Below, \"guard adds\" is against this call in the same language, so
a guard's row holds what a contract pays that has this one guard and nothing else yet: also for the code that encodes
its errors."
        }
        Group::Pause => "One word read.",
        Group::Bucket => {
            "The floor is the least that a limiter with a memory costs: one cold word read and written with the language's own
storage. Of its gas the EVM charges 5,000 for the word. \"Over the floor\" is what a row adds beyond the floor of one
word in the same language. CCIP keeps a bucket in two words, of which it writes one."
        }
        Group::Family => {
            "The second use of each, as everywhere here. The scoped limiter meets two scopes: the asset's own bucket, and the
account's, which reads the asset's default beside its own word. The adaptive bucket keeps the day's flow in a word of its own. A
ticket is new each time and its words were zero. Caps on a transaction keep their sums in transient storage. No peer has these as
a module that could be called alone."
        }
        Group::Together => "What two guards of one contract share is paid once.",
        Group::Lock => "Taken and released.",
        Group::Authority => "The caller is the one who may.",
        Group::Solvency => "What the contract owes is the call's argument. No peer has this as a module.",
        Group::Said => {
            "What a guard pays when it emits an event, and what a call costs that a guard refuses. Words that a refused call wrote
were written and taken back."
        }
    }
}

/// What the floors add, for programs and for bytecode.
type Floors = [Option<i64>; 2];

fn floors(table: &Table) -> Floors {
    FLOORS.map(|id| table.row(id).and_then(|row| row.gas.added))
}

fn gas_table(text: &mut String, rows: &[&Row], floors: Option<&Floors>) {
    let mut columns = vec!["", "", "transaction", "execution"];
    if rows.iter().any(|row| row.gas.added.is_some()) {
        columns.push("guard adds");
        columns.push("in start");
    }
    if floors.is_some() {
        columns.push("over the floor");
    }
    if rows.iter().any(|row| row.uncached.is_some()) {
        columns.push("not cached");
        if rows.iter().any(|row| row.gas.added.is_some()) {
            columns.push("guard adds, not cached");
        }
    }
    columns.push("words read");
    columns.push("words written");
    heading(text, &columns);
    for row in rows {
        let cells: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| cell(row, index, column, floors))
            .collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn cell(row: &Row, index: usize, column: &str, floors: Option<&Floors>) -> String {
    match (index, column) {
        (0, _) => row.name.clone(),
        (1, _) => row.by.clone(),
        (_, "transaction") => grouped(row.gas.total as i64),
        (_, "execution") => grouped(row.gas.execution as i64),
        (_, "guard adds") => optional(row.gas.added),
        (_, "in start") => optional(row.gas.added_start),
        (_, "over the floor") => {
            let floor = floors.and_then(|floors| floors[usize::from(row.size.compressed.is_none())]);
            optional(row.gas.added.zip(floor).map(|(added, floor)| added - floor))
        }
        (_, "not cached") => optional(row.uncached.map(|uncached| uncached.total as i64)),
        (_, "guard adds, not cached") => optional(row.uncached.and_then(|uncached| uncached.added)),
        (_, "words read") => with_added(row.words.read, row.words.added_read),
        (_, "words written") => with_added(row.words.written, row.words.added_written),
        _ => String::new(),
    }
}

fn size_table(text: &mut String, rows: &[&Row]) {
    // Rows of one contract share a line.
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for row in rows {
        let added = row.size_added;
        let figures = [
            row.by.clone(),
            grouped(row.size.raw as i64),
            optional(row.size.compressed.map(|size| size as i64)),
            optional(added.map(|added| added.raw)),
            optional(added.and_then(|added| added.compressed)),
        ]
        .join(" | ");
        match lines.iter_mut().find(|(known, _)| *known == figures) {
            Some((_, names)) => names.push(&row.name),
            None => lines.push((figures, vec![&row.name])),
        }
    }
    text.push('\n');
    heading(
        text,
        &[
            "",
            "",
            "bytes",
            "compressed",
            "guard adds bytes",
            "guard adds compressed",
        ],
    );
    for (figures, names) in lines {
        let _ = writeln!(text, "| {} | {figures} |", names.join("; "));
    }
}

fn heading(text: &mut String, columns: &[&str]) {
    let rules: Vec<&str> = (0..columns.len())
        .map(|index| if index < 2 { "---" } else { "---:" })
        .collect();
    let _ = writeln!(text, "| {} |\n| {} |", columns.join(" | "), rules.join(" | "));
}

fn optional(figure: Option<i64>) -> String {
    figure.map_or_else(|| "–".to_owned(), grouped)
}

fn with_added(figure: u64, added: Option<i64>) -> String {
    match added {
        Some(added) => format!("{figure} ({added:+})"),
        None => figure.to_string(),
    }
}

/// A number with its thousands set apart.
fn grouped(figure: i64) -> String {
    let digits = figure.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if figure < 0 {
        text.insert(0, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1_000, 21_000, -1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "21,000", "-1,234,567"]);
    }

    #[test]
    fn a_number_that_is_not_there_is_a_dash_and_a_difference_has_a_sign() {
        assert_eq!(optional(None), "–");
        assert_eq!(with_added(2, Some(1)), "2 (+1)");
        assert_eq!(with_added(2, Some(0)), "2 (+0)");
        assert_eq!(with_added(2, None), "2");
    }
}
