//! Numbers as people set and read them.

use alloy_primitives::U256;

/// How many digits a limit has that are not zero.
const LIMIT_DIGITS: usize = 2;
/// How many digits an amount shows.
const SHOWN_DIGITS: usize = 4;

/// The next number of two digits and zeros, at or above. The largest number stays what it is.
#[must_use]
pub fn round_up(amount: U256) -> U256 {
    let step = step(amount);
    let over = amount % step;
    if over.is_zero() {
        amount
    } else {
        amount.saturating_add(step - over)
    }
}

/// The next larger number of two digits and zeros.
#[must_use]
pub fn next_up(amount: U256) -> U256 {
    round_up(amount.saturating_add(U256::ONE))
}

/// The next smaller number of two digits and zeros; zero has none, and neither has one.
#[must_use]
pub fn next_down(amount: U256) -> Option<U256> {
    let less = amount.checked_sub(U256::ONE).filter(|less| !less.is_zero())?;
    Some(less - less % step(less))
}

fn step(amount: U256) -> U256 {
    let digits = amount.to_string().len();
    U256::from(10).pow(U256::from(digits.saturating_sub(LIMIT_DIGITS)))
}

/// An amount of a token to four digits, rounded up: `1,151 ETH`, `0.35 ETH`, `589.7K USDC`.
#[must_use]
pub fn tokens_up(amount: U256, decimals: u8, symbol: &str) -> String {
    format!("{} {symbol}", number_up(amount, decimals))
}

/// The same without the symbol.
#[must_use]
pub fn number_up(amount: U256, decimals: u8) -> String {
    let all = amount.to_string();
    let cut = all.len().saturating_sub(SHOWN_DIGITS);
    // At most one digit more than before, when 9,999.5 becomes 10,000.
    let step = U256::from(10).pow(U256::from(cut));
    let rounded = match amount % step {
        over if over.is_zero() => amount,
        over => amount.saturating_add(step - over),
    };
    plain(&rounded.to_string(), usize::from(decimals))
}

/// Thousands become K, M, B and T from 100,000 on, and powers of ten above that.
fn plain(digits: &str, decimals: usize) -> String {
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    if whole.len() > 15 {
        let (lead, rest) = whole.split_at(1);
        return joined(lead, &rest[..3], &format!("e{}", rest.len()));
    }
    if whole.len() <= 5 {
        return joined(&thousands(whole), fraction, "");
    }
    let names = ["", "K", "M", "B", "T"];
    let group = (whole.len() - 1) / 3;
    let (lead, rest) = whole.split_at(whole.len() - 3 * group);
    joined(lead, &rest[..3], names[group])
}

fn joined(whole: &str, fraction: &str, unit: &str) -> String {
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}{unit}"),
        fraction => format!("{whole}.{fraction}{unit}"),
    }
}

/// Digits with their thousands apart.
#[must_use]
pub fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 3 == digits.len() % 3 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its thousands apart.
#[must_use]
pub fn count(number: u64) -> String {
    thousands(&number.to_string())
}

/// Dollars to three digits: `$594M`, `$1.25M`, `$0`.
#[must_use]
pub fn dollars(value: f64) -> String {
    let mut value = value;
    let mut units = ["", "K", "M"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    // Compares what would be printed, so that 999,999 becomes $1M and not $1000K.
    while three_digits(value, unit) >= 1_000.0 {
        let Some(next) = units.next() else {
            return format!("${}B", three_digits(value / 1_000.0, "B"));
        };
        value /= 1_000.0;
        unit = next;
    }
    format!("${}{unit}", three_digits(value, unit))
}

fn three_digits(value: f64, unit: &str) -> f64 {
    match value {
        _ if unit.is_empty() || value >= 99.95 => value.round(),
        _ if value >= 9.995 => (value * 10.0).round() / 10.0,
        _ => (value * 100.0).round() / 100.0,
    }
}

/// A day of UTC: `2025-03-01`.
#[must_use]
pub fn date(secs: u64) -> String {
    let time = i64::try_from(secs)
        .ok()
        .and_then(|secs| time::OffsetDateTime::from_unix_timestamp(secs).ok());
    time.map_or_else(|| secs.to_string(), |time| time.date().to_string())
}

/// A length of time: `45 s`, `3 h`, `2.5 d`.
#[must_use]
pub fn duration(secs: u64) -> String {
    let rounded = |unit: u64| (secs as f64 / unit as f64 * 10.0).round() / 10.0;
    match secs {
        0..120 => format!("{secs} s"),
        120..7_200 => format!("{} min", rounded(60)),
        7_200..172_800 => format!("{} h", rounded(3_600)),
        _ => format!("{} d", rounded(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    #[test]
    fn a_limit_has_two_digits_and_is_never_below() {
        for (amount, up) in [
            (0, 0),
            (7, 7),
            (99, 99),
            (101, 110),
            (110, 110),
            (1_151, 1_200),
            (9_901, 10_000),
        ] {
            assert_eq!(round_up(u(amount)), u(up), "{amount}");
        }
        let ether = u(10).pow(u(18));
        assert_eq!(round_up(ether * u(1_151) + U256::ONE), ether * u(1_200));
        assert_eq!(round_up(U256::MAX), U256::MAX);
    }

    #[test]
    fn the_numbers_above_and_below_are_neighbours() {
        for (below, above) in [(1, 2), (99, 100), (100, 110), (990, 1_000), (1_000, 1_100)] {
            assert_eq!(next_up(u(below)), u(above));
            assert_eq!(next_down(u(above)), Some(u(below)));
        }
        assert_eq!((next_down(u(0)), next_down(u(1))), (None, None));
        assert_eq!(next_up(U256::MAX), U256::MAX);
    }

    #[test]
    fn amounts_show_four_digits_and_are_rounded_up() {
        let ether = u(10).pow(u(18));
        let cases = [
            (u(0), 18, "0 ETH"),
            (ether, 18, "1 ETH"),
            (ether * u(1_151), 18, "1,151 ETH"),
            (ether * u(12_345) + U256::ONE, 18, "12,350 ETH"),
            (ether / u(2), 18, "0.5 ETH"),
            (U256::ONE, 18, "0.000000000000000001 ETH"),
            (u(589_712_345_678), 6, "589.8K ETH"),
            (u(9_999_999_999_999), 6, "10M ETH"),
            (u(23), 0, "23 ETH"),
            (u(1_234_567_890_123_456_789), 0, "1.235e18 ETH"),
        ];
        for (amount, decimals, text) in cases {
            assert_eq!(tokens_up(amount, decimals, "ETH"), text);
        }
        assert_eq!(number_up(U256::MAX, 0), "1.157e77");
    }

    #[test]
    fn dollars_dates_and_lengths_of_time() {
        for (value, text) in [
            (0.0, "$0"),
            (999.6, "$1K"),
            (1_254_000.0, "$1.25M"),
            (99_960_000.0, "$100M"),
            (615_740_000.0, "$616M"),
            (2.5e12, "$2500B"),
        ] {
            assert_eq!(dollars(value), text);
        }
        assert_eq!(
            (date(0), date(1_648_000_000)),
            ("1970-01-01".to_owned(), "2022-03-23".to_owned())
        );
        assert_eq!(
            [60, 3_600, 10_800, 216_000].map(duration),
            ["60 s", "60 min", "3 h", "2.5 d"]
        );
        assert_eq!(count(1_234_567), "1,234,567");
    }
}
