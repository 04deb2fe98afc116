//! The file that Safe's Transaction Builder imports.
//!
//! # Design
//! - **The same arguments make the same file, byte for byte**, so that two people can write it and compare.
//! - The Transaction Builder sends `data` and does not look at `contractMethod` where there is data. Both are written, and a file in which they
//!   differ is refused: what a person reads there has to be what is sent.

use crate::{
    acts::{Act, Kind},
    checksum::checksum,
    describe::describe,
    value::{address, bytes, quoted, Value},
    words::Words,
};
use alloy_primitives::{Address, Bytes};
use serde::{ser::SerializeMap, Serialize, Serializer};
use serde_json::Value as Json;

/// The format's version.
const VERSION: &str = "1.0";

/// The version of the Transaction Builder whose files these are like.
const TX_BUILDER_VERSION: &str = "1.18.0";

/// The largest number that JavaScript holds exactly.
const LARGEST: u64 = (1 << 53) - 1;

/// A call of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Whom it calls.
    pub to: Address,
    /// With how much, in wei, as the file says it.
    pub value: String,
    /// The call.
    pub data: Bytes,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// On which chain.
    pub chain_id: u64,
    /// Of which Safe; none when the file does not say.
    pub safe: Option<Address>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: u64,
    /// What it is called. No checksum covers it.
    pub name: String,
    /// What the file says that it does.
    pub description: String,
    /// Its calls, in order.
    pub transactions: Vec<Transaction>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    version: &'a str,
    chain_id: String,
    created_at: u64,
    meta: Meta<'a>,
    transactions: Vec<Written>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    name: &'a str,
    description: &'a str,
    tx_builder_version: &'a str,
    created_from_safe_address: String,
    created_from_owner_address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    to: String,
    value: String,
    data: String,
    contract_method: Option<Method>,
    contract_inputs_values: Option<Fields>,
}

#[derive(Serialize)]
struct Method {
    inputs: Vec<Input>,
    name: String,
    payable: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    internal_type: String,
    name: String,
    r#type: String,
}

/// An object whose fields keep their order.
struct Fields(Vec<(&'static str, String)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// How a file shows an act.
fn shown(act: &Act, values: &[Value]) -> Option<(Method, Fields)> {
    let function = (act.function)()?;
    let inputs = function.inputs.iter().map(|input| Input {
        internal_type: input.ty.clone(),
        name: input.name.clone(),
        r#type: input.ty.clone(),
    });
    let names = act.arguments.iter().map(|argument| argument.name);
    Some((
        Method {
            inputs: inputs.collect(),
            name: function.name.clone(),
            payable: act.is_payable(),
        },
        Fields(names.zip(values.iter().map(Value::field)).collect()),
    ))
}

impl Batch {
    /// The file, ending with a line break.
    ///
    /// # Errors
    /// A sentence.
    pub fn file(&self, kind: Kind, words: &Words) -> Result<String, String> {
        let mut transactions = Vec::new();
        for transaction in &self.transactions {
            let described = describe(&transaction.data, kind, words).map_err(|why| why.to_string())?;
            let shown = described.act.and_then(|(act, values)| shown(act, &values));
            let (contract_method, contract_inputs_values) = shown.unzip();
            transactions.push(Written {
                to: transaction.to.to_string(),
                value: transaction.value.clone(),
                data: transaction.data.to_string(),
                contract_method,
                contract_inputs_values,
            });
        }
        let mut file = File {
            version: VERSION,
            chain_id: self.chain_id.to_string(),
            created_at: self.created_at,
            meta: Meta {
                name: &self.name,
                description: &self.description,
                tx_builder_version: TX_BUILDER_VERSION,
                created_from_safe_address: self.safe.map(|safe| safe.to_string()).unwrap_or_default(),
                created_from_owner_address: "",
                checksum: None,
            },
            transactions,
        };
        let without = serde_json::to_value(&file).map_err(|error| error.to_string())?;
        file.meta.checksum = Some(checksum(&without).to_string());
        let mut text = serde_json::to_string_pretty(&file).map_err(|error| error.to_string())?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a file, and refuses one that contradicts itself.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(text: &str, kind: Kind) -> Result<Self, String> {
        let json: Json = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if !exact(&json) {
            return Err("it has a number that is not whole, or too large to be exact everywhere".to_owned());
        }
        if json["version"] != VERSION {
            return Err(format!("its version is not \"{VERSION}\""));
        }
        let told = json["meta"]["checksum"]
            .as_str()
            .ok_or("it has no checksum, so nothing says that it is as it was written")?;
        let actual = checksum(&json).to_string();
        if !told.eq_ignore_ascii_case(&actual) {
            return Err(format!(
                "its checksum is {} and should be {actual}: it was changed after it was written",
                quoted(told)
            ));
        }
        let listed = json["transactions"].as_array().filter(|list| !list.is_empty());
        let listed = listed.ok_or("it has no transactions")?;
        let mut transactions = Vec::new();
        for (index, listed) in listed.iter().enumerate() {
            let read = transaction(listed, kind);
            transactions.push(read.map_err(|why| format!("transaction {}: {why}", index + 1))?);
        }
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let safe = text(&json["meta"]["createdFromSafeAddress"]);
        Ok(Self {
            chain_id: chain(&json["chainId"]).ok_or("its chainId is not the number of a chain")?,
            safe: if safe.is_empty() {
                None
            } else {
                Some(address(&safe)?)
            },
            created_at: json["createdAt"]
                .as_u64()
                .ok_or("its createdAt is not a number")?,
            name: text(&json["meta"]["name"]),
            description: text(&json["meta"]["description"]),
            transactions,
        })
    }
}

fn chain(json: &Json) -> Option<u64> {
    let id = match json {
        Json::String(digits) => digits.parse().ok()?,
        _ => json.as_u64()?,
    };
    (1..=LARGEST).contains(&id).then_some(id)
}

/// Whether JavaScript reads the same numbers.
fn exact(json: &Json) -> bool {
    match json {
        Json::Number(number) => number.as_u64().is_some_and(|number| number <= LARGEST),
        Json::Array(values) => values.iter().all(exact),
        Json::Object(fields) => fields.values().all(exact),
        _ => true,
    }
}

fn transaction(json: &Json, kind: Kind) -> Result<Transaction, String> {
    let text = |name: &str| {
        json[name]
            .as_str()
            .ok_or_else(|| format!("it has no '{name}' as text"))
    };
    if !matches!(&json["operation"], Json::Null) && json["operation"] != 0 && json["operation"] != "0" {
        return Err(
            "it has an operation that is no call: a delegatecall would run another's code as the Safe itself"
                .to_owned(),
        );
    }
    let read = Transaction {
        to: address(text("to")?)?,
        value: text("value")?.to_owned(),
        data: bytes(text("data")?)?,
    };
    if read.value.is_empty() || !read.value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("its value {} is not a whole number", quoted(&read.value)));
    }
    let described = describe(&read.data, kind, &Words::default()).map_err(|why| why.to_string())?;
    let known = described.act.and_then(|(act, values)| shown(act, &values));
    let (method, fields) = (&json["contractMethod"], &json["contractInputsValues"]);
    if method.is_null() && fields.is_null() {
        return Ok(read);
    }
    let Some((known_method, known_fields)) = known else {
        return Err(
            "it shows a function and its values, which cannot be checked: its data is a call that is not known"
                .to_owned(),
        );
    };
    for (name, told, known) in [
        ("contractMethod", method, serde_json::to_value(known_method)),
        ("contractInputsValues", fields, serde_json::to_value(known_fields)),
    ] {
        if known.as_ref().ok() != Some(told) {
            return Err(format!(
                "its {name} is not what its data says: the one is shown, the other is sent (or it is of another --kind)"
            ));
        }
    }
    Ok(read)
}
