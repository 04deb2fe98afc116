//! Whether the code on chain is what is approved, lives, and lays its storage out as the file says.

use super::{
    super::report::{found, Told},
    Asking, FINAL,
};
use crate::words::{duration, moment};
use alloy_primitives::{keccak256, Address, B256};
use alloy_sol_types::sol;
use patch_file::{terms::HAND_OVER, PatchFile};

sol! {
    interface IArbWasm {
        function stylusVersion() external view returns (uint16 version);
        function programVersion(address program) external view returns (uint16 version);
        function programTimeLeft(address program) external view returns (uint64 secs);
    }

    interface ILayout {
        function storageLayoutHash() external view returns (bytes32);
    }
}

/// What code there is.
enum Kinds {
    None,
    Delegated,
    Evm,
    Program(Vec<Address>),
    Piece,
}

impl Kinds {
    fn of(code: &[u8]) -> Self {
        match code {
            [] => Self::None,
            [0xef, 0x01, 0x00, ..] => Self::Delegated,
            [0xef, 0xf0, 0x00, ..] => Self::Program(Vec::new()),
            // A prefix, a dictionary, a length; then addresses.
            [0xef, 0xf0, 0x02, rest @ ..] => {
                let addresses = rest.get(5..).unwrap_or_default();
                Self::Program(addresses.chunks_exact(20).map(Address::from_slice).collect())
            }
            [0xef, 0xf0, ..] => Self::Piece,
            _ => Self::Evm,
        }
    }
}

/// Whether the code is what is approved, and lives.
pub(super) fn told(
    file: &PatchFile,
    asking: &Asking<'_>,
    least_secs: Option<u64>,
    told: &mut Told,
) -> Result<(), String> {
    told.head("WHAT THE CODE IS");
    let terms = &file.terms;
    for (account, is_new) in [(terms.replaces, false), (terms.implementation, true)] {
        let code = asking.code(account)?;
        let hash = keccak256(&code);
        let is_right = !is_new || hash == terms.codeHash;
        match is_right {
            true => told.line(&format!("{}.", found(account, hash))),
            false => told.alarm(&format!(
                "{} and NOT {}: the manager refuses it.",
                found(account, hash),
                terms.codeHash
            )),
        }
        match Kinds::of(&code) {
            Kinds::None => told.alarm(&format!("Nothing stands at {account}.")),
            Kinds::Delegated => told.alarm(&format!("{account} is an account whose code its key changes at will (EIP-7702): the manager refuses it.")),
            Kinds::Piece => told.alarm(&format!("At {account} stands a piece of a program, which does not run by itself.")),
            Kinds::Evm => {
                told.line("  It is code of the EVM, which does not expire.");
                if is_new {
                    fragments(terms.fragments, B256::ZERO, told);
                }
            }
            Kinds::Program(pieces) => {
                let mut hashes = Vec::new();
                for piece in &pieces {
                    hashes.push(keccak256(asking.code(*piece)?));
                }
                let all = match hashes.is_empty() {
                    true => B256::ZERO,
                    false => keccak256(hashes.concat()),
                };
                let pieces: Vec<_> = pieces.iter().zip(&hashes).map(|(piece, hash)| format!("{piece} ({hash})")).collect();
                told.line(&match pieces.is_empty() {
                    true => "  It is a Stylus program in one contract.".to_owned(),
                    false => format!("  It is a Stylus program in fragments: {}.", pieces.join(", ")),
                });
                if is_new {
                    fragments(terms.fragments, all, told);
                }
                lives(account, asking, least_secs.filter(|_| is_new), told)?;
            }
        }
    }
    Ok(())
}

fn fragments(approved: B256, all: B256, told: &mut Told) {
    if approved != all {
        told.alarm(&format!(
            "Its fragments have the hash {all} and NOT {approved}: the manager refuses it. Look at 'fragments' in the file."
        ));
    }
}

/// Why what stands here cannot be asked: it is a program that does not run. A call of one is no revert but an error of the node's, like any other.
pub(super) fn stopped(account: Address, code: &[u8], asking: &Asking<'_>) -> Result<Option<String>, String> {
    match Kinds::of(code) {
        Kinds::Program(_) => Ok(secs_left(account, asking)?.err()),
        _ => Ok(None),
    }
}

/// How long a program lives, or why it does not run.
fn secs_left(account: Address, asking: &Asking<'_>) -> Result<Result<u64, String>, String> {
    let wasm = portcullis::implementation::ARB_WASM;
    let current = asking.view(wasm, &IArbWasm::stylusVersionCall {})?;
    let version = asking.view(wasm, &IArbWasm::programVersionCall { program: account })?;
    let left = asking.view(wasm, &IArbWasm::programTimeLeftCall { program: account })?;
    Ok(match (current, version, left) {
        (Ok(current), Ok(version), Ok(_)) if version != current => Err(format!(
            "it was activated for version {version} of Stylus, and the chain has {current}"
        )),
        (Ok(_), Ok(_), left) => left,
        (_, Err(why), _) | (Err(why), _, _) => Err(why),
    })
}

/// For how long the program runs, if it does.
fn lives(
    account: Address,
    asking: &Asking<'_>,
    least_secs: Option<u64>,
    told: &mut Told,
) -> Result<(), String> {
    let left = match secs_left(account, asking)? {
        Ok(left) => left,
        Err(why) => {
            told.alarm(&format!("  {account} DOES NOT RUN: {why}. It is activated by anybody at ArbWasm, or when it is applied by an activation gas."));
            return Ok(());
        }
    };
    let ends = asking.endpoint.block().timestamp.saturating_add(left);
    told.line(&format!(
        "  It is active and lives for {}, until {}.",
        duration(left),
        moment(ends)
    ));
    if let Some(least) = least_secs.filter(|least| left < *least) {
        told.alarm(&format!("  The manager asks for {} at the least when it is switched to: activate it again, or keep it alive.", duration(least)));
    }
    Ok(())
}

/// Whether both implementations say that their storage lies as the file says.
pub(super) fn layouts(
    file: &PatchFile,
    asking: &Asking<'_>,
    phase: u8,
    told: &mut Told,
) -> Result<(), String> {
    let terms = &file.terms;
    let mut pairs = vec![(terms.replaces, terms.layoutBefore)];
    if terms.act != HAND_OVER {
        pairs.push((terms.implementation, terms.layoutAfter));
    }
    for (account, hash) in pairs {
        if hash.is_zero() {
            continue;
        }
        // A program that has ended, or no code at all, is an error of the node's and no revert: nobody knows what stands there.
        let answer = asking.view(account, &ILayout::storageLayoutHashCall {});
        match answer.unwrap_or_else(Err) {
            Ok(found) if found == hash => told.line(&format!(
                "{account} answers that its storage lies as the file says."
            )),
            Ok(found) => told.alarm(&format!(
                "{account} answers the layout {found} and NOT {hash}: the manager refuses it."
            )),
            // After a year a program that was replaced answers nothing.
            Err(why) if phase == FINAL => {
                told.line(&format!("{account} does not answer storageLayoutHash(): {why}."))
            }
            Err(why) => told.alarm(&format!(
                "{account} does not answer storageLayoutHash(): {why}. The manager refuses it."
            )),
        }
    }
    Ok(())
}
