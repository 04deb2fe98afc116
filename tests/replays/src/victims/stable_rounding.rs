//! Balancer's pools, November 2025: swaps of a few units, each rounded in the swapper's favour.
//!
//! # Design
//! - The swaps are the rows of the file beside the incident. They are one batch, as they were, and the batch is settled in the same call.
//! - What the file expects in the middle of the batch is read from the events that the pool emits for each swap, as Balancer's vault does.
//! - The swaps leave in one transaction and the money in another. Where the first was refused, the thief has nothing inside that it could withdraw.

use crate::{
    error::ReplayError,
    honest::{self, Direction, Lived},
    incident::{directory, Action, Expect, Incident, Step},
    outcome::{Guarded, Lost, Outcome},
    refusal,
    run::{self, Cast, Compared, Robbery},
    settings,
    stage::{Build, Move, Stage},
};
use alloy_primitives::{Log, U256};
use alloy_sol_types::{sol, SolCall, SolEvent, SolValue};
use e2e::{
    bridge::constructor,
    rpc::Receipt,
    tokens::{Fixture, IOracle},
};
use serde_json::{json, Value};

sol! {
    #![sol(all_derives)]
    /// The pool.
    interface IStableRounding {
        function seed(uint256 plain, uint256 rated, uint256 supply, address rateProvider) external;
        function updateRate() external;
        function deposit(uint256 place, uint256 amount) external;
        function batchSwap(uint256[] swaps) external;
        function withdraw(uint256 place, uint256 amount) external;
        function setSharePrice(uint64 stepBps, uint256 leastSupply) external;
        function state() external view returns (uint256 plain, uint256 rated, uint256 supply);
        function insideOf(uint256 place, address account) external view returns (uint256);
        function invariantOf(uint256 plain, uint256 rated) external view returns (uint256);
        event Swapped(uint256 indexed placeIn, uint256 indexed placeOut, uint256 amountIn, uint256 amountOut);
        error BadAmount(uint256 amount, uint256 available);
    }
}

/// The victim's name.
pub const VICTIM: &str = "stable_rounding";
/// Who attacks.
const THIEF: &str = "attacker";
/// The assets by their places in the pool.
const PLACES: [&str; 3] = ["WETH", "OSETH", "BPT"];

/// The pool's guards by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The victim says what each is.
pub enum Named {
    Flows = 0,
    SharePrice = 1,
    PoolValue = 2,
    SwapSharePrice = 3,
    SwapPoolValue = 4,
}

impl Named {
    /// What has to hold: all but the limits.
    pub const HOLD: [Self; 4] = [
        Self::SharePrice,
        Self::PoolValue,
        Self::SwapSharePrice,
        Self::SwapPoolValue,
    ];
}

/// A row of the file: what comes in, what goes out, how much of either, and the invariant after it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Row {
    pub place_in: usize,
    pub place_out: usize,
    pub amount_in: U256,
    pub amount_out: U256,
    pub invariant_after: U256,
}

/// All rows of the incident's batch.
///
/// # Errors
/// A [`ReplayError`] when the file is not what it has to be.
pub fn rows(incident: &Incident) -> Result<Vec<Row>, ReplayError> {
    let missing = |what: String| ReplayError::Missing(what);
    let file = incident.arg(incident.step(2)?, "file")?;
    let text = std::fs::read_to_string(directory().join(file))
        .map_err(|error| missing(format!("{file} ({error})")))?;
    let row = |line: &str| -> Option<Row> {
        let fields: Vec<&str> = line.split(',').collect();
        let [_, asset_in, asset_out, amount_in, amount_out, invariant_after] = fields[..] else {
            return None;
        };
        let place = |symbol: &str| PLACES.iter().position(|place| *place == symbol);
        Some(Row {
            place_in: place(asset_in)?,
            place_out: place(asset_out)?,
            amount_in: amount_in.parse().ok()?,
            amount_out: amount_out.parse().ok()?,
            invariant_after: invariant_after.parse().ok()?,
        })
    };
    let numbered = text.lines().skip(1).enumerate();
    numbered
        .map(|(place, line)| row(line).ok_or_else(|| missing(format!("row {} of {file}", place + 1))))
        .collect()
}

/// The words of a batch of these rows.
fn batch(rows: &[Row]) -> Vec<u8> {
    let words = rows.iter().flat_map(|row| {
        [
            U256::from(row.place_in),
            U256::from(row.place_out),
            row.amount_out,
        ]
    });
    IStableRounding::batchSwapCall {
        swaps: words.collect(),
    }
    .abi_encode()
}

/// The step that a row, from one, is part of.
fn step_of(incident: &Incident, row: usize) -> usize {
    let is_last = |step: &&Step| {
        let last = step
            .args
            .get("rows")
            .and_then(|rows| rows.split('-').nth(1)?.parse().ok());
        last.is_some_and(|last: usize| row <= last)
    };
    incident.steps.iter().find(is_last).map_or(0, |step| step.n)
}

/// What the pool's steps are.
pub struct Robber {
    rows: Vec<Row>,
}

impl Robber {
    /// What the pool said of each swap, in order.
    ///
    /// # Errors
    /// A [`ReplayError`] when the chain does not tell.
    pub fn told(&self, stage: &Stage) -> Result<Vec<IStableRounding::Swapped>, ReplayError> {
        let filter = json!([{
            "address": stage.victim,
            "fromBlock": "0x0",
            "toBlock": "latest",
            "topics": [IStableRounding::Swapped::SIGNATURE_HASH],
        }]);
        let logs: Vec<Value> = stage.chain.client().ask("eth_getLogs", filter)?;
        let told: Result<Vec<_>, _> = logs
            .into_iter()
            .map(|log| {
                let log: Log = serde_json::from_value(log).map_err(|error| error.to_string())?;
                let log = IStableRounding::Swapped::decode_log(&log).map_err(|error| error.to_string())?;
                Ok::<_, String>(log.data)
            })
            .collect();
        told.map_err(|error| ReplayError::Missing(format!("the events of the swaps ({error})")))
    }

    /// Both balances after so many rows, from what the pool said of each.
    fn balances_after(
        &self,
        stage: &Stage,
        incident: &Incident,
        rows: usize,
    ) -> Result<[U256; 2], ReplayError> {
        let mut balances = [
            incident.state("pool.WETH", Some("WETH"))?,
            incident.state("pool.OSETH", Some("OSETH"))?,
        ];
        for swap in self.told(stage)?.iter().take(rows) {
            for (place, balance) in balances.iter_mut().enumerate() {
                let place = U256::from(place);
                if swap.placeIn == place {
                    *balance += swap.amountIn;
                }
                if swap.placeOut == place {
                    *balance -= swap.amountOut;
                }
            }
        }
        Ok(balances)
    }

    /// The first row that is refused, from one, and with what: of batches of fewer rows, which leave nothing behind. None when all of them only owe what nobody has.
    ///
    /// # Errors
    /// A [`ReplayError`].
    pub fn first_refused(&self, stage: &Stage) -> Result<Option<(usize, Vec<u8>)>, ReplayError> {
        let refused = |rows: usize| -> Result<Option<Vec<u8>>, ReplayError> {
            let called = stage
                .chain
                .call(stage.people.attacker, stage.victim, batch(&self.rows[..rows]))?;
            let by_guard = !called.is_success() && refusal::guard_of(&called.output).is_some();
            Ok(by_guard.then(|| called.output.to_vec()))
        };
        let Some(mut output) = refused(self.rows.len())? else {
            return Ok(None);
        };
        let (mut passes, mut fails) = (0, self.rows.len());
        while fails - passes > 1 {
            let middle = passes + (fails - passes) / 2;
            match refused(middle)? {
                Some(refusal) => (fails, output) = (middle, refusal),
                None => passes = middle,
            }
        }
        Ok(Some((fails, output)))
    }
}

impl Cast for Robber {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let pool = stage.victim;
        Ok(match step.action {
            Action::UpdateRate => vec![Move::call(
                step.n,
                THIEF,
                pool,
                &IStableRounding::updateRateCall {},
            )],
            // The first part of the batch stands for all of it: it is one call.
            Action::Batch if incident.arg(step, "rows")?.starts_with("1-") => vec![Move {
                step: step.n,
                actor: THIEF.to_owned(),
                to: pool,
                value: U256::ZERO,
                data: batch(&self.rows),
            }],
            Action::Batch | Action::Settle => Vec::new(),
            Action::Withdraw => {
                let symbol = incident.asset_of(step)?;
                let place = PLACES.iter().position(|place| *place == symbol);
                let call = IStableRounding::withdrawCall {
                    place: U256::from(place.unwrap_or(PLACES.len())),
                    amount: incident.amount(step)?,
                };
                vec![Move::call(step.n, THIEF, pool, &call)]
            }
            other => return Err(ReplayError::Missing(format!("a move for {other:?}"))),
        })
    }

    fn reading(
        &self,
        stage: &Stage,
        incident: &Incident,
        expect: &Expect,
    ) -> Result<Option<U256>, ReplayError> {
        let step = incident
            .steps
            .iter()
            .find(|step| step.expect.iter().any(|one| std::ptr::eq(one, expect)));
        let rows = step.and_then(|step| step.args.get("rows")?.split('-').nth(1)?.parse().ok());
        let [plain, rated] = self.balances_after(stage, incident, rows.unwrap_or(self.rows.len()))?;
        let inside = |place: u64| -> Result<Option<U256>, ReplayError> {
            let call = IStableRounding::insideOfCall {
                place: U256::from(place),
                account: stage.known(THIEF)?,
            };
            Ok(Some(stage.view(&call)?))
        };
        match (expect.what.as_str(), expect.asset.as_deref()) {
            ("pool.WETH", _) => Ok(Some(plain)),
            ("pool.OSETH", _) => Ok(Some(rated)),
            ("pool.invariant", _) => Ok(Some(
                stage.view(&IStableRounding::invariantOfCall { plain, rated })?,
            )),
            ("attacker.internal", Some("WETH")) => inside(0),
            ("attacker.internal", Some("OSETH")) => inside(1),
            _ => Ok(None),
        }
    }
}

/// A pool as it stood, its guards set by what was normal.
///
/// # Errors
/// A [`ReplayError`].
pub fn open(incident: &Incident, build: Build) -> Result<(Stage, Robber), ReplayError> {
    let mut stage = Stage::open(incident, VICTIM, build, |stage| {
        let arguments = (stage.people.governor, stage.token("WETH")?, stage.token("OSETH")?);
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let (user, _pool) = (stage.people.user, stage.victim);
    let oracle = stage.chain.create(user, Fixture::Oracle.creation_code())?;
    let rate = IOracle::setCall {
        asset: stage.token("OSETH")?,
        wad: incident.arg_number(incident.step(1)?, "rate_wad")?,
    };
    stage.chain.must(user, oracle, &rate, "a rate")?;

    // Whoever had provided the liquidity is one honest user.
    let plain = incident.state("pool.WETH", Some("WETH"))?;
    let rated = incident.state("pool.OSETH", Some("OSETH"))?;
    for (symbol, needed) in [("WETH", plain), ("OSETH", rated)] {
        let busy_day = incident.number(&incident.flow(symbol)?.busy_day, "a busy day")?;
        stage.give(symbol, user, needed.saturating_add(honest::enough(busy_day)))?;
        stage.allow(symbol)?;
    }
    let seed = IStableRounding::seedCall {
        plain,
        rated,
        supply: incident.state("pool.supply", None)?,
        rateProvider: oracle,
    };
    stage.order(user, &seed, "the pool as it stood")?;
    if build == Build::Guarded {
        set_guards(&mut stage, incident)?;
    }
    stage.actor(THIEF)?;
    let rows = rows(incident)?;
    Ok((stage, Robber { rows }))
}

/// R1, R2, R4 and R5. R7 has nothing to set: the library's pool does not fall at all.
fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    let share = incident.share_price("BPT")?;
    let call = IStableRounding::setSharePriceCall {
        stepBps: settings::share_price_step_bps(share)?,
        leastSupply: settings::least_supply(share)?,
    };
    stage.order(governor, &call, "the step of a share's price")?;
    Ok(())
}

/// What the thief has.
fn lost(stage: &Stage, incident: &Incident) -> Result<Lost, ReplayError> {
    Lost::taken_by(THIEF, stage, incident)
}

/// What came of the attack with some guards in shadow.
#[derive(Debug)]
pub struct Batch {
    /// The attack. Its step is that of the row.
    pub robbery: Robbery,
    /// The first row that a guard refuses, from one, and with what; none when the batch passes.
    pub row: Option<(usize, Vec<u8>)>,
}

/// The attack on the guarded pool.
///
/// # Errors
/// A [`ReplayError`].
pub fn rob(incident: &Incident, shadow: &[Named]) -> Result<Batch, ReplayError> {
    let (mut stage, robber) = open(incident, Build::Guarded)?;
    let shadow: Vec<_> = shadow.iter().map(|guard| *guard as u8).collect();
    let mut robbery = run::rob(&mut stage, &robber, incident, &shadow, lost)?;
    let first = robbery.attempts.first();
    let row = if first.is_some_and(|attempt| attempt.refused.is_some()) {
        robber.first_refused(&stage)?
    } else {
        None
    };
    if let (Some((row, _)), Some(first)) = (&row, robbery.variant.acted.first_mut()) {
        first.step = step_of(incident, *row);
    }
    Ok(Batch { robbery, row })
}

/// The steps on the pool without guards, compared with what the file expects; and what the pool said of each swap.
///
/// # Errors
/// A [`ReplayError`].
pub fn rehearse(incident: &Incident) -> Result<(Compared, Lost, Vec<IStableRounding::Swapped>), ReplayError> {
    let (mut stage, robber) = open(incident, Build::Unguarded)?;
    let (compared, lost) = run::lose(&mut stage, &robber, incident, lost)?;
    Ok((compared, lost, robber.told(&stage)?))
}

/// A busy day's flows: what comes in is deposited, what goes out was swapped for in the same breath or, every other time, is a share given back.
fn live(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, _) = open(incident, build)?;
    let mut swaps = false;
    honest::live(&mut stage, incident, |stage, symbol, flow| {
        let (user, pool) = (stage.people.user, stage.victim);
        let place = usize::from(symbol == PLACES[1]);
        let whole = U256::from(place);
        if flow.direction == Direction::Deposit {
            let call = IStableRounding::depositCall {
                place: whole,
                amount: flow.amount,
            };
            return Ok(stage.chain.submit(user, pool, &call)?);
        }
        swaps = !swaps;
        // Of the other token, if enough of it is inside, or of the pool's share.
        let other = IStableRounding::insideOfCall {
            place: U256::from(1 - place),
            account: user,
        };
        let enough = stage.view(&other)? > flow.amount.saturating_mul(U256::from(2));
        let place_in = if swaps && enough {
            U256::from(1 - place)
        } else {
            U256::from(2)
        };
        let call = IStableRounding::batchSwapCall {
            swaps: vec![place_in, whole, flow.amount],
        };
        let swapped = stage.chain.submit(user, pool, &call)?;
        if !swapped.is_success() {
            return Ok(swapped);
        }
        let call = IStableRounding::withdrawCall {
            place: whole,
            amount: flow.amount,
        };
        let left = stage.chain.submit(user, pool, &call)?;
        Ok(Receipt {
            gas_used: swapped.gas_used + left.gas_used,
            ..left
        })
    })
}

/// Replays the incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let (_, lost_unguarded, _) = rehearse(incident)?;
    let attacks = Guarded {
        all: rob(incident, &[])?.robbery.variant,
        without_limits: rob(incident, &[Named::Flows])?.robbery.variant,
        limits_alone: rob(incident, &Named::HOLD)?.robbery.variant,
    };
    let honest = honest::both("swaps and withdraws", |build| live(incident, build))?;
    Ok(Outcome {
        cannot: "The bucket sees nothing before the money leaves. `least_supply` is asked of each swap: at the end of the batch there are shares enough. At its end `share_price` and \
                 `invariant_monotone` refuse as well, as they are for a share. `value_in_out` is not used: in a batch no token moves, and what accounts have inside is no token"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
