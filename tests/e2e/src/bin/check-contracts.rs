//! For every contract that was compiled: its size as WASM and as code on chain, and whether a chain would activate it.
//! Ends with an error when one would be refused.

use alloy_primitives::keccak256;
use e2e::wasm;
use std::process::ExitCode;
use stylus_vm::activate::{activate, Activation, FIXED_GAS};
use stylus_vm::code;
use stylus_vm::rules::Rules;

/// The bytes that a contract's code may have.
const CODE_LIMIT: usize = 24_576;
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
            Ok((wasm_size, code_size, activation)) => println!(
                "{build:<20} {wasm_size:>10} {code_size:>10} {:>10} {:>12}  accepted for {} gas",
                activation.init_cost,
                activation.cached_init_cost,
                FIXED_GAS + activation.gas
            ),
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

fn check(build: &str) -> Result<(usize, usize, Activation), String> {
    let wasm = wasm::load(build).map_err(|error| error.to_string())?;
    let code = code::compress(&wasm);
    if code.len() > CODE_LIMIT {
        return Err(format!(
            "its code has {} bytes and a contract's may have {CODE_LIMIT}",
            code.len()
        ));
    }
    let activation = activate(
        &wasm,
        keccak256(&code),
        &Rules::at(ARBOS_VERSION),
        &mut u64::MAX.clone(),
    )
    .map_err(|error| error.to_string())?;
    Ok((wasm.len(), code.len(), activation))
}
