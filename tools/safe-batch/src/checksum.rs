//! The checksum of a batch, as the Transaction Builder computes it. It finds a file that was damaged, and no attacker: whoever edits a file
//! can compute it, too.
//!
//! It is the keccak256 of a canonical text: the batch without `meta.checksum` and with a `meta.name` of null; an object is `{`, the list of its keys
//! in order as JSON, each value followed by a comma, `}`; a list is its values between commas; all else is as in JSON.

use alloy_primitives::{keccak256, B256};
use serde_json::Value as Json;

/// The checksum of a batch, whatever its own says.
#[must_use]
pub fn checksum(batch: &Json) -> B256 {
    let mut batch = batch.clone();
    if let Some(meta) = batch.get_mut("meta").and_then(Json::as_object_mut) {
        meta.remove("checksum");
        meta.insert("name".to_owned(), Json::Null);
    }
    let mut text = String::new();
    canonical(&batch, &mut text);
    keccak256(text)
}

fn canonical(json: &Json, text: &mut String) {
    match json {
        Json::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                canonical(value, text);
            }
            text.push(']');
        }
        Json::Object(fields) => {
            let mut fields: Vec<(&String, &Json)> = fields.iter().collect();
            // JavaScript's order, which is not that of UTF-8.
            fields.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            let keys = fields.iter().map(|(key, _)| Json::from(key.as_str())).collect();
            text.push('{');
            text.push_str(&Json::Array(keys).to_string());
            for (_, value) in fields {
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The Transaction Builder's own test.
    #[test]
    fn the_transaction_builders_vector() {
        let batch = json!({
            "version": "1.0",
            "chainId": "4",
            "createdAt": 1_646_321_521_061u64,
            "meta": {
                "name": "test batch file",
                "txBuilderVersion": "1.4.0",
                "checksum": "",
                "createdFromSafeAddress": "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
                "createdFromOwnerAddress": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
            },
            "transactions": [
                {
                    "to": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
                    "value": "0",
                    "contractMethod": {
                        "inputs": [{ "internalType": "address", "name": "paramAddress", "type": "address" }],
                        "name": "testAddress",
                        "payable": false,
                    },
                    "contractInputsValues": { "paramAddress": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6" },
                },
                {
                    "to": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
                    "value": "0",
                    "contractMethod": {
                        "inputs": [{ "internalType": "bool", "name": "paramBool", "type": "bool" }],
                        "name": "testBool",
                        "payable": false,
                    },
                    "contractInputsValues": { "paramAddress": "", "paramBool": "false" },
                },
                {
                    "to": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
                    "value": "2000000000000000000",
                    "data": "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
                },
            ],
        });
        assert_eq!(
            checksum(&batch).to_string(),
            "0x86c81826dbf7e8a37612153294cc85fdf5c81998dd0a44b86d945502a7eace7c"
        );
        let mut renamed = batch.clone();
        renamed["meta"]["name"] = json!("another");
        assert_eq!(checksum(&renamed), checksum(&batch), "a name is not covered");
        let mut reversed = batch.clone();
        reversed["transactions"].as_array_mut().unwrap().reverse();
        assert_ne!(checksum(&reversed), checksum(&batch));
    }

    #[test]
    fn keys_are_in_javascripts_order() {
        let mut text = String::new();
        canonical(
            &json!({ "\u{ff61}": 1, "\u{1f600}": [true, null], "a\"\n": "\u{1}" }),
            &mut text,
        );
        assert_eq!(
            text,
            "{[\"a\\\"\\n\",\"\u{1f600}\",\"\u{ff61}\"]\"\\u0001\",[true,null],1,}"
        );
    }
}
