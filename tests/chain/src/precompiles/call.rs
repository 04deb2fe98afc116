//! One call of a precompile: its gas, its rights and its events.

use crate::arbos::{Program, ProgramError};
use crate::evm::{Executor, Slot, MAX_CODE};
use crate::fork::RemoteAnswer;
use crate::precompiles::StylusErrors;
use alloy_primitives::{Address, Bytes, Log, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use revm::context_interface::JournalTr;
use revm::interpreter::CallInputs;

const STATE_READ: u64 = 800;
const STATE_WRITE: u64 = 20_000;
const STATE_CLEAR: u64 = 5000;
const CODE_HASH_READ: u64 = 2600;
const COLD_ACCOUNT: u64 = 2600;
const WARM_ACCOUNT: u64 = 100;
const COPY_WORD: u64 = 3;
const PARAMS_READ: u64 = 100;

/// Why a precompile does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A revert with an error of the interface, encoded.
    Typed(Vec<u8>),
    /// A revert without data that keeps its gas.
    Reverted,
    /// The call should not have been made, or ran out of gas: a revert that loses its gas.
    Refused,
    /// A failure that loses its gas, as an activation that did not succeed.
    Failed,
}

impl From<ProgramError> for Fault {
    fn from(error: ProgramError) -> Self {
        Self::Typed(match error {
            ProgramError::NotWasm => StylusErrors::ProgramNotWasm {}.abi_encode(),
            ProgramError::NotActivated => StylusErrors::ProgramNotActivated {}.abi_encode(),
            ProgramError::NeedsUpgrade {
                version,
                stylus_version,
            } => StylusErrors::ProgramNeedsUpgrade {
                version,
                stylusVersion: stylus_version,
            }
            .abi_encode(),
            ProgramError::Expired { age_secs } => StylusErrors::ProgramExpired {
                ageInSeconds: age_secs,
            }
            .abi_encode(),
            ProgramError::UpToDate => StylusErrors::ProgramUpToDate {}.abi_encode(),
            ProgramError::KeepaliveTooSoon { age_secs } => StylusErrors::ProgramKeepaliveTooSoon {
                ageInSeconds: age_secs,
            }
            .abi_encode(),
        })
    }
}

/// What a method may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purity {
    /// Looks at nothing.
    Pure,
    /// Changes nothing.
    View,
    /// Changes state.
    Write,
    /// Changes state and takes value.
    Payable,
}

/// One call of a precompile.
pub(crate) struct Call<'e, 'a> {
    pub(crate) executor: &'e mut Executor<'a>,
    pub(crate) address: Address,
    pub(crate) caller: Address,
    pub(crate) value: U256,
    pub(crate) gas_left: u64,
    pub(crate) depth: usize,
    acting: Address,
    is_static: bool,
}

impl<'e, 'a> Call<'e, 'a> {
    pub(super) fn new(executor: &'e mut Executor<'a>, inputs: &CallInputs, depth: usize) -> Self {
        Self {
            executor,
            address: inputs.bytecode_address,
            caller: inputs.caller,
            value: inputs.value.get(),
            gas_left: inputs.gas_limit,
            depth,
            acting: inputs.target_address,
            is_static: inputs.is_static,
        }
    }

    /// Answers a method: checks rights, charges, decodes, asks and encodes.
    pub(super) fn answer<C: SolCall>(
        &mut self,
        purity: Purity,
        input: &[u8],
        ask: impl FnOnce(&mut Self, C) -> Result<C::Return, Fault>,
    ) -> Result<Vec<u8>, Fault> {
        let foreign = purity >= Purity::View && self.acting != self.address;
        let writes = purity >= Purity::Write && self.is_static;
        let unpaid = purity < Purity::Payable && !self.value.is_zero();
        if foreign || writes || unpaid {
            return Err(Fault::Refused);
        }
        if purity != Purity::Pure {
            self.burn(STATE_READ)?;
        }
        let arguments = input.get(4..).unwrap_or_default();
        self.burn_words(arguments.len())?;
        let arguments = C::abi_decode_raw(arguments).map_err(|_| Fault::Refused)?;
        let answer = ask(self, arguments)?;
        Ok(C::abi_encode_returns(&answer))
    }

    /// Fails like a method that does not exist. A fork ends instead: the chain that it is of may have it.
    pub(super) fn not_here(&self) -> Fault {
        let address = self.address;
        self.executor.untold(|| {
            format!("a method of Arbitrum's precompile {address} is called that is not built here, so that nobody knows what comes of it")
        });
        Fault::Refused
    }

    /// Fails like a method that does not exist before a version of ArbOS.
    pub(super) fn since(&self, arbos_version: u64) -> Result<(), Fault> {
        if self.executor.world.config.arbos_version < arbos_version {
            return Err(Fault::Refused);
        }
        Ok(())
    }

    /// Answers a view as the chain beneath a fork does: these precompiles only tell what is set there. The gas is that of a few words.
    pub(super) fn ask_beneath(&mut self, input: &[u8]) -> Result<Vec<u8>, Fault> {
        self.burn_reads(2)?;
        self.burn_words(input.len())?;
        let beneath = self.executor.world.state.beneath().ok_or(Fault::Refused)?;
        match beneath.call(self.address, Bytes::copy_from_slice(input)) {
            RemoteAnswer::Returned(output) => Ok(output.to_vec()),
            RemoteAnswer::Reverted(data) => Err(Fault::Typed(data.to_vec())),
        }
    }

    /// Charges gas.
    pub(super) fn burn(&mut self, gas: u64) -> Result<(), Fault> {
        match self.gas_left.checked_sub(gas) {
            Some(left) => {
                self.gas_left = left;
                Ok(())
            }
            None => {
                self.gas_left = 0;
                Err(Fault::Refused)
            }
        }
    }

    pub(super) fn burn_words(&mut self, bytes: usize) -> Result<(), Fault> {
        self.burn(COPY_WORD * (bytes as u64).div_ceil(32))
    }

    /// Charges for words of ArbOS's state that are read.
    pub(super) fn burn_reads(&mut self, words: u64) -> Result<(), Fault> {
        self.burn(STATE_READ * words)
    }

    /// Charges for a word of ArbOS's state that is written.
    pub(super) fn burn_write(&mut self, to_zero: bool) -> Result<(), Fault> {
        self.burn(if to_zero { STATE_CLEAR } else { STATE_WRITE })
    }

    /// Charges for reading Stylus's parameters.
    pub(super) fn burn_params(&mut self) -> Result<(), Fault> {
        self.burn(PARAMS_READ)
    }

    /// The hash of an account's code, at its price.
    pub(super) fn code_hash(&mut self, address: Address) -> Result<B256, Fault> {
        self.burn(CODE_HASH_READ)?;
        Ok(self.executor.look_at(address).code_hash)
    }

    /// The code of a program's fragment, at the price of reading an account's code. There must be gas for the
    /// largest one before anything is read.
    pub(super) fn fragment(&mut self, address: Address) -> Result<Bytes, Fault> {
        let Ok(account) = self.executor.journal().load_account_with_code(address);
        let access = if account.is_cold {
            COLD_ACCOUNT
        } else {
            WARM_ACCOUNT
        };
        let code = account.data.info.code.as_ref();
        let code = code.map(|code| code.original_bytes()).unwrap_or_default();
        let price = |bytes: usize| access + COPY_WORD * (bytes as u64).div_ceil(32);
        if self.gas_left < price(MAX_CODE) {
            self.gas_left = 0;
            return Err(Fault::Refused);
        }
        self.burn(price(code.len()))?;
        Ok(code)
    }

    /// A program's entry, at its price.
    pub(super) fn program(&mut self, code_hash: B256) -> Result<Program, Fault> {
        self.burn_reads(1)?;
        Ok(self.executor.program_entry(code_hash))
    }

    /// The entry of a program that may be called, at its price.
    pub(super) fn active_program(&mut self, code_hash: B256) -> Result<Program, Fault> {
        let entry = self.program(code_hash)?;
        let now = self.executor.now();
        Ok(entry.active(now, self.executor.world.params)?)
    }

    /// Writes a program's entry, at its price.
    pub(super) fn set_program(&mut self, code_hash: B256, entry: &Program) -> Result<(), Fault> {
        self.burn_write(false)?;
        self.executor.set_program_entry(code_hash, entry);
        Ok(())
    }

    /// Writes the hash of what runs for a program, at its price.
    pub(super) fn set_module(&mut self, code_hash: B256, module: B256) -> Result<(), Fault> {
        self.burn_write(false)?;
        self.executor.set_arbos_word(Slot::Module(code_hash), module);
        Ok(())
    }

    /// Charges a data fee against the demand for room, and returns it in wei.
    pub(super) fn data_fee(&mut self, bytes: u32) -> Result<U256, Fault> {
        self.burn_reads(5)?;
        let fee = self.executor.charge_data(bytes);
        self.burn_write(false)?;
        self.burn_write(false)?;
        Ok(fee)
    }

    /// Pays a fee out of the value sent with the call, and gives the rest back.
    pub(super) fn pay(&mut self, fee: U256) -> Result<(), Fault> {
        let Some(rest) = self.value.checked_sub(fee) else {
            let error = StylusErrors::ProgramInsufficientValue {
                have: self.value,
                want: fee,
            };
            return Err(Fault::Typed(error.abi_encode()));
        };
        self.burn_reads(1)?;
        let collector = self.executor.world.config.network_fee_account;
        let (own, caller) = (self.address, self.caller);
        for (to, amount) in [(collector, fee), (caller, rest)] {
            if !self.executor.move_wei(own, to, amount) {
                return Err(Fault::Reverted);
            }
        }
        Ok(())
    }

    /// Emits an event, at its price.
    pub(super) fn emit(&mut self, event: &impl SolEvent) -> Result<(), Fault> {
        let data = event.encode_log_data();
        let topics = data.topics().len() as u64;
        self.burn(375 + 375 * topics + 8 * data.data.len() as u64)?;
        let address = self.address;
        self.executor.journal().log(Log { address, data });
        Ok(())
    }
}

/// The method that an input names.
pub(super) fn selector(input: &[u8]) -> Result<[u8; 4], Fault> {
    input.first_chunk().copied().ok_or(Fault::Refused)
}
