//! A patch file, read and looked through.
//!
//! # Design
//! - TOML, as people read it, write it and comment in it. `raw` is the form; here everything in it gets its meaning, or a sentence.
//! - **Paths of layouts are those of files beside the patch file**, wherever the command was typed.

mod asked;
mod raw;

use crate::{
    call::{Call, Signature},
    checks::{Checks, ChecksError},
    interface::IPatchManager,
    terms::{Patch, BARRED, HAND_OVER, OPEN, STANDBY, TIME_LOCKED, UPGRADE},
    typed::{address, bytes, hash, quoted, secs, somebody},
};
use alloy_primitives::{keccak256, Address, Bytes, B256};
use layout::model::Layout;
use portcullis::implementation::MAX_FRAGMENTS;
use portcullis_core::pause::LONGEST_MAXIMUM_SECS;
use raw::{Group, Raw, RawCall, RawFreeze, RawLayout, RawPatch};
use std::path::{Path, PathBuf};

/// No patch is nearly as large.
const MOST_BYTES: u64 = 4 << 20;

/// A patch file's content, and what follows from it.
#[derive(Clone, Debug)]
pub struct PatchFile {
    /// On which chain.
    pub chain_id: u64,
    /// Of which manager.
    pub manager: Address,
    /// What is approved.
    pub terms: Patch,
    /// The call of the proxy in the switch; without data when it is not called.
    pub init: Call,
    /// What has to hold.
    pub checks: Checks,
    /// The functions that the checks call, where the file says them.
    pub signatures: Vec<Option<Signature>>,
    /// The hashes of the fragments' code.
    pub fragments: Vec<B256>,
    /// The storage's layout before, where the file names one.
    pub layout_before: Option<Layout>,
    /// The storage's layout after, where the file names one.
    pub layout_after: Option<Layout>,
    /// The checks as the manager reads them.
    encoded: Bytes,
}

/// Why a file is no patch file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not there, or not readable.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is larger than 4 MiB.
    #[error("it is larger than 4 MiB, which no patch file is")]
    TooLarge,
    /// It is not TOML, or not of the form.
    #[error("line {line}: {why}")]
    Form {
        /// Where.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// A field has no meaning.
    #[error("{field}: {why}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong, and what to write.
        why: String,
    },
    /// The checks are none that a manager takes.
    #[error(transparent)]
    Checks(#[from] ChecksError),
}

/// Names the field that a sentence is about.
fn at(field: &str) -> impl FnOnce(String) -> FileError + '_ {
    move |why| FileError::Field {
        field: field.to_owned(),
        why,
    }
}

/// Whatever says nothing else stands for this.
fn word<T: Copy>(field: &str, text: Option<&str>, known: &[(&str, T)], default: T) -> Result<T, FileError> {
    let Some(text) = text else {
        return Ok(default);
    };
    let found = known.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<_> = known.iter().map(|(word, _)| format!("'{word}'")).collect();
        at(field)(format!(
            "{} is not known: write {}",
            quoted(text),
            words.join(" or ")
        ))
    })
}

impl PatchFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn open(file: &Path) -> Result<Self, FileError> {
        if std::fs::metadata(file)?.len() > MOST_BYTES {
            return Err(FileError::TooLarge);
        }
        let text = std::fs::read_to_string(file)?;
        Self::parse(&text, file.parent().unwrap_or(Path::new("")))
    }

    /// Reads a text, whose layouts lie in files of this directory.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn parse(text: &str, directory: &Path) -> Result<Self, FileError> {
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            FileError::Form {
                line: before.unwrap_or_default().matches('\n').count() + 1,
                why: error.message().replace('\n', " "),
            }
        })?;
        let manager = somebody(&raw.manager).map_err(at("manager"))?;
        if !(1..=9_007_199_254_740_991).contains(&raw.chain_id) {
            return Err(at("chain-id")("it is not the number of a chain".to_owned()));
        }
        let mut terms = terms_of(&raw.patch)?;
        let fragments = fragments_of(&raw.patch.fragments)?;
        if !fragments.is_empty() {
            terms.fragments = keccak256(fragments.concat());
        }
        let layout = raw.layout.unwrap_or_default();
        let (before, after) = layouts_of(&layout, directory)?;
        (terms.layoutBefore, terms.layoutAfter) = (before.0, after.0);
        freeze_of(raw.freeze.as_ref(), &mut terms)?;
        let init = match &raw.init {
            Some(init) => call_of(init, "init")?,
            None => Call::default(),
        };
        if raw.init.is_some() && init.data.is_empty() {
            return Err(at("init.data")(
                "it is empty, so that the proxy would not be called: leave [init] out for that".to_owned(),
            ));
        }
        let mut checks = Checks::default();
        let mut signatures = Vec::new();
        for (index, check) in raw.check.iter().enumerate() {
            let read = asked::check(index, check, manager, &terms);
            let (check, signature) = read.map_err(|why| at(&format!("check {}", index + 1))(why))?;
            checks.0.push(check);
            signatures.push(signature);
        }
        let encoded = checks.encode()?;
        let terms = terms.with(&init.data, &encoded);
        if terms.act == HAND_OVER {
            hand_over(&terms, &init, &checks)?;
        }
        Ok(Self {
            chain_id: raw.chain_id,
            manager,
            terms,
            init,
            checks,
            signatures,
            fragments,
            layout_before: before.1,
            layout_after: after.1,
            encoded,
        })
    }

    /// What is committed to and approved.
    #[must_use]
    pub fn id(&self) -> B256 {
        self.terms.id(self.chain_id, self.manager)
    }

    /// The checks as the manager reads them.
    #[must_use]
    pub fn checks_data(&self) -> &Bytes {
        &self.encoded
    }

    /// Puts it on record as a hash.
    #[must_use]
    pub fn commit(&self) -> IPatchManager::commitCall {
        IPatchManager::commitCall {
            patch: self.id(),
            proxy: self.terms.proxy,
        }
    }

    /// Approves it.
    #[must_use]
    pub fn approve(&self) -> IPatchManager::approveCall {
        IPatchManager::approveCall { patch: self.id() }
    }

    /// Says in which seconds it can be applied, both inclusive.
    #[must_use]
    pub fn arm(&self, from: u64, until: u64) -> IPatchManager::armCall {
        IPatchManager::armCall {
            patch: self.id(),
            from,
            until,
        }
    }

    /// Applies it, activating its program first with this gas; zero when it has to be active.
    #[must_use]
    pub fn apply(&self, activation_gas: u64) -> IPatchManager::applyPatchCall {
        self.terms
            .apply(self.init.data.clone(), self.encoded.clone(), activation_gas)
    }

    /// Tries it, in the same way.
    #[must_use]
    pub fn canary(&self, activation_gas: u64) -> IPatchManager::canaryCall {
        self.terms
            .canary(self.init.data.clone(), self.encoded.clone(), activation_gas)
    }
}

fn terms_of(raw: &RawPatch) -> Result<Patch, FileError> {
    let account = |field: &str, text: &str| somebody(text).map_err(|why| at(&format!("patch.{field}"))(why));
    let code_hash = hash(&raw.code_hash).map_err(at("patch.code-hash"))?;
    if code_hash.is_zero() || code_hash == keccak256([]) {
        return Err(at("patch.code-hash")(
            "it is the hash of no code: deploy the implementation, and write the hash of what stands there"
                .to_owned(),
        ));
    }
    let mut terms = Patch::new(
        account("proxy", &raw.proxy)?,
        account("replaces", &raw.replaces)?,
        account("implementation", &raw.implementation)?,
        code_hash,
    );
    let acts = [("upgrade", UPGRADE), ("hand-over", HAND_OVER)];
    terms.act = word("patch.act", raw.act.as_deref(), &acts, UPGRADE)?;
    let paths = [("time-locked", TIME_LOCKED), ("standby", STANDBY)];
    terms.path = word("patch.path", raw.path.as_deref(), &paths, TIME_LOCKED)?;
    let ways = [("open", OPEN), ("barred", BARRED)];
    terms.wayBack = word("patch.way-back", raw.way_back.as_deref(), &ways, OPEN)?;
    if let Some(salt) = &raw.salt {
        terms.salt = hash(salt).map_err(at("patch.salt"))?;
    }
    Ok(terms)
}

fn fragments_of(raw: &[String]) -> Result<Vec<B256>, FileError> {
    if raw.len() > MAX_FRAGMENTS {
        return Err(at("patch.fragments")(format!(
            "there are {}, and no program has more than {MAX_FRAGMENTS}",
            raw.len()
        )));
    }
    let hashes = raw.iter().map(|text| hash(text));
    hashes.collect::<Result<_, _>>().map_err(at("patch.fragments"))
}

/// A layout's hash, and the layout where there is a file of it.
type Known = (B256, Option<Layout>);

fn layouts_of(raw: &RawLayout, directory: &Path) -> Result<(Known, Known), FileError> {
    let before = layout_of(
        "layout.before",
        raw.before.as_deref(),
        raw.before_contract.as_deref(),
        directory,
    )?;
    let after = layout_of(
        "layout.after",
        raw.after.as_deref(),
        raw.after_contract.as_deref(),
        directory,
    )?;
    Ok((before, after))
}

fn layout_of(
    field: &str,
    text: Option<&str>,
    contract: Option<&str>,
    directory: &Path,
) -> Result<Known, FileError> {
    let named = at(&format!("{field}-contract"))("it names a contract, and there is no file".to_owned());
    match text {
        None if contract.is_some() => Err(named),
        None => Ok((B256::ZERO, None)),
        Some(text) if text.starts_with("0x") => {
            if contract.is_some() {
                return Err(named);
            }
            Ok((hash(text).map_err(at(field))?, None))
        }
        Some(text) => {
            let file: PathBuf = directory.join(text);
            let sentence = |why: String| at(field)(format!("{}: {why}", file.display()));
            let layout = layout::read::file(&file, contract).map_err(|why| {
                sentence(why.to_string().replace(
                    "'--contract'",
                    &format!("'{}-contract'", field.trim_start_matches("layout.")),
                ))
            })?;
            let hash = layout.hash().map_err(|why| sentence(why.to_string()))?;
            Ok((hash, Some(layout)))
        }
    }
}

fn freeze_of(raw: Option<&RawFreeze>, terms: &mut Patch) -> Result<(), FileError> {
    let Some(raw) = raw else {
        return Ok(());
    };
    for group in &raw.groups {
        let number = match group {
            Group::Number(number @ 0..=5) => *number,
            Group::Name(name) if name == "everything" => 0,
            _ => {
                return Err(at("freeze.groups")(
                    "it takes \"everything\" and groups of the guarded proxy from 1 to 5, like [2, 3]"
                        .to_owned(),
                ))
            }
        };
        terms.freezeGroups |= 1 << number;
    }
    if terms.freezeGroups == 0 {
        return Err(at("freeze.groups")(
            "nothing is frozen: name groups, or leave [freeze] out".to_owned(),
        ));
    }
    let states = [("throttled", 2), ("reduce-only", 3), ("frozen", 4)];
    terms.freezeRung = word("freeze.state", Some(&raw.state), &states, 0)?;
    terms.freezeSecs = secs(&raw.lasts).map_err(at("freeze.for"))?;
    if terms.freezeSecs == 0 {
        return Err(at("freeze.for")(
            "a freeze for no time freezes nothing: write 7d, or leave [freeze] out".to_owned(),
        ));
    }
    if terms.freezeSecs > LONGEST_MAXIMUM_SECS {
        return Err(at("freeze.for")(
            "a proxy is paused for 30 days at most".to_owned(),
        ));
    }
    Ok(())
}

/// A call by its signature and arguments, or by its data.
fn call_of(raw: &RawCall, field: &str) -> Result<Call, FileError> {
    call(raw.call.as_deref(), raw.arguments.as_deref(), raw.data.as_deref()).map_err(at(field))
}

fn call(
    signature: Option<&str>,
    arguments: Option<&[crate::call::Typed]>,
    data: Option<&str>,
) -> Result<Call, String> {
    match (signature, data) {
        (Some(_), Some(_)) => Err("it has both 'call' and 'data': write one of them".to_owned()),
        (None, None) => Err(
            "it says no call: write 'call' with a signature, like \"totalAssets()\", and 'arguments', or 'data'"
                .to_owned(),
        ),
        (None, Some(_)) if arguments.is_some() => {
            Err("it has 'arguments' beside 'data', which holds them already".to_owned())
        }
        (None, Some(data)) => Ok(Call {
            data: bytes(data)?,
            signature: None,
        }),
        (Some(text), None) => {
            let signature = Signature::parse(text)?;
            Ok(Call {
                data: signature.encode(arguments.unwrap_or_default())?,
                signature: Some(signature),
            })
        }
    }
}

fn hand_over(terms: &Patch, init: &Call, checks: &Checks) -> Result<(), FileError> {
    let why = if terms.wayBack != BARRED {
        (
            "patch.way-back",
            "a hand-over cannot be rolled back: write \"barred\"",
        )
    } else if !init.data.is_empty() {
        ("init", "a hand-over initialises nothing: leave it out")
    } else if !checks.0.is_empty() {
        ("check", "a hand-over asks no checks: leave them out")
    } else {
        return Ok(());
    };
    Err(at(why.0)(why.1.to_owned()))
}

/// Who is asked: an address, or by what it is to the patch.
fn target(text: &str, manager: Address, terms: &Patch) -> Result<Address, String> {
    Ok(match text {
        "proxy" => terms.proxy,
        "implementation" => terms.implementation,
        "replaces" => terms.replaces,
        "manager" => manager,
        _ if text.starts_with("0x") => address(text)?,
        _ => {
            return Err(format!(
                "its target {} is not known: write an address, or 'proxy', 'implementation', 'replaces' or 'manager'",
                quoted(text)
            ))
        }
    })
}
