//! Numbers, times and addresses as a person types them.
//!
//! # Design
//! - **Nothing that can be read in two ways**: no signs, no points, no capitals that are not an address's checksum.
//! - A refusal is a sentence that says what to write.

use alloy_primitives::{Address, Bytes, B256, U256};

/// What was read, in quotes, with nothing in it that a terminal obeys or a reader does not see: it may be an attacker's.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.escape_default())
}

/// Says that a number does not fit where it stands.
#[must_use]
pub fn too_large(text: &str) -> String {
    format!("{text} is too large")
}

/// Digits only: no sign, no point, nothing to be misread.
///
/// # Errors
/// A sentence.
pub fn whole(text: &str) -> Result<&str, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(format!("{} is not a whole number", quoted(text)))
    }
}

/// A number of one word: digits, or `0x` and hexadecimal digits.
///
/// # Errors
/// A sentence.
pub fn number(text: &str) -> Result<U256, String> {
    let refused = || {
        format!(
            "{} is not a number: write digits, or 0x and hexadecimal digits",
            quoted(text)
        )
    };
    match text.strip_prefix("0x") {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            U256::from_str_radix(digits, 16).map_err(|_| too_large(text))
        }
        Some(_) => Err(refused()),
        None => whole(text)
            .map_err(|_| refused())?
            .parse()
            .map_err(|_| too_large(text)),
    }
}

/// Seconds out of `604800`, `7d`, `1d12h`, `90m` or `30s`; the larger unit first.
///
/// # Errors
/// A sentence.
pub fn secs(text: &str) -> Result<u64, String> {
    let refused = || {
        format!(
            "{} is not a time: write 7d, 1d12h, 90m, 30s or a number of seconds",
            quoted(text)
        )
    };
    if let Ok(digits) = whole(text) {
        return digits.parse().map_err(|_| too_large(text));
    }
    let mut rest = text;
    let mut total: u64 = 0;
    for (unit, secs) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
        if let Some((digits, after)) = rest.split_once(unit) {
            let count: u64 = whole(digits)
                .map_err(|_| refused())?
                .parse()
                .map_err(|_| too_large(text))?;
            total = count
                .checked_mul(secs)
                .and_then(|secs| total.checked_add(secs))
                .ok_or_else(|| too_large(text))?;
            rest = after;
        }
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(refused());
    }
    Ok(total)
}

/// Hundredths of a per cent out of `1%`, `0.5%` or `0.05%`.
///
/// # Errors
/// A sentence.
pub fn bps(text: &str) -> Result<u16, String> {
    let refused = || {
        format!(
            "{} is not a share: write 1%, 0.5% or 0.05%, with two digits after the point at the most",
            quoted(text)
        )
    };
    let digits = text.strip_suffix('%').ok_or_else(refused)?;
    let (units, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let units: u16 = whole(units)
        .ok()
        .and_then(|units| units.parse().ok())
        .ok_or_else(refused)?;
    let part: u16 = match (whole(part).map_err(|_| refused())?, part.len()) {
        (part, 1) => part.parse().map(|tenths: u16| tenths * 10),
        (part, 2) => part.parse(),
        _ => return Err(refused()),
    }
    .map_err(|_| refused())?;
    units
        .checked_mul(100)
        .and_then(|bps| bps.checked_add(part))
        .ok_or_else(|| too_large(text))
}

/// An address: all in one case, or with the checksum of EIP-55 in its capitals.
///
/// # Errors
/// A sentence.
pub fn address(text: &str) -> Result<Address, String> {
    let refused = || {
        format!(
            "{} is not an address: that is 0x and 40 hexadecimal digits",
            quoted(text)
        )
    };
    let digits = text.strip_prefix("0x").ok_or_else(refused)?;
    if digits.len() != 40 {
        return Err(refused());
    }
    let parsed: Address = text.parse().map_err(|_| refused())?;
    let one_case = !digits.bytes().any(|byte| byte.is_ascii_uppercase())
        || !digits.bytes().any(|byte| byte.is_ascii_lowercase());
    if one_case || parsed.to_string() == text {
        Ok(parsed)
    } else {
        Err(format!(
            "'{text}' has capitals that are not its checksum: a digit is wrong"
        ))
    }
}

/// An address that is somebody.
///
/// # Errors
/// A sentence.
pub fn somebody(text: &str) -> Result<Address, String> {
    match address(text)? {
        nobody if nobody.is_zero() => Err("the zero address is nobody".to_owned()),
        somebody => Ok(somebody),
    }
}

/// Bytes as hexadecimal digits.
///
/// # Errors
/// A sentence.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    text.strip_prefix("0x")
        .and_then(|digits| hex::decode(digits).ok())
        .map(Bytes::from)
        .ok_or_else(|| "data is 0x and an even number of hexadecimal digits".to_owned())
}

/// A hash.
///
/// # Errors
/// A sentence.
pub fn hash(text: &str) -> Result<B256, String> {
    bytes(text)
        .ok()
        .and_then(|bytes| bytes.as_ref().try_into().ok())
        .ok_or_else(|| {
            format!(
                "{} is not a hash: that is 0x and 64 hexadecimal digits",
                quoted(text)
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_to_a_hundredth_of_a_per_cent() {
        for (text, read) in [
            ("0%", 0),
            ("0.01%", 1),
            ("0.5%", 50),
            ("0.05%", 5),
            ("1%", 100),
            ("1.25%", 125),
            ("99.99%", 9_999),
            ("655.35%", u16::MAX),
        ] {
            assert_eq!(bps(text), Ok(read), "{text}");
        }
        for text in [
            "", "1", "%", ".5%", "5.%", "0.001%", "-1%", "1 %", "655.36%", "656%", "1e2%", "+1%",
        ] {
            assert!(bps(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_is_digits_or_a_hexadecimal_word() {
        assert_eq!(number("007"), Ok(U256::from(7)));
        assert_eq!(number("0x1F"), Ok(U256::from(31)));
        assert_eq!(number(&U256::MAX.to_string()), Ok(U256::MAX));
        assert_eq!(number(&format!("{:#x}", U256::MAX)), Ok(U256::MAX));
        for text in ["", "0x", "-1", "+1", "1.0", "1e3", "1_000", "0xg", "0X1", " 1"] {
            let why = number(text).unwrap_err();
            assert!(
                why.ends_with("write digits, or 0x and hexadecimal digits"),
                "{text}: {why}"
            );
        }
        let beyond = format!("0x1{}", "0".repeat(64));
        assert_eq!(number(&beyond), Err(format!("{beyond} is too large")));
    }

    #[test]
    fn a_time_is_its_units_from_the_largest_on() {
        for (text, read) in [
            ("0", 0),
            ("604800", 604_800),
            ("7d", 604_800),
            ("1d12h", 129_600),
            ("90m", 5_400),
            ("30s", 30),
            ("1d1h1m1s", 90_061),
            ("18446744073709551615", u64::MAX),
            ("213503982334601d7h15s", u64::MAX),
        ] {
            assert_eq!(secs(text), Ok(read), "{text}");
        }
        for text in [
            "", "d", "7D", "1h1d", "1d1d", "1.5d", "-1d", "1 d", "1d ", "7d5", "1w", "1e2", "d1",
        ] {
            let told = format!(
                "{} is not a time: write 7d, 1d12h, 90m, 30s or a number of seconds",
                quoted(text)
            );
            assert_eq!(secs(text), Err(told));
        }
        for text in [
            "18446744073709551616",
            "18446744073709551616s",
            "213503982334602d",
            "213503982334601d7h16s",
        ] {
            assert_eq!(secs(text), Err(format!("{text} is too large")));
        }
    }

    #[test]
    fn an_address_is_of_one_case_or_of_its_checksum() {
        let account = "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa";
        let lower = account.to_lowercase();
        let upper = format!("0x{}", account[2..].to_uppercase());
        for text in [account, &lower, &upper] {
            assert_eq!(address(text).unwrap().to_string(), account);
        }
        assert_eq!(
            address("0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1AA"),
            Err("'0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1AA' has capitals that are not its checksum: a digit is wrong".to_owned())
        );
        for text in [
            &lower[2..],
            &lower[..41],
            &format!("{lower}0"),
            "",
            "0x",
            &lower.replace('f', "g"),
            &lower.replace("0x", "0X"),
        ] {
            let why = address(text).unwrap_err();
            assert!(
                why.ends_with("is not an address: that is 0x and 40 hexadecimal digits"),
                "{why}"
            );
        }
        assert!(address(&Address::ZERO.to_string()).is_ok());
        assert_eq!(
            somebody(&Address::ZERO.to_string()),
            Err("the zero address is nobody".to_owned())
        );
        assert!(somebody(account).is_ok());
    }

    #[test]
    fn a_hash_has_thirty_two_bytes_and_data_has_whole_ones() {
        let text = format!("0x{}", "ab".repeat(32));
        assert_eq!(hash(&text), Ok(B256::repeat_byte(0xab)));
        for text in [&text[2..], &text[..64], &format!("{text}ab"), "", "0x"] {
            assert!(hash(text)
                .unwrap_err()
                .ends_with("is not a hash: that is 0x and 64 hexadecimal digits"));
        }
        assert_eq!(bytes("0x"), Ok(Bytes::new()));
        assert_eq!(bytes("0xAb01"), Ok(Bytes::from_static(&[0xab, 1])));
        for text in ["", "ab", "0xa", "0xgg", "0x ab"] {
            assert_eq!(
                bytes(text),
                Err("data is 0x and an even number of hexadecimal digits".to_owned())
            );
        }
    }
}
