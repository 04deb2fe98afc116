//! A chain elsewhere, as far as an execution here asks for it.
//!
//! # Design
//! - **No network here.** Whoever makes a fork brings what speaks to the endpoint: a [`Remote`].
//! - **Asked once.** An answer is kept, as the block does not change; what is written stays on this side.
//! - **A question without an answer ends the fork.** An execution has no way to stop in the middle of a word, so it goes on with nothing in the
//!   word's place, and what came of it is never shown: the failure stays, and whatever is asked of the fork from then on is answered with it.

use super::activation;
use crate::arbos::StylusParams;
use crate::evm::Slot;
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use revm::primitives::KECCAK_EMPTY;
use revm::state::{AccountInfo, Bytecode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The state of a chain after one block, that never changes: what an endpoint answers for it.
///
/// Each method asks for the same block. An answer that cannot be had, or is none to the question, is a [`RemoteError`] and never a zero.
pub trait Remote: Send + Sync {
    /// Balance, nonce and code of an account; all empty when there is none.
    ///
    /// # Errors
    /// A [`RemoteError`].
    fn account(&self, address: Address) -> Result<RemoteAccount, RemoteError>;

    /// A word of an account's storage.
    ///
    /// # Errors
    /// A [`RemoteError`].
    fn storage(&self, address: Address, key: U256) -> Result<U256, RemoteError>;

    /// What a call by nobody in particular returns or reverts with, executed there.
    ///
    /// # Errors
    /// A [`RemoteError`]; a call that reverts is no error.
    fn call(&self, to: Address, input: Bytes) -> Result<RemoteAnswer, RemoteError>;
}

/// An account as it is elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteAccount {
    /// Wei.
    pub balance: U256,
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Its code.
    pub code: Bytes,
}

/// What came of a call that was executed elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteAnswer {
    /// It returned this.
    Returned(Bytes),
    /// It reverted with this.
    Reverted(Bytes),
}

/// Why a fork cannot say what would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The endpoint does not answer, or refuses, or says what is none.
    #[error("{0}")]
    Endpoint(String),
    /// ArbOS there says what cannot be understood.
    #[error("the chain's {what} cannot be read: {why}")]
    Arbos {
        /// What was asked for.
        what: String,
        /// What came instead.
        why: String,
    },
    /// The execution asks for what no endpoint tells, or for what is not built here.
    #[error("{0}")]
    Untold(String),
}

#[derive(Default)]
struct Known {
    accounts: HashMap<Address, RemoteAccount>,
    words: HashMap<(Address, U256), U256>,
    codes: HashMap<B256, Bytecode>,
    /// An account that has this code.
    holders: HashMap<B256, Address>,
    /// Words of ArbOS's registry of programs, in this chain's layout.
    programs: HashMap<U256, U256>,
    answers: HashMap<(Address, Bytes), RemoteAnswer>,
}

/// What is beneath the writes of a fork: the chain elsewhere and what it has answered.
pub(crate) struct Beneath {
    remote: Arc<dyn Remote>,
    /// The time of the block that everything is read at.
    timestamp: u64,
    known: Mutex<Known>,
    failure: OnceLock<RemoteError>,
}

impl std::fmt::Debug for Beneath {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Beneath")
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

impl Beneath {
    pub(crate) fn new(remote: Arc<dyn Remote>, timestamp: u64) -> Self {
        Self {
            remote,
            timestamp,
            known: Mutex::default(),
            failure: OnceLock::new(),
        }
    }

    /// Why nothing that this fork says from now on can be believed.
    pub(crate) fn failure(&self) -> Option<&RemoteError> {
        self.failure.get()
    }

    /// Ends the fork; the first reason stays.
    pub(crate) fn fail(&self, error: RemoteError) {
        let _ = self.failure.set(error);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer, or nothing in its place and the failure noted. Once something has failed nobody is asked any more.
    fn answer<T: Default>(&self, ask: impl FnOnce(&dyn Remote) -> Result<T, RemoteError>) -> T {
        if self.failure.get().is_some() {
            return T::default();
        }
        ask(self.remote.as_ref()).unwrap_or_else(|error| {
            self.fail(error);
            T::default()
        })
    }

    /// An account as revm sees it; none when it is empty.
    pub(crate) fn account(&self, address: Address) -> Option<AccountInfo> {
        let known = self.known().accounts.get(&address).cloned();
        let account = known.unwrap_or_else(|| {
            let account = self.answer(|remote| remote.account(address));
            self.known().accounts.insert(address, account.clone());
            account
        });
        if account == RemoteAccount::default() {
            return None;
        }
        let (code_hash, code) = self.code(address, &account.code);
        Some(AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash,
            code: Some(code),
            ..AccountInfo::default()
        })
    }

    fn code(&self, address: Address, code: &Bytes) -> (B256, Bytecode) {
        if code.is_empty() {
            return (KECCAK_EMPTY, Bytecode::default());
        }
        let hash = keccak256(code);
        let mut known = self.known();
        known.holders.entry(hash).or_insert(address);
        let bytecode = known.codes.entry(hash).or_insert_with(|| bytecode(code));
        (hash, bytecode.clone())
    }

    /// Code that was read before.
    pub(crate) fn code_by_hash(&self, hash: B256) -> Option<Bytecode> {
        self.known().codes.get(&hash).cloned()
    }

    /// A word of an account's storage.
    pub(crate) fn storage(&self, address: Address, key: U256) -> U256 {
        let known = self.known().words.get(&(address, key)).copied();
        known.unwrap_or_else(|| {
            let word = self.answer(|remote| remote.storage(address, key));
            self.known().words.insert((address, key), word);
            word
        })
    }

    /// What a view answers there.
    pub(crate) fn call(&self, to: Address, input: Bytes) -> RemoteAnswer {
        let question = (to, input);
        let known = self.known().answers.get(&question).cloned();
        known.unwrap_or_else(|| {
            let (to, input) = question.clone();
            let answer = self.answer(|remote| remote.call(to, input).map(Some));
            let answer = answer.unwrap_or(RemoteAnswer::Reverted(Bytes::new()));
            self.known().answers.insert(question, answer.clone());
            answer
        })
    }

    /// A word of ArbOS's own account, in this chain's layout: what was learnt of a program, and nothing else.
    pub(crate) fn arbos_word(&self, key: U256) -> U256 {
        self.known().programs.get(&key).copied().unwrap_or_default()
    }

    /// Makes the registry's entry of a program known, before it is read.
    pub(crate) fn learn_program(&self, code_hash: B256, params: &StylusParams) {
        let key = Slot::Program(code_hash).key();
        if self.known().programs.contains_key(&key) {
            return;
        }
        let holder = self.known().holders.get(&code_hash).copied();
        let program = self.answer(|remote| activation::of(remote, code_hash, holder, params, self.timestamp));
        let word = U256::from_be_bytes(program.encode().0);
        self.known().programs.insert(key, word);
    }
}

/// Code as the interpreter takes it; what is no valid delegation is taken as it is.
pub(crate) fn bytecode(code: &Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code.clone()))
}
