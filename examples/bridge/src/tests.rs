//! What can be shown without a chain: hashes against alloy's, and what the constructor refuses. The rest needs calls and is shown
//! end to end, on the compiled contract.

use super::{message, Bridge, BridgeError, InvalidValidators, Message};
use alloc::{boxed::Box, vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{eip712_domain, sol, SolStruct, SolValue};
use portcullis::sdk::VM;
use stylus_sdk::{
    abi::{decode_params, encode_params},
    prelude::*,
    testing::TestVM,
};

sol! {
    struct Root {
        bytes32 root;
    }
}

const GOVERNOR: Address = Address::repeat_byte(1);
const GUARDIAN: Address = Address::repeat_byte(2);

fn message() -> Message {
    Message {
        nonce: U256::from(7),
        asset: Address::repeat_byte(0xaa),
        recipient: Address::repeat_byte(0xbb),
        amount: U256::MAX,
    }
}

fn vm(test: &TestVM) -> VM {
    VM {
        host: Box::new(test.clone()),
    }
}

#[test]
fn a_leaf_is_the_hash_of_the_hash_of_what_solidity_encodes() {
    let test = TestVM::new();
    let Message {
        nonce,
        asset,
        recipient,
        amount,
    } = message();
    let chain = U256::from(test.chain_id());
    let encoded = (chain, test.contract_address(), nonce, asset, recipient, amount).abi_encode();
    assert_eq!(message().leaf(&vm(&test)), keccak256(keccak256(encoded)));
}

#[test]
fn a_digest_is_the_one_of_eip_712() {
    let test = TestVM::new();
    let root = B256::repeat_byte(9);
    let domain = eip712_domain! {
        name: "Portcullis Bridge",
        version: "1",
        chain_id: test.chain_id(),
        verifying_contract: test.contract_address(),
    };
    assert_eq!(
        message::digest(&vm(&test), root),
        Root { root }.eip712_signing_hash(&domain)
    );
}

#[test]
fn a_proof_leads_to_the_root_whatever_side_a_sibling_is_on() {
    let (low, high) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let node = keccak256([low, high].concat());
    assert_eq!(message::root_of(low, &[high]), node);
    assert_eq!(message::root_of(high, &[low]), node);
    assert_eq!(message::root_of(low, &[]), low);
    // The parent is hashed with its own sibling, in order.
    let top = B256::ZERO;
    assert_eq!(
        message::root_of(low, &[high, top]),
        keccak256([top, node].concat())
    );
}

#[test]
fn a_message_is_decoded_from_four_words_and_refused_when_an_address_has_more() {
    let encoded = (U256::from(7), message().asset, message().recipient, U256::MAX).abi_encode();
    assert_eq!(encode_params(&(message(),)), encoded);
    assert_eq!(decode_params::<(Message,)>(&encoded), Ok((message(),)));
    for word in [1, 2] {
        let mut dirty = encoded.clone();
        dirty[32 * word] = 1;
        assert!(decode_params::<(Message,)>(&dirty).is_err(), "word {word}");
    }
    assert!(decode_params::<(Message,)>(&encoded[..127]).is_err());
}

fn constructed(validators: &[Address], threshold: u64) -> Result<(), BridgeError> {
    Bridge::from(&TestVM::new()).constructor(
        GOVERNOR,
        GUARDIAN,
        Vec::from(validators),
        U256::from(threshold),
        B256::repeat_byte(3),
    )
}

#[test]
fn validators_that_could_not_sign_are_refused() {
    let (first, second) = (Address::repeat_byte(4), Address::repeat_byte(5));
    let refused = Err(BridgeError::from(InvalidValidators {}));
    assert_eq!(constructed(&[], 0), refused);
    assert_eq!(constructed(&[], 1), refused);
    assert_eq!(constructed(&[first, second], 0), refused);
    assert_eq!(constructed(&[first, second], 3), refused);
    assert_eq!(constructed(&[first, Address::ZERO], 1), refused);
    assert_eq!(constructed(&[first, first], 1), refused);
    assert_eq!(constructed(&[first, second], 2), Ok(()));
}

#[test]
fn the_root_that_the_deployer_names_is_acceptable_and_no_other() {
    let mut bridge = Bridge::from(&TestVM::new());
    let root = B256::repeat_byte(3);
    bridge
        .constructor(GOVERNOR, GUARDIAN, vec![Address::repeat_byte(4)], U256::ONE, root)
        .unwrap();
    assert!(bridge.is_acceptable(root));
    assert!(!bridge.is_acceptable(B256::ZERO));
    assert!(bridge.is_validator(Address::repeat_byte(4)));
    assert!(!bridge.is_validator(GOVERNOR));
}
