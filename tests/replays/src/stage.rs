//! The stage of a replay: a chain, the victim in one of its builds, the incident's tokens, and whoever acts.
//!
//! # Design
//! - **An actor is a contract**, `tests/fixtures/contracts/Batch.sol`, so that several actors act in one transaction, as they did. Who stands behind all of them and pays for
//!   gas is the attacker's account.
//! - **A transaction is one transaction.** [`Stage::strike`] makes all moves of a transaction in one call. When it is refused, nothing of it has happened, as on the chain, and the
//!   step at which it was refused is found by calls that leave nothing behind.
//! - **The lender** is an actor that holds all of every token: flash loans and the attacker's own money come from it.
//! - Everybody's honest money is the user's, who is an account.

use crate::error::ReplayError;
use crate::incident::{Incident, TokenKind};
use crate::settings::{self, Limit};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolCall};
use e2e::calls::ETH;
use e2e::rpc::{Chain, Endpoint, People, Receipt, Status};
use e2e::tokens::{Fixture, IBatch, IToken};
use e2e::wasm;
use std::collections::BTreeMap;

pub use e2e::world::Build;

sol! {
    /// What every victim with guards answers to: the governor sets a guard's mode, and what of an asset leaves.
    interface IGuarded {
        function setMode(uint8 guard, uint8 mode) external;
        function limit(address asset, uint256 cap, uint256 capacity, uint64 refillSecs) external;
    }
}

/// Who lends to attackers and holds all tokens in the beginning.
pub const LENDER: &str = "lender";
/// How much of every token there is, in base units: more than any figure, and far from the largest number.
const SUPPLY: U256 = U256::from_limbs([0, 0, 1 << 40, 0]);

/// How much ether the lender has: a million.
const ETHER: U256 = U256::from_limbs([0x1bce_cced_a100_0000, 0xd3c2, 0, 0]);

/// A call that an actor makes for a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// For which step.
    pub step: usize,
    /// By whom.
    pub actor: String,
    /// Whom it calls.
    pub to: Address,
    /// With how much wei.
    pub value: U256,
    /// With what.
    pub data: Vec<u8>,
}

impl Move {
    /// A call without value.
    #[must_use]
    pub fn call<C: SolCall>(step: usize, actor: &str, to: Address, call: &C) -> Self {
        Self {
            step,
            actor: actor.to_owned(),
            to,
            value: U256::ZERO,
            data: call.abi_encode(),
        }
    }
}

/// A transaction that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// At which step.
    pub step: usize,
    /// The revert data.
    pub output: Vec<u8>,
}

/// A chain with a victim on it.
pub struct Stage {
    /// The chain.
    pub chain: Chain,
    /// The accounts.
    pub people: People,
    /// The victim.
    pub victim: Address,
    /// Which build it is.
    pub build: Build,
    start: u64,
    tokens: BTreeMap<String, Address>,
    actors: BTreeMap<String, Address>,
}

impl Stage {
    /// A chain with the incident's tokens, and the victim as its constructor makes it. `constructor` is asked for the input of the call that constructs
    /// it; the tokens are there by then.
    ///
    /// # Errors
    /// A [`ReplayError`] when something of that fails.
    pub fn open(
        incident: &Incident,
        victim: &str,
        build: Build,
        constructor: impl FnOnce(&mut Self) -> Result<Vec<u8>, ReplayError>,
    ) -> Result<Self, ReplayError> {
        let code = wasm::code(&build.wasm_name(&format!("victims/{victim}")))?;
        let chain = Chain::open(&Endpoint::from_env()?, &code)?;
        let people = chain.people();
        let mut stage = Self {
            chain,
            people,
            victim: Address::ZERO,
            build,
            start: 0,
            tokens: BTreeMap::new(),
            actors: BTreeMap::new(),
        };
        let lender = stage.actor(LENDER)?;
        for asset in &incident.assets {
            let fixture = match asset.token {
                TokenKind::Native => None,
                TokenKind::Standard => Some(Fixture::Token),
                TokenKind::NoReturn => Some(Fixture::NoReturnToken),
            };
            let token = match fixture {
                None => {
                    stage.chain.give(lender, ETHER)?;
                    ETH
                }
                Some(fixture) => {
                    let init_code = fixture.token_init_code(&asset.symbol, asset.decimals, lender, SUPPLY);
                    stage.chain.create(people.user, init_code)?
                }
            };
            stage.tokens.insert(asset.symbol.clone(), token);
        }
        let input = constructor(&mut stage)?;
        stage.victim = stage.chain.deploy_program(people.deployer, &code, input)?;
        stage.start = stage.chain.now()?;
        Ok(stage)
    }

    /// The address of an asset, zero for ETH.
    ///
    /// # Errors
    /// A [`ReplayError`] when the incident has no such asset.
    pub fn token(&self, symbol: &str) -> Result<Address, ReplayError> {
        let found = self.tokens.get(symbol).copied();
        found.ok_or_else(|| ReplayError::Missing(format!("the asset {symbol}")))
    }

    /// The contract that acts for an actor; made the first time that it is asked for.
    ///
    /// # Errors
    /// A [`ReplayError`] when it is not created.
    pub fn actor(&mut self, name: &str) -> Result<Address, ReplayError> {
        if let Some(actor) = self.actors.get(name) {
            return Ok(*actor);
        }
        let code = Fixture::Batch.creation_code();
        let actor = self.chain.create(self.people.attacker, code)?;
        self.actors.insert(name.to_owned(), actor);
        Ok(actor)
    }

    /// Makes another contract known as an actor; it has to answer to `run` as a batch does.
    pub fn name_actor(&mut self, name: &str, actor: Address) {
        self.actors.insert(name.to_owned(), actor);
    }

    /// What the lender pays to somebody in a step: a flash loan, or the attacker's own money.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is no such asset.
    pub fn lends(&mut self, step: usize, symbol: &str, to: &str, amount: U256) -> Result<Move, ReplayError> {
        let to = self.actor(to)?;
        self.pays(step, LENDER, symbol, to, amount)
    }

    /// What somebody pays back to the lender in a step.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is no such asset.
    pub fn returns(
        &mut self,
        step: usize,
        symbol: &str,
        from: &str,
        amount: U256,
    ) -> Result<Move, ReplayError> {
        let lender = self.actor(LENDER)?;
        self.pays(step, from, symbol, lender, amount)
    }

    /// A bare transfer, of a token or of ETH.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is no such asset.
    pub fn pays(
        &self,
        step: usize,
        from: &str,
        symbol: &str,
        to: Address,
        amount: U256,
    ) -> Result<Move, ReplayError> {
        Ok(match self.token(symbol)? {
            ETH => Move {
                step,
                actor: from.to_owned(),
                to,
                value: amount,
                data: Vec::new(),
            },
            token => Move::call(step, from, token, &IToken::transferCall { to, value: amount }),
        })
    }

    /// An approval of the victim by an actor; nothing for ETH.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is no such asset.
    pub fn approves(
        &self,
        step: usize,
        actor: &str,
        symbol: &str,
        amount: U256,
    ) -> Result<Vec<Move>, ReplayError> {
        let token = self.token(symbol)?;
        if token == ETH {
            return Ok(Vec::new());
        }
        let call = IToken::approveCall {
            spender: self.victim,
            value: amount,
        };
        Ok(vec![Move::call(step, actor, token, &call)])
    }

    /// Gives honest money to an account or contract: ETH out of nothing, a token from the lender.
    ///
    /// # Errors
    /// A [`ReplayError`] when that fails.
    pub fn give(&mut self, symbol: &str, to: Address, amount: U256) -> Result<(), ReplayError> {
        if self.token(symbol)? == ETH {
            return Ok(self.chain.give(to, amount)?);
        }
        let payment = self.pays(0, LENDER, symbol, to, amount)?;
        self.must(&[payment], "a gift of honest money")
    }

    /// The honest user lets the victim take all that it has of a token.
    ///
    /// # Errors
    /// A [`ReplayError`] when the token refuses.
    pub fn allow(&mut self, symbol: &str) -> Result<(), ReplayError> {
        let call = IToken::approveCall {
            spender: self.victim,
            value: U256::MAX,
        };
        let token = self.token(symbol)?;
        self.chain.must(self.people.user, token, &call, "an approval")?;
        Ok(())
    }

    /// Makes it so many seconds after the start.
    ///
    /// # Errors
    /// A [`ReplayError`] when this endpoint's clock does not get there.
    pub fn at(&mut self, secs: u64) -> Result<(), ReplayError> {
        Ok(self.chain.move_to(self.start + secs)?)
    }

    /// Makes all moves in one transaction. When it is refused, says at which step and with what; then nothing of it has happened.
    ///
    /// # Errors
    /// A [`ReplayError`] when the chain does not take it, or it failed for a reason of the chain's.
    pub fn strike(&mut self, moves: &[Move]) -> Result<Result<Receipt, Refused>, ReplayError> {
        let Some(first) = moves.first() else {
            return Err(ReplayError::Missing("a move to make".to_owned()));
        };
        let (conductor, input, value) = self.together(moves)?;
        let receipt = self
            .chain
            .transact(self.people.attacker, conductor, input, value)?;
        match &receipt.status {
            Status::Success => return Ok(Ok(receipt)),
            Status::Halt(reason) => return Err(ReplayError::Halted(first.step, reason.clone())),
            Status::Revert => {}
        }
        // As many moves as succeed, by halves: what is refused at the end of some is refused at the end of more.
        let (mut passes, mut fails) = (0, moves.len());
        while fails - passes > 1 {
            let middle = passes + (fails - passes) / 2;
            let (conductor, input, _) = self.together(&moves[..middle])?;
            if self
                .chain
                .call(self.people.attacker, conductor, input)?
                .is_success()
            {
                passes = middle;
            } else {
                fails = middle;
            }
        }
        Ok(Err(Refused {
            step: moves[passes].step,
            output: receipt.output.to_vec(),
        }))
    }

    /// Makes moves that have to succeed.
    ///
    /// # Errors
    /// A [`ReplayError`] when they do not.
    pub fn must(&mut self, moves: &[Move], what: &'static str) -> Result<(), ReplayError> {
        match self.strike(moves)? {
            Ok(_) => Ok(()),
            Err(refused) => Err(ReplayError::refused(what, &refused)),
        }
    }

    /// Sends a call of one of the accounts, which has to succeed.
    ///
    /// # Errors
    /// A [`ReplayError`] with the victim's error.
    pub fn order<C: SolCall>(
        &mut self,
        from: Address,
        call: &C,
        what: &'static str,
    ) -> Result<Receipt, ReplayError> {
        Ok(self.chain.must(from, self.victim, call, what)?)
    }

    /// Puts guards into shadow, by the numbers that the victim knows them by.
    ///
    /// # Errors
    /// A [`ReplayError`] with the victim's error.
    pub fn shadow(&mut self, guards: &[u8]) -> Result<(), ReplayError> {
        const SHADOW: u8 = 1;
        for guard in guards {
            let call = IGuarded::setModeCall {
                guard: *guard,
                mode: SHADOW,
            };
            self.order(self.people.governor, &call, "a guard's mode")?;
        }
        Ok(())
    }

    /// Sets what of an asset leaves.
    ///
    /// # Errors
    /// A [`ReplayError`] with the victim's error.
    pub fn limit(&mut self, symbol: &str, limit: Limit) -> Result<(), ReplayError> {
        let call = IGuarded::limitCall {
            asset: self.token(symbol)?,
            cap: limit.cap,
            capacity: limit.bucket.capacity,
            refillSecs: limit.bucket.refill_secs,
        };
        self.order(self.people.governor, &call, "a limit")?;
        Ok(())
    }

    /// The same of every asset whose flow `normal` knows, by R1 and R2.
    ///
    /// # Errors
    /// A [`ReplayError`] with the victim's error, or when a busy day is no number.
    pub fn limit_flows(&mut self, incident: &Incident) -> Result<(), ReplayError> {
        for flow in &incident.normal.flows {
            self.limit(&flow.asset, settings::limit(flow)?)?;
        }
        Ok(())
    }

    /// What a view of the victim returns.
    ///
    /// # Errors
    /// A [`ReplayError`] when it refuses.
    pub fn view<C: SolCall>(&self, call: &C) -> Result<C::Return, ReplayError> {
        Ok(self.chain.view(self.people.user, self.victim, call)?)
    }

    /// What the victim holds of an asset.
    ///
    /// # Errors
    /// A [`ReplayError`] when the token does not say.
    pub fn held(&self, symbol: &str) -> Result<U256, ReplayError> {
        Ok(self.chain.holds(self.token(symbol)?, self.victim)?)
    }

    /// What an actor holds of an asset.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is no such actor, or the token does not say.
    pub fn holds(&self, symbol: &str, actor: &str) -> Result<U256, ReplayError> {
        Ok(self.chain.holds(self.token(symbol)?, self.known(actor)?)?)
    }

    /// An actor that has acted before.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is none of that name.
    pub fn known(&self, actor: &str) -> Result<Address, ReplayError> {
        let found = self.actors.get(actor).copied();
        found.ok_or_else(|| ReplayError::Missing(format!("the actor {actor}")))
    }

    /// The batch of all moves: whom the attacker's account calls, and with what.
    fn together(&mut self, moves: &[Move]) -> Result<(Address, Vec<u8>, U256), ReplayError> {
        let conductor = self.actor("conductor")?;
        let mut calls = Vec::new();
        for group in moves.chunk_by(|one, next| one.actor == next.actor) {
            let theirs = group.iter().map(|one| IBatch::Call {
                to: one.to,
                value: one.value,
                data: one.data.clone().into(),
                mayFail: false,
            });
            calls.push(IBatch::Call {
                to: self.known(&group[0].actor)?,
                value: U256::ZERO,
                data: IBatch::runCall {
                    calls: theirs.collect(),
                }
                .abi_encode()
                .into(),
                mayFail: false,
            });
        }
        Ok((conductor, IBatch::runCall { calls }.abi_encode(), U256::ZERO))
    }
}
