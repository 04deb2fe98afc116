//! A robbery, replayed against one build of the bridge.
//!
//! # Design
//! - **Both builds get the same bridge**: the same deposits, validators and fault, the same calls at the same times.
//! - **The limits follow from the normal day**, through [`Asset::capacity`], and never look at the theft.
//! - **Two attackers.** One does what was done. The other knows the guards and takes, every hour of a day, all that is
//!   available: what nobody who does not react can prevent.

use crate::bridge::IBridgeGuarded;
use crate::honest_day::{honest_day, Direction};
use crate::incidents::{Asset, Fault, Incident, TokenKind, REFILL_SECS};
use crate::rpc::Receipt;
use crate::tokens::Fixture;
use crate::world::{guard_refusal, Build, Setup, World, WorldError, ETH};
use alloy_primitives::{Address, B256, U256};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What the vault was worth at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Seconds since the first call.
    pub secs: u64,
    /// All assets together, in dollars.
    pub dollars: f64,
}

/// The first refusal of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Seconds since the first call.
    pub secs: u64,
    /// The guard.
    pub guard: &'static str,
}

/// What came of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// The vault's worth, from before the first call on.
    pub vault: Vec<Point>,
    /// What left, in dollars.
    pub lost: f64,
    /// Calls that were made.
    pub calls: usize,
    /// Calls that the bridge refused.
    pub refused: usize,
    /// The first call that a guard refused.
    pub first_refusal: Option<Refusal>,
}

/// An honest day on one build.
#[derive(Clone, Debug, PartialEq)]
pub struct HonestDay {
    /// Withdrawals and deposits that were asked for.
    pub flows: usize,
    /// Those that were refused.
    pub refused: usize,
    /// The gas of each withdrawal, in the order of the day.
    pub withdrawal_gas: Vec<u64>,
    /// What had left by then, in dollars.
    pub outflow: Vec<Point>,
}

struct Vault {
    world: World,
    tokens: Vec<Address>,
}

impl Vault {
    fn new(incident: &Incident, build: Build) -> Result<Self, WorldError> {
        let (validators, threshold, committed_root) = match incident.fault {
            Fault::StolenKeys {
                validators,
                threshold,
            } => (validators, threshold, Setup::default().committed_root),
            Fault::ZeroRoot {
                validators,
                threshold,
            } => (validators, threshold, B256::ZERO),
        };
        let mut world = World::new(&Setup {
            build,
            validators,
            threshold,
            committed_root,
        })?;
        let mut tokens = Vec::new();
        for asset in &incident.assets {
            let token = place(&mut world, asset)?;
            if build == Build::Guarded {
                world.configure_bucket(token, asset.capacity(), REFILL_SECS)?;
            }
            let receipt = world.deposit(world.user, token, asset.locked)?;
            expect_success(&receipt)?;
            tokens.push(token);
        }
        Ok(Self { world, tokens })
    }

    fn worth(&self, incident: &Incident) -> Result<f64, WorldError> {
        let balances = self.world.balances(&self.tokens, self.world.bridge)?;
        let worth = incident.assets.iter().zip(balances);
        Ok(worth.map(|(asset, balance)| asset.value(balance)).sum())
    }

    /// One withdrawal through whatever hole the bridge has.
    fn steal(&mut self, incident: &Incident, asset: usize, amount: U256) -> Result<Receipt, WorldError> {
        let token = self.tokens[asset];
        match incident.fault {
            Fault::StolenKeys { .. } => self.world.withdraw(token, self.world.attacker, amount),
            Fault::ZeroRoot { .. } => {
                let message = self.world.message(token, self.world.attacker, amount);
                self.world.process(self.world.attacker, &message)
            }
        }
    }
}

/// Brings an asset into the world, with enough of it in the user's hands.
fn place(world: &mut World, asset: &Asset) -> Result<Address, WorldError> {
    // Twice over, because an honest day pays in as well.
    let supply = asset.locked * U256::from(2u64);
    match asset.kind {
        TokenKind::Native => {
            world.chain.give(world.user, supply)?;
            Ok(ETH)
        }
        TokenKind::Standard => world.token(Fixture::Token, &asset.symbol, asset.decimals, supply),
        TokenKind::NoReturn => world.token(Fixture::NoReturnToken, &asset.symbol, asset.decimals, supply),
    }
}

fn expect_success(receipt: &Receipt) -> Result<(), WorldError> {
    if receipt.is_success() {
        return Ok(());
    }
    Err(WorldError::Refused {
        what: "a deposit",
        reason: format!("{:?}", receipt.status),
    })
}

/// The name of the guard that refused, if it was one.
fn guard_that_acted(receipt: &Receipt) -> Option<&'static str> {
    use IBridgeGuarded::IBridgeGuardedErrors as Guard;
    Some(match guard_refusal(receipt)? {
        Guard::RateLimited(_) => "rate limiter",
        Guard::GroupPaused(_) => "pause guard",
        Guard::Insolvent(_) => "solvency invariant",
        _ => return None,
    })
}

/// Replays what was done.
///
/// # Errors
/// A [`WorldError`] when the world cannot be set up; refused calls are part of the result.
pub fn replay(incident: &Incident, build: Build) -> Result<Replayed, WorldError> {
    let mut vault = Vault::new(incident, build)?;
    let start = vault.world.chain.now()?;
    let before = vault.worth(incident)?;
    let mut replayed = Replayed {
        vault: vec![Point {
            secs: 0,
            dollars: before,
        }],
        lost: 0.0,
        calls: incident.calls.len(),
        refused: 0,
        first_refusal: None,
    };
    for call in &incident.calls {
        vault.world.chain.move_to(start + call.secs)?;
        let receipt = vault.steal(incident, call.asset, call.amount)?;
        note(&mut replayed, call.secs, &receipt);
        replayed.vault.push(Point {
            secs: call.secs,
            dollars: vault.worth(incident)?,
        });
    }
    replayed.lost = before - vault.worth(incident)?;
    Ok(replayed)
}

/// Replays a day on which an attacker who knows the guards takes all that is available, every hour.
///
/// # Errors
/// A [`WorldError`] when the world cannot be set up, or a withdrawal of what is available is refused.
pub fn replay_adaptive(incident: &Incident) -> Result<Replayed, WorldError> {
    let mut vault = Vault::new(incident, Build::Guarded)?;
    let start = vault.world.chain.now()?;
    let before = vault.worth(incident)?;
    let mut replayed = Replayed {
        vault: vec![Point {
            secs: 0,
            dollars: before,
        }],
        lost: 0.0,
        calls: 0,
        refused: 0,
        first_refusal: None,
    };
    for secs in (0..=DAY).step_by(HOUR as usize) {
        for asset in 0..incident.assets.len() {
            let token = vault.tokens[asset];
            let call = IBridgeGuarded::availableCall { asset: token };
            let available = vault.world.view(vault.world.bridge, &call)?;
            let owed = vault.world.balance(token, vault.world.bridge)?;
            let amount = available.min(owed);
            if amount.is_zero() {
                continue;
            }
            let receipt = vault.steal(incident, asset, amount)?;
            replayed.calls += 1;
            note(&mut replayed, secs, &receipt);
        }
        replayed.vault.push(Point {
            secs,
            dollars: vault.worth(incident)?,
        });
        vault.world.chain.move_to(start + secs + HOUR)?;
    }
    replayed.lost = before - vault.worth(incident)?;
    Ok(replayed)
}

fn note(replayed: &mut Replayed, secs: u64, receipt: &Receipt) {
    if receipt.is_success() {
        return;
    }
    replayed.refused += 1;
    if replayed.first_refusal.is_none() {
        replayed.first_refusal = guard_that_acted(receipt).map(|guard| Refusal { secs, guard });
    }
}

/// Runs a normal, busy day: users withdraw what the incident's data calls normal, and deposit as much in between.
///
/// # Errors
/// A [`WorldError`] when the world cannot be set up; refused flows are part of the result.
pub fn run_honest_day(incident: &Incident, build: Build) -> Result<HonestDay, WorldError> {
    let mut vault = Vault::new(incident, build)?;
    let mut day = HonestDay {
        flows: 0,
        refused: 0,
        withdrawal_gas: Vec::new(),
        outflow: vec![Point {
            secs: 0,
            dollars: 0.0,
        }],
    };
    let mut withdrawn = 0.0;
    let start = vault.world.chain.now()?;
    for flow in honest_day(incident) {
        vault.world.chain.move_to(start + flow.secs)?;
        let token = vault.tokens[flow.asset];
        let receipt = match flow.direction {
            Direction::Deposit => vault.world.deposit(vault.world.user, token, flow.amount)?,
            Direction::Withdrawal => vault.world.withdraw(token, user(flow.user), flow.amount)?,
        };
        day.flows += 1;
        if !receipt.is_success() {
            day.refused += 1;
        } else if flow.direction == Direction::Withdrawal {
            day.withdrawal_gas.push(receipt.gas_used);
            withdrawn += incident.assets[flow.asset].value(flow.amount);
            day.outflow.push(Point {
                secs: flow.secs,
                dollars: withdrawn,
            });
        }
    }
    Ok(day)
}

/// The account of one of the day's users.
fn user(index: usize) -> Address {
    Address::left_padding_from(&(0x1000 + index as u64).to_be_bytes())
}

/// What the guards add to the gas of an honest withdrawal: the middle one of the differences.
#[must_use]
pub fn gas_added(unguarded: &HonestDay, guarded: &HonestDay) -> (u64, u64) {
    let middle = |gas: &[u64]| {
        let mut sorted = gas.to_vec();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    };
    let base = middle(&unguarded.withdrawal_gas);
    (middle(&guarded.withdrawal_gas).saturating_sub(base), base)
}
