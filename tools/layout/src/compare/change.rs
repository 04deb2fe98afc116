//! What may be different, and which of it is refused.

use crate::model::At;

/// A difference between two layouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: `limits.governor`; `balances[]` is what a map or an array holds, `balances[key]` a map's key.
    pub path: String,
    /// The struct from whose first slot places are counted; none for the contract itself.
    pub within: Option<String>,
    /// What.
    pub change: Change,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// New, behind everything that was there.
    Appended {
        /// Where.
        at: At,
        /// Its type.
        what: String,
    },
    /// New, in bytes between fields that were nobody's.
    TookFree {
        /// Where.
        at: At,
        /// Its type.
        what: String,
    },
    /// New, in a gap.
    TookGap {
        /// Where.
        at: At,
        /// Its type.
        what: String,
    },
    /// More elements, in the value of a map.
    Extended {
        /// How many there were.
        was: u64,
        /// How many there are.
        is: u64,
    },
    /// More members of an enum, behind the others.
    MembersAdded {
        /// Their names.
        added: Vec<String>,
    },
    /// Not there any more.
    Deleted {
        /// Where it was.
        at: At,
        /// Its type.
        was: String,
    },
    /// There under another name.
    Renamed {
        /// Where.
        at: At,
        /// The new name.
        to: String,
    },
    /// Something else lies there, under another name.
    Replaced {
        /// Where.
        at: At,
        /// What it was.
        was: String,
        /// The new name.
        by: String,
        /// What that is.
        is: String,
    },
    /// There, at another place.
    Moved {
        /// The old place.
        from: At,
        /// The new one.
        to: At,
    },
    /// There, as another type.
    Retyped {
        /// What it was.
        was: String,
        /// What it is.
        is: String,
    },
    /// New, on bytes that are somebody's.
    Inserted {
        /// Where.
        at: At,
        /// Its type.
        what: String,
    },
    /// New, behind everything that was in a struct that does not stand by itself.
    AppendedInside {
        /// Where.
        at: At,
        /// Its type.
        what: String,
    },
    /// A gap of which nothing ends where it did.
    GapLost {
        /// Where it was.
        at: At,
        /// What it was.
        was: String,
    },
    /// Fewer elements.
    Shrunk {
        /// How many there were.
        was: u64,
        /// How many there are.
        is: u64,
    },
    /// More elements, where something may follow.
    Grown {
        /// How many there were.
        was: u64,
        /// How many there are.
        is: u64,
    },
    /// An enum's member is another, or gone.
    MemberChanged {
        /// Its number.
        number: usize,
        /// Its name.
        was: String,
        /// The name now.
        is: Option<String>,
    },
    /// An enum of which a file does not say the members.
    MembersUnknown {
        /// Its type.
        of: String,
    },
    /// There are more differences.
    More {
        /// Whether all of them are accepted.
        accepted: bool,
    },
}

impl Change {
    /// Whether the new code finds everything where the old left it.
    pub fn accepted(&self) -> bool {
        match self {
            Self::Appended { .. }
            | Self::TookFree { .. }
            | Self::TookGap { .. }
            | Self::Extended { .. }
            | Self::MembersAdded { .. } => true,
            Self::More { accepted, .. } => *accepted,
            Self::Deleted { .. }
            | Self::Renamed { .. }
            | Self::Replaced { .. }
            | Self::Moved { .. }
            | Self::Retyped { .. }
            | Self::Inserted { .. }
            | Self::AppendedInside { .. }
            | Self::GapLost { .. }
            | Self::Shrunk { .. }
            | Self::Grown { .. }
            | Self::MemberChanged { .. }
            | Self::MembersUnknown { .. } => false,
        }
    }
}
