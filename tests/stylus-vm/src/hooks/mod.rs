//! The functions that the chain offers to programs, in the module `vm_hooks`.
//!
//! The table below is the only list of them: activation takes the signatures from it and the machine the functions.
//! Each function charges in Nitro's order, which decides where a program stops when its ink runs out.

use crate::call::{Call, State};
use wasmparser::ValType;
use wasmtime::{Caller, Linker};

mod account;
mod arguments;
mod block;
mod calls;
mod create;
mod logs;
mod math;
mod memory;
mod message;
mod meter;
mod storage;

/// The module that programs import the functions from.
pub(crate) const MODULE: &str = "vm_hooks";

/// A function's name and type.
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [ValType],
    pub(crate) results: &'static [ValType],
}

macro_rules! value_type {
    (u32) => {
        ValType::I32
    };
    (u64) => {
        ValType::I64
    };
}

macro_rules! returned {
    () => {
        ()
    };
    ($ty:ident) => {
        $ty
    };
}

macro_rules! hooks {
    ($($name:ident($($argument:ident: $ty:ident),*) $(-> $result:ident)? = $hook:path;)*) => {
        /// Every function that a program can import.
        pub(crate) const SIGNATURES: &[Signature] = &[$(Signature {
            name: stringify!($name),
            params: &[$(value_type!($ty)),*],
            results: &[$(value_type!($result))?],
        }),*];

        /// Offers every function to the programs of an engine.
        pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
            $(linker.func_wrap(
                MODULE,
                stringify!($name),
                |caller: Caller<'_, State>, $($argument: $ty),*| -> wasmtime::Result<returned!($($result)?)> {
                    Ok($hook(&mut Call::new(caller), $($argument),*)?)
                },
            )?;)*
            Ok(())
        }
    };
}

hooks! {
    read_args(to: u32) = arguments::read_args;
    write_result(from: u32, length: u32) = arguments::write_result;
    exit_early(status: u32) = arguments::exit_early;
    storage_load_bytes32(key: u32, to: u32) = storage::load;
    storage_cache_bytes32(key: u32, value: u32) = storage::cache;
    storage_flush_cache(clear: u32) = storage::flush;
    transient_load_bytes32(key: u32, to: u32) = storage::load_transient;
    transient_store_bytes32(key: u32, value: u32) = storage::store_transient;
    call_contract(target: u32, data: u32, length: u32, value: u32, gas: u64, returned: u32) -> u32 = calls::call;
    delegate_call_contract(target: u32, data: u32, length: u32, gas: u64, returned: u32) -> u32
        = calls::delegate_call;
    static_call_contract(target: u32, data: u32, length: u32, gas: u64, returned: u32) -> u32
        = calls::static_call;
    create1(code: u32, length: u32, value: u32, contract: u32, returned: u32) = create::create1;
    create2(code: u32, length: u32, value: u32, salt: u32, contract: u32, returned: u32) = create::create2;
    read_return_data(to: u32, offset: u32, size: u32) -> u32 = calls::read_return_data;
    return_data_size() -> u32 = calls::return_data_size;
    emit_log(data: u32, length: u32, topics: u32) = logs::emit_log;
    account_balance(account: u32, to: u32) = account::balance;
    account_code(account: u32, offset: u32, size: u32, to: u32) -> u32 = account::code;
    account_code_size(account: u32) -> u32 = account::code_size;
    account_codehash(account: u32, to: u32) = account::code_hash;
    evm_gas_left() -> u64 = meter::gas_left;
    evm_ink_left() -> u64 = meter::ink_left;
    block_basefee(to: u32) = block::basefee;
    chainid() -> u64 = block::chain_id;
    block_coinbase(to: u32) = block::coinbase;
    block_gas_limit() -> u64 = block::gas_limit;
    block_number() -> u64 = block::number;
    block_timestamp() -> u64 = block::timestamp;
    contract_address(to: u32) = message::contract_address;
    math_div(value: u32, divisor: u32) = math::div;
    math_mod(value: u32, modulus: u32) = math::rem;
    math_pow(value: u32, exponent: u32) = math::pow;
    math_add_mod(value: u32, addend: u32, modulus: u32) = math::add_mod;
    math_mul_mod(value: u32, multiplier: u32, modulus: u32) = math::mul_mod;
    msg_reentrant() -> u32 = message::reentrant;
    msg_sender(to: u32) = message::sender;
    msg_value(to: u32) = message::value;
    native_keccak256(from: u32, length: u32, to: u32) = math::keccak;
    tx_gas_price(to: u32) = message::gas_price;
    tx_ink_price() -> u32 = meter::ink_price;
    tx_origin(to: u32) = message::origin;
    pay_for_memory_grow(pages: u32) = memory::pay_for_growth;
}
