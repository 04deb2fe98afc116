//! The report: what fails the patch in sentences, and everything that differs in tables.

use crate::number::{difference, Number};
use crate::operations::Operations;
use crate::replay::{Answer, Compared, Done, Impact, Reading, Track};
use crate::scenario::{Measure, Scenario};
use crate::verdict::{
    amount, breaches, change, function, gap, gas_is_broken, growth, standing, when, wide, worst, Standing,
};
use alloy_primitives::{keccak256, B256};
use embedded_chain::{AccountChange, RemoteBlock};
use reporting::markdown::{escaped, head, row};
use safe_batch::words::{duration, moment};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Words of storage that are written out; of more only how many there are.
const MOST_WORDS: usize = 20;

/// What is reported on.
pub struct Told<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The operations.
    pub operations: &'a Operations,
    /// What came of it.
    pub impact: &'a Impact,
    /// The block after which both begin.
    pub block: RemoteBlock,
    /// Its hash.
    pub hash: B256,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// As Markdown.
    pub text: String,
    /// What fails the patch.
    pub breaches: Vec<String>,
}

impl Told<'_> {
    /// The report.
    #[must_use]
    pub fn report(&self) -> Report {
        let breaches = breaches(self.scenario, self.operations, self.impact);
        let mut text = String::new();
        let verdict = if breaches.is_empty() { "PASSES" } else { "FAILS" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "# The impact of a patch: it {verdict}\n");
        match breaches.len() {
            0 => text.push_str("Nothing breaks a limit.\n"),
            1 => text.push_str("One limit is broken:\n\n"),
            count => {
                let _ = writeln!(text, "{count} limits are broken:\n");
            }
        }
        for breach in &breaches {
            let _ = writeln!(text, "- {}", escaped(breach));
        }
        text.push_str(&self.compared());
        if self.impact.switched.refused.is_none() {
            text.push_str(&self.functions());
            text.push_str(&self.otherwise());
            text.push_str(&self.market());
            text.push_str(&self.positions());
            text.push_str(&self.state());
        }
        text.push_str("\nWhat such a simulation does not see is in docs/IMPACT.md.\n");
        Report { text, breaches }
    }

    fn compared(&self) -> String {
        let impact = self.impact;
        let mut text = format!(
            "\n## What was compared\n\nThe proxy {} on chain {}, with what runs now, {}, and with the new version, {}: both on the state after block {} ({}, {}), from {} on.\n\n",
            self.scenario.proxy,
            self.block.chain_id,
            impact.switched.before,
            impact.switched.after,
            self.block.number,
            self.hash,
            moment(self.block.timestamp),
            moment(impact.switched_at),
        );
        for step in &impact.switched.steps {
            let _ = writeln!(text, "- {}", escaped(step));
        }
        let users = impact.users.len();
        let (Some(first), Some(last)) = (self.operations.all.first(), self.operations.all.last()) else {
            let _ = writeln!(text, "\nNo operation was replayed. {}", counted(users, "user"));
            return text;
        };
        let recorded = if first.time == last.time {
            moment(first.time)
        } else {
            format!("{} to {}", moment(first.time), moment(last.time))
        };
        let begins = impact
            .operations
            .first()
            .map_or(impact.switched_at, |first| first.at);
        let begins = if begins == first.time {
            "at their own times".to_owned()
        } else {
            format!("from {} on, as far apart as they were", moment(begins))
        };
        let then = match self.scenario.then_secs {
            0 => String::new(),
            secs => format!(" The end is {} after the last.", duration(secs)),
        };
        let _ = writeln!(
            text,
            "\n{}, recorded {recorded}, replayed {begins}.{then} {}",
            counted(self.operations.all.len(), "operation").trim_end_matches('.'),
            counted(users, "user")
        );
        text
    }

    fn both(&self) -> impl Iterator<Item = (usize, String, &Compared)> {
        let all = self.operations.all.iter().zip(&self.impact.operations);
        all.enumerate()
            .map(|(index, (operation, compared))| (index, function(self.scenario, operation), compared))
    }

    /// What was called, and what came of it by and large.
    fn functions(&self) -> String {
        #[derive(Default)]
        struct Sum {
            sent: usize,
            passed: (usize, usize),
            gas: (u64, u64),
            /// The operation whose gas grows most, by its share.
            most: Option<(u64, u64)>,
        }
        if self.operations.all.is_empty() {
            return String::new();
        }
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for (_, name, compared) in self.both() {
            let sum = sums.entry(name).or_default();
            sum.sent += 1;
            sum.passed.0 += usize::from(compared.old.refused.is_none());
            sum.passed.1 += usize::from(compared.new.refused.is_none());
            if compared.old.refused.is_none() && compared.new.refused.is_none() {
                let (old, new) = (compared.old.gas, compared.new.gas);
                sum.gas = (sum.gas.0.saturating_add(old), sum.gas.1.saturating_add(new));
                // a / b > c / d is a * d > c * b.
                let grows_more = |known: (u64, u64)| {
                    u128::from(new) * u128::from(known.0) > u128::from(known.1) * u128::from(old)
                };
                if sum.most.is_none_or(grows_more) {
                    sum.most = Some((old, new));
                }
            }
        }
        let mut text = "\n## Operations\n\n".to_owned();
        text.push_str(&head(&[
            "Function",
            "Sent",
            "Pass, old",
            "Pass, new",
            "Gas, old",
            "Gas, new",
            "Gas of one grows most by",
        ]));
        for (name, sum) in &sums {
            let most = sum.most.map(|(old, new)| growth(wide(old), wide(new)));
            text.push_str(&row(&[
                name.clone(),
                sum.sent.to_string(),
                sum.passed.0.to_string(),
                sum.passed.1.to_string(),
                sum.gas.0.to_string(),
                sum.gas.1.to_string(),
                most.unwrap_or_else(|| "-".to_owned()),
            ]));
        }
        text.push_str("\nGas is that of operations that pass in both.\n");
        text
    }

    /// Operations that do not end as they did.
    fn otherwise(&self) -> String {
        let mut rows = String::new();
        for (index, name, compared) in self.both() {
            let (old, new) = (&compared.old, &compared.new);
            let is_otherwise = old.refused != new.refused || old.answer != new.answer || old.logs != new.logs;
            if !is_otherwise && !gas_is_broken(self.scenario, compared) {
                continue;
            }
            let mut cells = vec![
                (index + 1).to_string(),
                self.operations.all[index].from.to_string(),
                name,
                ended(old),
                ended(new),
            ];
            if old.refused.is_none() && new.refused.is_none() {
                if old.answer != new.answer {
                    cells[4].push_str(&format!(
                        ", and answers {} in place of {}",
                        new.answer, old.answer
                    ));
                }
                if old.logs != new.logs {
                    cells[4].push_str(", with other events");
                }
            }
            rows.push_str(&row(&cells));
        }
        if self.operations.all.is_empty() {
            return String::new();
        }
        if rows.is_empty() {
            return "\nEvery operation ends as it did, with the same answer and the same events.\n"
                .to_owned();
        }
        let names = ["Operation", "From", "Function", "Old version", "New version"];
        format!("\n### Operations that end otherwise\n\n{}{rows}", head(&names))
    }

    fn market(&self) -> String {
        if self.scenario.market.is_empty() {
            return String::new();
        }
        let mut text = "\n## Prices, margin and liquidity\n\n".to_owned();
        text.push_str(&head(&[
            "Measure",
            "Old version, at the end",
            "New version, at the end",
            "Furthest apart",
            "When",
            "Limit",
            "",
        ]));
        for track in &self.impact.market {
            let measure = &self.scenario.market[track.measure];
            let (Some(end), Some((reading, standing))) = (track.readings.last(), worst(measure, track))
            else {
                continue;
            };
            text.push_str(&row(&[
                measure.name.clone(),
                answer(measure, &end.old),
                answer(measure, &end.new),
                apart(measure, reading),
                moment_of(reading, standing),
                measure.limit.told(measure.decimals),
                stands(standing).to_owned(),
            ]));
        }
        text
    }

    fn positions(&self) -> String {
        if self.scenario.positions.is_empty() {
            return String::new();
        }
        let mut sums = head(&[
            "Measure",
            "Users",
            "That differ",
            "All together, old",
            "All together, new",
            "Difference",
            "Limit for each",
            "",
        ]);
        let mut rows = String::new();
        for (index, measure) in self.scenario.positions.iter().enumerate() {
            let tracks: Vec<&Track> = self
                .impact
                .positions
                .iter()
                .filter(|track| track.measure == index)
                .collect();
            let mut differing: Vec<(&Track, &Reading, Standing)> = tracks
                .iter()
                .filter_map(|track| {
                    worst(measure, track).map(|(reading, standing)| (*track, reading, standing))
                })
                .filter(|(_, _, standing)| *standing != Standing::Same)
                .collect();
            let ends = |of: fn(&Reading) -> &Answer| -> Number {
                let ends = tracks.iter().filter_map(|track| track.readings.last());
                // Sums of fewer than 2^255 words of 256 bits fit.
                ends.filter_map(|end| of(end).number())
                    .fold(Number::ZERO, |sum, number| sum.saturating_add(number))
            };
            let (old, new) = (ends(|reading| &reading.old), ends(|reading| &reading.new));
            let most = differing.iter().map(|(_, _, standing)| *standing).max();
            sums.push_str(&row(&[
                measure.name.clone(),
                tracks.len().to_string(),
                differing.len().to_string(),
                amount(measure, old),
                amount(measure, new),
                change(measure, difference(old, new)),
                measure.limit.told(measure.decimals),
                stands(most.unwrap_or(Standing::Same)).to_owned(),
            ]));
            // The largest first; the same by their users, as they stand.
            differing.sort_by_key(|(_, reading, standing)| {
                let size = gap(reading).map(Number::unsigned_abs);
                std::cmp::Reverse((*standing, size.is_none(), size))
            });
            for (track, reading, standing) in differing {
                rows.push_str(&row(&[
                    track.user.map(|user| user.to_string()).unwrap_or_default(),
                    measure.name.clone(),
                    answer(measure, &reading.old),
                    answer(measure, &reading.new),
                    apart(measure, reading),
                    moment_of(reading, standing),
                    stands(standing).to_owned(),
                ]));
            }
        }
        let mut text = format!("\n## Positions\n\n{sums}");
        if rows.is_empty() {
            text.push_str("\nEvery user has the same in both versions.\n");
        } else {
            let names = [
                "User",
                "Measure",
                "Old version",
                "New version",
                "Difference",
                "When",
                "",
            ];
            let _ = write!(
                text,
                "\nEach user whose position differs at any moment that was looked at, where it differs most:\n\n{}{rows}",
                head(&names)
            );
        }
        text
    }

    /// What differs although nobody may have asked for it.
    fn state(&self) -> String {
        let mut text = "\n## State\n\n".to_owned();
        let changes = &self.impact.state;
        let words: usize = changes.iter().map(|change| change.words.len()).sum();
        let codes = |change: &AccountChange| (code(change.code_hash.0), code(change.code_hash.1));
        let is_same = |change: &AccountChange| {
            let (old, new) = codes(change);
            change.words.is_empty() && change.balance.0 == change.balance.1 && old == new
        };
        if changes.iter().all(is_same) {
            text.push_str("No word of storage, no ETH and no code differs at the end.\n");
            return text;
        }
        let _ = writeln!(
            text,
            "What differs at the end, whether or not a measure shows it: {} of storage, those of the switch itself among them.\n",
            counted(words, "word").trim_end_matches('.')
        );
        text.push_str(&head(&["Account", "What", "Old version", "New version"]));
        let mut left = MOST_WORDS;
        for change in changes {
            let account = change.address.to_string();
            if change.balance.0 != change.balance.1 {
                let (old, new) = (change.balance.0.to_string(), change.balance.1.to_string());
                text.push_str(&row(&[account.clone(), "wei".to_owned(), old, new]));
            }
            let (old, new) = codes(change);
            if old != new {
                text.push_str(&row(&[account.clone(), "code".to_owned(), old, new]));
            }
            for word in change.words.iter().take(left) {
                text.push_str(&row(&[
                    account.clone(),
                    format!("{:#066x}", word.key),
                    format!("{:#066x}", word.before),
                    format!("{:#066x}", word.after),
                ]));
            }
            left = left.saturating_sub(change.words.len());
        }
        if words > MOST_WORDS {
            let _ = writeln!(text, "\n{} more words differ.", words - MOST_WORDS);
        }
        text
    }
}

/// An account's code by its hash: one that holds ETH alone has none, and so has one that is not there.
fn code(hash: Option<B256>) -> String {
    let some = hash.filter(|hash| *hash != keccak256([]));
    some.map_or_else(|| "none".to_owned(), |hash| hash.to_string())
}

fn counted(count: usize, of: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {of}{plural}.")
}

fn ended(done: &Done) -> String {
    match &done.refused {
        None => format!("passes, {} gas", done.gas),
        Some(why) => format!("is refused: {why}"),
    }
}

fn answer(measure: &Measure, answer: &Answer) -> String {
    match answer {
        Answer::Number(number) => amount(measure, *number),
        Answer::Refused(why) => format!("no answer: {why}"),
    }
}

fn apart(measure: &Measure, reading: &Reading) -> String {
    match (reading.old.number(), reading.new.number()) {
        (Some(old), Some(new)) => {
            let gap = difference(old, new);
            if gap.is_zero() {
                "0".to_owned()
            } else {
                format!("{} ({})", change(measure, gap), growth(old, new))
            }
        }
        _ if standing(measure, reading) == Standing::Same => "0".to_owned(),
        _ => "one of both does not answer".to_owned(),
    }
}

fn moment_of(reading: &Reading, standing: Standing) -> String {
    match standing {
        Standing::Same => "-".to_owned(),
        _ => when(reading.moment),
    }
}

fn stands(standing: Standing) -> &'static str {
    match standing {
        Standing::Same => "same",
        Standing::Differs => "differs",
        Standing::Broken => "FAILS",
    }
}
