//! Answers of views as exact numbers: with a sign, with decimals, and compared without rounding.

use alloy_primitives::aliases::{I512, U512};
use patch_file::typed::quoted;

/// An answer: wide enough for both `uint256` and `int256`, and for the difference of any two.
pub type Number = I512;

/// The most decimals that a measure may have: as many as a word has digits.
pub const MOST_DECIMALS: u8 = 77;
/// One, in hundredths of a per cent.
const BPS: u64 = 10_000;

/// How far it is from the old to the new.
#[must_use]
pub fn difference(old: Number, new: Number) -> Number {
    // Invariant: both are words of 256 bits with a sign, so that no bit is lost.
    new.wrapping_sub(old)
}

/// Whether a difference is more than so many hundredths of a per cent of the old value; of zero every difference is.
#[must_use]
pub fn exceeds_bps(difference: Number, old: Number, bps: u64) -> bool {
    let wide = |number: U512, by: u64| number.saturating_mul(U512::from(by));
    wide(difference.unsigned_abs(), BPS) > wide(old.unsigned_abs(), bps)
}

/// A difference in hundredths of a per cent of the old value, rounded up; none where that is zero and the difference is not.
#[must_use]
pub fn bps_up(difference: Number, old: Number) -> Option<U512> {
    let (size, of) = (difference.unsigned_abs(), old.unsigned_abs());
    match (size.is_zero(), of.is_zero()) {
        (true, _) => Some(U512::ZERO),
        (_, true) => None,
        _ => Some(size.saturating_mul(U512::from(BPS)).div_ceil(of)),
    }
}

/// A number with its decimals, exact: `-1,000.5`.
#[must_use]
pub fn told(number: Number, decimals: u8) -> String {
    let sign = if number.is_negative() { "-" } else { "" };
    format!("{sign}{}", told_size(number.unsigned_abs(), decimals))
}

/// The same with a sign in front of what is larger than zero, too.
#[must_use]
pub fn told_change(number: Number, decimals: u8) -> String {
    let sign = if number.is_positive() { "+" } else { "" };
    format!("{sign}{}", told(number, decimals))
}

/// A number without a sign, with its decimals.
#[must_use]
pub fn told_size(size: U512, decimals: u8) -> String {
    let places = usize::from(decimals);
    let digits = format!("{:0>width$}", size.to_string(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}{point}{part}")
}

/// Reads `12`, `0.5` or `0.000001` as a number of the smallest units.
///
/// # Errors
/// A sentence.
pub fn read_size(text: &str, decimals: u8) -> Result<U512, String> {
    let refused = || {
        format!(
            "{} is not an amount: write digits, with a point and up to {decimals} more digits where there are decimals",
            quoted(text)
        )
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let places = usize::from(decimals);
    let part = part.trim_end_matches('0');
    if !is_number(whole)
        || !(part.is_empty() || is_number(part))
        || part.len() > places
        || text.ends_with('.')
    {
        return Err(refused());
    }
    // Not more digits than two words have, so that it cannot be too large either.
    if whole.len() + places > 150 {
        return Err(format!("{} is too large", quoted(text)));
    }
    format!("{whole}{part:0<places$}").parse().map_err(|_| refused())
}

/// The nearest number that can be drawn.
#[must_use]
pub fn drawn(number: Number, decimals: u8) -> f64 {
    told(number, decimals)
        .replace(',', "")
        .parse()
        .unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{I256, U256};

    fn n(number: i64) -> Number {
        number.to_string().parse().unwrap()
    }

    fn widest() -> (Number, Number) {
        let most: Number = U256::MAX.to_string().parse().unwrap();
        let least: Number = I256::MIN.to_string().parse().unwrap();
        (least, most)
    }

    #[test]
    fn differences_of_the_widest_words_are_exact() {
        let (least, most) = widest();
        let far = difference(least, most);
        let size: U512 = U512::from(U256::MAX) + (U512::from(1) << 255usize);
        assert_eq!(told(far, 0).replace(',', ""), size.to_string());
        assert_eq!(difference(most, least), -far);
        assert!(exceeds_bps(far, least, 30_000 - 1));
        assert!(!exceeds_bps(far, least, 30_000));
    }

    #[test]
    fn a_share_is_compared_without_rounding() {
        assert!(!exceeds_bps(n(1), n(10_000), 1));
        assert!(exceeds_bps(n(1), n(9_999), 1));
        assert!(exceeds_bps(n(-1), n(9_999), 1));
        assert!(!exceeds_bps(n(1), n(-10_000), 1));
        assert!(exceeds_bps(n(1), n(0), u64::MAX));
        assert!(!exceeds_bps(n(0), n(0), 0));
        let up = |difference, old| bps_up(n(difference), n(old)).map(|bps| bps.to_string());
        assert_eq!(up(1, 10_000).as_deref(), Some("1"));
        assert_eq!(up(-1, 10_001).as_deref(), Some("1"));
        assert_eq!(up(1, 9_999).as_deref(), Some("2"));
        assert_eq!(up(0, 0).as_deref(), Some("0"));
        assert_eq!(up(1, 0), None);
    }

    #[test]
    fn numbers_are_told_to_the_last_digit() {
        for (number, decimals, text) in [
            (0, 18, "0"),
            (1, 18, "0.000000000000000001"),
            (-1_500_000, 6, "-1.5"),
            (1_234_567, 0, "1,234,567"),
            (-123, 2, "-1.23"),
            (1_000, 3, "1"),
        ] {
            assert_eq!(told(n(number), decimals), text);
        }
        assert_eq!(told_change(n(5), 1), "+0.5");
        assert_eq!(told_change(n(-5), 1), "-0.5");
        assert_eq!(told_change(n(0), 1), "0");
    }

    #[test]
    fn sizes_are_read_as_they_are_told() {
        for (text, decimals, size) in [
            ("0", 18, 0u64),
            ("12", 0, 12),
            ("0.5", 1, 5),
            ("0.50", 1, 5),
            ("1.000001", 6, 1_000_001),
            ("007", 0, 7),
        ] {
            assert_eq!(read_size(text, decimals), Ok(U512::from(size)), "{text}");
        }
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "0x1", "1,000", "0.05", "1 ", "1.x", "x",
        ] {
            let why = read_size(text, 1).unwrap_err();
            assert!(why.contains("is not an amount: write digits"), "{text}: {why}");
        }
        let long = "9".repeat(151);
        assert!(read_size(&long, 0).unwrap_err().ends_with("is too large"));
        assert!(read_size(&"9".repeat(73), MOST_DECIMALS).is_ok());
    }

    #[test]
    fn what_is_drawn_is_the_nearest_float() {
        assert_eq!(drawn(n(-1_500_000), 6), -1.5);
        assert_eq!(drawn(n(1_234_567), 0), 1_234_567.0);
        assert!(drawn(widest().1, 0) > 1e77);
    }
}
