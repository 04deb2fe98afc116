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
        let checked = wasm::load(&build)
            .map_err(|error| error.to_string())
            .and_then(|wasm| check(&wasm));
        match checked {
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

fn check(wasm: &[u8]) -> Result<Checked, String> {
    let rules = Rules::at(ARBOS_VERSION);
    // However well it compresses: a chain stops to decompress there.
    if wasm.len() > rules.max_wasm_size {
        return Err(format!(
            "its WASM has {} bytes before it is compressed, and a chain activates none above {}: take guards or methods out, or split the contract into two",
            wasm.len(),
            rules.max_wasm_size
        ));
    }
    let (code_size, contracts) = match Code::of(wasm) {
        Code::Whole(code) => (code.len(), 1),
        Code::InFragments { fragments, .. } => (fragments.iter().map(Vec::len).sum(), fragments.len()),
    };
    if contracts > MOST_FRAGMENTS {
        return Err(format!(
            "its code has {code_size} bytes, and a program may lie in {MOST_FRAGMENTS} contracts of {}",
            wasm::CODE_LIMIT
        ));
    }
    let activation =
        activate(wasm, keccak256(wasm), &rules, &mut u64::MAX.clone()).map_err(|error| error.to_string())?;
    Ok(Checked {
        wasm_size: wasm.len(),
        code_size,
        contracts,
        activation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    /// A program of this many bytes, of which so many do not compress.
    fn program(bytes: usize, noise: usize) -> Vec<u8> {
        let mut wasm = wat::parse_str(
            r#"(module
                (memory (export "memory") 0 0)
                (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
        )
        .unwrap();
        // A custom section: its number, its length in three bytes, a name of one letter, and what is in it.
        let content = bytes - wasm.len() - 4;
        let seven = |shift: u32| u8::try_from((content >> shift) & 0x7f).unwrap();
        wasm.extend([0, seven(0) | 0x80, seven(7) | 0x80, seven(14), 1, b'p']);
        let mut word = keccak256(b"noise");
        while wasm.len() < bytes {
            let from = bytes - wasm.len();
            wasm.extend(word.iter().take(from));
            word = if wasm.len() < noise {
                keccak256(word)
            } else {
                B256::ZERO
            };
        }
        wasm
    }

    #[test]
    fn a_wasm_at_the_limit_is_accepted_and_one_byte_more_is_refused() {
        for noise in [0, 30_000] {
            let accepted =
                check(&program(131_072, noise)).map(|checked| (checked.wasm_size, checked.contracts));
            assert_eq!(accepted, Ok((131_072, if noise == 0 { 1 } else { 2 })));
            let refused = check(&program(131_073, noise)).map(|checked| checked.contracts);
            assert_eq!(
                refused,
                Err("its WASM has 131073 bytes before it is compressed, and a chain activates none above 131072: take guards or methods out, or split the contract into two".to_owned())
            );
        }
    }

    #[test]
    fn a_program_of_three_fragments_is_refused() {
        let refused = check(&program(131_072, 60_000)).map(|checked| checked.contracts);
        assert!(refused.is_err_and(|reason| reason.contains("may lie in 2 contracts of 24576")));
    }
}
