//! What a Safe is called with. These rows are for describing: signatures are the owners' to make.

use super::{acts, Act, Waits};
use crate::{
    describe::{Refused, Telling},
    unpack::{is_multi_send, packed},
};
use alloy_primitives::{Address, Bytes, U256};

/// The rows of both interfaces.
pub(crate) fn all() -> impl Iterator<Item = &'static Act> {
    wallet::ACTS.iter().chain(batch::ACTS)
}

mod wallet {
    use super::*;

    acts! {
        /// `ISafe`.
        safe::ISafe;

        "exec-transaction" => execTransactionCall(c, t) [to: AnyAccount, value: Count256, data: Call, operation: Count8, safeTxGas: Count256, baseGas: Count256, gasPrice: Count256, gasToken: AnyAccount, refundReceiver: AnyAccount, signatures: Call]
            by: "For anyone who has the owners' signatures.",
            waits: Waits::Never,
            refused: (c.operation > 1).then(|| format!("{} is no operation: 0 is a call, 1 a delegatecall", c.operation)),
            says: {
                if !c.gasPrice.is_zero() {
                    t.look_at(format!(
                        "The Safe pays for the gas at {} a unit, in the token {} (zero: ETH), to {} (zero: whoever hands it in).",
                        c.gasPrice, c.gasToken, c.refundReceiver
                    ));
                }
                let call = t.safes_call(c.operation == 1, c.to, c.value, &c.data)?;
                format!("Has the Safe carry out {call}. It comes with {} bytes of signatures, which are not checked here.", c.signatures.len())
            };
    }
}

mod batch {
    use super::*;

    acts! {
        /// `IMultiSend`.
        safe::IMultiSend;

        "multi-send" => multiSendCall(c, t) [transactions: Call]
            by: "For a Safe, by delegatecall.",
            waits: Waits::Never, refused: None,
            says: {
                let calls = packed(&c.transactions)?;
                let mut text = format!("A batch of {}, all or nothing:", match calls.len() {
                    1 => "1 call".to_owned(),
                    count => format!("{count} calls"),
                });
                for (index, packed) in calls.iter().enumerate() {
                    let call = &packed.call;
                    let told = t.safes_call(packed.delegates, call.to, call.value, &call.data)?;
                    text.push_str(&format!(" ({}) {told};", index + 1));
                }
                text.push_str(" that is all.");
                text
            };
    }
}

impl Telling<'_> {
    /// A call that a Safe makes, with what it does.
    fn safes_call(&self, delegates: bool, to: Address, value: U256, data: &Bytes) -> Result<String, Refused> {
        if !value.is_zero() {
            self.look_at(format!("A call in it sends {value} wei to {to}."));
        }
        if data.is_empty() {
            return Ok(format!("a transfer of {value} wei to {to}, without a call"));
        }
        let how = match delegates {
            false => "a call",
            true if is_multi_send(to) => "by delegatecall, as a Safe makes a batch, a call",
            true => {
                self.look_at(format!(
                    "There is a delegatecall of {to}: its code runs as the Safe itself and can do anything, whatever the call is named."
                ));
                "A DELEGATECALL"
            }
        };
        Ok(format!("{how} of {to} with {value} wei: [{}]", self.inner(data)?))
    }
}
