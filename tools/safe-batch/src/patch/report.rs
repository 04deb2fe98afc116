//! A patch file in words: what it alone says.

use super::sentences::{capital, check, freezes, path, way_back};
use crate::{report::chain, words::Words};
use alloy_primitives::{Address, B256};
use layout::{
    compare::{compare, compatible},
    report as layouts,
};
use patch_file::{
    terms::{HAND_OVER, STANDBY},
    PatchFile,
};

/// What a file says, and what there is to look at.
#[derive(Debug, Default)]
pub struct Told {
    /// The text.
    pub text: String,
    /// What has to be looked at before anyone signs.
    pub look: Vec<String>,
}

impl Told {
    pub(super) fn head(&mut self, title: &str) {
        self.text.push_str(&format!("\n{title}\n"));
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(&format!("  {line}\n"));
    }

    /// A line, and the same for whoever signs.
    pub(super) fn alarm(&mut self, line: &str) {
        self.line(line);
        self.look.push(line.trim_start().to_owned());
    }
}

/// Tells what a patch file says.
#[must_use]
pub fn file(file: &PatchFile, words: &Words) -> Told {
    let mut words = words.clone();
    // Its own calls are told by its own signatures.
    words.patch = Some(Box::new(file.clone()));
    let terms = &file.terms;
    let mut told = Told {
        text: format!(
            "Patch {}\nof the manager {} on chain {}.\n",
            file.id(),
            file.manager,
            chain(file.chain_id)
        ),
        look: Vec::new(),
    };
    let hands_over = terms.act == HAND_OVER;
    told.head("WHAT CHANGES");
    if hands_over {
        told.line(&format!(
            "The proxy {} gets another administrator or owner, and leaves the manager's care.",
            terms.proxy
        ));
        told.line(&format!("It runs, and goes on running: {}", terms.replaces));
        told.line(&format!("Administrator or owner then:  {}", terms.implementation));
    } else {
        told.line(&format!("The proxy {} runs other code.", terms.proxy));
        told.line(&format!("Now:   {}", terms.replaces));
        told.line(&format!("Then:  {}", terms.implementation));
    }
    told.line(&format!("The hash of the code there:   {}", terms.codeHash));
    match file.fragments.as_slice() {
        [] => told.line("It has no fragments: code of the EVM, or a Stylus program in one contract."),
        fragments => {
            told.line(&format!(
                "A Stylus program in {} fragments, whose code has the hashes:",
                fragments.len()
            ));
            for fragment in fragments {
                told.line(&format!("  {fragment}"));
            }
        }
    }
    if !hands_over {
        match file.init.data.is_empty() {
            true => told.line("In the switch nothing is called."),
            false => {
                told.line(&format!(
                    "In the switch the proxy is called: {}",
                    file.init.told()
                ));
                told.line(&format!("  Data: {}", file.init.data));
                if file.init.signature.is_none() {
                    told.alarm("Nothing says what the call in the switch does: write its signature into the file in place of its data.");
                }
            }
        }
    }
    storage(file, &mut told);
    told.head("WHAT HAS TO HOLD");
    if file.checks.0.is_empty() {
        match hands_over {
            true => told.line("Nothing: a hand-over has no checks."),
            false => told.alarm("NOTHING IS CHECKED over the switch."),
        }
    }
    for (index, one) in file.checks.0.iter().enumerate() {
        told.line(&format!("{}. {}", index + 1, check(index, one, &words)));
    }
    told.head("WHAT IS FROZEN");
    told.line(&sentence(&freezes(terms, &words)));
    told.head("HOW IT GOES");
    told.line(&sentence(path(terms)));
    if terms.path == STANDBY {
        told.line("It is proposed in the open, as a standby patch is never hidden behind its hash.");
    }
    match terms.wayBack {
        0 => told.line(&sentence(way_back(terms))),
        _ => told.alarm(&sentence(way_back(terms))),
    }
    match terms.salt.is_zero() {
        true => told.line(
            "It has no salt: whoever knows what it is can compute its hash, so it is not to be committed to.",
        ),
        false => told.line(&format!("Salt: {}", terms.salt)),
    }
    told
}

fn storage(file: &PatchFile, told: &mut Told) {
    let terms = &file.terms;
    told.head("WHERE STORAGE LIES");
    for (age, hash) in [("before", terms.layoutBefore), ("after", terms.layoutAfter)] {
        match hash.is_zero() {
            true => told.line(&format!("The layout {age} is not asked for.")),
            false => told.line(&format!("The layout {age} has the hash {hash}.")),
        }
    }
    match (&file.layout_before, &file.layout_after) {
        (Some(before), Some(after)) => {
            let differences = compare(before, after);
            for line in layouts::text(before, after, &differences).lines() {
                told.text.push_str(if line.is_empty() { "" } else { "    " });
                told.text.push_str(&format!("{line}\n"));
            }
            if !compatible(&differences) {
                told.look.push(
                    "The new layout may not follow the old one: the new code would read what the old one wrote as something else."
                        .to_owned(),
                );
            }
        }
        _ if terms.act == HAND_OVER => {}
        _ => told.alarm("The layouts are not compared: name both files in [layout], as 'scripts/layout export' writes them."),
    }
}

/// With a capital and a point.
fn sentence(text: &str) -> String {
    format!("{}.", capital(text))
}

/// A file's layouts may follow one another, or are not both known.
#[must_use]
pub fn layouts_fit(file: &PatchFile) -> bool {
    match (&file.layout_before, &file.layout_after) {
        (Some(before), Some(after)) => compatible(&compare(before, after)),
        _ => true,
    }
}

/// An address and a hash of its code, as found.
pub(super) fn found(account: Address, hash: B256) -> String {
    format!("{account} has code of the hash {hash}")
}
