//! What users did: a file of transactions, one a line.
//!
//! # Design
//! - **JSON lines**: the first says what the file is and of which chain, each other one is a transaction. What is not known is refused.
//! - **In the order of the chain**: times never go back.

use alloy_primitives::{Address, Bytes, B256, U256};
use patch_file::typed::{address, bytes, quoted};
use serde::{Deserialize, Serialize};

/// What the first line's `portcullis` says.
const KIND: &str = "operations";
/// What can be read here.
const VERSION: u64 = 1;

/// Recorded operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// The chain that they were sent on.
    pub chain_id: u64,
    /// The transactions, in order.
    pub all: Vec<Operation>,
}

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Who sent it.
    pub from: Address,
    /// Whom it called.
    pub to: Address,
    /// Wei that it sent.
    pub value: U256,
    /// What it said.
    pub data: Bytes,
    /// When, in seconds since 1970.
    pub time: u64,
    /// Its hash, when it was taken from a chain.
    pub hash: Option<B256>,
    /// How it has to end in the new version, when somebody says so.
    pub expected: Option<Expected>,
}

/// How an operation has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expected {
    /// It passes.
    Passes,
    /// It is refused, as an attack that the patch is against.
    Refused,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    portcullis: String,
    version: u64,
    chain_id: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    contracts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_block: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_block: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    time: u64,
    from: String,
    to: String,
    #[serde(default = "zero")]
    value: String,
    #[serde(default = "empty")]
    data: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<Expected>,
}

fn zero() -> String {
    "0".to_owned()
}

fn empty() -> String {
    "0x".to_owned()
}

/// Where a recording comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The contracts whose transactions were looked for.
    pub contracts: Vec<Address>,
    /// The first block.
    pub from_block: u64,
    /// The last.
    pub to_block: u64,
}

impl Operations {
    /// Reads a file.
    ///
    /// # Errors
    /// A sentence, with the line.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| (index + 1, line));
        let (number, first) = lines
            .next()
            .ok_or("there is nothing in it: its first line has to be like {\"portcullis\":\"operations\",\"version\":1,\"chain_id\":42161}")?;
        let head: Head = serde_json::from_str(first)
            .map_err(|why| format!("line {number} is not the first line of recorded operations: {why}"))?;
        if head.portcullis != KIND {
            return Err(format!(
                "line {number}: it is of {} and not of {KIND}",
                quoted(&head.portcullis)
            ));
        }
        if head.version != VERSION {
            return Err(format!(
                "line {number}: it is of version {}, and {VERSION} is what is read here",
                head.version
            ));
        }
        let mut all: Vec<Operation> = Vec::new();
        for (number, line) in lines {
            let named = |why: String| format!("line {number}: {why}");
            let line: Line =
                serde_json::from_str(line).map_err(|why| named(format!("it is no operation: {why}")))?;
            let operation = line.operation().map_err(named)?;
            if let Some(before) = all.last().filter(|before| before.time > operation.time) {
                return Err(named(format!(
                    "its time {} is before that of the operation in front, {}",
                    operation.time, before.time
                )));
            }
            all.push(operation);
        }
        Ok(Self {
            chain_id: head.chain_id,
            all,
        })
    }

    /// The file, as it is read.
    #[must_use]
    pub fn file(&self, source: Option<&Source>) -> String {
        let head = Head {
            portcullis: KIND.to_owned(),
            version: VERSION,
            chain_id: self.chain_id,
            contracts: source
                .map(|source| source.contracts.iter().map(Address::to_string).collect())
                .unwrap_or_default(),
            from_block: source.map(|source| source.from_block),
            to_block: source.map(|source| source.to_block),
        };
        let mut text = line(&head);
        for operation in &self.all {
            text.push_str(&line(&Line {
                time: operation.time,
                from: operation.from.to_string(),
                to: operation.to.to_string(),
                value: operation.value.to_string(),
                data: operation.data.to_string(),
                hash: operation.hash.map(|hash| hash.to_string()),
                expected: operation.expected,
            }));
        }
        text
    }
}

fn line(value: &impl Serialize) -> String {
    // Invariant: structs of text and numbers are always JSON.
    let json = serde_json::to_string(value).expect("text and numbers are JSON");
    format!("{json}\n")
}

impl Line {
    fn operation(self) -> Result<Operation, String> {
        let digits = !self.value.is_empty() && self.value.bytes().all(|digit| digit.is_ascii_digit());
        let value = self.value.parse().ok().filter(|_| digits);
        let hash = self.hash.map(|hash| {
            let bytes = bytes(&hash).ok();
            bytes
                .and_then(|bytes| B256::try_from(bytes.as_ref()).ok())
                .ok_or_else(|| {
                    format!(
                        "{} is not a hash: that is 0x and 64 hexadecimal digits",
                        quoted(&hash)
                    )
                })
        });
        Ok(Operation {
            from: address(&self.from)?,
            to: address(&self.to)?,
            value: value.ok_or_else(|| {
                format!(
                    "{} is not a value: write a whole number of wei, in quotes",
                    quoted(&self.value)
                )
            })?,
            data: bytes(&self.data)?,
            time: self.time,
            hash: hash.transpose()?,
            expected: self.expected,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"portcullis":"operations","version":1,"chain_id":412346}"#;
    const A: &str = "0x1111111111111111111111111111111111111111";

    fn operation(time: u64) -> Operation {
        Operation {
            from: Address::repeat_byte(0x11),
            to: Address::repeat_byte(0x22),
            value: U256::from(7),
            data: vec![1, 2].into(),
            time,
            hash: Some(B256::repeat_byte(3)),
            expected: Some(Expected::Refused),
        }
    }

    #[test]
    fn a_file_reads_back_as_it_was() {
        let operations = Operations {
            chain_id: 42161,
            all: vec![operation(5), operation(5), operation(6)],
        };
        let source = Source {
            contracts: vec![Address::repeat_byte(0x22)],
            from_block: 1,
            to_block: 9,
        };
        for source in [None, Some(&source)] {
            let file = operations.file(source);
            assert_eq!(file.lines().count(), 4);
            assert_eq!(Operations::read(&file), Ok(operations.clone()));
        }
        let file = operations.file(Some(&source));
        assert!(file.starts_with(
            r#"{"portcullis":"operations","version":1,"chain_id":42161,"contracts":["0x2222222222222222222222222222222222222222"],"from_block":1,"to_block":9}"#
        ));
    }

    #[test]
    fn what_is_left_out_is_nothing_and_empty_lines_are_none() {
        let file = format!("\n{HEAD}\n\n{{\"time\":1,\"from\":\"{A}\",\"to\":\"{A}\"}}\n  \n");
        let read = Operations::read(&file).unwrap();
        assert_eq!(read.all.len(), 1);
        assert_eq!((read.all[0].value, read.all[0].data.len()), (U256::ZERO, 0));
        assert_eq!((read.all[0].hash, read.all[0].expected), (None, None));
        assert_eq!(Operations::read(HEAD).unwrap().all, []);
    }

    #[test]
    fn what_is_no_file_of_operations_is_refused_with_its_line() {
        let with = |line: &str| format!("{HEAD}\n{line}");
        let op = |fields: &str| with(&format!("{{\"time\":9,\"from\":\"{A}\",\"to\":\"{A}\"{fields}}}"));
        for (file, why) in [
            (String::new(), "there is nothing in it"),
            ("[]".to_owned(), "line 1 is not the first line"),
            (
                HEAD.replace("operations", "batch"),
                "line 1: it is of 'batch' and not of operations",
            ),
            (
                HEAD.replace(":1,", ":2,"),
                "it is of version 2, and 1 is what is read here",
            ),
            (HEAD.replace("412346", "-1"), "line 1 is not the first line"),
            (HEAD.replace("chain_id", "chain"), "unknown field `chain`"),
            (with("{}"), "line 2: it is no operation: missing field `time`"),
            (with("nonsense"), "line 2: it is no operation"),
            (op(",\"valu\":\"1\""), "unknown field `valu`"),
            (op(",\"value\":\"-1\""), "line 2: '-1' is not a value"),
            (op(",\"value\":\"\""), "'' is not a value"),
            (op(",\"value\":1"), "line 2: it is no operation: invalid type"),
            (
                op(&format!(",\"value\":\"{}\"", "9".repeat(80))),
                "is not a value",
            ),
            (op(",\"data\":\"0x1\""), "data is 0x and an even number"),
            (op(",\"hash\":\"0x11\""), "'0x11' is not a hash"),
            (op(",\"expected\":\"fails\""), "unknown variant `fails`"),
            (
                with(&format!("{{\"time\":9,\"from\":\"{A}\",\"to\":\"0x1\"}}")),
                "'0x1' is not an address",
            ),
            (
                format!("{}\n{{\"time\":8,\"from\":\"{A}\",\"to\":\"{A}\"}}", op("")),
                "line 3: its time 8 is before that of the operation in front, 9",
            ),
        ] {
            let told = Operations::read(&file).unwrap_err();
            assert!(told.contains(why), "{file}: {told}");
        }
    }
}
