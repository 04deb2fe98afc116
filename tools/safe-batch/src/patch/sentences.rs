//! Terms and checks as sentences, made of the call's data.

use crate::{
    acts::Act,
    interfaces::patch::IPatchManager::proposeCall,
    value::{hub_group, Value},
    words::{duration, share, Words},
};
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::SolCall;
use patch_file::{
    call::raw,
    terms::{HAND_OVER, STANDBY},
    Check, Checks, Patch,
};
use portcullis::patch::Rule;
use portcullis_core::patch::{Expectation, Joint};

/// What a proxy is, by its number.
pub(crate) const SWITCHES: [&str; 3] = ["guarded proxy", "UUPS proxy", "beacon"];

/// A call in words: by a function of the patch file whose call it is to the last byte, otherwise its data.
pub(crate) fn call(data: &[u8], words: &Words) -> String {
    let file = words.patch.as_deref();
    let of_checks = file.into_iter().flat_map(|file| file.signatures.iter().flatten());
    let mut known = file
        .and_then(|file| file.init.signature.as_ref())
        .into_iter()
        .chain(of_checks);
    let told = known.find_map(|signature| signature.told(data));
    told.unwrap_or_else(|| raw(data))
}

/// The terms in a call's values, where it has them.
pub(crate) fn terms_in(act: &Act, values: &[Value]) -> Option<Patch> {
    let first = act.arguments.first().filter(|argument| argument.name == "act");
    first?;
    // As `propose` takes them: sixteen words, of which nothing is left out.
    let words = values.get(..16)?.iter().map(|value| match value {
        Value::U8(number) => Some(U256::from(*number).into()),
        Value::U64(number) => Some(U256::from(*number).into()),
        Value::Address(account) => Some(account.into_word()),
        Value::B256(hash) => Some(*hash),
        _ => None,
    });
    let words: Option<Vec<B256>> = words.collect();
    proposeCall::abi_decode_raw(&words?.concat())
        .ok()
        .map(|call| Patch::from(&call))
}

/// What runs where, in a few words.
pub(crate) fn what(terms: &Patch) -> String {
    let Patch {
        proxy,
        replaces,
        implementation,
        ..
    } = terms;
    match terms.act {
        HAND_OVER => format!("{implementation} becomes the administrator or owner of the proxy {proxy}, which runs {replaces} and leaves the manager's care"),
        _ => format!("the proxy {proxy} runs {implementation} in place of {replaces}"),
    }
}

/// All terms.
pub(crate) fn terms(terms: &Patch, words: &Words) -> String {
    let mut text = match terms.act {
        HAND_OVER => "HANDS OVER: ".to_owned(),
        _ => String::new(),
    };
    text.push_str(&what(terms));
    text.push_str(&format!("; its code has the hash {}", terms.codeHash));
    if !terms.fragments.is_zero() {
        text.push_str(&format!(", and its fragments {}", terms.fragments));
    }
    text.push_str(&layouts(terms));
    let nothing = keccak256([]);
    text.push_str(&match terms.initHash == nothing {
        true => "; nothing is called in the switch".to_owned(),
        false => format!(
            "; in the switch the proxy is called with data of the hash {}",
            terms.initHash
        ),
    });
    text.push_str(&match terms.checksHash == nothing {
        true => "; NOTHING IS CHECKED".to_owned(),
        false => format!("; what has to hold has the hash {}", terms.checksHash),
    });
    text.push_str(&format!(
        "; {}; {}; {}",
        path(terms),
        way_back(terms),
        freezes(terms, words)
    ));
    if !terms.salt.is_zero() {
        text.push_str(&format!("; its salt is {}", terms.salt));
    }
    text
}

fn layouts(terms: &Patch) -> String {
    let asked = |age: &str, hash: B256| match hash.is_zero() {
        true => String::new(),
        false => format!("; the layout of the storage {age} has the hash {hash}"),
    };
    match (terms.layoutBefore, terms.layoutAfter) {
        (B256::ZERO, B256::ZERO) => "; no layout of the storage is asked for".to_owned(),
        (before, after) => format!("{}{}", asked("before", before), asked("after", after)),
    }
}

/// How long it lies ready.
pub(crate) fn path(terms: &Patch) -> &'static str {
    match terms.path {
        STANDBY => "standby, it lies ready for long",
        _ => "time-locked",
    }
}

/// Whether there is one.
pub(crate) fn way_back(terms: &Patch) -> &'static str {
    match terms.wayBack {
        0 => "it can be rolled back in its probation",
        _ => "IT CANNOT BE ROLLED BACK",
    }
}

/// What is frozen.
pub(crate) fn freezes(terms: &Patch, words: &Words) -> String {
    if terms.freezeGroups == 0 {
        return "nothing is frozen".to_owned();
    }
    let groups: Vec<String> = (0..8)
        .filter(|group| terms.freezeGroups >> group & 1 == 1)
        .map(|group| hub_group(group, words))
        .collect();
    let groups = groups.join(" and ");
    let how = match terms.freezeRung {
        2 => format!("throttle {groups}"),
        3 => format!("put {groups} into reduce-only"),
        4 => format!("freeze {groups}"),
        _ => format!("put {groups} into an unknown state"),
    };
    format!(
        "once it is approved anyone may {how} for {}",
        duration(terms.freezeSecs)
    )
}

/// A check as a sentence.
pub(crate) fn check(index: usize, check: &Check, words: &Words) -> String {
    let asked = format!("{} of {}", call(&check.call, words), check.target);
    let front = format!("the answer of check {index}");
    let by = |bps: u16| match bps {
        0 => "not at all".to_owned(),
        bps => format!("by at most {} of what it was", share(bps.into())),
    };
    match check.rule {
        Rule::Alone(Expectation::Succeeds) => format!("{asked} succeeds."),
        Rule::Alone(Expectation::Reverts) => format!("{asked} reverts, and not because of a pause."),
        Rule::Alone(Expectation::NonZero) => format!("{asked} answers with a number that is not zero."),
        Rule::Alone(Expectation::Equals(value)) => format!("{asked} answers with {}.", number(value)),
        Rule::Alone(Expectation::Within { min, max }) => {
            format!(
                "{asked} answers with a number from {} up to {}.",
                number(min),
                number(max)
            )
        }
        Rule::Alone(Expectation::Unchanged { within_bps: 0 }) => {
            format!("{asked} answers what it did before.")
        }
        Rule::Alone(Expectation::Unchanged { within_bps }) => {
            format!(
                "{asked} answers what it did before, or is off {}.",
                by(within_bps)
            )
        }
        Rule::Paired(Joint::Ratio { step_bps }) => format!(
            "The ratio of {front} over that of {asked} moves {}.",
            by(step_bps)
        ),
        Rule::Paired(Joint::Line { rise, run, step_bps }) => format!(
            "{} goes with that of {asked} along a line that rises by {} in each {}, and leaves it {}.",
            capital(&front),
            number(rise),
            number(run),
            by(step_bps)
        ),
        Rule::Paired(Joint::Below { gap: U256::ZERO }) => {
            format!("{} is not above that of {asked}.", capital(&front))
        }
        Rule::Paired(Joint::Below { gap }) => {
            format!(
                "{} is below that of {asked} by {} at least.",
                capital(&front),
                number(gap)
            )
        }
    }
}

/// The first letter as a sentence begins.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// All of them, numbered, on one line.
pub(crate) fn checks(bytes: &[u8], words: &Words) -> Option<String> {
    let checks = Checks::decode(bytes).ok()?;
    if checks.0.is_empty() {
        return Some("NOTHING IS CHECKED.".to_owned());
    }
    let told = checks.0.iter().enumerate();
    let told = told.map(|(index, one)| format!("({}) {}", index + 1, check(index, one, words)));
    Some(format!(
        "What has to hold: {}",
        told.collect::<Vec<_>>().join(" ")
    ))
}

/// A number, and as it is in hexadecimal where it may be an address or a hash.
fn number(value: U256) -> String {
    match value.bit_len() {
        0..=128 => value.to_string(),
        129..=160 => format!("{value} ({})", Address::from_word(value.into())),
        _ => format!("{value} ({})", B256::from(value)),
    }
}
