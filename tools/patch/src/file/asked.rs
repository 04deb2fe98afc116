//! A check in words.

use super::{
    call,
    raw::{Number, RawCheck},
    target,
};
use crate::{
    call::Signature,
    checks::{Check, LONGEST_CALL},
    terms::Patch,
    typed::{address, bps, number, quoted},
};
use alloy_primitives::{Address, U256};
use portcullis::patch::Rule;
use portcullis_core::patch::{Expectation, Joint};

/// What a file calls each kind, and the fields that it takes.
const KINDS: [(&str, &[&str]); 9] = [
    ("succeeds", &[]),
    ("reverts", &[]),
    ("not-zero", &[]),
    ("equals", &["value"]),
    ("between", &["least", "most"]),
    ("unchanged", &["within"]),
    ("ratio", &["within"]),
    ("line", &["rise", "run", "within"]),
    ("below", &["gap"]),
];

/// The check, and the function that it calls where the file says it.
pub(super) fn check(
    index: usize,
    raw: &RawCheck,
    manager: Address,
    terms: &Patch,
) -> Result<(Check, Option<Signature>), String> {
    let Some((that, takes)) = KINDS.iter().find(|(that, _)| *that == raw.that) else {
        let known: Vec<_> = KINDS.iter().map(|(that, _)| format!("'{that}'")).collect();
        return Err(format!(
            "that = {} is not known: write {}",
            quoted(&raw.that),
            known.join(", ")
        ));
    };
    let given = [
        ("value", raw.value.is_some()),
        ("least", raw.least.is_some()),
        ("most", raw.most.is_some()),
        ("within", raw.within.is_some()),
        ("rise", raw.rise.is_some()),
        ("run", raw.run.is_some()),
        ("gap", raw.gap.is_some()),
    ];
    if let Some((extra, _)) = given.iter().find(|(name, given)| *given && !takes.contains(name)) {
        return Err(format!("'{that}' does not take '{extra}': leave it out"));
    }
    let rule = rule(that, raw)?;
    if matches!(rule, Rule::Paired(_)) && index == 0 {
        return Err(format!(
            "'{that}' compares the answer of the check in front with its own, and this is the first: put the other one in front"
        ));
    }
    let call = call(raw.call.as_deref(), raw.arguments.as_deref(), raw.data.as_deref())?;
    if call.data.len() > LONGEST_CALL {
        return Err(format!(
            "its call is longer than {LONGEST_CALL} bytes, which a check cannot hold"
        ));
    }
    let check = Check {
        rule,
        target: target(&raw.target, manager, terms)?,
        call: call.data,
    };
    Ok((check, call.signature))
}

fn rule(that: &str, raw: &RawCheck) -> Result<Rule, String> {
    let number = |name: &str, told: &Option<Number>| match told {
        None => Err(format!("'{that}' takes '{name}', which is missing")),
        Some(Number::Small(small)) => Ok(U256::from(*small)),
        Some(Number::Text(text)) if text.starts_with("0x") && text.len() == 42 => Ok(address(text)
            .map_err(|why| format!("{name}: {why}"))?
            .into_word()
            .into()),
        Some(Number::Text(text)) => self::number(text).map_err(|why| format!("{name}: {why}")),
    };
    let within = || match &raw.within {
        // Not a bit.
        None => Ok(0),
        Some(text) => bps(text).map_err(|why| format!("within: {why}")),
    };
    let rule = match that {
        "succeeds" => Rule::Alone(Expectation::Succeeds),
        "reverts" => Rule::Alone(Expectation::Reverts),
        "not-zero" => Rule::Alone(Expectation::NonZero),
        "equals" => Rule::Alone(Expectation::Equals(number("value", &raw.value)?)),
        "between" => {
            let (min, max) = (number("least", &raw.least)?, number("most", &raw.most)?);
            if min > max {
                return Err(format!(
                    "nothing is between {min} and {max}: 'least' is above 'most'"
                ));
            }
            Rule::Alone(Expectation::Within { min, max })
        }
        "unchanged" => Rule::Alone(Expectation::Unchanged {
            within_bps: within()?,
        }),
        "ratio" => Rule::Paired(Joint::Ratio { step_bps: within()? }),
        "line" => {
            let run = number("run", &raw.run)?;
            if run.is_zero() {
                return Err("run: a line goes on by more than zero".to_owned());
            }
            let rise = number("rise", &raw.rise)?;
            let step_bps = within()?;
            Rule::Paired(Joint::Line { rise, run, step_bps })
        }
        _ => Rule::Paired(Joint::Below {
            gap: number("gap", &raw.gap)?,
        }),
    };
    let is_vacuous = match rule {
        Rule::Alone(expectation) => expectation.checked().is_err(),
        Rule::Paired(joint) => joint.checked().is_err(),
    };
    if is_vacuous {
        return Err(format!(
            "'{that}' with these bounds could not be broken by anything: make them narrower"
        ));
    }
    Ok(rule)
}
