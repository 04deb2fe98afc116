//! One running call: what it holds, its meter and its memory, as the host functions use them.

use crate::cache::StorageCache;
use crate::host::{Frame, Host, Refusal};
use crate::pricing;
use alloy_primitives::{Address, Bytes, B256, U256};
use wasmtime::{Caller, Global, Memory, Val};

/// Why a program stops before its entry point returns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Escape {
    /// The ink does not pay for what it asks.
    #[error("out of ink")]
    OutOfInk,
    /// It points out of its memory.
    #[error("memory access out of bounds")]
    Memory,
    /// It asks for what cannot be.
    #[error("{0}")]
    Failure(String),
    /// It wishes to.
    #[error("exit early: {0}")]
    Exit(u32),
}

/// The parts of an instance that the host functions reach into.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) memory: Memory,
    pub(crate) ink: Global,
    pub(crate) status: Global,
}

/// What a call holds from its beginning to its end.
pub(crate) struct State {
    pub(crate) frame: Frame,
    pub(crate) host: &'static mut dyn Host,
    pub(crate) result: Bytes,
    pub(crate) cache: StorageCache,
    pub(crate) return_data: Bytes,
    pub(crate) last_code: Option<(Address, Bytes)>,
    /// None only until the instance exists; no host function runs before.
    pub(crate) parts: Option<Parts>,
}

impl State {
    pub(crate) fn new(frame: Frame, host: &'static mut dyn Host) -> Self {
        Self {
            frame,
            host,
            result: Bytes::new(),
            cache: StorageCache::default(),
            return_data: Bytes::new(),
            last_code: None,
            parts: None,
        }
    }
}

/// A call in the hands of a host function.
pub(crate) struct Call<'a> {
    caller: Caller<'a, State>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(caller: Caller<'a, State>) -> Self {
        Self { caller }
    }

    pub(crate) fn state(&mut self) -> &mut State {
        self.caller.data_mut()
    }

    pub(crate) fn frame(&self) -> &Frame {
        &self.caller.data().frame
    }

    pub(crate) fn host(&mut self) -> &mut dyn Host {
        &mut *self.caller.data_mut().host
    }

    fn parts(&self) -> Result<Parts, Escape> {
        self.caller
            .data()
            .parts
            .ok_or_else(|| Escape::Failure("the instance is not ready".into()))
    }

    /// The ink that is left.
    pub(crate) fn ink_left(&mut self) -> Result<u64, Escape> {
        let ink = self.parts()?.ink;
        // Invariant: the global is an i64, because the rewriting declares it so.
        Ok(ink
            .get(&mut self.caller)
            .i64()
            .unwrap_or_default()
            .cast_unsigned())
    }

    /// The gas that the ink left is worth, rounded down.
    pub(crate) fn gas_left(&mut self) -> Result<u64, Escape> {
        let ink = self.ink_left()?;
        Ok(self.ink_to_gas_down(ink))
    }

    /// Rounds down.
    pub(crate) fn ink_to_gas_down(&self, ink: u64) -> u64 {
        // A chain's ink price is never zero; the guard keeps a mistaken frame from stopping the machine.
        ink / u64::from(self.frame().env.ink_price.max(1))
    }

    fn gas_to_ink(&self, gas: u64) -> u64 {
        gas.saturating_mul(self.frame().env.ink_price.into())
    }

    fn set_meter(&mut self, ink: u64, status: i32) -> Result<(), Escape> {
        let parts = self.parts()?;
        let written = parts
            .ink
            .set(&mut self.caller, Val::I64(ink.cast_signed()))
            .and_then(|()| parts.status.set(&mut self.caller, Val::I32(status)));
        written.map_err(|error| Escape::Failure(error.to_string()))
    }

    /// Leaves the call without ink.
    pub(crate) fn exhaust(&mut self) -> Escape {
        match self.set_meter(0, 1) {
            Ok(()) => Escape::OutOfInk,
            Err(escape) => escape,
        }
    }

    /// Takes ink.
    pub(crate) fn buy_ink(&mut self, ink: u64) -> Result<(), Escape> {
        match self.ink_left()?.checked_sub(ink) {
            Some(left) => self.set_meter(left, 0),
            None => Err(self.exhaust()),
        }
    }

    /// Takes the ink that gas is worth.
    pub(crate) fn buy_gas(&mut self, gas: u64) -> Result<(), Escape> {
        self.buy_ink(self.gas_to_ink(gas))
    }

    /// Stops the call unless it could pay this gas; takes nothing.
    pub(crate) fn require_gas(&mut self, gas: u64) -> Result<(), Escape> {
        if self.ink_left()? < self.gas_to_ink(gas) {
            return Err(self.exhaust());
        }
        Ok(())
    }

    /// Pays for bytes that the host writes into the program's memory.
    pub(crate) fn pay_for_write(&mut self, bytes: u32) -> Result<(), Escape> {
        self.buy_ink(pricing::write(bytes))
    }

    /// Pays for bytes that the host reads out of the program's memory.
    pub(crate) fn pay_for_read(&mut self, bytes: u32) -> Result<(), Escape> {
        self.buy_ink(pricing::read(bytes))
    }

    /// Reads the program's memory.
    pub(crate) fn read(&self, pointer: u32, length: u32) -> Result<Bytes, Escape> {
        let memory = self.parts()?.memory.data(&self.caller);
        let start = pointer as usize;
        let bytes = memory.get(start..start + length as usize).ok_or(Escape::Memory)?;
        Ok(Bytes::copy_from_slice(bytes))
    }

    /// Reads a word of the program's memory.
    pub(crate) fn read_word(&self, pointer: u32) -> Result<B256, Escape> {
        Ok(B256::from_slice(&self.read(pointer, 32)?))
    }

    /// Reads a number of the program's memory, big end first.
    pub(crate) fn read_number(&self, pointer: u32) -> Result<U256, Escape> {
        Ok(self.read_word(pointer)?.into())
    }

    /// Reads an address of the program's memory.
    pub(crate) fn read_address(&self, pointer: u32) -> Result<Address, Escape> {
        Ok(Address::from_slice(&self.read(pointer, 20)?))
    }

    /// Writes the program's memory.
    pub(crate) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Escape> {
        let memory = self.parts()?.memory.data_mut(&mut self.caller);
        let start = pointer as usize;
        let place = memory.get_mut(start..start + bytes.len()).ok_or(Escape::Memory)?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes a word into the program's memory.
    pub(crate) fn write_word(&mut self, pointer: u32, word: impl Into<B256>) -> Result<(), Escape> {
        self.write(pointer, word.into().as_slice())
    }

    /// Writes a number into the program's memory as WASM has it, little end first.
    pub(crate) fn write_u32(&mut self, pointer: u32, value: u32) -> Result<(), Escape> {
        self.write(pointer, &value.to_le_bytes())
    }
}

impl From<Refusal> for Escape {
    /// For effects whose price the machine charges: the chain can only refuse to write.
    fn from(refusal: Refusal) -> Self {
        Self::Failure(refusal.to_string())
    }
}

/// The part of data from an offset on, as much of it as there is.
pub(crate) fn clamp(data: &[u8], offset: u32, size: u32) -> &[u8] {
    let end = data.len().min(offset.saturating_add(size) as usize);
    data.get(offset as usize..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::clamp;

    #[test]
    fn data_is_cut_to_what_there_is() {
        let data = [0, 1, 2, 3];
        assert_eq!(clamp(&data, 1, 2), [1, 2]);
        assert_eq!(clamp(&data, 2, 9), [2, 3]);
        assert_eq!(clamp(&data, 4, 1), []);
        assert_eq!(clamp(&data, 9, u32::MAX), []);
        assert_eq!(clamp(&data, 1, u32::MAX), [1, 2, 3]);
    }
}
