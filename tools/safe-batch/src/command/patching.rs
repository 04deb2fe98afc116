//! The arguments of `patch`, and acts whose arguments a patch file fills in.

use super::{show, Speech};
use alloy_primitives::Address;
use clap::Args;
use patch_file::PatchFile;
use safe_batch::{
    acts::Act,
    endpoint::Endpoint,
    patch::{
        chain::{self, Signed},
        report::{self, layouts_fit},
    },
    report::{finished, Report},
    value::Value,
};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct PatchArguments {
    /// The patch file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// An endpoint of the chain, which is believed: http://… or https://…. Without it, what the file alone says.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// The state after this block; without it, after the latest.
    #[arg(long, value_name = "N", requires = "endpoint")]
    block: Option<u64>,
    /// Approvals are looked for from this block on.
    #[arg(long, value_name = "N", requires = "endpoint", default_value = "0")]
    since: u64,
    /// The nonce of the council's action, to tell which members approved it on chain; as for 'write --approve'.
    #[arg(long, value_name = "N", requires_all = ["endpoint", "epoch", "valid_after", "valid_before"])]
    nonce: Option<u64>,
    /// The council's epoch in that action.
    #[arg(long, value_name = "N", requires = "nonce")]
    epoch: Option<u64>,
    /// From which second on that action may be carried out.
    #[arg(long, value_name = "SECOND", requires = "nonce")]
    valid_after: Option<u64>,
    /// Up to which second.
    #[arg(long, value_name = "SECOND", requires = "nonce")]
    valid_before: Option<u64>,
    #[command(flatten)]
    speech: Speech,
}

/// A patch file, or a sentence that names it.
pub(crate) fn opened(path: &Path) -> Result<PatchFile, String> {
    PatchFile::open(path).map_err(|why| format!("{}: {why}", path.display()))
}

pub(crate) fn told(arguments: &PatchArguments) -> Result<Report, String> {
    let file = opened(&arguments.file)?;
    let words = arguments.speech.words()?;
    let mut told = report::file(&file, &words);
    if let Some(url) = &arguments.endpoint {
        let endpoint = Endpoint::pin(url, arguments.block)?;
        let signed = match (
            arguments.nonce,
            arguments.epoch,
            arguments.valid_after,
            arguments.valid_before,
        ) {
            (Some(nonce), Some(epoch), Some(valid_after), Some(valid_before)) => Some(Signed {
                nonce,
                epoch,
                valid_after,
                valid_before,
            }),
            _ => None,
        };
        let on_chain = chain::told(&file, &endpoint, arguments.since, signed, &words)?;
        told.text.push_str(&on_chain.text);
        told.look.extend(on_chain.look);
    }
    Ok(finished(told.text, &told.look))
}

/// What is typed of an act with what the file says in front of it, where the act is about a patch.
pub(crate) fn filled(act: &Act, typed: &[String], file: Option<&PatchFile>) -> Result<Vec<String>, String> {
    let takes = |name: &str| act.arguments.iter().any(|argument| argument.name == name);
    if act.is_a_councils() || !(takes("act") || takes("patch")) {
        return Ok(typed.to_vec());
    }
    let Some(file) = file else {
        if takes("act") && typed.len() != act.arguments.len() {
            return Err(format!(
                "'{}' takes the sixteen terms of a patch: give its file with --patch",
                act.name
            ));
        }
        return Ok(typed.to_vec());
    };
    fits(act, file)?;
    let mut rest = typed.iter();
    let mut all = Vec::new();
    let mut missing = Vec::new();
    for argument in act.arguments {
        match of(file, argument.name) {
            Some(value) => all.push(value.field()),
            None => match rest.next() {
                Some(typed) => all.push(typed.clone()),
                // Whoever says nothing means a program that is active.
                None if argument.name == "activationGas" => all.push("0".to_owned()),
                None => missing.push(argument.name),
            },
        }
    }
    if !missing.is_empty() {
        return Err(format!(
            "with --patch '{}' takes {} beside it",
            act.name,
            missing.join(" and ")
        ));
    }
    if let Some(more) = rest.next() {
        return Err(format!(
            "with --patch '{}' takes less: '{}' stands in the file already, or is too much",
            act.name,
            more.escape_default()
        ));
    }
    Ok(all)
}

/// What the file says for an argument of this name.
fn of(file: &PatchFile, name: &str) -> Option<Value> {
    let terms = &file.terms;
    Some(match name {
        "patch" => file.id().into(),
        "act" => terms.act.into(),
        "proxy" => terms.proxy.into(),
        "replaces" => terms.replaces.into(),
        "implementation" => terms.implementation.into(),
        "codeHash" => terms.codeHash.into(),
        "fragments" => terms.fragments.into(),
        "layoutBefore" => terms.layoutBefore.into(),
        "layoutAfter" => terms.layoutAfter.into(),
        "initHash" => terms.initHash.into(),
        "checksHash" => terms.checksHash.into(),
        "path" => terms.path.into(),
        "wayBack" => terms.wayBack.into(),
        "freezeGroups" => terms.freezeGroups.into(),
        "freezeRung" => terms.freezeRung.into(),
        "freezeSecs" => terms.freezeSecs.into(),
        "salt" => terms.salt.into(),
        "init" => file.init.data.clone().into(),
        "checks" => file.checks_data().clone().into(),
        _ => return None,
    })
}

/// What the manager does not see, and whoever puts a patch on record should.
fn fits(act: &Act, file: &PatchFile) -> Result<(), String> {
    if matches!(act.name, "commit" | "propose" | "reveal") && !layouts_fit(file) {
        return Err(
            "the new layout may not follow the old one: 'safe-batch patch' says why. Who is sure writes the hashes of both into the file in place of their names"
                .to_owned(),
        );
    }
    if act.name == "commit" && file.terms.salt.is_zero() {
        return Err(
            "a commitment without a salt hides nothing, as anybody computes the hash of what they guess: write 32 random bytes into the file as 'salt'"
                .to_owned(),
        );
    }
    if act.name == "commit" && file.terms.path != 0 {
        return Err("a standby patch is never hidden, and what is committed can be revealed as a time-locked one only: write 'propose'".to_owned());
    }
    Ok(())
}

/// Refuses a file for another manager or chain.
pub(crate) fn require_for(file: &PatchFile, chain_id: u64, contract: Address) -> Result<(), String> {
    if file.chain_id != chain_id {
        return Err(format!(
            "the patch file is for chain {} and not for {chain_id}",
            file.chain_id
        ));
    }
    if file.manager != contract {
        return Err(format!(
            "the patch file is for the manager {} and not for {contract}",
            file.manager
        ));
    }
    Ok(())
}

/// Prints a report, and says whether there is something to look at.
pub(crate) fn shown(report: &Report) -> bool {
    show(&report.text);
    report.look
}
