//! Arithmetic on 256 bits, and the hash.

use crate::call::{Call, Escape};
use crate::pricing::{self, ADD_MOD, DIVISION, HOST, MUL_MOD, POINTER};
use alloy_primitives::{keccak256, B256};

/// A quotient, rounded down; zero when the divisor is zero.
pub(super) fn div(call: &mut Call<'_>, value: u32, divisor: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 3 * POINTER + DIVISION)?;
    let (a, b) = (call.read_number(value)?, call.read_number(divisor)?);
    call.write_word(value, a.checked_div(b).unwrap_or_default())
}

/// A remainder; zero when the modulus is zero.
pub(super) fn rem(call: &mut Call<'_>, value: u32, modulus: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 3 * POINTER + DIVISION)?;
    let (a, b) = (call.read_number(value)?, call.read_number(modulus)?);
    call.write_word(value, a.checked_rem(b).unwrap_or_default())
}

/// A power, modulo 2^256.
pub(super) fn pow(call: &mut Call<'_>, value: u32, exponent: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 3 * POINTER)?;
    let (a, b) = (call.read_number(value)?, call.read_number(exponent)?);
    call.buy_ink(pricing::power(&B256::from(b)))?;
    // Invariant: the EVM's power wraps, and a program asks for the EVM's.
    call.write_word(value, a.wrapping_pow(b))
}

/// A sum modulo something; zero when the modulus is zero.
pub(super) fn add_mod(call: &mut Call<'_>, value: u32, addend: u32, modulus: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 4 * POINTER + ADD_MOD)?;
    let (a, b, c) = (
        call.read_number(value)?,
        call.read_number(addend)?,
        call.read_number(modulus)?,
    );
    call.write_word(value, a.add_mod(b, c))
}

/// A product modulo something; zero when the modulus is zero.
pub(super) fn mul_mod(call: &mut Call<'_>, value: u32, multiplier: u32, modulus: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 4 * POINTER + MUL_MOD)?;
    let (a, b, c) = (
        call.read_number(value)?,
        call.read_number(multiplier)?,
        call.read_number(modulus)?,
    );
    call.write_word(value, a.mul_mod(b, c))
}

/// The keccak-256 of a part of the program's memory.
pub(super) fn keccak(call: &mut Call<'_>, from: u32, length: u32, to: u32) -> Result<(), Escape> {
    call.buy_ink(pricing::keccak(length))?;
    let digest = keccak256(call.read(from, length)?);
    call.write_word(to, digest)
}
