//! Data that hides something, calls in calls, and any numbers.

use alloy_primitives::{keccak256, Address, Bytes, FixedBytes, B256, U256};
use alloy_sol_types::SolCall;
use proptest::prelude::*;
use safe_batch::{
    acts::Kind,
    describe::{describe, Refused},
    value::{Takes, Value},
    words::Words,
};

mod council {
    #![allow(clippy::too_many_arguments)] // Solidity's functions have them.
    alloy_sol_types::sol!("../../contracts/council/ICouncil.sol");
}
use council::{ICouncil, ICouncilItself};

fn encode(kind: Kind, name: &str, typed: &[&str]) -> Vec<u8> {
    let typed: Vec<String> = typed.iter().map(|&text| text.to_owned()).collect();
    kind.named(name).unwrap().encode_typed(&typed).unwrap()
}

fn told(data: &[u8]) -> Result<String, Refused> {
    describe(data, Kind::Hub, &Words::default()).map(|told| told.sentence)
}

const A: &str = "0x1111111111111111111111111111111111111111";

#[test]
fn what_is_hidden_after_the_end_or_in_padding_is_refused() {
    let pause = encode(Kind::Hub, "pause", &["2", "frozen", "7d"]);
    let hidden = |signature| Err(Refused::Hidden { signature });
    let signature = "pause(uint8,uint8,uint64)";
    let mut longer = pause.clone();
    longer.push(0);
    assert_eq!(told(&longer), hidden(signature));
    for place in [4, 4 + 30, 36, 68, 68 + 23] {
        let mut dirty = pause.clone();
        dirty[place] = 1;
        assert_eq!(told(&dirty), hidden(signature), "{place}");
    }
    assert_eq!(
        told(&pause[..pause.len() - 1]),
        Err(Refused::Malformed { signature })
    );
    assert_eq!(told(&pause[..4]), Err(Refused::Malformed { signature }));

    let mut client = encode(Kind::Hub, "set-client", &[A, "yes"]);
    let last = client.len() - 1;
    client[last] = 2;
    assert_eq!(told(&client), hidden("setClient(address,bool)"));
    client[last] = 1;
    client[4] = 1;
    assert_eq!(told(&client), hidden("setClient(address,bool)"));
}

#[test]
fn what_is_hidden_in_a_scheduled_call_is_refused_too() {
    let schedule = |inner: &[u8]| {
        let schedule = Kind::Hub.named("schedule").unwrap();
        schedule
            .encode(vec![Bytes::copy_from_slice(inner).into()])
            .unwrap()
    };
    let inner = encode(Kind::Hub, "set-delay", &["1d"]);
    let mut longer = inner.clone();
    longer.push(0);
    let signature = "setDelay(uint64)";
    assert_eq!(told(&schedule(&longer)), Err(Refused::Hidden { signature }));
    // After the end of the inner data, in the outer's padding.
    let mut dirty = schedule(&inner);
    let last = dirty.len() - 1;
    dirty[last] = 1;
    let signature = "schedule(bytes)";
    assert_eq!(told(&dirty), Err(Refused::Hidden { signature }));
    // A length that reaches beyond the data.
    let mut beyond = schedule(&inner);
    beyond[4 + 32] = 0xff;
    assert_eq!(told(&beyond), Err(Refused::Malformed { signature }));

    let unknown = describe(&schedule(b"\xde\xad\xbe\xef"), Kind::Hub, &Words::default()).unwrap();
    assert!(unknown
        .sentence
        .contains("[UNKNOWN CALL, nothing says what it does. Its data: 0xdeadbeef]"));
    assert_eq!(unknown.look.len(), 1);
    let pause = encode(Kind::Hub, "pause", &["2", "frozen", "7d"]);
    let useless = describe(&schedule(&pause), Kind::Hub, &Words::default()).unwrap();
    assert_eq!(
        useless.look,
        ["Nothing comes of scheduling 'pause': with these arguments it never waits."]
    );
    let mut nested = inner;
    for _ in 0..4 {
        nested = schedule(&nested);
    }
    assert!(told(&nested).is_ok());
    assert_eq!(told(&schedule(&nested)), Err(Refused::TooDeep));
}

#[test]
fn what_a_contract_refuses_is_said_of_data_that_others_made() {
    let pause = Kind::Hub.named("pause").unwrap();
    let data = pause.encode(vec![9u8.into(), 7u8.into(), 1u64.into()]).unwrap();
    let refused = describe(&data, Kind::Hub, &Words::default()).unwrap();
    assert!(refused.sentence.starts_with(
        "THE CONTRACT REFUSES THIS: there is no group 9: they are 0 to 5. Asks for the unknown state 7 for group 9 for 1 second."
    ));
    assert_eq!(
        refused.look,
        ["The contract refuses 'pause': there is no group 9: they are 0 to 5."]
    );
    assert_eq!(
        pause.encode(vec![9u64.into(), 7u8.into(), 1u64.into()]),
        None,
        "of another type"
    );
    assert_eq!(pause.encode(vec![9u8.into()]), None, "too few");
}

#[test]
fn a_number_that_cannot_act_is_said_all_the_same() {
    let breakers = ["2500", "500", "1h", "1d", "1d", "7d", "0", "3d"];
    let data = encode(Kind::Treasury, "configure-breakers", &breakers);
    let told = describe(&data, Kind::Treasury, &Words::default()).unwrap();
    assert!(told
        .sentence
        .contains("0 automatic freezes at once, one more each 3 days."));
    assert_eq!(told.look.len(), 1);
}

#[test]
fn a_councils_call_is_described_with_what_it_calls() {
    let lift = encode(Kind::Hub, "lift", &["2"]);
    let execute = |call: Vec<u8>| ICouncil::executeCall {
        target: Address::repeat_byte(0x22),
        value: U256::ZERO,
        nonce: U256::from(7),
        epoch: U256::from(3),
        validAfter: 1_700_000_000,
        validBefore: 1_700_086_400,
        call: call.into(),
        approvals: vec![1; 66].into(),
    };
    let sentence = told(&execute(lift.clone()).abi_encode()).unwrap();
    assert_eq!(
        sentence,
        "Carries out as the council a call of 0x2222222222222222222222222222222222222222 with 0 wei: [LOOSENS: ends the pause of group 2 before its time; the ramp back begins. For the governor and the council. Takes effect at once.] Its nonce is 7, the council's epoch 3; it holds from 2023-11-14 22:13:20 UTC up to 2023-11-15 22:13:20 UTC. It comes with 66 bytes of approvals, which are not checked here. For anyone who has the members' approvals. Takes effect at once."
    );
    let mut hidden = lift.clone();
    hidden.push(0);
    let signature = "lift(uint8)";
    assert_eq!(
        told(&execute(hidden).abi_encode()),
        Err(Refused::Hidden { signature })
    );

    let unknown = describe(
        &execute(vec![1, 2, 3, 4]).abi_encode(),
        Kind::Hub,
        &Words::default(),
    )
    .unwrap();
    assert!(unknown.sentence.contains("[UNKNOWN CALL,") && unknown.look.len() == 1);

    let action = execute(lift);
    let approve = ICouncil::approveCall {
        target: action.target,
        value: U256::from(5),
        nonce: action.nonce,
        epoch: action.epoch,
        validAfter: action.validAfter,
        validBefore: action.validBefore,
        call: ICouncilItself::cancelActionCall {
            digest: B256::repeat_byte(0xab),
        }
        .abi_encode()
        .into(),
    };
    let sentence = told(&approve.abi_encode()).unwrap();
    assert!(sentence.starts_with("Approves as a member that the council carries out a call of 0x2222222222222222222222222222222222222222 with 5 wei: [Cancels the council's action 0xabab"), "{sentence}");
    let revoke = ICouncil::revokeCall {
        target: approve.target,
        value: approve.value,
        nonce: approve.nonce,
        epoch: approve.epoch,
        validAfter: approve.validAfter,
        validBefore: approve.validBefore,
        call: ICouncilItself::setMembersCall {
            members: vec![Address::repeat_byte(1), Address::repeat_byte(2)],
            threshold: 2,
        }
        .abi_encode()
        .into(),
    };
    let sentence = told(&revoke.abi_encode()).unwrap();
    assert!(sentence.starts_with("Takes back the approval that the council carries out") && sentence.contains("[REPLACES THE COUNCIL: 2 of these 2 members decide from then on: 0x0101010101010101010101010101010101010101, 0x0202020202020202020202020202020202020202."), "{sentence}");
}

/// Any value that fits the type of what an argument takes.
fn any_value(takes: Takes, word: [u64; 4]) -> Value {
    let number = U256::from_limbs(word);
    match takes {
        Takes::HubGroup
        | Takes::BridgeGroup
        | Takes::State
        | Takes::Count8
        | Takes::Switch
        | Takes::FunctionKind
        | Takes::Mode => (word[0] as u8).into(),
        Takes::Selector => FixedBytes::from(word[0] as u32).into(),
        Takes::Selectors => vec![FixedBytes::from(word[0] as u32), FixedBytes::from(word[1] as u32)].into(),
        Takes::PauseSecs
        | Takes::BridgePauseSecs
        | Takes::DelaySecs
        | Takes::Secs
        | Takes::Bps
        | Takes::Count => word[0].into(),
        Takes::Amount | Takes::Count256 => number.into(),
        Takes::Account | Takes::AnyAccount | Takes::Asset => Address::from_word(number.into()).into(),
        Takes::Flag => (word[0] & 1 == 1).into(),
        Takes::Hash => B256::from(number).into(),
        Takes::Call => Bytes::from(encode(Kind::Hub, "set-delay", &["1d"])).into(),
        Takes::Accounts => vec![Address::from_word(number.into())].into(),
    }
}

proptest! {
    #[test]
    fn any_values_of_any_act_are_read_back_and_no_other_bit_is_overlooked(
        words in prop::collection::vec(any::<[u64; 4]>(), 19),
        bit in any::<prop::sample::Index>(),
    ) {
        for kind in Kind::ALL {
            for act in kind.acts() {
                let values: Vec<Value> = act.arguments.iter().zip(&words).map(|(argument, word)| any_value(argument.takes, *word)).collect();
                let data = act.encode(values.clone()).unwrap();
                let read = describe(&data, kind, &Words::default());
                let (described, read) = read.unwrap().act.unwrap();
                prop_assert_eq!(described.selector, act.selector);
                prop_assert_eq!(&read, &values);

                let mut flipped = data.clone();
                let place = bit.index(data.len() * 8);
                flipped[place / 8] ^= 1 << (place % 8);
                prop_assert!(keccak256(&flipped) != keccak256(&data));
                if let Ok(told) = describe(&flipped, kind, &Words::default()) {
                    let same = told.act.is_some_and(|(act, values)| act.selector == described.selector && values == read);
                    prop_assert!(!same, "{} reads the same with bit {place} flipped", described.name);
                }
            }
        }
    }

    #[test]
    fn any_data_is_described_or_refused(data in prop::collection::vec(any::<u8>(), 0..200), row in any::<prop::sample::Index>()) {
        let mut data = data;
        for kind in [Kind::Treasury, Kind::Patch] {
            let acts = kind.acts();
            data.splice(0..data.len().min(4), acts[row.index(acts.len())].selector);
            let _ = describe(&data, kind, &Words::default());
        }
    }

    #[test]
    fn numbers_are_typed_as_they_are(capacity in any::<[u64; 4]>(), secs in 1u64..300_000_000) {
        let capacity = U256::from_limbs(capacity);
        let data = encode(Kind::Hub, "configure-bucket", &[A, &capacity.to_string(), &secs.to_string()]);
        let (_, values) = describe(&data, Kind::Hub, &Words::default()).unwrap().act.unwrap();
        prop_assert_eq!(&values[1], &Value::U256(capacity));
        prop_assert_eq!(&values[2], &Value::U64(secs));
    }
}

mod safe {
    alloy_sol_types::sol! {
        function execTransaction(
            address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas,
            uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures
        ) external payable returns (bool success);
        function multiSend(bytes transactions) external payable;
    }
}

const CALL_ONLY: Address = alloy_primitives::address!("0x9641d764fc13c8B624c04430C7356C1C7C8102e2");

fn packed(operation: u8, to: Address, value: u64, data: &[u8]) -> Vec<u8> {
    let size = U256::from(data.len()).to_be_bytes::<32>();
    let value = U256::from(value).to_be_bytes::<32>();
    [&[operation][..], to.as_slice(), &value, &size, data].concat()
}

fn multi_send(calls: &[Vec<u8>]) -> Vec<u8> {
    let transactions = calls.concat().into();
    safe::multiSendCall { transactions }.abi_encode()
}

fn exec(operation: u8, to: Address, data: Vec<u8>, gas_price: u64) -> Vec<u8> {
    safe::execTransactionCall {
        to,
        value: U256::ZERO,
        data: data.into(),
        operation,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::from(gas_price),
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        signatures: vec![1; 65].into(),
    }
    .abi_encode()
}

#[test]
fn a_safes_batch_is_described_call_by_call() {
    let hub = Address::repeat_byte(0x22);
    let lift = encode(Kind::Hub, "lift", &["2"]);
    let rearm = encode(Kind::Hub, "rearm", &["1"]);
    let batch = multi_send(&[packed(0, hub, 0, &lift), packed(0, hub, 0, &rearm)]);
    let whole = exec(1, CALL_ONLY, batch.clone(), 0);
    let described = describe(&whole, Kind::Hub, &Words::default()).unwrap();
    assert!(described.look.is_empty(), "{:?}", described.look);
    assert_eq!(
        described.sentence,
        format!("Has the Safe carry out by delegatecall, as a Safe makes a batch, a call of {CALL_ONLY} with 0 wei: [A batch of 2 calls, all or nothing: (1) a call of {hub} with 0 wei: [LOOSENS: ends the pause of group 2 before its time; the ramp back begins. For the governor and the council. Takes effect at once.]; (2) a call of {hub} with 0 wei: [Lets the guardian and the fallback of group 1 each pause once more, within the same budget. For the governor and the council. Takes effect at once.]; that is all. For a Safe, by delegatecall. Takes effect at once.]. It comes with 65 bytes of signatures, which are not checked here. For anyone who has the owners' signatures. Takes effect at once.")
    );
    let look = |data: &[u8]| describe(data, Kind::Hub, &Words::default()).unwrap().look;
    let stranger = Address::repeat_byte(0x66);
    let delegatecall = format!("There is a delegatecall of {stranger}: its code runs as the Safe itself and can do anything, whatever the call is named.");
    for data in [
        exec(1, stranger, lift.clone(), 0),
        multi_send(&[packed(1, stranger, 0, &lift)]),
    ] {
        assert_eq!(look(&data), std::slice::from_ref(&delegatecall));
    }
    assert_eq!(
        look(&multi_send(&[packed(0, stranger, 9, b"")])),
        [format!("A call in it sends 9 wei to {stranger}.")]
    );
    assert_eq!(
        look(&exec(2, hub, lift.clone(), 0)),
        ["The contract refuses 'exec-transaction': 2 is no operation: 0 is a call, 1 a delegatecall."]
    );
    let paid = look(&exec(0, hub, lift.clone(), 5));
    assert!(
        paid[0].starts_with("The Safe pays for the gas at 5 a unit,"),
        "{paid:?}"
    );
    let unknown = look(&multi_send(&[packed(0, hub, 0, b"\xde\xad\xbe\xef")]));
    assert!(unknown[0].starts_with("There is a call that is unknown to the hub"));
}

#[test]
fn what_is_hidden_in_a_safes_batch_is_refused() {
    let hub = Address::repeat_byte(0x22);
    let mut lift = encode(Kind::Hub, "lift", &["2"]);
    let cut = &packed(0, hub, 0, &lift)[..100];
    let why = "a call is said to be longer than what there is";
    assert_eq!(told(&multi_send(&[cut.to_vec()])), Err(Refused::Packed { why }));
    let why = "its last call is cut short";
    let trailing = multi_send(&[packed(0, hub, 0, &lift), vec![0; 5]]);
    assert_eq!(
        told(&exec(1, CALL_ONLY, trailing, 0)),
        Err(Refused::Packed { why })
    );
    lift.push(0);
    let signature = "lift(uint8)";
    assert_eq!(
        told(&multi_send(&[packed(0, hub, 0, &lift)])),
        Err(Refused::Hidden { signature })
    );
}
