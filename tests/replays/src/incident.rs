//! An incident of the schema `incident-2`: what `tests/incidents/README.md` says, as types.
//!
//! # Design
//! - **Nothing is read that was not checked**: [`Incident::read`] runs every check of [`crate::check`].
//! - A figure stays a string until somebody asks for its number, because a word, a date and `unknown` are figures too.
//! - Lookups fail with a sentence that names the file and what it lacks: a replay never goes on with a default.

use alloy_primitives::U256;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Why an incident cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tests/incidents/{id}.json: {reason}")]
pub struct IncidentError {
    /// The file's name.
    pub id: String,
    /// What is wrong, as a sentence.
    pub reason: String,
}

/// A value, where it is from, and whether that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// A whole number, a word, a date, a decimal price, or `unknown`.
    pub value: String,
    /// Ids of the file's sources.
    pub sources: Vec<String>,
    /// Whether it was checked.
    pub verified: bool,
    /// How, or why not.
    pub note: Option<String>,
}

impl Figure {
    /// The whole number or the word that it is, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<U256> {
        match self.value.strip_prefix("0x") {
            Some(hex) => U256::from_str_radix(hex, 16).ok(),
            None => U256::from_str_radix(&self.value, 10).ok(),
        }
    }

    /// The dollars that it is, if it is an amount of them.
    #[must_use]
    pub fn dollars(&self) -> Option<f64> {
        self.value.parse().ok()
    }
}

/// A transaction of the chain that it happened on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// What steps call it.
    pub id: String,
    /// Its hash.
    pub hash: String,
    /// What it did.
    pub what: String,
}

/// Which small protocol an incident is replayed against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names are the README's.
pub enum Victim {
    LendingDonate,
    OracleMarket,
    ShareCollateral,
    VaultShare,
    IndexRounding,
    Bridge,
    ReentrantPool,
    StakingReward,
    DelegatecallWallet,
    ConcentratedOverflow,
    StableRounding,
}

/// How a token behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// ETH, or what the chain has in its place.
    Native,
    /// As the standard says.
    Standard,
    /// Its methods return nothing.
    NoReturn,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Its symbol, which everything else refers to.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// How it behaves.
    pub token: TokenKind,
    /// What it is in this incident.
    pub role: String,
    /// Dollars for a whole one.
    pub price_usd: Figure,
}

/// What one of a number is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names are the README's.
pub enum Unit {
    #[default]
    Base,
    Wad,
    Ray,
    #[serde(rename = "1e8")]
    E8,
    #[serde(rename = "1e10")]
    E10,
    EthWad,
    UsdWad,
    Bps,
    Secs,
    Plain,
    Usd,
    Word,
    Bytes,
}

/// A number of the victim's before the first step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// A path, `market.cash`.
    pub name: String,
    /// Of which asset, where it is of one.
    pub asset: Option<String>,
    /// What one of it is.
    pub unit: Unit,
    /// How much.
    pub figure: Figure,
}

/// Where the attacker's money was from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names are the README's.
pub enum CapitalKind {
    FlashLoan,
    Own,
    Stake,
    None,
}

/// What the attacker came with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The names are the README's.
pub struct Capital {
    pub kind: CapitalKind,
    pub lender: String,
    pub asset: String,
    pub amount: Figure,
    pub fee: Figure,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The README's table says what each is.
pub enum Action {
    FlashLoan,
    RepayFlashLoan,
    Deposit,
    Withdraw,
    Borrow,
    Repay,
    Liquidate,
    MintSelf,
    Donate,
    TransferIn,
    Stake,
    ClaimReward,
    Harvest,
    EmergencyWithdraw,
    AddLiquidity,
    RemoveLiquidity,
    Swap,
    OpenPosition,
    Settle,
    UpdateRate,
    Batch,
    Trade,
    SetPrice,
    PostPrice,
    ListMarket,
    RegisterMarket,
    BridgeWithdraw,
    BridgeMint,
    ExecuteMessage,
    ExecuteDelegatecall,
    Sweep,
    Upgrade,
    Pause,
    EndOf,
}

/// When something is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// Before the step.
    Before,
    /// After it.
    After,
}

/// What a step has to leave, on the build without guards.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// A path, as in the state.
    pub what: String,
    /// When.
    pub at: At,
    /// Of which asset, where it is of one.
    pub asset: Option<String>,
    /// What one of it is.
    #[serde(default)]
    pub unit: Unit,
    /// How much.
    pub figure: Figure,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from one.
    pub n: usize,
    /// The transaction that it was part of.
    pub tx: String,
    /// Seconds since the first step; negative before it.
    pub secs: i64,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: Action,
    /// With which asset.
    pub asset: Option<String>,
    /// How much of it.
    pub amount: Option<Figure>,
    /// For which asset.
    pub to_asset: Option<String>,
    /// How much of that, or how many shares.
    pub received: Option<Figure>,
    /// To what or whom.
    pub target: Option<String>,
    /// The step during whose call out this happens.
    pub inside: Option<usize>,
    /// What else there is to it.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// What it leaves.
    pub expect: Vec<Expect>,
}

/// An amount of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // It is what it says.
pub struct Amount {
    pub asset: String,
    pub amount: Figure,
}

/// What was lost.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// In all, in dollars.
    pub usd: Figure,
    /// To the steps of this file.
    pub in_replay: Vec<Amount>,
    /// To other transactions.
    pub elsewhere: Vec<Amount>,
    /// What came back, in dollars.
    pub returned_usd: Figure,
}

/// What is held of an asset, and what leaves on a busy day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Flow {
    pub name: String,
    pub asset: String,
    pub held: Figure,
    pub busy_day: Figure,
    pub why: String,
}

/// What is lent or minted of an asset, and what is added on a busy day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Debt {
    pub name: String,
    pub asset: String,
    pub outstanding: Figure,
    pub busy_day: Figure,
    pub why: String,
}

/// How far an honest price goes in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceClass {
    /// It is meant to be worth the same as something else.
    Pegged,
    /// It is traded everywhere.
    Major,
    /// It is not.
    Thin,
}

/// A price before, and its class.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Price {
    pub of: String,
    pub class: PriceClass,
    pub before: Figure,
    pub why: String,
}

/// A share's price before, and how it grows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct SharePrice {
    pub of: String,
    pub before: Figure,
    pub yearly_growth_bps: Figure,
    pub least_supply: Figure,
    pub why: String,
}

/// An invariant of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct PoolInvariant {
    pub of: String,
    pub kind: String,
    pub per: String,
}

/// What a staker is paid on the largest day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Rewards {
    pub of: String,
    pub largest_daily_bps: Figure,
    pub why: String,
}

/// Operation before the incident: all that settings follow from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Normal {
    pub tvl_usd: Figure,
    pub flows: Vec<Flow>,
    pub debts: Vec<Debt>,
    pub prices: Vec<Price>,
    pub share_prices: Vec<SharePrice>,
    pub utilisation_bps: Figure,
    pub volume_usd_day: Option<Figure>,
    #[serde(default)]
    pub invariants: Vec<PoolInvariant>,
    pub rewards: Option<Rewards>,
    #[serde(default)]
    pub words: Vec<String>,
}

/// A guard, as the README's table calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The README says what each is.
pub enum Guard {
    AccountHealth,
    Solvency,
    SupplyConservation,
    SharePrice,
    LeastSupply,
    InvariantMonotone,
    ValueInOut,
    MeasuredOutflow,
    WordsUnchanged,
    CodeHash,
    PriceBound,
    PriceAge,
    Lock,
    RateLimiter,
    FlowCap,
    GrowthCap,
    NetPosition,
    Breaker,
    DeferralQueue,
    Pause,
    Timelock,
    PatchCheck,
}

impl Guard {
    /// Its id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::AccountHealth => "account_health",
            Self::Solvency => "solvency",
            Self::SupplyConservation => "supply_conservation",
            Self::SharePrice => "share_price",
            Self::LeastSupply => "least_supply",
            Self::InvariantMonotone => "invariant_monotone",
            Self::ValueInOut => "value_in_out",
            Self::MeasuredOutflow => "measured_outflow",
            Self::WordsUnchanged => "words_unchanged",
            Self::CodeHash => "code_hash",
            Self::PriceBound => "price_bound",
            Self::PriceAge => "price_age",
            Self::Lock => "lock",
            Self::RateLimiter => "rate_limiter",
            Self::FlowCap => "flow_cap",
            Self::GrowthCap => "growth_cap",
            Self::NetPosition => "net_position",
            Self::Breaker => "breaker",
            Self::DeferralQueue => "deferral_queue",
            Self::Pause => "pause",
            Self::Timelock => "timelock",
            Self::PatchCheck => "patch_check",
        }
    }
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guards {
    /// What should act.
    pub act: Vec<Guard>,
    /// What can only limit.
    pub limit: Vec<Guard>,
    /// What they cannot do.
    pub cannot: String,
}

/// Where figures were taken from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Source {
    pub id: String,
    pub what: String,
    pub title: String,
    pub url: String,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // The README says what each is.
pub struct Incident {
    pub schema: String,
    pub id: String,
    pub name: String,
    pub date: String,
    pub chain: String,
    pub time_utc: Figure,
    pub block: Figure,
    pub transactions: Vec<Transaction>,
    pub replay: Victim,
    pub fault: String,
    pub root_cause: Vec<String>,
    pub assets: Vec<Asset>,
    pub state: Vec<State>,
    pub capital: Vec<Capital>,
    pub steps: Vec<Step>,
    pub loss: Loss,
    pub normal: Normal,
    pub guards: Guards,
    pub choices: Vec<String>,
    pub sources: Vec<Source>,
}

/// The files' names, in the order of the README.
pub const IDS: [&str; 17] = [
    "euler-2023-03",
    "mango-2022-10",
    "cream-2021-10",
    "ronin-2024-08",
    "bonq-2023-02",
    "inverse-2022-06",
    "platypus-2023-02",
    "curve-2023-07",
    "sonne-2024-05",
    "hundred-2023-04",
    "radiant-2024-01",
    "penpie-2024-09",
    "bybit-2025-02",
    "cetus-2025-05",
    "balancer-2025-11",
    "poly-2021-08",
    "wormhole-2022-02",
];

/// Where the files lie.
#[must_use]
pub fn directory() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../incidents"))
}

impl Incident {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// An [`IncidentError`] that says what is wrong with it.
    pub fn read(id: &str) -> Result<Self, IncidentError> {
        let fail = |reason: String| IncidentError {
            id: id.to_owned(),
            reason,
        };
        let text = std::fs::read_to_string(directory().join(format!("{id}.json")))
            .map_err(|error| fail(format!("it cannot be read: {error}")))?;
        let incident = Self::parse(&text).map_err(&fail)?;
        if incident.id != id {
            return Err(fail(format!(
                "its id is {:?}: it has to be the file's name",
                incident.id
            )));
        }
        Ok(incident)
    }

    /// Reads and checks a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let incident: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        crate::check::check(&incident)?;
        Ok(incident)
    }

    fn lacks(&self, what: impl std::fmt::Display) -> IncidentError {
        IncidentError {
            id: self.id.clone(),
            reason: format!("a replay needs {what}, which it does not have"),
        }
    }

    /// A number of the victim's before the first step.
    ///
    /// # Errors
    /// An [`IncidentError`] when it is not there, or no number.
    pub fn state(&self, name: &str, asset: Option<&str>) -> Result<U256, IncidentError> {
        let found = self
            .state
            .iter()
            .find(|state| state.name == name && state.asset.as_deref() == asset);
        found
            .and_then(|state| state.figure.number())
            .ok_or_else(|| self.lacks(format_args!("the state {name} of {asset:?}")))
    }

    /// An asset.
    ///
    /// # Errors
    /// An [`IncidentError`] when it is not there.
    pub fn asset(&self, symbol: &str) -> Result<&Asset, IncidentError> {
        let found = self.assets.iter().find(|asset| asset.symbol == symbol);
        found.ok_or_else(|| self.lacks(format_args!("the asset {symbol}")))
    }

    /// A step.
    ///
    /// # Errors
    /// An [`IncidentError`] when it is not there.
    pub fn step(&self, n: usize) -> Result<&Step, IncidentError> {
        let found = n.checked_sub(1).and_then(|place| self.steps.get(place));
        found.ok_or_else(|| self.lacks(format_args!("step {n}")))
    }

    /// The steps that happen during the call out of this one, in order.
    pub fn inside(&self, n: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.inside == Some(n))
    }

    /// A step's amount.
    ///
    /// # Errors
    /// An [`IncidentError`] when it has none.
    pub fn amount(&self, step: &Step) -> Result<U256, IncidentError> {
        let number = step.amount.as_ref().and_then(Figure::number);
        number.ok_or_else(|| self.lacks(format_args!("the amount of step {}", step.n)))
    }

    /// What a step received.
    ///
    /// # Errors
    /// An [`IncidentError`] when it does not say.
    pub fn received(&self, step: &Step) -> Result<U256, IncidentError> {
        let number = step.received.as_ref().and_then(Figure::number);
        number.ok_or_else(|| self.lacks(format_args!("what step {} received", step.n)))
    }

    /// The symbol of a step's asset.
    ///
    /// # Errors
    /// An [`IncidentError`] when it has none.
    pub fn asset_of<'a>(&self, step: &'a Step) -> Result<&'a str, IncidentError> {
        let symbol = step.asset.as_deref();
        symbol.ok_or_else(|| self.lacks(format_args!("the asset of step {}", step.n)))
    }

    /// An argument of a step.
    ///
    /// # Errors
    /// An [`IncidentError`] when it has none of that name.
    pub fn arg<'a>(&self, step: &'a Step, name: &str) -> Result<&'a str, IncidentError> {
        let found = step.args.get(name).map(String::as_str);
        found.ok_or_else(|| self.lacks(format_args!("the argument {name} of step {}", step.n)))
    }

    /// An argument of a step, as a number.
    ///
    /// # Errors
    /// An [`IncidentError`] when it has none of that name, or it is no number.
    pub fn arg_number(&self, step: &Step, name: &str) -> Result<U256, IncidentError> {
        let number = U256::from_str_radix(self.arg(step, name)?, 10).ok();
        number.ok_or_else(|| self.lacks(format_args!("a number as argument {name} of step {}", step.n)))
    }

    /// The flow of an asset on normal days.
    ///
    /// # Errors
    /// An [`IncidentError`] when nothing is said of it.
    pub fn flow(&self, asset: &str) -> Result<&Flow, IncidentError> {
        let found = self.normal.flows.iter().find(|flow| flow.asset == asset);
        found.ok_or_else(|| self.lacks(format_args!("the normal flow of {asset}")))
    }

    /// The debt in an asset on normal days.
    ///
    /// # Errors
    /// An [`IncidentError`] when nothing is said of it.
    pub fn debt(&self, asset: &str) -> Result<&Debt, IncidentError> {
        let found = self.normal.debts.iter().find(|debt| debt.asset == asset);
        found.ok_or_else(|| self.lacks(format_args!("the normal debt in {asset}")))
    }

    /// The price of something on normal days.
    ///
    /// # Errors
    /// An [`IncidentError`] when nothing is said of it.
    pub fn price(&self, of: &str) -> Result<&Price, IncidentError> {
        let found = self.normal.prices.iter().find(|price| price.of == of);
        found.ok_or_else(|| self.lacks(format_args!("the normal price of {of}")))
    }

    /// The price of a share on normal days.
    ///
    /// # Errors
    /// An [`IncidentError`] when nothing is said of it.
    pub fn share_price(&self, of: &str) -> Result<&SharePrice, IncidentError> {
        let found = self.normal.share_prices.iter().find(|price| price.of == of);
        found.ok_or_else(|| self.lacks(format_args!("the normal share price of {of}")))
    }

    /// A number that a file has, or an error that says which.
    ///
    /// # Errors
    /// An [`IncidentError`] when it is no number.
    pub fn number(&self, figure: &Figure, what: &str) -> Result<U256, IncidentError> {
        figure
            .number()
            .ok_or_else(|| self.lacks(format_args!("{what} as a number")))
    }

    /// What an amount of an asset was worth, in dollars.
    ///
    /// # Errors
    /// An [`IncidentError`] when there is no such asset or no price.
    pub fn dollars(&self, symbol: &str, amount: U256) -> Result<f64, IncidentError> {
        let asset = self.asset(symbol)?;
        let price = asset.price_usd.dollars();
        let price = price.ok_or_else(|| self.lacks(format_args!("the price of {symbol} in dollars")))?;
        Ok(f64::from(amount) / 10f64.powi(i32::from(asset.decimals)) * price)
    }
}
