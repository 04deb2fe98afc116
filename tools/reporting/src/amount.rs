//! Amounts as people read them.

use alloy_primitives::U256;

/// Decimals of a token amount that are shown; the rest is rounded down.
const SHOWN_DECIMALS: usize = 4;

/// A token amount: `25,500,000 USDC`, `0.5 ETH`, and `<0.0001 ETH` for dust.
pub fn tokens_down(amount: U256, decimals: u8, symbol: &str) -> String {
    let decimals = usize::from(decimals);
    let digits = format!(
        "{amount:0>width$}",
        amount = amount.to_string(),
        width = decimals + 1
    );
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let shown = fraction[..decimals.min(SHOWN_DECIMALS)].trim_end_matches('0');
    match (whole, shown) {
        ("0", "") if !amount.is_zero() => format!("<0.{:0>SHOWN_DECIMALS$} {symbol}", 1),
        (_, "") => format!("{} {symbol}", thousands(whole)),
        _ => format!("{}.{shown} {symbol}", thousands(whole)),
    }
}

/// A token amount and its worth: `173,600 ETH ($594M)`.
pub fn tokens_and_dollars(amount: U256, decimals: u8, symbol: &str, worth: f64) -> String {
    format!("{} ({})", tokens_down(amount, decimals, symbol), dollars(worth))
}

/// Dollars to three digits or so: `$594M`, `$1.2M`, `$0`; `n/a` for what is not a number.
pub fn dollars(value: f64) -> String {
    if !value.is_finite() {
        return "n/a".into();
    }
    let sign = if value <= -0.5 { "−" } else { "" };
    let mut value = value.abs();
    let mut units = ["", "K", "M", "B"].into_iter().peekable();
    let mut unit = units.next().unwrap_or_default();
    // Compares what would be printed, so that 999,999 becomes $1M and not $1000K.
    while rounded(value, unit) >= 1_000.0 && units.peek().is_some() {
        value /= 1_000.0;
        unit = units.next().unwrap_or_default();
    }
    format!("{sign}${}{unit}", rounded(value, unit))
}

/// A number to four digits or so: `1.05`, `0.0003`, `1.2M`; a power of ten when it is larger or smaller than people read; `n/a` for what is none.
#[must_use]
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "n/a".into();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    let four = |value: f64| {
        // To four digits, and then as short as it goes.
        let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
        rounded.to_string()
    };
    let told = match size {
        0.0 => "0".to_owned(),
        _ if !(1e-5..1e15).contains(&size) => {
            let rounded: f64 = format!("{size:.2e}").parse().unwrap_or(size);
            format!("{rounded:e}")
        }
        _ if size >= 999.95e9 => format!("{}T", four(size / 1e12)),
        _ if size >= 999.95e6 => format!("{}B", four(size / 1e9)),
        _ if size >= 999.95e3 => format!("{}M", four(size / 1e6)),
        _ if size >= 9_999.5 => format!("{}K", four(size / 1e3)),
        _ => four(size),
    };
    format!("{sign}{told}")
}

/// Gas with its thousands apart: `12,345 gas`.
pub fn gas(units: u64) -> String {
    format!("{} gas", thousands(&units.to_string()))
}

/// One decimal below a hundred of a unit; none above, and none for single dollars.
fn rounded(value: f64, unit: &str) -> f64 {
    if unit.is_empty() || value >= 99.95 {
        value.round()
    } else {
        (value * 10.0).round() / 10.0
    }
}

fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 3 == digits.len() % 3 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_amount_has_thousands_and_no_idle_decimals() {
        let ether = U256::from(10).pow(U256::from(18));
        assert_eq!(
            tokens_down(U256::from(25_500_000_000_000u64), 6, "USDC"),
            "25,500,000 USDC"
        );
        assert_eq!(
            tokens_down(U256::from(1_234_567_899u64), 6, "USDC"),
            "1,234.5678 USDC"
        );
        assert_eq!(tokens_down(ether / U256::from(2), 18, "ETH"), "0.5 ETH");
        assert_eq!(tokens_down(U256::ZERO, 18, "ETH"), "0 ETH");
        assert_eq!(tokens_down(U256::from(1), 18, "ETH"), "<0.0001 ETH");
        assert_eq!(tokens_down(U256::from(1_000), 0, "NFT"), "1,000 NFT");
        let ronin = ether * U256::from(173_600);
        assert_eq!(tokens_and_dollars(ronin, 18, "ETH", 594e6), "173,600 ETH ($594M)");
    }

    #[test]
    fn dollars_have_three_digits_and_roll_over_to_the_next_unit() {
        let cases = [
            (0.0, "$0"),
            (999.4, "$999"),
            (999.6, "$1K"),
            (1_200_000.0, "$1.2M"),
            (25_500_000.0, "$25.5M"),
            (99_960_000.0, "$100M"),
            (593_912_000.0, "$594M"),
            (999_999.0, "$1M"),
            (2_000_000_000_000.0, "$2000B"),
            (-1_500.0, "−$1.5K"),
            (-0.1, "$0"),
            (f64::NAN, "n/a"),
        ];
        for (value, text) in cases {
            assert_eq!(dollars(value), text);
        }
    }

    #[test]
    fn a_plain_number_has_four_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (1.052_34, "1.052"),
            (0.000_3, "0.0003"),
            (0.1 + 0.2, "0.3"),
            (9_999.0, "9999"),
            (9_999.6, "10K"),
            (12_345.0, "12.35K"),
            (999_999.0, "1M"),
            (2.5e9, "2.5B"),
            (7e12, "7T"),
            (1.234e18, "1.23e18"),
            (1e-9, "1e-9"),
            (-1_500.0, "−1500"),
            (f64::NAN, "n/a"),
        ];
        for (value, text) in cases {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn gas_has_thousands() {
        assert_eq!(gas(12_345), "12,345 gas");
        assert_eq!(gas(0), "0 gas");
    }
}
