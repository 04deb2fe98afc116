//! `docs/INCIDENTS.md`: what came of each incident, as a table.

use crate::incident::Incident;
use crate::outcome::{Acted, Outcome, Variant};
use crate::settings;
use std::fmt::Write;

/// Where the part begins that differs with the compiler of the programs.
pub const GAS_HEADING: &str = "## What an honest user pays";

const HEAD: &str = "# Incidents, replayed

`scripts/replay` writes this file; `scripts/test` compares it. Each incident's figures and their sources are in
[`tests/incidents`](../tests/incidents), each victim is a small protocol with the same fault in [`tests/replays`](../tests/replays), compiled with guards and without.
Guards are set by [one rule for all](../tests/incidents/README.md#how-guards-are-set), from what was normal before, never from the attack.

The loss without guards is the incident's own figures, step by step. With them the transactions are made as they were: what acted is the guard that refused, at the step of the
file, and with its error; a transaction that is refused has not happened. The next two columns are the same with a part of the guards in shadow: only what has to hold (health, prices,
invariants), and only limits (buckets, caps, ceilings): there too the transaction as it was is refused whole. Who knows the limits and stays below them takes at most what a bucket holds, and
as much again in each following day, where nothing else refuses it. On the honest day nobody was refused, by any of them.

";

/// The whole file.
#[must_use]
pub fn render(outcomes: &[Outcome], compiler: Option<&str>) -> String {
    let mut text = HEAD.to_owned();
    text += "| incident | lost without guards | lost with guards | what acted | without limits | limits alone | a bucket holds | what guards cannot do |\n";
    text += "|---|---:|---:|---|---|---|---:|---|\n";
    for outcome in outcomes {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            outcome.title,
            dollars(outcome.lost_unguarded.dollars),
            dollars(outcome.lost_guarded.dollars),
            actors(&outcome.acted),
            variant(outcome.without_limits.as_ref()),
            variant(outcome.limits_alone.as_ref()),
            bucket(&outcome.incident),
            outcome.cannot,
        );
    }
    let _ = write!(text, "\n{GAS_HEADING}\n\n| incident | operation | on its honest day | gas without guards | with |\n|---|---|---:|---:|---:|\n");
    for outcome in outcomes {
        let honest = &outcome.honest;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            outcome.title,
            honest.operation,
            honest.operations,
            grouped(honest.gas_unguarded),
            grouped(honest.gas_guarded),
        );
    }
    if let Some(compiler) = compiler {
        let _ = write!(text, "\nPrograms by {compiler}.\n");
    }
    text
}

/// How far a table is what the replays come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// To the last figure.
    Whole,
    /// But for the gas, as the programs are another compiler's.
    ButGas,
    /// It is another table.
    No,
}

/// Holds a table against the replays, whose programs this compiler made, or one that nobody names.
#[must_use]
pub fn compare(checked_in: &str, outcomes: &[Outcome], compiler: Option<&str>) -> Agreement {
    let text = render(outcomes, compiler);
    let same_compiler = checked_in.lines().last() == text.lines().last();
    if checked_in == text {
        Agreement::Whole
    } else if !same_compiler && without_gas(checked_in) == without_gas(&text) {
        Agreement::ButGas
    } else {
        Agreement::No
    }
}

/// All but what differs with the compiler.
fn without_gas(text: &str) -> &str {
    text.split_once(GAS_HEADING).map_or(text, |(before, _)| before)
}

fn actors(acted: &[Acted]) -> String {
    if acted.is_empty() {
        return "none".to_owned();
    }
    let one = |acted: &Acted| match acted.step {
        0 => format!("`{}` (`{}`)", acted.guard.id(), acted.error),
        step => format!("`{}` at step {step} (`{}`)", acted.guard.id(), acted.error),
    };
    acted.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn variant(variant: Option<&Variant>) -> String {
    variant.map_or_else(
        || "it has none".to_owned(),
        |variant| format!("{}: {}", dollars(variant.lost.dollars), actors(&variant.acted)),
    )
}

/// What all buckets of an incident's victim hold by the rules, in dollars; nothing for the older bridges, whose demo has it.
fn bucket(id: &str) -> String {
    let of = |incident: Incident| {
        let flows = incident.normal.flows.iter();
        let sum = flows.map(|flow| {
            incident
                .dollars(&flow.asset, settings::bucket(flow).ok()?.capacity)
                .ok()
        });
        sum.sum::<Option<f64>>()
    };
    let found = Incident::read(id).ok().and_then(of);
    found.map_or_else(|| "see the demo".to_owned(), dollars)
}

/// To three digits, in thousands or millions.
fn dollars(amount: f64) -> String {
    if amount == 0.0 {
        return "$0".to_owned();
    }
    let (scaled, unit) = match amount {
        amount if amount >= 1e6 => (amount / 1e6, "M"),
        amount if amount >= 1e3 => (amount / 1e3, "K"),
        amount => (amount, ""),
    };
    let decimals = match scaled {
        scaled if scaled >= 100.0 => 0,
        scaled if scaled >= 10.0 => 1,
        _ => 2,
    };
    format!("${scaled:.decimals$}{unit}")
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place != 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_have_three_digits() {
        for (amount, text) in [
            (0.0, "$0"),
            (1.0, "$1.00"),
            (999.0, "$999"),
            (8_904_507.3, "$8.90M"),
            (12_345.0, "$12.3K"),
            (616_000_000.0, "$616M"),
        ] {
            assert_eq!(dollars(amount), text);
        }
    }

    #[test]
    fn gas_is_grouped_by_three() {
        assert_eq!(
            [999, 1_000, 1_234_567].map(grouped),
            ["999", "1,000", "1,234,567"]
        );
    }
}
