//! What is handed over to be drawn.

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
    /// What a mark means, said once at the bottom.
    pub mark: String,
}

/// One chart: values over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// What happened; there is room for 50 characters or so, as in the subtitle.
    pub title: String,
    /// What is measured.
    pub subtitle: String,
    /// What the values are.
    pub unit: Unit,
    /// The lines, drawn in this order.
    pub series: Vec<Series>,
    /// What is marked, as refusals.
    pub marks: Vec<Mark>,
}

/// What the values of a panel are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Dollars.
    #[default]
    Dollars,
    /// Whatever the panel's subtitle says.
    Plain,
}

/// One step line: each value holds until the next point, the last one to the end of the panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name written at the line's end; there is room for 15 characters or so.
    pub label: String,
    /// What the line stands for, which decides its colour and its dashes.
    pub role: Role,
    /// Seconds since the panel's start, and the value.
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
    /// What is let through at most.
    Limit,
    /// What runs now.
    Old,
    /// What would run then.
    New,
}

/// A moment to look at, drawn on the line with guards or of the new version (or, without one, on the first line).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Seconds since the panel's start.
    pub at: u64,
    /// What happened, as the guard that refused.
    pub label: String,
}
