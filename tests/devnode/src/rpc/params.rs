//! The parameters of a request.

use super::RpcError;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::U256;
use jsonrpsee::types::Params;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Parameters by position.
#[derive(Debug, Default)]
pub(crate) struct Args {
    values: Vec<Value>,
}

impl Args {
    /// The parameters of a request; one that names them instead of listing them is refused.
    pub(crate) fn parse(params: &Params<'_>) -> Result<Self, RpcError> {
        let text = params.as_str().unwrap_or("[]");
        let values: Option<Vec<Value>> = serde_json::from_str(text).map_err(|_| {
            RpcError::InvalidParams("non-array args: parameters have to be a list".to_owned())
        })?;
        Ok(Self {
            values: values.unwrap_or_default(),
        })
    }

    /// A parameter that may be missing or null.
    pub(crate) fn optional<T: DeserializeOwned>(
        &self,
        index: usize,
        name: &str,
    ) -> Result<Option<T>, RpcError> {
        match self.values.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|why| RpcError::argument(index, name, why)),
        }
    }

    /// A parameter that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<T, RpcError> {
        self.optional(index, name)?.ok_or_else(|| {
            RpcError::InvalidParams(format!("missing value for required argument {index} ({name})"))
        })
    }

    /// A number that must be there.
    pub(crate) fn number(&self, index: usize, name: &str) -> Result<u64, RpcError> {
        self.required::<Quantity>(index, name)?.to_u64(index, name)
    }

    /// A number that may be missing.
    pub(crate) fn optional_number(&self, index: usize, name: &str) -> Result<Option<u64>, RpcError> {
        self.optional::<Quantity>(index, name)?
            .map(|quantity| quantity.to_u64(index, name))
            .transpose()
    }

    /// A word that must be there.
    pub(crate) fn word(&self, index: usize, name: &str) -> Result<U256, RpcError> {
        Ok(self.required::<Quantity>(index, name)?.0)
    }

    /// The block that is meant; the latest when none is named.
    pub(crate) fn block(&self, index: usize) -> Result<BlockId, RpcError> {
        Ok(self
            .optional(index, "block")?
            .unwrap_or(BlockId::Number(BlockNumberOrTag::Latest)))
    }
}

/// A number as people write it: a JSON number, hexadecimal with `0x`, or decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quantity(pub(crate) U256);

impl Quantity {
    fn to_u64(self, index: usize, name: &str) -> Result<u64, RpcError> {
        u64::try_from(self.0).map_err(|_| RpcError::argument(index, name, "more than 64 bits"))
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => number
                .as_u64()
                .map(|number| Self(U256::from(number)))
                .ok_or_else(|| D::Error::custom("no whole number of at most 64 bits")),
            Value::String(text) => {
                let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                    Some("") => Ok(U256::ZERO),
                    Some(digits) => U256::from_str_radix(digits, 16),
                    None if text.is_empty() => return Err(D::Error::custom("an empty string is no number")),
                    None => U256::from_str_radix(&text, 10),
                };
                parsed
                    .map(Self)
                    .map_err(|_| D::Error::custom(format!("{text:?} is no number of at most 256 bits")))
            }
            _ => Err(D::Error::custom("a number has to be a number or a string")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn args(values: Value) -> Args {
        Args::parse(&Params::new(Some(&values.to_string()))).unwrap()
    }

    #[test]
    fn numbers_are_read_in_every_usual_form() {
        let args = args(json!([16, "0x10", "16", "0x", null]));
        for index in 0..3 {
            assert_eq!(args.number(index, "n"), Ok(16));
        }
        assert_eq!(args.number(3, "n"), Ok(0));
        assert_eq!(args.optional_number(4, "n"), Ok(None));
        assert_eq!(args.optional_number(5, "n"), Ok(None));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let args = args(json!([-1, 1.5, "", "x", true, {}, "0x1ffffffffffffffff"]));
        for index in 0..8 {
            assert!(
                matches!(args.number(index, "n"), Err(RpcError::InvalidParams(_))),
                "{index}"
            );
        }
    }

    #[test]
    fn a_block_is_a_tag_a_number_or_a_hash() {
        let hash = format!("0x{}", "11".repeat(32));
        let args = args(json!(["pending", "0x10", {"blockHash": hash}, {"blockNumber": "0x10"}, 7]));
        assert_eq!(args.block(0), Ok(BlockId::pending()));
        assert_eq!(args.block(1), Ok(BlockId::number(16)));
        assert!(args.block(2).unwrap().is_hash());
        assert_eq!(args.block(3), Ok(BlockId::number(16)));
        assert_eq!(args.block(9), Ok(BlockId::latest()));
    }

    #[test]
    fn named_parameters_are_refused() {
        assert!(Args::parse(&Params::new(Some("{\"a\":1}"))).is_err());
        assert!(Args::parse(&Params::new(None)).is_ok());
        assert!(Args::parse(&Params::new(Some("null"))).is_ok());
    }
}
