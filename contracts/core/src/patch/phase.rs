//! Where a patch is in its life, and which way it takes.

/// Where a patch is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It was never put on record.
    Unknown,
    /// On record as a hash. It can be approved, cancelled and revealed.
    Committed,
    /// On record with its terms. It can be approved and cancelled.
    Proposed,
    /// Enough attesters approved it. It can be cancelled, armed when it is revealed, and revealed when it is not.
    Approved,
    /// It has its window, in which it can be applied. Until then it can be cancelled.
    Armed,
    /// It was applied, and can be rolled back.
    Probation,
    /// It was applied, and stays.
    Final,
    /// Somebody cancelled it, or all.
    Cancelled,
    /// It waited for longer than it could.
    Expired,
    /// It was applied and taken back.
    RolledBack,
}

impl Phase {
    /// Whether it is on record and not applied, so that there is something to cancel.
    pub fn is_pending(self) -> bool {
        matches!(
            self,
            Self::Committed | Self::Proposed | Self::Approved | Self::Armed
        )
    }
}

/// For how long a patch lies ready once it was approved and its delay is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// It is for now.
    Timelocked,
    /// It is for when it is needed.
    Standby,
}

/// Whether a patch can be rolled back in its probation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WayBack {
    /// It can.
    Open,
    /// It cannot, and has no probation: what it replaces has a hole.
    Barred,
}
