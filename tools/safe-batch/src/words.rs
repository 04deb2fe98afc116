//! Numbers in words: durations, amounts, shares, moments.

use crate::value::{address, quoted};
use alloy_primitives::{Address, U256};
use patch_file::PatchFile;
use std::collections::BTreeMap;

/// What a person told about names and units, for sentences only: it is in no data.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The names of groups of the hub.
    pub groups: BTreeMap<u8, String>,
    /// How many decimals an asset has.
    pub decimals: BTreeMap<Address, u8>,
    /// What an asset is called.
    pub symbols: BTreeMap<Address, String>,
    /// The patch that calls of a patch manager are about, by which they are compared and its calls are told.
    pub patch: Option<Box<PatchFile>>,
}

impl Words {
    /// Reads the names of groups: a line is a number and a name.
    ///
    /// # Errors
    /// A sentence.
    pub fn name_groups(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let refused = || {
                format!(
                    "{} does not name a group: write a number from 1 to 5 and a name, like '2 withdrawals'",
                    quoted(line)
                )
            };
            let (number, name) = line.split_once([' ', '=']).ok_or_else(refused)?;
            let number: u8 = number.trim().parse().map_err(|_| refused())?;
            let name = plain(name.trim()).ok_or_else(refused)?;
            if !(1..=portcullis_core::pause::GROUPS).contains(&number) {
                return Err(refused());
            }
            if self.groups.insert(number, name).is_some() {
                return Err(format!("group {number} has two names"));
            }
        }
        Ok(())
    }

    /// An asset, with its address always: a symbol is only what somebody calls it.
    #[must_use]
    pub fn asset(&self, asset: Address) -> String {
        match self.symbols.get(&asset) {
            Some(symbol) => format!("{symbol} ({asset})"),
            None if asset.is_zero() => format!("ETH ({asset})"),
            None => format!("the asset {asset}"),
        }
    }

    /// An amount, in whole units too when the decimals are known.
    #[must_use]
    pub fn amount(&self, asset: Address, amount: U256) -> String {
        let known = self.decimals.get(&asset).copied();
        let decimals = known.or_else(|| asset.is_zero().then_some(18));
        let smallest = format!("{amount} of the smallest unit");
        let symbol = match self.symbols.get(&asset) {
            Some(symbol) => symbol.as_str(),
            None if asset.is_zero() => "ETH",
            None => "whole units",
        };
        match decimals {
            Some(decimals) => format!("{} {symbol} ({smallest})", scaled(amount, decimals)),
            None => smallest,
        }
    }
}

/// `ASSET=N`, as an option takes it.
///
/// # Errors
/// A sentence.
pub fn decimals(text: &str) -> Result<(Address, u8), String> {
    let (asset, decimals) = text
        .split_once('=')
        .ok_or("it has to be an address and a number, like 0x…=18")?;
    match decimals.parse() {
        Ok(decimals @ 0..=77) => Ok((address(asset)?, decimals)),
        _ => Err(format!(
            "{} is not a number of decimals up to 77",
            quoted(decimals)
        )),
    }
}

/// `ASSET=NAME`, as an option takes it.
///
/// # Errors
/// A sentence.
pub fn symbol(text: &str) -> Result<(Address, String), String> {
    let (asset, symbol) = text
        .split_once('=')
        .ok_or("it has to be an address and a symbol, like 0x…=USDC")?;
    let symbol = plain(symbol).ok_or_else(|| {
        format!(
            "{} is not a symbol: letters, digits, dots, hyphens, underscores and spaces, 32 at the most",
            quoted(symbol)
        )
    })?;
    Ok((address(asset)?, symbol))
}

/// A name that cannot be mistaken for another part of a sentence.
fn plain(name: &str) -> Option<String> {
    let fits = !name.is_empty()
        && name.len() <= 32
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" -_.".contains(&byte));
    fits.then(|| name.to_owned())
}

fn scaled(amount: U256, decimals: u8) -> String {
    let digits = amount.to_string();
    let places = usize::from(decimals);
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = padded.split_at(padded.len() - places);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{point}{part}", grouped(whole))
}

/// Digits with a comma between thousands.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time in words, to the second.
#[must_use]
pub fn duration(secs: u64) -> String {
    let parts: Vec<String> = [
        (secs / 86_400, "day"),
        (secs / 3_600 % 24, "hour"),
        (secs / 60 % 60, "minute"),
        (secs % 60, "second"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, unit)| {
        let plural = if *count == 1 { "" } else { "s" };
        format!("{} {unit}{plural}", grouped(&count.to_string()))
    })
    .collect();
    match parts.as_slice() {
        [] => "0 seconds".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Hundredths of a per cent as per cent.
#[must_use]
pub fn share(bps: u64) -> String {
    format!("{}%", scaled(U256::from(bps), 2))
}

/// A second since 1970, as a date in UTC where there is one.
#[must_use]
pub fn moment(secs: u64) -> String {
    let date = i64::try_from(secs)
        .ok()
        .and_then(|secs| time::OffsetDateTime::from_unix_timestamp(secs).ok());
    match date {
        Some(date) => format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
            date.year(),
            u8::from(date.month()),
            date.day(),
            date.hour(),
            date.minute(),
            date.second()
        ),
        None => format!("second {secs} since 1970"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::secs;
    use proptest::prelude::*;

    #[test]
    fn durations_are_said_to_the_second() {
        for (secs, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (604_800, "7 days"),
            (129_600, "1 day and 12 hours"),
            (90_061, "1 day, 1 hour, 1 minute and 1 second"),
            (u64::MAX, "213,503,982,334,601 days, 7 hours and 15 seconds"),
        ] {
            assert_eq!(duration(secs), text);
        }
    }

    #[test]
    fn amounts_are_said_as_given_and_in_whole_units() {
        let asset = Address::repeat_byte(1);
        let mut words = Words::default();
        assert_eq!(
            words.amount(asset, U256::from(1_500_000)),
            "1500000 of the smallest unit"
        );
        words.decimals.insert(asset, 6);
        words.symbols.insert(asset, "USDC".to_owned());
        assert_eq!(
            words.amount(asset, U256::from(1_234_500_000u64)),
            "1,234.5 USDC (1234500000 of the smallest unit)"
        );
        assert_eq!(
            words.amount(asset, U256::ONE),
            "0.000001 USDC (1 of the smallest unit)"
        );
        assert_eq!(
            words.amount(Address::ZERO, U256::from(10u64.pow(18))),
            "1 ETH (1000000000000000000 of the smallest unit)"
        );
    }

    #[test]
    fn names_cannot_write_sentences() {
        for name in [
            "1 a\u{202e}b",
            "1 a)\t For nobody",
            "0 everything",
            "6 x",
            "1",
            "1 ",
            "x y",
        ] {
            assert!(Words::default().name_groups(name).is_err(), "{name}");
        }
        assert!(Words::default().name_groups("1 a\n1 b").is_err());
        let mut words = Words::default();
        words.name_groups("# ours\n\n1=ways in\n2 withdrawals\n").unwrap();
        assert_eq!(words.groups[&1], "ways in");
        assert_eq!(words.groups[&2], "withdrawals");
        assert!(symbol("0x0000000000000000000000000000000000000000=A\nB").is_err());
        assert!(decimals("0x0000000000000000000000000000000000000000=78").is_err());
    }

    #[test]
    fn moments_and_shares() {
        assert_eq!(moment(1_700_000_000), "2023-11-14 22:13:20 UTC");
        assert_eq!(moment(u64::MAX), format!("second {} since 1970", u64::MAX));
        assert_eq!(share(2_500), "25%");
        assert_eq!(share(1), "0.01%");
    }

    proptest! {
        #[test]
        fn a_duration_says_every_second(total in 0u64..1_000_000_000_000) {
            let mut sum = 0;
            for part in duration(total).replace(" and ", ", ").split(", ") {
                let (count, unit) = part.split_once(' ').unwrap();
                let scale = match unit.trim_end_matches('s') {
                    "day" => 86_400,
                    "hour" => 3_600,
                    "minute" => 60,
                    _ => 1,
                };
                sum += count.replace(',', "").parse::<u64>().unwrap() * scale;
            }
            prop_assert_eq!(sum, total);
        }

        #[test]
        fn an_amount_in_whole_units_is_the_amount(amount: [u64; 4], decimals in 0u8..=77) {
            let amount = U256::from_limbs(amount);
            let text = scaled(amount, decimals).replace(',', "");
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            let digits = format!("{whole}{part:0<width$}", width = usize::from(decimals));
            let digits: U256 = digits.parse().unwrap();
            prop_assert_eq!(digits, amount);
        }

        #[test]
        fn a_time_is_read_as_it_is_written(d in 0u64..40_000, h in 0u64..100, m in 0u64..100, s in 0u64..100) {
            let total = d * 86_400 + h * 3_600 + m * 60 + s;
            prop_assert_eq!(secs(&format!("{d}d{h}h{m}m{s}s")), Ok(total));
            prop_assert_eq!(secs(&total.to_string()), Ok(total));
        }
    }

    #[test]
    fn times_that_can_be_misread_are_refused() {
        for text in [
            "",
            "d",
            "7 d",
            "1h2d",
            "1d1d",
            "-1",
            "+1d",
            "1.5d",
            "7w",
            "1d2",
            "99999999999999999999",
            "999999999999999999d",
        ] {
            assert!(secs(text).is_err(), "{text}");
        }
    }
}
