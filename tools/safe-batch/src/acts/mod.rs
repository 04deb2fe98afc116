//! The acts of authority: one table for each interface, that writing and describing both read.
//!
//! # Design
//! - **An act's row is its only place**: how a person names it, its arguments, who may do it, whether it waits, what a contract refuses whatever
//!   is in force, and the sentence. The call's data, selector and fields come from the interface that the contracts are checked against.
//! - **The sentence is made of the call's data**, never of what was typed: writing describes what it has encoded.
//! - What a contract refuses comes from the contracts' own core, so that the bounds said here are those in force.

mod bridge;
mod council;
mod hub;
mod patch;
mod proxy;
mod refused;
mod safe;
mod treasury;

use crate::{
    describe::{Refused, Telling},
    value::{Takes, Value},
    words::duration,
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::private::alloy_json_abi::Function;
use std::fmt;

/// Which interface a contract answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// The guards standing alone: contracts/hub/IHub.sol.
    Hub,
    /// The treasury: examples/treasury/ITreasury.sol.
    Treasury,
    /// The bridge: examples/bridge/IBridge.sol.
    Bridge,
    /// The patch manager: contracts/patch-manager/IPatchManager.sol.
    Patch,
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Hub => "hub",
            Self::Treasury => "treasury",
            Self::Bridge => "bridge",
            Self::Patch => "patch",
        })
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hub, Self::Treasury, Self::Bridge, Self::Patch];

    /// What such a contract is called.
    #[must_use]
    pub fn contract(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Treasury => "treasury",
            Self::Bridge => "bridge",
            Self::Patch => "patch manager",
        }
    }

    /// Its acts.
    #[must_use]
    pub fn acts(self) -> &'static [Act] {
        match self {
            Self::Hub => hub::ACTS,
            Self::Treasury => treasury::ACTS,
            Self::Bridge => bridge::ACTS,
            Self::Patch => patch::all(),
        }
    }

    /// The act of this name, of the contract or of a council.
    #[must_use]
    pub fn named(self, name: &str) -> Option<&'static Act> {
        self.acts()
            .iter()
            .chain(council::all())
            .find(|act| act.name == name)
    }

    /// The act of this selector, or what a council or a Safe is called with.
    #[must_use]
    pub fn selected(self, selector: [u8; 4]) -> Option<&'static Act> {
        self.acts()
            .iter()
            .chain(council::all())
            .chain(safe::all())
            .find(|act| act.selector == selector)
    }
}

/// What anybody, a member, or a member of its emergency committee calls a council with.
pub fn council_acts() -> impl Iterator<Item = &'static Act> {
    council::outside::ACTS.iter().chain(council::emergency::ACTS)
}

/// What only a council calls on itself, by an action that its members approve.
#[must_use]
pub fn acts_of_a_council_on_itself() -> &'static [Act] {
    council::itself::ACTS
}

/// What a patch manager sets a guarded proxy by, inside of `set-proxy`.
#[must_use]
pub fn acts_of_a_proxys_setting() -> &'static [Act] {
    proxy::ACTS
}

/// Whether an act is carried out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Always at once.
    Never,
    /// When it loosens, which depends on what is in force.
    IfLoosens,
    /// Always.
    Always,
    /// For the governor always, for others who may do it never.
    Governor,
    /// Only schedules, which is at once; what is scheduled waits.
    Scheduling,
}

impl Waits {
    /// Whether it could be scheduled to any effect.
    #[must_use]
    pub fn can_wait(self) -> bool {
        matches!(self, Self::IfLoosens | Self::Always | Self::Governor)
    }

    /// What that is, in words.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Never => "Takes effect at once.",
            Self::IfLoosens => {
                "Takes effect at once if it tightens; if it loosens, it fails unless this same call was scheduled and has waited."
            }
            Self::Always => "Waits: it fails unless this same call was scheduled and has waited.",
            Self::Governor => {
                "For the governor it waits: it fails unless this same call was scheduled and has waited."
            }
            Self::Scheduling => "Only the scheduling takes effect at once.",
        }
    }
}

/// One argument of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name in the interface.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// What a call's data says.
pub(crate) struct Said {
    /// What changes.
    pub(crate) what: String,
    /// Whether it waits.
    pub(crate) waits: Waits,
    /// Why the contract refuses it, whatever is in force.
    pub(crate) refused: Option<String>,
    /// The arguments, in order.
    pub(crate) values: Vec<Value>,
}

/// One act.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// What a person calls it.
    pub name: &'static str,
    /// What it takes, in order.
    pub arguments: &'static [Argument],
    /// Who may do it.
    pub by: &'static str,
    /// The first four bytes of its data.
    pub selector: [u8; 4],
    /// Its signature.
    pub signature: &'static str,
    /// How the interface declares it.
    pub(crate) function: fn() -> Option<Function>,
    encode: fn(Vec<Value>) -> Option<Vec<u8>>,
    decode: fn(&[u8], &Telling<'_>) -> Result<Said, Refused>,
}

impl Act {
    /// Whether a council is called with it.
    #[must_use]
    pub fn is_a_councils(&self) -> bool {
        council::all().any(|act| act.selector == self.selector)
    }

    /// Whether ETH may come with it.
    #[must_use]
    pub fn is_payable(&self) -> bool {
        use alloy_sol_types::private::alloy_json_abi::StateMutability;
        (self.function)().is_some_and(|function| function.state_mutability == StateMutability::Payable)
    }

    /// How it is typed.
    #[must_use]
    pub fn usage(&self) -> String {
        let mut usage = self.name.to_owned();
        // A patch's terms and parts are in its file, and are nothing to type.
        let of_a_file = match self.arguments {
            [first, ..] if first.name == "act" => {
                usage.push_str(" --patch FILE");
                16
            }
            _ => 0,
        };
        let is_typed = |argument: &&Argument| of_a_file == 0 || !matches!(argument.name, "init" | "checks");
        for argument in self.arguments[of_a_file..].iter().filter(is_typed) {
            usage.push_str(&format!(
                " {}:{}",
                argument.name.trim_end_matches('_'),
                argument.takes.usage()
            ));
        }
        usage
    }

    /// The data of the call, with these arguments.
    ///
    /// # Errors
    /// A sentence: there are more or fewer than it takes, or one cannot be read.
    pub fn encode_typed(&self, typed: &[String]) -> Result<Vec<u8>, String> {
        if typed.len() != self.arguments.len() {
            return Err(format!(
                "'{}' takes {} arguments and was given {}: {}",
                self.name,
                self.arguments.len(),
                typed.len(),
                self.usage()
            ));
        }
        let mut values = Vec::new();
        for (argument, text) in self.arguments.iter().zip(typed) {
            let value = argument.takes.parse(text);
            values.push(value.map_err(|why| format!("{} of '{}': {why}", argument.name, self.name))?);
        }
        (self.encode)(values).ok_or_else(|| format!("'{}' cannot be encoded", self.name))
    }

    /// The data of the call with these values, or none when they are of other types.
    #[must_use]
    pub fn encode(&self, values: Vec<Value>) -> Option<Vec<u8>> {
        (self.encode)(values)
    }

    /// What the data says.
    pub(crate) fn decode(&self, data: &[u8], telling: &Telling<'_>) -> Result<Said, Refused> {
        let mut said = (self.decode)(data, telling)?;
        let by_itself = self
            .arguments
            .iter()
            .zip(&said.values)
            .find_map(|(argument, value)| argument.takes.refused(value));
        said.refused = by_itself.or(said.refused);
        Ok(said)
    }
}

/// What naming a successor says; the zero address takes a proposal back.
/// What `accept-governor` says.
const ACCEPTS: &str = "HANDS OVER: makes the caller the governor, in place of the one before.";

/// What `set-delay` says.
fn delays(secs: u64) -> String {
    format!(
        "Makes what loosens wait {} from then on. A shorter delay than before loosens.",
        duration(secs)
    )
}

/// What `cancel-scheduled` says.
fn cancels(operation: B256) -> String {
    format!("Cancels the scheduled operation {operation}: it will not be carried out.")
}

fn proposes(proposed: Address) -> String {
    if proposed.is_zero() {
        "Takes back the proposal of a successor of the governor.".to_owned()
    } else {
        format!(
            "HANDS OVER: names {proposed} as the governor's successor, who is not governor before accepting."
        )
    }
}

/// The rows of a table: `"name" => call(its fields, what is told) [field: what it takes]`, then who, whether it waits, why it is refused
/// whatever is in force, and what it does.
macro_rules! acts {
    (
        $(#[$doc:meta])*
        $module:ident::$interface:ident;
        $(
            $name:literal => $call:ident($c:pat, $telling:pat) [$($field:ident: $takes:ident),*]
            by: $by:literal, waits: $waits:expr, refused: $refused:expr, says: $says:expr;
        )*
    ) => {
        $(#[$doc])*
        pub(crate) static ACTS: &[$crate::acts::Act] = &[$({
            use $crate::interfaces::$module::$interface::{self as interface, $call};
            #[allow(unused_imports)] // By an act without arguments.
            use $crate::{acts::{Act, Argument, Said}, value::{Takes, Value}};
            use alloy_sol_types::SolCall;
            Act {
                name: $name,
                arguments: &[$(Argument { name: stringify!($field), takes: Takes::$takes }),*],
                by: $by,
                selector: <$call as SolCall>::SELECTOR,
                signature: <$call as SolCall>::SIGNATURE,
                function: || interface::abi::functions()
                    .into_values()
                    .flatten()
                    .find(|function| function.selector() == <$call as SolCall>::SELECTOR),
                encode: |values| {
                    let mut values = values.into_iter();
                    let call = $call { $($field: values.next()?.try_into().ok()?),* };
                    values.next().is_none().then(|| call.abi_encode())
                },
                decode: |data, telling| {
                    let call = $crate::describe::exactly::<$call>(data)?;
                    let values = vec![$(Value::from(call.$field.clone())),*];
                    let ($c, $telling) = (&call, telling);
                    Ok(Said { what: $says, waits: $waits, refused: $refused, values })
                },
            }
        }),*];
    };
}
use acts;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_the_interfaces_own_function() {
        for kind in Kind::ALL {
            for act in kind.acts().iter().chain(council::all()).chain(safe::all()) {
                let function = (act.function)().expect(act.name);
                let declared: Vec<_> = function.inputs.iter().map(|input| input.name.as_str()).collect();
                let told: Vec<_> = act.arguments.iter().map(|argument| argument.name).collect();
                assert_eq!(declared, told, "{}", act.name);
                assert_eq!(function.signature(), act.signature);
            }
        }
    }

    #[test]
    fn every_function_that_changes_something_has_a_row() {
        use crate::interfaces::{bridge, council, hub, patch, treasury};
        use alloy_sol_types::private::alloy_json_abi::StateMutability;
        for (kind, functions) in [
            (Kind::Hub, hub::IHubGovernance::abi::functions()),
            (Kind::Treasury, treasury::ITreasuryGuards::abi::functions()),
            (Kind::Bridge, bridge::IBridgeGuarded::abi::functions()),
            (Kind::Patch, patch::IPatchManager::abi::functions()),
            (Kind::Patch, patch::IPatchCare::abi::functions()),
            (Kind::Patch, patch::IPatchGovernance::abi::functions()),
            (Kind::Patch, patch::IPatchSentinels::abi::functions()),
            (Kind::Hub, council::ICouncil::abi::functions()),
            (Kind::Hub, council::ICouncilItself::abi::functions()),
            (Kind::Hub, council::ICouncilEmergency::abi::functions()),
        ] {
            for function in functions.into_values().flatten() {
                let view = function.state_mutability == StateMutability::View;
                let row = kind.selected(function.selector().0).is_some();
                assert_ne!(row, view, "{}", function.name);
            }
        }
    }

    #[test]
    fn a_name_and_a_selector_mean_one_act() {
        for kind in Kind::ALL {
            let all: Vec<_> = kind
                .acts()
                .iter()
                .chain(council::all())
                .chain(safe::all())
                .collect();
            for (index, act) in all.iter().enumerate() {
                for other in &all[..index] {
                    assert_ne!(act.selector, other.selector, "{} {}", act.name, other.name);
                }
            }
            for (index, act) in all.iter().enumerate() {
                let first = all[..index].iter().all(|other| other.name != act.name);
                assert!(first, "{}", act.name);
            }
        }
    }
}
