//! Sums and comparisons out of line: a program pays for every copy of them, and patches compare much and seldom.

use alloy_primitives::U256;

/// Their sum; none when it is beyond all numbers.
#[inline(never)]
pub(super) fn sum(a: U256, b: U256) -> Option<U256> {
    a.checked_add(b)
}

/// What is left of the first without the second; none when that is more.
#[inline(never)]
pub(super) fn less(a: U256, b: U256) -> Option<U256> {
    a.checked_sub(b)
}

/// Whether the first is no more than the second.
pub(super) fn at_most(a: U256, b: U256) -> bool {
    less(b, a).is_some()
}

/// How far they are apart.
pub(super) fn apart(a: U256, b: U256) -> U256 {
    // Invariant: if the one is more, the other is not.
    less(a, b).or_else(|| less(b, a)).unwrap_or_default()
}
