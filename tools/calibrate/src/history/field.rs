//! What stands in a field.

use super::Expected;
use alloy_primitives::U256;
use time::{format_description::well_known::Rfc3339, OffsetDateTime};

/// The last second of the year 9999. Milliseconds since 1970 are above it.
const LAST_SECOND: u64 = 253_402_300_799;

/// Seconds since 1970. A fraction of a second is cut off.
pub(super) fn time(text: &str) -> Result<u64, Expected> {
    if is_digits(text) {
        return text
            .parse()
            .ok()
            .filter(|secs| *secs <= LAST_SECOND)
            .ok_or(Expected::Seconds);
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| Expected::Time)?;
    u64::try_from(time.unix_timestamp()).map_err(|_| Expected::Time)
}

/// A whole number.
pub(super) fn amount(text: &str) -> Result<U256, Expected> {
    if !is_digits(text) {
        return Err(Expected::Amount);
    }
    U256::from_str_radix(text, 10).map_err(|_| Expected::SmallerAmount)
}

/// A text that is not empty.
pub(super) fn name(text: &str) -> Result<&str, Expected> {
    if text.is_empty() {
        Err(Expected::Name)
    } else {
        Ok(text)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_or_a_date_with_its_offset() {
        for (text, secs) in [
            ("0", 0),
            ("1648000000", 1_648_000_000),
            ("2022-03-23T01:46:40Z", 1_648_000_000),
            ("2022-03-23t01:46:40.999z", 1_648_000_000),
            ("2022-03-23T03:46:40+02:00", 1_648_000_000),
            ("253402300799", LAST_SECOND),
        ] {
            assert_eq!(time(text), Ok(secs), "{text}");
        }
    }

    #[test]
    fn milliseconds_dates_alone_and_times_before_1970_are_refused() {
        for (text, expected) in [
            ("1648000000000", Expected::Seconds),
            ("99999999999999999999999", Expected::Seconds),
            ("2022-03-23", Expected::Time),
            ("2022-03-23 01:46:40", Expected::Time),
            ("1969-12-31T23:59:59Z", Expected::Time),
            ("-5", Expected::Time),
            ("1.5", Expected::Time),
            ("", Expected::Time),
        ] {
            assert_eq!(time(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn an_amount_is_digits_up_to_256_bits() {
        let largest = U256::MAX.to_string();
        assert_eq!(amount("0"), Ok(U256::ZERO));
        assert_eq!(amount("007"), Ok(U256::from(7)));
        assert_eq!(amount(&largest), Ok(U256::MAX));
        assert_eq!(amount(&(largest + "0")), Err(Expected::SmallerAmount));
        for text in ["", "-1", "+1", "1.0", "1e18", "1,000", "1_000", "0x10", " 1", "१"] {
            assert_eq!(amount(text), Err(Expected::Amount), "{text}");
        }
    }
}
