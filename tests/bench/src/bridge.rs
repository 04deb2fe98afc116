//! Whole operations: the example bridge with guards, and the same call without.
//!
//! Every operation is a second use: the bridge holds and owes both assets, the recipient holds them, buckets were drawn on
//! [`WAIT`] seconds ago, and a pause was made and is over.

use crate::error::BenchError;
use crate::measure::{Ending, Stage};
use crate::site::{units, AMOUNT, CAPACITY, FIRST, PAUSE_SECS, REFILL_SECS, WAIT};
use crate::table::Size;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use e2e::bridge::{IBridge, IBridgeGuarded};
use e2e::tokens::{Fixture, IToken};
use e2e::wasm;
use e2e::world::{Build, Setup, World, ETH, GOVERNOR, GUARDIAN, USER};
use embedded_chain::{Transaction, DEV_ACCOUNTS};

/// Who is paid. The account exists and holds both assets after the first use.
const RECIPIENT: Address = DEV_ACCOUNTS[5];
/// The group of withdrawals.
const WITHDRAWALS: u8 = 2;

/// Brings a bridge to just before an operation and returns the call.
pub type Operation = fn(&mut Site) -> Result<Transaction, BenchError>;

/// A chain with a bridge in use.
pub struct Site {
    world: World,
    token: Address,
}

/// The stage of an operation.
///
/// # Errors
/// A [`BenchError`].
pub fn stage(build: Build, operation: Operation, ending: Ending) -> Result<Stage, BenchError> {
    let mut site = Site::new(build)?;
    let call = operation(&mut site)?;
    let wasm = wasm::load(build.wasm_name())?;
    let contract = site.world.bridge;
    let size = Size {
        raw: wasm.len() as u64,
        compressed: Some(site.world.chain.code(contract).len() as u64),
    };
    Ok(Stage {
        chain: site.world.chain,
        call,
        contract,
        size,
        ending,
    })
}

impl Site {
    fn new(build: Build) -> Result<Self, BenchError> {
        let setup = Setup {
            build,
            ..Setup::default()
        };
        let mut world = World::new(&setup)?;
        world.chain.set_record_storage(true);
        let token = world.token(Fixture::Token, "T", 18, units(10 * CAPACITY))?;
        // An allowance without end: one that is used up would pay a refund into the deposit.
        let approval = IToken::approveCall {
            spender: world.bridge,
            value: U256::MAX,
        };
        world.must(USER, token, &approval, "an approval")?;
        let mut site = Self { world, token };
        if build == Build::Guarded {
            site.use_governance()?;
        }
        for asset in [ETH, token] {
            let deposit = site.deposit_of(asset, CAPACITY);
            site.must(deposit)?;
            let withdrawal = site.withdrawal_of(asset, FIRST)?;
            site.must(withdrawal)?;
        }
        site.world.chain.advance_time(WAIT);
        Ok(site)
    }

    /// A bucket for both assets, and a pause that is over at the first use.
    fn use_governance(&mut self) -> Result<(), BenchError> {
        for asset in [ETH, self.token] {
            self.world.configure_bucket(asset, units(CAPACITY), REFILL_SECS)?;
        }
        let pause = self.pause_for(1);
        self.must(pause)?;
        self.world.chain.advance_time(WAIT);
        Ok(())
    }

    fn must(&mut self, call: Transaction) -> Result<(), BenchError> {
        let receipt = self.world.chain.transact(call)?;
        crate::measure::ended(&receipt, Ending::Returns)
    }

    fn call<C: SolCall>(&self, from: Address, call: &C) -> Transaction {
        Transaction::call(from, self.world.bridge, call.abi_encode())
    }

    fn deposit_of(&self, asset: Address, amount: u64) -> Transaction {
        let amount = units(amount);
        let call = IBridge::depositCall {
            asset,
            amount,
            recipient: USER,
        };
        let value = if asset == ETH { amount } else { U256::ZERO };
        self.call(USER, &call).with_value(value)
    }

    /// A withdrawal whose message is signed and proven.
    fn withdrawal_of(&mut self, asset: Address, amount: u64) -> Result<Transaction, BenchError> {
        let message = self.world.message(asset, RECIPIENT, units(amount));
        self.world.attest(&message)?;
        let call = IBridge::processCall {
            nonce: message.nonce,
            asset: message.asset,
            recipient: message.recipient,
            amount: message.amount,
        };
        Ok(self.call(USER, &call))
    }

    fn pause_for(&self, secs: u64) -> Transaction {
        let group = WITHDRAWALS;
        self.call(GUARDIAN, &IBridgeGuarded::pauseCall { group, secs })
    }

    /// A deposit of ETH.
    pub(crate) fn deposit_eth(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.deposit_of(ETH, AMOUNT))
    }

    /// A deposit of a token.
    pub(crate) fn deposit_token(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.deposit_of(self.token, AMOUNT))
    }

    /// A withdrawal of ETH.
    pub(crate) fn withdraw_eth(&mut self) -> Result<Transaction, BenchError> {
        self.withdrawal_of(ETH, AMOUNT)
    }

    /// A withdrawal of a token.
    pub(crate) fn withdraw_token(&mut self) -> Result<Transaction, BenchError> {
        self.withdrawal_of(self.token, AMOUNT)
    }

    /// A withdrawal of more than the bucket holds.
    pub(crate) fn withdraw_too_much(&mut self) -> Result<Transaction, BenchError> {
        self.withdrawal_of(ETH, crate::site::TOO_MUCH)
    }

    /// A withdrawal in a pause.
    pub(crate) fn withdraw_in_a_pause(&mut self) -> Result<Transaction, BenchError> {
        let pause = self.pause_for(PAUSE_SECS);
        self.must(pause)?;
        self.withdrawal_of(ETH, AMOUNT)
    }

    /// A pause of withdrawals.
    pub(crate) fn pause(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.pause_for(PAUSE_SECS))
    }

    /// The end of such a pause.
    pub(crate) fn unpause(&mut self) -> Result<Transaction, BenchError> {
        let pause = self.pause_for(PAUSE_SECS);
        self.must(pause)?;
        let group = WITHDRAWALS;
        Ok(self.call(GOVERNOR, &IBridgeGuarded::unpauseCall { group }))
    }

    /// Another limit for a bucket in use.
    pub(crate) fn configure_bucket(&mut self) -> Result<Transaction, BenchError> {
        let call = IBridgeGuarded::configureBucketCall {
            asset: ETH,
            capacity: units(CAPACITY / 2),
            refillSecs: 2 * REFILL_SECS,
        };
        Ok(self.call(GOVERNOR, &call))
    }

    /// The end of a bucket.
    pub(crate) fn close_bucket(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.call(GOVERNOR, &IBridgeGuarded::closeBucketCall { asset: ETH }))
    }

    /// Another guardian.
    pub(crate) fn set_guardian(&mut self) -> Result<Transaction, BenchError> {
        let guardian = DEV_ACCOUNTS[6];
        Ok(self.call(GOVERNOR, &IBridgeGuarded::setGuardianCall { guardian }))
    }

    /// A successor of the governor.
    pub(crate) fn propose_governor(&mut self) -> Result<Transaction, BenchError> {
        let proposed = DEV_ACCOUNTS[7];
        Ok(self.call(GOVERNOR, &IBridgeGuarded::proposeGovernorCall { proposed }))
    }

    /// The successor's acceptance.
    pub(crate) fn accept_governor(&mut self) -> Result<Transaction, BenchError> {
        let proposal = self.propose_governor()?;
        self.must(proposal)?;
        Ok(self.call(DEV_ACCOUNTS[7], &IBridgeGuarded::acceptGovernorCall {}))
    }
}
