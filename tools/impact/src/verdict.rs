//! What a patch breaks of its limits, each in a sentence.

use crate::number::{bps_up, difference, told, told_change, Number};
use crate::operations::{Expected, Operation, Operations};
use crate::replay::{Answer, Compared, Impact, Moment, Reading, Track};
use crate::scenario::{Measure, Scenario};
use alloy_primitives::Address;

/// How a reading stands to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Both answer the same.
    Same,
    /// They answer otherwise, within the limit.
    Differs,
    /// The limit is broken.
    Broken,
}

/// How far apart both answers are; none when one of them is no number.
#[must_use]
pub fn gap(reading: &Reading) -> Option<Number> {
    Some(difference(reading.old.number()?, reading.new.number()?))
}

/// How a reading of a measure stands. A view that answered and does so no longer breaks it, whatever the limit.
#[must_use]
pub fn standing(measure: &Measure, reading: &Reading) -> Standing {
    match (&reading.old, &reading.new) {
        (Answer::Number(old), Answer::Number(new)) => {
            let gap = difference(*old, *new);
            if measure.limit.is_broken_by(gap, *old) {
                Standing::Broken
            } else if gap.is_zero() {
                Standing::Same
            } else {
                Standing::Differs
            }
        }
        (Answer::Number(_), Answer::Refused(_)) => Standing::Broken,
        (Answer::Refused(_), Answer::Number(_)) => Standing::Differs,
        (Answer::Refused(_), Answer::Refused(_)) => Standing::Same,
    }
}

/// The reading to tell of: the worst standing, then the largest gap, then the first.
#[must_use]
pub fn worst<'a>(measure: &Measure, track: &'a Track) -> Option<(&'a Reading, Standing)> {
    let mut worst: Option<(&Reading, Standing)> = None;
    let size = |reading: &Reading| gap(reading).map(Number::unsigned_abs);
    for reading in &track.readings {
        let standing = standing(measure, reading);
        // One that answers no longer has no gap, and is worse than any.
        let rank = |reading: &Reading, standing| (standing, size(reading).is_none(), size(reading));
        if worst.is_none_or(|(known, was)| rank(reading, standing) > rank(known, was)) {
            worst = Some((reading, standing));
        }
    }
    worst
}

/// A moment in words.
#[must_use]
pub fn when(moment: Moment) -> String {
    match moment {
        Moment::Switch => "after the switch".to_owned(),
        Moment::Operation(index) => format!("after operation {}", index + 1),
        Moment::End => "at the end".to_owned(),
    }
}

/// An amount of a measure, with its unit.
#[must_use]
pub fn amount(measure: &Measure, number: Number) -> String {
    with_unit(measure, told(number, measure.decimals))
}

/// A difference of a measure, with its unit.
#[must_use]
pub fn change(measure: &Measure, number: Number) -> String {
    with_unit(measure, told_change(number, measure.decimals))
}

fn with_unit(measure: &Measure, told: String) -> String {
    match measure.unit.as_str() {
        "" => told,
        unit => format!("{told} {unit}"),
    }
}

/// What a function is called.
#[must_use]
pub fn function(scenario: &Scenario, operation: &Operation) -> String {
    match operation.data.first_chunk::<4>() {
        None if operation.data.is_empty() => "(ETH alone)".to_owned(),
        None => "(less than a selector)".to_owned(),
        Some(selector) => scenario.functions.get(selector).cloned().unwrap_or_else(|| {
            let digits: String = selector.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{digits}")
        }),
    }
}

/// Everything that fails the patch; nothing when it passes.
#[must_use]
pub fn breaches(scenario: &Scenario, operations: &Operations, impact: &Impact) -> Vec<String> {
    if let Some(why) = &impact.switched.refused {
        return vec![format!("The new version does not come to run: {why}.")];
    }
    let mut breaches = Vec::new();
    for (index, (operation, compared)) in operations.all.iter().zip(&impact.operations).enumerate() {
        let name = format!(
            "Operation {} of {}, {},",
            index + 1,
            operation.from,
            function(scenario, operation)
        );
        breaches.extend(outcome(scenario, operation, compared).map(|what| format!("{name} {what}")));
        breaches.extend(gas(scenario, compared).map(|what| format!("{name} {what}")));
    }
    for (tracks, measures) in [
        (&impact.market, &scenario.market),
        (&impact.positions, &scenario.positions),
    ] {
        for track in tracks {
            let measure = &measures[track.measure];
            if let Some((reading, Standing::Broken)) = worst(measure, track) {
                breaches.push(moved(measure, track.user, reading));
            }
        }
    }
    breaches
}

/// What is wrong with how an operation ends.
fn outcome(scenario: &Scenario, operation: &Operation, compared: &Compared) -> Option<String> {
    let (old, new) = (&compared.old.refused, &compared.new.refused);
    match (operation.expected, old, new) {
        (Some(Expected::Refused), _, None) => {
            Some("has to be refused, and passes in the new version.".to_owned())
        }
        (Some(Expected::Passes), _, Some(why)) => {
            Some(format!("has to pass, and is refused in the new version: {why}."))
        }
        (None, None, Some(why)) => {
            let may_be = operation
                .data
                .first_chunk::<4>()
                .is_some_and(|selector| scenario.may_be_refused.contains(selector));
            (!may_be).then(|| format!("passed in the old version and is refused in the new one: {why}."))
        }
        _ => None,
    }
}

/// Whether an operation that passes in both uses too much more.
#[must_use]
pub fn gas_is_broken(scenario: &Scenario, compared: &Compared) -> bool {
    let both = compared.old.refused.is_none() && compared.new.refused.is_none();
    let (old, new) = (wide(compared.old.gas), wide(compared.new.gas));
    both && scenario.gas.is_broken_by(difference(old, new), old)
}

fn gas(scenario: &Scenario, compared: &Compared) -> Option<String> {
    gas_is_broken(scenario, compared).then(|| {
        let (old, new) = (wide(compared.old.gas), wide(compared.new.gas));
        format!(
            "uses {} gas in the new version, and {} in the old one: {}, where the limit is {}.",
            told(new, 0),
            told(old, 0),
            growth(old, new),
            scenario.gas.told(0)
        )
    })
}

/// A change of gas in hundredths of a per cent, rounded away from zero.
#[must_use]
pub fn growth(old: Number, new: Number) -> String {
    let change = difference(old, new);
    let sign = if change.is_negative() { "-" } else { "+" };
    match bps_up(change, old) {
        Some(bps) if bps.is_zero() => "0 bps".to_owned(),
        Some(bps) => format!("{sign}{bps} bps"),
        None => "from nothing".to_owned(),
    }
}

/// Gas as a number.
#[must_use]
pub fn wide(gas: u64) -> Number {
    // Invariant: 64 bits fit.
    Number::try_from(gas).unwrap_or_default()
}

/// Why a measure's limit is broken.
fn moved(measure: &Measure, user: Option<Address>, reading: &Reading) -> String {
    let whose = user.map(|user| format!(" of {user}")).unwrap_or_default();
    let (name, when) = (&measure.name, when(reading.moment));
    match (&reading.old, &reading.new) {
        (Answer::Number(old), Answer::Number(new)) => {
            let gap = difference(*old, *new);
            let limit = measure.limit.told(measure.decimals);
            format!(
                "{name}{whose} is {} {when} in the new version, and {} in the old one: {} ({}), where the limit is {limit}.",
                amount(measure, *new),
                amount(measure, *old),
                change(measure, gap),
                growth(*old, *new),
            )
        }
        (old, Answer::Refused(why)) => {
            let old = old.number().map(|old| amount(measure, old)).unwrap_or_default();
            format!(
                "{name}{whose} is not answered {when} in the new version, and {old} in the old one: {why}."
            )
        }
        // Nothing else breaks a limit.
        (Answer::Refused(_), Answer::Number(_)) => {
            format!("{name}{whose} is answered {when} in the new version alone.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Done;
    use crate::scenario::Limit;
    use alloy_primitives::aliases::U512;

    fn n(number: i64) -> Answer {
        Answer::Number(number.to_string().parse().unwrap())
    }

    fn no() -> Answer {
        Answer::Refused("mute".to_owned())
    }

    fn measure(absolute: u64) -> Measure {
        Measure {
            name: "price".to_owned(),
            contract: Address::ZERO,
            view: None,
            of_users: false,
            decimals: 0,
            unit: "USD".to_owned(),
            limit: Limit {
                absolute: Some(U512::from(absolute)),
                ..Limit::default()
            },
        }
    }

    fn reading(moment: Moment, old: Answer, new: Answer) -> Reading {
        Reading {
            moment,
            at: 0,
            old,
            new,
        }
    }

    #[test]
    fn a_view_that_answers_no_longer_is_worse_than_any_number() {
        let (switch, end) = (Moment::Switch, Moment::End);
        let standing = |old, new| standing(&measure(2), &reading(switch, old, new));
        assert_eq!(standing(n(5), n(5)), Standing::Same);
        assert_eq!(standing(n(5), n(7)), Standing::Differs);
        assert_eq!(standing(n(5), n(8)), Standing::Broken);
        assert_eq!(standing(n(5), no()), Standing::Broken);
        assert_eq!(standing(no(), n(5)), Standing::Differs);
        assert_eq!(standing(no(), no()), Standing::Same);
        let track = |readings| Track {
            measure: 0,
            user: None,
            readings,
        };
        let of = |readings| {
            let track = track(readings);
            worst(&measure(2), &track).map(|(reading, standing)| (reading.moment, standing))
        };
        let op = Moment::Operation(0);
        let told = of(vec![
            reading(switch, n(5), n(100)),
            reading(op, n(5), no()),
            reading(end, n(5), n(5)),
        ]);
        assert_eq!(told, Some((op, Standing::Broken)));
        let told = of(vec![
            reading(switch, n(5), n(6)),
            reading(op, n(5), n(3)),
            reading(end, n(5), n(7)),
        ]);
        assert_eq!(told, Some((op, Standing::Differs)), "the first of equals");
        assert_eq!(of(vec![]), None);
    }

    /// How one operation ends, with what is expected of it: what is said of that, with no limit of gas and with one of nothing more.
    #[test]
    fn an_operation_breaks_a_limit_by_how_it_ends_and_by_its_gas_where_it_passes() {
        let selector = [1, 2, 3, 4];
        let scenario = |may_be: bool| {
            let file = r#"{"chain_id": 1, "proxy": "0x1111111111111111111111111111111111111111", "gas": {"absolute": "5"}}"#;
            let mut scenario = Scenario::read(file).unwrap();
            if may_be {
                scenario.may_be_refused.insert(selector);
            }
            scenario
        };
        let operation = |expected, data: &[u8]| Operation {
            from: Address::ZERO,
            to: Address::ZERO,
            value: Default::default(),
            data: data.to_vec().into(),
            time: 0,
            hash: None,
            expected,
        };
        let done = |passes: bool, gas| Done {
            refused: (!passes).then(|| "No()".to_owned()),
            gas,
            answer: Default::default(),
            logs: Vec::new(),
        };
        let compared = |old, new| Compared {
            at: 0,
            old: done(old, 100),
            new: done(new, 100),
        };
        let (refused, passes) = (Some(Expected::Refused), Some(Expected::Passes));
        let has_passed = "passed in the old version and is refused in the new one: No().";
        let has_to_fail = "has to be refused, and passes in the new version.";
        let has_to_pass = "has to pass, and is refused in the new version: No().";
        for (expected, old, new, may_be, said) in [
            (None, true, true, false, None),
            (None, true, false, false, Some(has_passed)),
            (None, true, false, true, None),
            (None, false, true, false, None),
            (None, false, false, false, None),
            (refused, true, true, true, Some(has_to_fail)),
            (refused, false, true, false, Some(has_to_fail)),
            (refused, true, false, false, None),
            (refused, false, false, false, None),
            (passes, true, false, true, Some(has_to_pass)),
            (passes, false, false, false, Some(has_to_pass)),
            (passes, true, true, false, None),
            (passes, false, true, false, None),
        ] {
            let told = outcome(
                &scenario(may_be),
                &operation(expected, &selector),
                &compared(old, new),
            );
            assert_eq!(told.as_deref(), said, "{expected:?} {old} {new} {may_be}");
        }
        // What has no selector cannot be named as one that may be refused.
        for data in [&[][..], &selector[..3]] {
            let told = outcome(&scenario(true), &operation(None, data), &compared(true, false));
            assert_eq!(told.as_deref(), Some(has_passed));
        }
        for (old, new, gas, is_broken) in [
            (true, true, 105, false),
            (true, true, 106, true),
            (true, true, 0, false),
            (true, false, 106, false),
            (false, true, 106, false),
            (false, false, 106, false),
        ] {
            let mut compared = compared(old, new);
            compared.new.gas = gas;
            assert_eq!(
                gas_is_broken(&scenario(false), &compared),
                is_broken,
                "{old} {new} {gas}"
            );
        }
    }

    #[test]
    fn functions_are_called_by_their_names_where_those_are_known() {
        let file = r#"{"chain_id": 1, "proxy": "0x1111111111111111111111111111111111111111", "functions": ["deposit()"]}"#;
        let scenario = Scenario::read(file).unwrap();
        let called = |data: &[u8]| {
            let operation = Operation {
                from: Address::ZERO,
                to: Address::ZERO,
                value: Default::default(),
                data: data.to_vec().into(),
                time: 0,
                hash: None,
                expected: None,
            };
            function(&scenario, &operation)
        };
        assert_eq!(called(&[]), "(ETH alone)");
        assert_eq!(called(&[1, 2, 3]), "(less than a selector)");
        assert_eq!(called(&[1, 2, 3, 4, 5]), "0x01020304");
        // deposit(), and data behind it.
        assert_eq!(called(&[0xd0, 0xe3, 0x0d, 0xb0, 9]), "deposit()");
    }

    #[test]
    fn breaches_are_sentences() {
        let reading = |old, new| reading(Moment::Operation(2), old, new);
        let user = Some(Address::repeat_byte(0x11));
        assert_eq!(
            moved(&measure(2), None, &reading(n(2_000), n(1_995))),
            "price is 1,995 USD after operation 3 in the new version, and 2,000 USD in the old one: -5 USD (-25 bps), where the limit is 2."
        );
        assert_eq!(
            moved(&measure(2), user, &reading(n(0), n(5))),
            "price of 0x1111111111111111111111111111111111111111 is 5 USD after operation 3 in the new version, and 0 USD in the old one: +5 USD (from nothing), where the limit is 2."
        );
        assert_eq!(
            moved(&measure(2), None, &reading(n(5), no())),
            "price is not answered after operation 3 in the new version, and 5 USD in the old one: mute."
        );
    }
}
