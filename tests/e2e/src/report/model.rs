//! What a replay hands over to be reported.

/// One incident of the table. A cell may hold several lines, separated by `\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The incident and its date.
    pub incident: String,
    /// What the attacker asked for.
    pub attempted: String,
    /// What left the unguarded vault.
    pub lost_unguarded: String,
    /// What left the guarded vault to the same calls.
    pub lost_guarded: String,
    /// What left the guarded vault in 24 hours to an attacker who knows the limits.
    pub lost_adaptive: String,
    /// The guard or guards that refused.
    pub guard: String,
    /// The gas that a call pays for the guards.
    pub gas: String,
}

/// The whole picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// The headline.
    pub title: String,
    /// One line under the headline; there is room for 120 characters or so.
    pub subtitle: String,
    /// What a reader who does not see the picture should know.
    pub description: String,
    /// The panels, in reading order, two a line.
    pub panels: Vec<Panel>,
}

/// One chart: dollars over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// What happened; there is room for 50 characters or so, as in the subtitle.
    pub title: String,
    /// What is measured.
    pub subtitle: String,
    /// The lines, drawn in this order.
    pub series: Vec<Series>,
    /// The refusals.
    pub marks: Vec<Mark>,
}

/// One step line: each value holds until the next point, the last one to the end of the panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name written at the line's end; there is room for 15 characters or so.
    pub label: String,
    /// What the line stands for, which decides its colour and its dashes.
    pub role: Role,
    /// Seconds since the panel's start, and dollars.
    pub points: Vec<(u64, f64)>,
}

/// What a line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The vault without guards.
    Unguarded,
    /// The vault with guards, under the historical calls.
    Guarded,
    /// The vault with guards, under an attacker who adapts.
    Adaptive,
    /// Honest flows.
    Honest,
    /// What the guards let through at most.
    Limit,
}

/// A refusal, drawn on the guarded line (or, without one, on the first line).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Seconds since the panel's start.
    pub at: u64,
    /// The guard that refused.
    pub label: String,
}
