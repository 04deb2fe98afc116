//! The words of the ladder: rungs, states, kinds of call, reasons.

/// A rung that a trip leads to. The order is that of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Everything runs, at a share of the limits.
    Throttled,
    /// Ways out are open at a share of the limits, ways in are shut.
    ReduceOnly,
    /// Nothing runs.
    Frozen,
}

impl Rung {
    /// All of them, the mildest first.
    pub const ALL: [Self; 3] = [Self::Throttled, Self::ReduceOnly, Self::Frozen];

    /// 1 to 3: how far up the ladder it is.
    pub(crate) fn level(self) -> usize {
        match self {
            Self::Throttled => 1,
            Self::ReduceOnly => 2,
            Self::Frozen => 3,
        }
    }

    /// The rung of a level, the strictest for what is above the ladder, none for zero.
    pub(crate) fn of_level(level: usize) -> Option<Self> {
        match level {
            0 => None,
            1 => Some(Self::Throttled),
            2 => Some(Self::ReduceOnly),
            _ => Some(Self::Frozen),
        }
    }
}

/// What a breaker is at a time. The order is that of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Everything runs up to its limits.
    Closed,
    /// On the way back: everything runs, at a share of the limits that widens to all.
    HalfOpen,
    /// Tripped to the first rung.
    Throttled,
    /// Tripped to the second.
    ReduceOnly,
    /// Tripped to the last.
    Frozen,
}

impl State {
    /// The rung, when it is on one.
    pub fn rung(self) -> Option<Rung> {
        match self {
            Self::Closed | Self::HalfOpen => None,
            Self::Throttled => Some(Rung::Throttled),
            Self::ReduceOnly => Some(Rung::ReduceOnly),
            Self::Frozen => Some(Rung::Frozen),
        }
    }

    /// How far up the ladder it is: zero to three.
    pub(super) fn level(self) -> usize {
        self.rung().map_or(0, Rung::level)
    }
}

impl From<Rung> for State {
    fn from(rung: Rung) -> Self {
        match rung {
            Rung::Throttled => Self::Throttled,
            Rung::ReduceOnly => Self::ReduceOnly,
            Rung::Frozen => Self::Frozen,
        }
    }
}

/// What a method does, as it declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Brings funds in or increases risk: deposit, borrow, open a position.
    IncreaseRisk,
    /// Takes funds out or decreases the protocol's risk, against something given up: redeem, close, liquidate.
    DecreaseRisk,
    /// Reduces the caller's own risk and takes nothing out: repay, add collateral.
    ReduceOwnRisk,
    /// Takes funds out and is bounded by a limiter.
    BoundedWithdrawal,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::IncreaseRisk,
        Self::DecreaseRisk,
        Self::ReduceOwnRisk,
        Self::BoundedWithdrawal,
    ];
}

/// Why a breaker tripped: a code for events and monitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub u8);

impl Reason {
    /// It never tripped.
    pub const NONE: Self = Self(0);
    /// A limit was hit often enough within a window.
    pub const LIMIT_HITS: Self = Self(1);
    /// A fraction of a baseline is gone.
    pub const FRACTION_GONE: Self = Self(2);
    /// A price rose beyond its bound.
    pub const PRICE_ROSE: Self = Self(3);
    /// A price fell beyond its bound.
    pub const PRICE_FELL: Self = Self(4);
    /// More value went out than came in.
    pub const DAMAGE: Self = Self(5);
    /// A suspicion that damage confirmed.
    pub const CONFIRMED_SUSPICION: Self = Self(6);
    /// A sentinel's finding.
    pub const FINDING: Self = Self(7);
    /// A decision of the council.
    pub const COUNCIL: Self = Self(8);
}
