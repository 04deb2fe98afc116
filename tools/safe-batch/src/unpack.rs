//! The calls of a Safe out of what its owners sign: MultiSend's packed calls, and `execTransaction` around them.
//!
//! # Design
//! - **A delegatecall is let through only to MultiSend**, by which a Safe makes a batch; any other runs a stranger's code as the Safe itself.
//! - What is packed has no ABI: each call is `operation (1) | to (20) | value (32) | length (32) | data`, and they fill the bytes to the last.

use crate::{
    describe::{exactly, Refused},
    interfaces::safe::{IMultiSend, ISafe},
};
use alloy_primitives::{address, Address, Bytes, U256};
use alloy_sol_types::SolCall;

/// Safe's MultiSendCallOnly of versions 1.3.0 (both deployments), 1.4.1 and 1.5.0, which refuses to delegate.
const CALL_ONLY: [Address; 4] = [
    address!("0x40A2aCCbd92BCA938b02010E17A5b8929b49130D"),
    address!("0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B"),
    address!("0x9641d764fc13c8B624c04430C7356C1C7C8102e2"),
    address!("0xA83c336B20401Af773B6219BA5027174338D1836"),
];

/// Safe's MultiSend of the same versions, which delegates where a call says so.
const MULTI_SEND: [Address; 4] = [
    address!("0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"),
    address!("0x998739BFdAAdde7C933B942a68053933098f9EDa"),
    address!("0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526"),
    address!("0x218543288004CD07832472D464648173c77D7eB7"),
];

/// Whether this is one of Safe's contracts for batches.
pub(crate) fn is_multi_send(address: Address) -> bool {
    CALL_ONLY.contains(&address) || MULTI_SEND.contains(&address)
}

/// A call in a batch, or one that a Safe makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whom it calls.
    pub to: Address,
    /// With how much, in wei.
    pub value: U256,
    /// The call.
    pub data: Bytes,
}

/// A packed call, and whether it delegates.
pub(crate) struct Packed {
    pub(crate) delegates: bool,
    pub(crate) call: Call,
}

/// The calls that are packed in MultiSend's argument.
pub(crate) fn packed(mut bytes: &[u8]) -> Result<Vec<Packed>, Refused> {
    let refused = |why| Refused::Packed { why };
    let mut calls = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes
            .split_at_checked(1 + 20 + 32 + 32)
            .ok_or(refused("its last call is cut short"))?;
        let delegates = match head[0] {
            0 => false,
            1 => true,
            _ => {
                return Err(refused(
                    "it has an operation that is neither a call nor a delegatecall",
                ))
            }
        };
        let length = usize::try_from(U256::from_be_slice(&head[53..]))
            .ok()
            .filter(|length| *length <= rest.len())
            .ok_or(refused("a call is said to be longer than what there is"))?;
        let (data, rest) = rest.split_at(length);
        calls.push(Packed {
            delegates,
            call: Call {
                to: Address::from_slice(&head[1..21]),
                value: U256::from_be_slice(&head[21..53]),
                data: Bytes::copy_from_slice(data),
            },
        });
        bytes = rest;
    }
    if calls.is_empty() {
        return Err(refused("it has no calls"));
    }
    Ok(calls)
}

/// The calls that a Safe makes when its owners have signed this one: MultiSend's calls one by one, and what `execTransaction` of the Safe itself
/// carries out. Any other call is itself.
///
/// # Errors
/// A sentence: it delegates, or cannot be unpacked.
pub fn calls_of(safe: Address, call: &Call) -> Result<Vec<Call>, String> {
    let selector = call.data.first_chunk();
    if selector == Some(&IMultiSend::multiSendCall::SELECTOR) {
        if !is_multi_send(call.to) {
            return Err(format!(
                "{} is given a batch and is none of Safe's contracts for batches: its code would run as the Safe itself",
                call.to
            ));
        }
        let batch = exactly::<IMultiSend::multiSendCall>(&call.data).map_err(|why| why.to_string())?;
        let calls = packed(&batch.transactions).map_err(|why| why.to_string())?;
        return calls
            .into_iter()
            .enumerate()
            .map(|(index, packed)| match packed.delegates {
                false => Ok(packed.call),
                true => Err(format!(
                    "call {} of the batch {}",
                    index + 1,
                    delegates(packed.call.to)
                )),
            })
            .collect();
    }
    if call.to == safe && selector == Some(&ISafe::execTransactionCall::SELECTOR) {
        let signed = exactly::<ISafe::execTransactionCall>(&call.data).map_err(|why| why.to_string())?;
        let inner = Call {
            to: signed.to,
            value: signed.value,
            data: signed.data,
        };
        return match signed.operation {
            0 => Ok(vec![inner]),
            1 if inner.data.first_chunk() == Some(&IMultiSend::multiSendCall::SELECTOR) => {
                calls_of(safe, &inner)
            }
            _ => Err(format!("the Safe's transaction {}", delegates(inner.to))),
        };
    }
    Ok(vec![call.clone()])
}

fn delegates(to: Address) -> String {
    format!("is a delegatecall of {to}: its code would run as the Safe itself and could do anything, which is not simulated")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(operation: u8, to: u8, data: &[u8]) -> Vec<u8> {
        let length = U256::from(data.len()).to_be_bytes::<32>();
        let value = U256::from(5).to_be_bytes::<32>();
        [&[operation][..], &[to; 20], &value, &length, data].concat()
    }

    #[test]
    fn packed_calls_fill_the_bytes_to_the_last() {
        let two = [pack(0, 1, b"ab"), pack(1, 2, b"")].concat();
        let calls = packed(&two).unwrap();
        assert_eq!(calls.len(), 2);
        assert_eq!(
            calls[0].call,
            Call {
                to: Address::repeat_byte(1),
                value: U256::from(5),
                data: Bytes::from_static(b"ab"),
            }
        );
        assert!(!calls[0].delegates && calls[1].delegates);
        for (bytes, why) in [
            (vec![], "it has no calls"),
            (two[..two.len() - 1].to_vec(), "its last call is cut short"),
            ([two.clone(), vec![0]].concat(), "its last call is cut short"),
            (
                pack(2, 1, b""),
                "it has an operation that is neither a call nor a delegatecall",
            ),
            (
                pack(0, 1, b"ab")[..86].to_vec(),
                "a call is said to be longer than what there is",
            ),
        ] {
            assert_eq!(packed(&bytes).err(), Some(Refused::Packed { why }));
        }
        let mut huge = pack(0, 1, b"ab");
        huge[53] = 0xff;
        assert!(packed(&huge).is_err());
    }

    #[test]
    fn a_safes_transaction_is_the_calls_that_it_makes() {
        let safe = Address::repeat_byte(9);
        let batch = |to: Address, bytes: Vec<u8>| Call {
            to,
            value: U256::ZERO,
            data: IMultiSend::multiSendCall {
                transactions: bytes.into(),
            }
            .abi_encode()
            .into(),
        };
        let signed = |operation: u8, inner: &Call| Call {
            to: safe,
            value: U256::ZERO,
            data: ISafe::execTransactionCall {
                to: inner.to,
                value: inner.value,
                data: inner.data.clone(),
                operation,
                safeTxGas: U256::ZERO,
                baseGas: U256::ZERO,
                gasPrice: U256::ZERO,
                gasToken: Address::ZERO,
                refundReceiver: Address::ZERO,
                signatures: Bytes::new(),
            }
            .abi_encode()
            .into(),
        };
        let plain = Call {
            to: Address::repeat_byte(3),
            value: U256::from(1),
            data: Bytes::from_static(b"abcd"),
        };
        let itself = std::slice::from_ref(&plain);
        assert_eq!(calls_of(safe, &plain).unwrap(), itself);
        assert_eq!(calls_of(safe, &signed(0, &plain)).unwrap(), itself);
        let two = batch(CALL_ONLY[2], [pack(0, 1, b"ab"), pack(0, 2, b"")].concat());
        for call in [two.clone(), signed(1, &two)] {
            let calls = calls_of(safe, &call).unwrap();
            assert_eq!(calls.len(), 2);
            assert_eq!(calls[1].to, Address::repeat_byte(2));
        }
        for (call, why) in [
            (
                signed(1, &plain),
                "the Safe's transaction is a delegatecall of 0x0303",
            ),
            (
                batch(MULTI_SEND[2], pack(1, 7, b"")),
                "call 1 of the batch is a delegatecall of 0x0707",
            ),
            (
                batch(plain.to, pack(0, 1, b"")),
                "none of Safe's contracts for batches",
            ),
            (
                signed(1, &batch(plain.to, pack(0, 1, b""))),
                "none of Safe's contracts for batches",
            ),
        ] {
            let refused = calls_of(safe, &call).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
