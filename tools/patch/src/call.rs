//! A call by its Solidity signature and its arguments, and back into words.

use crate::typed::{address, bytes, number, quoted};
use alloy_dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier};
use alloy_json_abi::{Function, Param};
use alloy_primitives::{keccak256, Bytes, FixedBytes, B256, I256, U256};
use serde::Deserialize;

/// An argument, as a file has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "an argument is text in quotes, a whole number, true or false, or a list of these in brackets"
)]
pub enum Typed {
    /// `true` or `false`.
    Flag(bool),
    /// A number without quotes.
    Number(i64),
    /// Text in quotes.
    Text(String),
    /// A list: an array, or the fields of a struct.
    List(Vec<Typed>),
}

/// A function, by which calls are made and told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    function: Function,
    types: Vec<DynSolType>,
}

/// A call: its data, and the function that it is of where that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The data.
    pub data: Bytes,
    /// The function.
    pub signature: Option<Signature>,
}

impl Signature {
    /// Reads `initialize(uint256 cap, address owner)`, with or without names.
    ///
    /// # Errors
    /// A sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "{} is not the signature of a function: write its name and types, like 'initialize(uint256,address)'",
                quoted(text)
            )
        };
        let function = Function::parse(text).map_err(|_| refused())?;
        let types: Result<Vec<DynSolType>, _> = function.inputs.iter().map(Specifier::resolve).collect();
        let types = types.map_err(|_| refused())?;
        Ok(Self { function, types })
    }

    /// `initialize(uint256,address)`, with every type by its own name.
    #[must_use]
    pub fn canonical(&self) -> String {
        let types: Vec<_> = self.types.iter().map(DynSolType::sol_type_name).collect();
        format!("{}({})", self.function.name, types.join(","))
    }

    /// The first four bytes of its calls.
    #[must_use]
    pub fn selector(&self) -> FixedBytes<4> {
        FixedBytes::from_slice(&keccak256(self.canonical())[..4])
    }

    /// The data of a call with these arguments.
    ///
    /// # Errors
    /// A sentence.
    pub fn encode(&self, arguments: &[Typed]) -> Result<Bytes, String> {
        if arguments.len() != self.types.len() {
            return Err(format!(
                "'{}' takes {} arguments and was given {}",
                self.canonical(),
                self.types.len(),
                arguments.len()
            ));
        }
        let mut values = Vec::new();
        for (index, (of, argument)) in self.types.iter().zip(arguments).enumerate() {
            let named = |why: String| format!("argument {} of '{}': {why}", index + 1, self.canonical());
            values.push(value(of, argument).map_err(named)?);
        }
        let encoded = self
            .function
            .abi_encode_input_raw(&values)
            .map_err(|error| format!("'{}' cannot be encoded: {error}", self.canonical()))?;
        Ok([self.selector().as_slice(), &encoded].concat().into())
    }

    /// A call in words, `initialize(cap 5, 0x…)`; none when the data is not such a call to the last byte.
    #[must_use]
    pub fn told(&self, data: &[u8]) -> Option<String> {
        let arguments = data.strip_prefix(self.selector().as_slice())?;
        let values = self.function.abi_decode_input(arguments).ok()?;
        // What hides behind the end or in the padding would not be told.
        let again = self.function.abi_encode_input_raw(&values).ok()?;
        if again != arguments {
            return None;
        }
        Some(told(&self.function.name, &self.function.inputs, &values))
    }
}

impl Call {
    /// A call in words: by its function where that is known, otherwise its data.
    #[must_use]
    pub fn told(&self) -> String {
        let known = self
            .signature
            .as_ref()
            .and_then(|signature| signature.told(&self.data));
        known.unwrap_or_else(|| raw(&self.data))
    }
}

/// Data of which nobody says what it is.
#[must_use]
pub fn raw(data: &[u8]) -> String {
    if data.is_empty() {
        "a call without data".to_owned()
    } else {
        format!("the data {}", Bytes::copy_from_slice(data))
    }
}

fn value(of: &DynSolType, typed: &Typed) -> Result<DynSolValue, String> {
    let list = |items: &[Typed], of: &dyn Fn(usize) -> Option<DynSolType>| {
        let values = items.iter().enumerate().map(|(index, item)| {
            let of = of(index).ok_or("there are too many")?;
            value(&of, item)
        });
        values.collect::<Result<Vec<_>, String>>()
    };
    match (of, typed) {
        (DynSolType::Array(of), Typed::List(items)) => {
            Ok(DynSolValue::Array(list(items, &|_| Some((**of).clone()))?))
        }
        (DynSolType::FixedArray(of, count), Typed::List(items)) if items.len() == *count => {
            Ok(DynSolValue::FixedArray(list(items, &|_| Some((**of).clone()))?))
        }
        (DynSolType::Tuple(fields), Typed::List(items)) if items.len() == fields.len() => {
            Ok(DynSolValue::Tuple(list(items, &|index| {
                fields.get(index).cloned()
            })?))
        }
        (DynSolType::FixedArray(_, count), Typed::List(items)) => {
            Err(format!("it has {} elements and takes {count}", items.len()))
        }
        (DynSolType::Tuple(fields), Typed::List(items)) => Err(format!(
            "it has {} fields and takes {}",
            items.len(),
            fields.len()
        )),
        (DynSolType::Array(_) | DynSolType::FixedArray(..) | DynSolType::Tuple(_), _) => {
            Err(format!("{} is a list: write it in brackets", of.sol_type_name()))
        }
        (_, Typed::List(_)) => Err(format!("{} is no list", of.sol_type_name())),
        (DynSolType::Bool, Typed::Flag(flag)) => Ok((*flag).into()),
        (DynSolType::Bool, _) => Err("write true or false, without quotes".to_owned()),
        (_, Typed::Flag(_)) => Err(format!("{} is not true or false", of.sol_type_name())),
        (_, Typed::Number(number)) => scalar(of, &number.to_string()),
        (_, Typed::Text(text)) => scalar(of, text),
    }
}

fn scalar(of: &DynSolType, text: &str) -> Result<DynSolValue, String> {
    match of {
        DynSolType::Uint(bits) => {
            let word = number(text)?;
            if word.bit_len() > *bits {
                return Err(format!("{text} does not fit uint{bits}"));
            }
            Ok(DynSolValue::Uint(word, *bits))
        }
        DynSolType::Int(bits) => {
            let (digits, is_negative) = match text.strip_prefix('-') {
                Some(digits) => (digits, true),
                None => (text, false),
            };
            let size = number(digits)?;
            // The least has one more than the largest.
            let most = (U256::ONE << (bits - 1)) - U256::from(u8::from(!is_negative));
            if size > most {
                return Err(format!("{text} does not fit int{bits}"));
            }
            let word = if is_negative { size.wrapping_neg() } else { size };
            Ok(DynSolValue::Int(I256::from_raw(word), *bits))
        }
        DynSolType::Address => Ok(address(text)?.into()),
        DynSolType::String => Ok(DynSolValue::String(text.to_owned())),
        DynSolType::Bytes => Ok(DynSolValue::Bytes(bytes(text)?.to_vec())),
        DynSolType::FixedBytes(size) => {
            let bytes = bytes(text)?;
            if bytes.len() != *size {
                return Err(format!("{text} has {} bytes and takes {size}", bytes.len()));
            }
            Ok(DynSolValue::FixedBytes(B256::right_padding_from(&bytes), *size))
        }
        _ => Err(format!(
            "{} cannot be written here: give the call's data in place of its signature",
            of.sol_type_name()
        )),
    }
}

/// What has a name and values in words, `Insolvent(left 5, 0x…)`.
#[must_use]
pub fn told(name: &str, of: &[Param], values: &[DynSolValue]) -> String {
    let told = of
        .iter()
        .zip(values)
        .map(|(param, value)| match param.name.as_str() {
            "" => shown(value),
            name => format!("{name} {}", shown(value)),
        });
    format!("{name}({})", told.collect::<Vec<_>>().join(", "))
}

fn shown(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| values.iter().map(shown).collect::<Vec<_>>().join(", ");
    match value {
        DynSolValue::Bool(flag) => flag.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::FixedBytes(word, size) => Bytes::copy_from_slice(&word[..*size]).to_string(),
        DynSolValue::Address(account) => account.to_string(),
        DynSolValue::Function(function) => function.to_string(),
        DynSolValue::Bytes(bytes) => Bytes::copy_from_slice(bytes).to_string(),
        DynSolValue::String(text) => quoted(text),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => format!("[{}]", list(values)),
        DynSolValue::Tuple(values) => format!("({})", list(values)),
        #[allow(unreachable_patterns)] // More kinds exist with a feature of theirs.
        _ => "a value that is not known".to_owned(),
    }
}
