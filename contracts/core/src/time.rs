//! How far the time of a stored state reaches.

/// The latest time that five bytes hold: the year 36,812. A state that gets there stands still.
pub(crate) const LATEST: u64 = (1 << 40) - 1;

/// The longest time that a setting may name: ten years of 365 days. What is slower is a cap for a lifetime, which is
/// another guard.
pub const LONGEST_SECS: u64 = 10 * 365 * 24 * 60 * 60;
