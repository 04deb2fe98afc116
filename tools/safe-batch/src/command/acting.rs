//! An act as what a member of a council approves: the same call, with what the council's members sign around it.

use alloy_primitives::{Address, Bytes, U256};
use clap::Args;
use safe_batch::{
    acts::{acts_of_a_council_on_itself, Kind},
    describe::describe,
    value::somebody,
    words::Words,
};

/// When the Safe is a member of a council.
#[derive(Args)]
pub(crate) struct ActionArguments {
    /// Approves the acts as a member of a council, which has to be the contract's governor, guardian or council.
    #[arg(long, conflicts_with = "revoke", requires_all = ["council", "nonce", "epoch", "valid_after", "valid_before"])]
    approve: bool,
    /// Takes such an approval back.
    #[arg(long, requires_all = ["council", "nonce", "epoch", "valid_after", "valid_before"])]
    revoke: bool,
    /// The council, for --approve and --revoke.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    council: Option<Address>,
    /// The nonce of each action: any number that tells it from another one of the same call.
    #[arg(long, value_name = "N")]
    nonce: Option<u64>,
    /// The council's epoch, as it says itself.
    #[arg(long, value_name = "N")]
    epoch: Option<u64>,
    /// From which second since 1970 it may be carried out.
    #[arg(long, value_name = "SECOND")]
    valid_after: Option<u64>,
    /// Up to which second since 1970 it may be carried out; at most 30 days later.
    #[arg(long, value_name = "SECOND")]
    valid_before: Option<u64>,
}

impl ActionArguments {
    /// The council, when there is one around the acts.
    pub(crate) fn council(&self) -> Option<Address> {
        self.council.filter(|_| self.approve || self.revoke)
    }

    /// The name, the contract and the data of what the Safe calls.
    pub(crate) fn wrapped(
        &self,
        name: String,
        target: Address,
        data: Bytes,
        kind: Kind,
    ) -> Result<(String, Address, Bytes), String> {
        let of_itself = acts_of_a_council_on_itself().iter().any(|act| act.name == name);
        let Some(council) = self.council() else {
            if of_itself {
                return Err(format!(
                    "only a council calls '{name}', and only on itself: write it with --approve, and with the council as --contract and as --council"
                ));
            }
            if self.council.is_some() {
                return Err("a council is given, and neither --approve nor --revoke".to_owned());
            }
            return Ok((name, target, data));
        };
        if of_itself && council != target {
            return Err(format!(
                "a council calls '{name}' only on itself: --contract and --council have to be one address"
            ));
        }
        let how = if self.approve { "approve" } else { "revoke" };
        let act = kind.named(how).ok_or("councils have no such act")?;
        let wrapped = act.encode(vec![
            target.into(),
            U256::ZERO.into(),
            U256::from(self.nonce.unwrap_or_default()).into(),
            U256::from(self.epoch.unwrap_or_default()).into(),
            self.valid_after.unwrap_or_default().into(),
            self.valid_before.unwrap_or_default().into(),
            data.into(),
        ]);
        let wrapped = wrapped.ok_or_else(|| format!("'{name}' cannot be approved"))?;
        let told = describe(&wrapped, kind, &Words::default()).map_err(|why| why.to_string())?;
        match told.look.first() {
            Some(look) => Err(look.clone()),
            None => Ok((format!("{how} {name}"), council, wrapped.into())),
        }
    }
}
