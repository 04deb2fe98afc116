//! Out of the data of a call, what it does.
//!
//! # Design
//! - **Only data that encodes to the very same bytes is described.** Anything else, as bytes after the end or in the padding, could be read
//!   in two ways, and is refused.
//! - **What is not known is said to be not known**, with the data. A guess would be worse than nothing.
//! - Calls inside calls (`schedule`, a council's `execute`, a Safe's `execTransaction` and `multiSend`) are described by the same table, to a depth that no honest call reaches.
//!
//! # Trust assumptions
//! - The contract is of the kind that the reader names: a selector alone does not say whose it is.

use crate::{
    acts::{Act, Kind, Waits},
    value::Value,
    words::{duration, Words},
};
use alloy_primitives::{keccak256, Address, Bytes, U256};
use alloy_sol_types::SolCall;
use portcullis_core::timelock::GRACE_SECS;
use std::cell::RefCell;

/// How deep calls may lie in calls.
const DEEPEST: u8 = 4;

/// Why data is not described at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be decoded.
    #[error("the data begins as a call of {signature} and is not one: it is too short, or a value does not fit its type")]
    Malformed {
        /// The function.
        signature: &'static str,
    },
    /// It is not how this call is encoded.
    #[error("the data decodes as a call of {signature} and does not encode to the same bytes: something is hidden after its end or in its padding")]
    Hidden {
        /// The function.
        signature: &'static str,
    },
    /// The calls of a batch cannot be told apart.
    #[error("the data is a batch for Safe's MultiSend and cannot be unpacked: {why}")]
    Packed {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Calls in calls in calls.
    #[error("the data holds calls inside calls more than {DEEPEST} deep")]
    TooDeep,
}

/// A call in words.
#[derive(Debug)]
pub struct Description {
    /// What it does, who may do it, when it takes effect.
    pub sentence: String,
    /// What the reader has to look at before anything is signed; empty when everything is known.
    pub look: Vec<String>,
    /// Whether it waits; none when it is unknown.
    pub waits: Option<Waits>,
    /// The act, and its values; none when it is unknown.
    pub act: Option<(&'static Act, Vec<Value>)>,
    /// The values of all calls in it, the inner ones too.
    pub(crate) named: Vec<Value>,
}

/// Describes the data of a call to a contract of this kind, or to a council.
///
/// # Errors
/// [`Refused`].
pub fn describe(data: &[u8], kind: Kind, words: &Words) -> Result<Description, Refused> {
    let look = RefCell::new(Vec::new());
    let named = RefCell::new(Vec::new());
    let telling = Telling {
        words,
        kind,
        depth: 0,
        look: &look,
        named: &named,
    };
    let told = telling.act(data)?;
    Ok(Description {
        sentence: told.sentence(),
        look: look.into_inner(),
        waits: told.waits,
        act: told.act,
        named: named.into_inner(),
    })
}

/// Decodes a call, from these bytes and no others.
pub(crate) fn exactly<C: SolCall>(data: &[u8]) -> Result<C, Refused> {
    let signature = C::SIGNATURE;
    let arguments = data.get(4..).ok_or(Refused::Malformed { signature })?;
    // Not the validating decoder: what it calls malformed is said by what it is.
    let call = C::abi_decode_raw(arguments).map_err(|_| Refused::Malformed { signature })?;
    if call.abi_encode() == data {
        Ok(call)
    } else {
        Err(Refused::Hidden { signature })
    }
}

/// An action of a council.
pub(crate) struct Action<'a> {
    pub(crate) target: Address,
    pub(crate) value: U256,
    pub(crate) nonce: U256,
    pub(crate) epoch: U256,
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) data: &'a Bytes,
}

/// What a row needs to make its sentence.
pub(crate) struct Telling<'a> {
    pub(crate) words: &'a Words,
    kind: Kind,
    depth: u8,
    look: &'a RefCell<Vec<String>>,
    named: &'a RefCell<Vec<Value>>,
}

/// What a call does and who may do it; whether it waits, and which it is, when it is known.
struct Told {
    what: String,
    waits: Option<Waits>,
    act: Option<(&'static Act, Vec<Value>)>,
}

impl Told {
    fn sentence(&self) -> String {
        match self.waits {
            Some(waits) => format!("{} {}", self.what, waits.sentence()),
            None => self.what.clone(),
        }
    }
}

impl Telling<'_> {
    fn act(&self, data: &[u8]) -> Result<Told, Refused> {
        let known = data
            .first_chunk()
            .and_then(|selector| self.kind.selected(*selector));
        let Some(act) = known else {
            return Ok(Told {
                what: self.unknown(data),
                waits: None,
                act: None,
            });
        };
        let said = act.decode(data, self)?;
        self.named.borrow_mut().extend(said.values.iter().cloned());
        let mut what = format!("{} {}", said.what, act.by);
        if let Some(why) = said.refused {
            what = format!("THE CONTRACT REFUSES THIS: {why}. {what}");
            self.look_at(format!("The contract refuses '{}': {why}.", act.name));
        }
        Ok(Told {
            what,
            waits: Some(said.waits),
            act: Some((act, said.values)),
        })
    }

    fn unknown(&self, data: &[u8]) -> String {
        let elsewhere = data.first_chunk().and_then(|selector| {
            Kind::ALL
                .into_iter()
                .find(|kind| kind.acts().iter().any(|act| act.selector == *selector))
        });
        let hint = match elsewhere {
            Some(kind) => format!(" (--kind {kind} knows it)"),
            None => String::new(),
        };
        self.look_at(format!(
            "There is a call that is unknown to the {}{hint}: nothing says what it does.",
            self.kind.contract()
        ));
        format!(
            "UNKNOWN CALL, nothing says what it does{hint}. Its data: {}",
            Bytes::copy_from_slice(data)
        )
    }

    /// Notes what the reader has to look at.
    pub(crate) fn look_at(&self, what: String) {
        self.look.borrow_mut().push(what);
    }

    fn deeper(&self) -> Result<Telling<'_>, Refused> {
        if self.depth == DEEPEST {
            return Err(Refused::TooDeep);
        }
        Ok(Telling {
            words: self.words,
            kind: self.kind,
            depth: self.depth + 1,
            look: self.look,
            named: self.named,
        })
    }

    /// A call inside a call, carried out with it.
    pub(crate) fn inner(&self, data: &[u8]) -> Result<String, Refused> {
        Ok(self.deeper()?.act(data)?.sentence())
    }

    /// A call that is scheduled.
    pub(crate) fn scheduled(&self, data: &[u8]) -> Result<String, Refused> {
        let Told { what, waits, act } = self.deeper()?.act(data)?;
        if let (Some(false), Some((act, _))) = (waits.map(Waits::can_wait), act) {
            self.look_at(format!(
                "Nothing comes of scheduling '{}': with these arguments it never waits.",
                act.name
            ));
        }
        Ok(format!(
            "SCHEDULES, and does not carry out yet, the operation {}: [{what}] From the end of the contract's delay on and for {} after it, this same call carries it out; until then it can be cancelled.",
            keccak256(data),
            duration(GRACE_SECS)
        ))
    }
}
