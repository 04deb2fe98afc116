//! For every contract that was compiled: its size as WASM and as code on chain, and whether a chain would activate it.
//! Ends with an error when one would be refused.

use alloy_primitives::keccak256;
use e2e::wasm::{self, Code};
use std::process::ExitCode;
use stylus_vm::activate::{activate, Activation, FIXED_GAS};
use stylus_vm::rules::{Rules, FRAGMENTS};

/// The contracts that one program may lie in.
const MOST_FRAGMENTS: usize = 2;
/// The version of ArbOS whose rules are the strictest.
const ARBOS_VERSION: u64 = 60;

fn main() -> ExitCode {
    let builds = match wasm::builds() {
        Ok(builds) => builds,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "{:<20} {:>10} {:>10} {:>10} {:>12}  activation",
        "contract", "wasm", "on chain", "init gas", "cached gas"
    );
    let mut refused = 0;
    for build in builds {
        match check(&build) {
            Ok(Checked {
                wasm_size,
                code_size,
                contracts,
                activation,
            }) => {
                let fragments = if contracts > 1 {
                    format!(", in {contracts} fragments (from ArbOS {FRAGMENTS} on)")
                } else {
                    String::new()
                };
                println!(
                    "{build:<20} {wasm_size:>10} {code_size:>10} {:>10} {:>12}  accepted for {} gas{fragments}",
                    activation.init_cost,
                    activation.cached_init_cost,
                    FIXED_GAS + activation.gas
                );
            }
            Err(reason) => {
                refused += 1;
                println!("{build:<20} REFUSED: {reason}");
            }
        }
    }
    if refused == 0 {
        ExitCode::SUCCESS
    } else {
        eprintln!(
            "error: a chain would refuse {refused} of the contracts above, for the reason given there."
        );
        ExitCode::FAILURE
    }
}

struct Checked {
    wasm_size: usize,
    /// Of all its contracts.
    code_size: usize,
    contracts: usize,
    activation: Activation,
}

fn check(build: &str) -> Result<Checked, String> {
    let wasm = wasm::load(build).map_err(|error| error.to_string())?;
    let (code_size, contracts) = match Code::of(&wasm) {
        Code::Whole(code) => (code.len(), 1),
        Code::InFragments { fragments, .. } => (fragments.iter().map(Vec::len).sum(), fragments.len()),
    };
    if contracts > MOST_FRAGMENTS {
        return Err(format!(
            "its code has {code_size} bytes, and a program may lie in {MOST_FRAGMENTS} contracts of {}",
            wasm::CODE_LIMIT
        ));
    }
    let activation = activate(
        &wasm,
        keccak256(&wasm),
        &Rules::at(ARBOS_VERSION),
        &mut u64::MAX.clone(),
    )
    .map_err(|error| error.to_string())?;
    Ok(Checked {
        wasm_size: wasm.len(),
        code_size,
        contracts,
        activation,
    })
}
