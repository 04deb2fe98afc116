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
pub(super) fn capital(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use patch_file::call::Signature;

    const PROXY: Address = Address::repeat_byte(0x22);

    fn bare() -> Patch {
        Patch::new(
            PROXY,
            Address::repeat_byte(0x33),
            Address::repeat_byte(0x44),
            B256::repeat_byte(0x55),
        )
    }

    fn told(change: impl FnOnce(&mut Patch)) -> String {
        let mut patch = bare();
        change(&mut patch);
        terms(&patch, &Words::default())
    }

    const HEAD: &str = "the proxy 0x2222222222222222222222222222222222222222 runs 0x4444444444444444444444444444444444444444 in place of 0x3333333333333333333333333333333333333333; its code has the hash 0x5555555555555555555555555555555555555555555555555555555555555555";

    #[test]
    fn terms_that_ask_for_nothing_say_so() {
        let nothing = format!("{HEAD}; no layout of the storage is asked for; nothing is called in the switch; NOTHING IS CHECKED; time-locked; it can be rolled back in its probation; nothing is frozen");
        assert_eq!(told(|_| ()), nothing);
        let with = |old: &str, new: &str| {
            assert!(nothing.contains(old), "{old}");
            nothing.replacen(old, new, 1)
        };
        let hash = B256::repeat_byte(7);
        assert_eq!(
            told(|patch| patch.fragments = hash),
            with("; no layout", &format!(", and its fragments {hash}; no layout"))
        );
        let none = "no layout of the storage is asked for";
        assert_eq!(
            told(|patch| patch.layoutBefore = hash),
            with(
                none,
                &format!("the layout of the storage before has the hash {hash}")
            )
        );
        assert_eq!(
            told(|patch| patch.layoutAfter = hash),
            with(
                none,
                &format!("the layout of the storage after has the hash {hash}")
            )
        );
        assert_eq!(
            told(|patch| patch.initHash = hash),
            with(
                "nothing is called in the switch",
                &format!("in the switch the proxy is called with data of the hash {hash}")
            )
        );
        assert_eq!(
            told(|patch| patch.checksHash = hash),
            with(
                "NOTHING IS CHECKED",
                &format!("what has to hold has the hash {hash}")
            )
        );
        assert_eq!(
            told(|patch| patch.path = STANDBY),
            with("time-locked", "standby, it lies ready for long")
        );
        assert_eq!(
            told(|patch| patch.wayBack = 1),
            with(
                "it can be rolled back in its probation",
                "IT CANNOT BE ROLLED BACK"
            )
        );
        assert_eq!(
            told(|patch| patch.salt = hash),
            format!("{nothing}; its salt is {hash}")
        );
        let handed = told(|patch| patch.act = HAND_OVER);
        assert!(handed.starts_with("HANDS OVER: 0x4444444444444444444444444444444444444444 becomes the administrator or owner of the proxy 0x2222222222222222222222222222222222222222, which runs 0x3333333333333333333333333333333333333333 and leaves the manager's care; its code has the hash 0x55"), "{handed}");
    }

    #[test]
    fn what_is_frozen_is_told_group_by_group() {
        let mut words = Words::default();
        words.name_groups("2 withdrawals").unwrap();
        let frozen = |groups, rung, secs| {
            let mut patch = bare();
            (patch.freezeGroups, patch.freezeRung, patch.freezeSecs) = (groups, rung, secs);
            freezes(&patch, &words)
        };
        assert_eq!(frozen(0, 4, 60), "nothing is frozen");
        for (groups, rung, secs, said) in [
            (1, 4, 86_400, "freeze everything for 1 day"),
            (0b100, 2, 3_600, "throttle group 2 (withdrawals) for 1 hour"),
            (
                0b10_0010,
                3,
                60,
                "put group 1 and group 5 into reduce-only for 1 minute",
            ),
            // What no manager takes is told as it stands there.
            (
                0b1100_0000,
                1,
                60,
                "put group 6 and group 7 into an unknown state for 1 minute",
            ),
            (1, 5, 60, "put everything into an unknown state for 1 minute"),
        ] {
            assert_eq!(
                frozen(groups, rung, secs),
                format!("once it is approved anyone may {said}")
            );
        }
    }

    #[test]
    fn every_check_is_a_sentence_of_its_own() {
        let one = |rule, index| {
            let check = Check {
                rule,
                target: PROXY,
                call: vec![1, 2, 3, 4].into(),
            };
            super::check(index, &check, &Words::default())
        };
        let asked = format!("the data 0x01020304 of {PROXY}");
        let n = U256::from::<u64>;
        for (rule, said) in [
            (Expectation::Succeeds, "succeeds."),
            (Expectation::Reverts, "reverts, and not because of a pause."),
            (Expectation::NonZero, "answers with a number that is not zero."),
            (Expectation::Equals(n(7)), "answers with 7."),
            (
                Expectation::Within { min: n(1), max: n(2) },
                "answers with a number from 1 up to 2.",
            ),
            (
                Expectation::Unchanged { within_bps: 0 },
                "answers what it did before.",
            ),
            (
                Expectation::Unchanged { within_bps: 1 },
                "answers what it did before, or is off by at most 0.01% of what it was.",
            ),
        ] {
            assert_eq!(one(Rule::Alone(rule), 0), format!("{asked} {said}"));
        }
        let line = |step_bps| Joint::Line {
            rise: n(5),
            run: n(9),
            step_bps,
        };
        for (rule, said) in [
            (
                Joint::Ratio { step_bps: 0 },
                format!("The ratio of the answer of check 3 over that of {asked} moves not at all."),
            ),
            (
                Joint::Ratio { step_bps: 50 },
                format!("The ratio of the answer of check 3 over that of {asked} moves by at most 0.5% of what it was."),
            ),
            (
                line(0),
                format!("The answer of check 3 goes with that of {asked} along a line that rises by 5 in each 9, and leaves it not at all."),
            ),
            (
                line(100),
                format!("The answer of check 3 goes with that of {asked} along a line that rises by 5 in each 9, and leaves it by at most 1% of what it was."),
            ),
            (
                Joint::Below { gap: n(0) },
                format!("The answer of check 3 is not above that of {asked}."),
            ),
            (
                Joint::Below { gap: n(1) },
                format!("The answer of check 3 is below that of {asked} by 1 at least."),
            ),
        ] {
            // The fourth of the list, which compares with the third.
            assert_eq!(one(Rule::Paired(rule), 3), said);
        }
    }

    #[test]
    fn a_number_that_may_be_an_address_or_a_hash_is_told_as_that_too() {
        let most = (U256::ONE << 128) - U256::ONE;
        assert_eq!(number(most), most.to_string());
        let account = most + U256::ONE;
        assert_eq!(
            number(account),
            format!("{account} (0x0000000100000000000000000000000000000000)")
        );
        let largest = (U256::ONE << 160) - U256::ONE;
        assert_eq!(
            number(largest),
            format!("{largest} (0xFFfFfFffFFfffFFfFFfFFFFFffFFFffffFfFFFfF)")
        );
        let hash = largest + U256::ONE;
        assert_eq!(
            number(hash),
            format!("{hash} (0x0000000000000000000000010000000000000000000000000000000000000000)")
        );
    }

    #[test]
    fn checks_are_numbered_and_none_is_an_alarm() {
        let words = Words::default();
        assert_eq!(checks(&[], &words).as_deref(), Some("NOTHING IS CHECKED."));
        assert_eq!(checks(&[9], &words), None);
        let one = |call: &[u8]| Check {
            rule: Rule::Alone(Expectation::Succeeds),
            target: PROXY,
            call: call.to_vec().into(),
        };
        let bytes = Checks(vec![one(&[]), one(&[1])]).encode().unwrap();
        assert_eq!(
            checks(&bytes, &words).unwrap(),
            format!("What has to hold: (1) a call without data of {PROXY} succeeds. (2) the data 0x01 of {PROXY} succeeds.")
        );
    }

    /// The file's signatures tell a call only where it is that call to the last byte.
    #[test]
    fn a_call_is_told_by_a_signature_of_the_file_or_as_data() {
        let example = include_str!("../../../patch/example.toml");
        let mut file = patch_file::PatchFile::parse(example, std::path::Path::new("")).unwrap();
        let takes = |text: &str| Signature::parse(text).unwrap();
        file.signatures = vec![None, Some(takes("price()")), Some(takes("price(uint256)"))];
        let price = takes("price()").selector();
        let words = Words {
            patch: Some(Box::new(file.clone())),
            ..Words::default()
        };
        assert_eq!(call(price.as_slice(), &words), "price()");
        assert_eq!(call(price.as_slice(), &Words::default()), "the data 0xa035b1fe");
        let longer = [price.as_slice(), &[0]].concat();
        assert_eq!(call(&longer, &words), "the data 0xa035b1fe00");
        assert!(call(&file.init.data, &words).starts_with("initializeThree(root 0x01"));
    }
}
