//! What the tests share: a chain, small programs in WAT, and EVM bytecode by hand.
#![allow(dead_code, missing_docs, unreachable_pub)]

use alloy_primitives::{Address, Bytes, B256, U256};
use embedded_chain::{init_code_for, Chain, Config, Receipt, Transaction, DEV_ACCOUNTS};

pub const ALICE: Address = DEV_ACCOUNTS[0];
pub const BOB: Address = DEV_ACCOUNTS[1];

pub fn chain() -> Chain {
    Chain::new(Config::default()).unwrap()
}

/// A program that does what the first byte of its input says. The rest of the input is its argument.
///
/// | byte | what | argument |
/// |---|---|---|
/// | 0 | load a word and return it | key |
/// | 1 | store a word | key, value |
/// | 2 | store a word and revert with the argument | key, value |
/// | 3 | call (kind in a byte: 0 call, 1 delegate, 2 static) and return what the callee returned, or revert with it | kind, address, value, input |
/// | 4 | return caller, contract, value | |
/// | 5 | store a transient word | key, value |
/// | 6 | load a transient word and return it | key |
/// | 7 | emit a log of one topic | topic, data |
/// | 8 | return reentrancy, block number, timestamp | |
/// | 9 | call as 3 does, but ignore a failure and return success as a byte | kind, address, value, input |
/// | 10 | grow memory by pages (a byte) | pages |
/// | 11 | run for ever | |
/// | 12 | create (value, init code) and return the address | value, init code |
/// | 13 | account balance, code size, code hash | address |
/// | 14 | read out of memory | |
pub const WAT: &str = include_str!("switch.wat");

pub fn wasm() -> Vec<u8> {
    wat::parse_str(WAT).unwrap()
}

pub fn deploy_switch(chain: &mut Chain) -> Address {
    chain.deploy_program(ALICE, &wasm()).unwrap()
}

/// The same program with a trailing custom section, so that its code hash is another one.
pub fn deploy_variant(chain: &mut Chain, tag: u8) -> Address {
    let mut wasm = wasm();
    wasm.extend_from_slice(&[0, 3, 1, b'x', tag]);
    chain.deploy_program(ALICE, &wasm).unwrap()
}

pub fn deploy_code(chain: &mut Chain, code: &[u8]) -> Address {
    chain.deploy(ALICE, init_code_for(code)).unwrap()
}

pub fn word(n: u64) -> B256 {
    B256::from(U256::from(n))
}

pub fn op(code: u8, parts: &[&[u8]]) -> Bytes {
    let mut input = vec![code];
    for part in parts {
        input.extend_from_slice(part);
    }
    input.into()
}

pub fn store(key: u64, value: u64) -> Bytes {
    op(1, &[word(key).as_slice(), word(value).as_slice()])
}

pub fn load(key: u64) -> Bytes {
    op(0, &[word(key).as_slice()])
}

pub const CALL: u8 = 0;
pub const DELEGATE: u8 = 1;
pub const STATIC: u8 = 2;

pub fn call_to(code: u8, kind: u8, to: Address, value: u64, input: &[u8]) -> Bytes {
    op(code, &[&[kind], to.as_slice(), word(value).as_slice(), input])
}

pub fn send(chain: &mut Chain, to: Address, input: impl Into<Bytes>) -> Receipt {
    chain.transact(Transaction::call(ALICE, to, input)).unwrap()
}

/// EVM bytecode that forwards its input with one of the three calls and returns or reverts with what came back.
pub fn forwarder(opcode: u8, to: Address) -> Vec<u8> {
    // CALLDATACOPY(0, 0, size)
    let mut code = vec![0x36, 0x60, 0, 0x60, 0, 0x37];
    // return range 0..0, input 0..size
    code.extend_from_slice(&[0x60, 0, 0x60, 0, 0x36, 0x60, 0]);
    if opcode == 0xf1 {
        code.push(0x34);
    }
    code.push(0x73);
    code.extend_from_slice(to.as_slice());
    code.extend_from_slice(&[0x5a, opcode]);
    // RETURNDATACOPY(0, 0, size), then RETURN or REVERT
    code.extend_from_slice(&[0x3d, 0x60, 0, 0x60, 0, 0x3e]);
    let target = code.len() as u8 + 7;
    code.extend_from_slice(&[0x60, target, 0x57, 0x3d, 0x60, 0, 0xfd]);
    code.extend_from_slice(&[0x5b, 0x3d, 0x60, 0, 0xf3]);
    code
}

/// EVM bytecode that makes calls in order, swallowing failures, and returns what the last one returned.
pub fn script(calls: &[(Address, u64, Bytes)]) -> Vec<u8> {
    const STEP: usize = 51;
    let mut data_at = calls.len() * STEP + 12;
    let mut code = Vec::new();
    let mut data = Vec::new();
    for (to, value, input) in calls {
        let size = (input.len() as u16).to_be_bytes();
        let at = (data_at as u16).to_be_bytes();
        // CODECOPY(0, at, size)
        code.extend_from_slice(&[0x61, size[0], size[1], 0x61, at[0], at[1], 0x60, 0, 0x39]);
        // CALL(gas, to, value, 0, size, 0, 0)
        code.extend_from_slice(&[0x60, 0, 0x60, 0, 0x61, size[0], size[1], 0x60, 0]);
        code.push(0x67);
        code.extend_from_slice(&value.to_be_bytes());
        code.push(0x73);
        code.extend_from_slice(to.as_slice());
        code.extend_from_slice(&[0x5a, 0xf1, 0x50]);
        data.extend_from_slice(input);
        data_at += input.len();
    }
    code.extend_from_slice(&[0x3d, 0x60, 0, 0x60, 0, 0x3e, 0x3d, 0x60, 0, 0xf3]);
    code.resize(calls.len() * STEP + 12, 0);
    code.extend_from_slice(&data);
    code
}
