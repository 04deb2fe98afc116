//! A Safe as a member of a council, which asks it by ERC-1271 whether its owners approve; and contracts that answer otherwise.

use super::multisig::{ISafe, Multisig, Owner, SafeMessage, SafeTransaction, Version};
use super::world::{World, EXECUTOR};
use super::{configure, ETH, HOUR};
use alloy_primitives::{hex, Address, Bytes, B256, U256};
use alloy_sol_types::{eip712_domain, SolCall, SolError, SolStruct};
use devnode::DEV_KEYS;
use e2e::action::{approvals, Action, COUNCIL};
use e2e::hub::{ICouncil, IHub};

/// The member beside the one that is tried: an account with a key.
const MEMBER: Owner = Owner(DEV_KEYS[8]);

/// Says yes, in the one word in which ERC-1271 does, to whoever asks.
const YES: &[u8] = &hex!("631626ba7e60e01b5f5260205ff3");
/// The same word, and one more.
const YES_AND_A_WORD: &[u8] = &hex!("631626ba7e60e01b5f5260405ff3");
/// The same word with a bit after the four bytes.
const YES_AND_A_BIT: &[u8] = &hex!("631626ba7e60e01b6001175f5260205ff3");
/// The four bytes alone.
const YES_CUT_SHORT: &[u8] = &hex!("631626ba7e60e01b5f5260045ff3");
/// The same word, as what it reverts with.
const YES_IN_A_REVERT: &[u8] = &hex!("631626ba7e60e01b5f5260205ffd");
/// Returns nothing.
const SILENCE: &[u8] = &hex!("00");
/// Takes all the gas that it is given.
const ALL_GAS: &[u8] = &hex!("fe");
/// Tries to keep something before it says yes: a word of its storage.
const YES_AND_A_NOTE: &[u8] = &hex!("60015f55631626ba7e60e01b5f5260205ff3");

/// Two of two: [`MEMBER`] and a contract. It governs a hub.
struct Council<'a> {
    world: &'a World,
    address: Address,
    hub: Address,
    contract: Address,
}

impl<'a> Council<'a> {
    async fn with(world: &'a World, contract: Address) -> Self {
        let mut members = [MEMBER.address(), contract];
        members.sort();
        let address = world.deploy_council(&members, 2).await;
        Self {
            world,
            address,
            hub: world.deploy_hub_of(address).await,
            contract,
        }
    }

    /// The first limit of the hub for ETH.
    async fn action(&self, nonce: u64) -> Action {
        let now = self.world.now().await;
        Action {
            target: self.hub,
            value: U256::ZERO,
            call: configure(1_000).into(),
            nonce: U256::from(nonce),
            epoch: U256::from(1),
            validAfter: now,
            validBefore: now + HOUR,
        }
    }

    /// What wallets compute, and the council itself.
    async fn digest(&self, action: &Action) -> B256 {
        let digest = action.signing_hash(COUNCIL, self.world.chain_id(), self.address);
        assert_eq!(self.world.ask(self.address, action.digest()).await, digest);
        digest
    }

    /// The call that executes an action with the member's signature and what the contract is to be asked about.
    async fn execute(&self, action: &Action, signature: &[u8]) -> Vec<u8> {
        let of_key = MEMBER.sign(self.digest(action).await);
        let length = u16::try_from(signature.len()).unwrap().to_be_bytes();
        let entries = vec![
            (MEMBER.address(), [&[1], &of_key[..]].concat()),
            (
                self.contract,
                [&[3], self.contract.as_slice(), &length, signature].concat(),
            ),
        ];
        action.execute(approvals(entries)).abi_encode()
    }

    /// What the council says when the contract's entry does not count.
    fn not_the_contracts(&self) -> Vec<u8> {
        let index = u64::from(self.contract > MEMBER.address());
        let signer = self.contract;
        ICouncil::InvalidApproval { index, signer }.abi_encode()
    }

    async fn assert_refused(&self, action: &Action, signature: &[u8], what: &str) {
        let call = self.execute(action, signature).await;
        let refused = self.world.refusal(EXECUTOR, self.address, call).await;
        assert_eq!(
            Bytes::from(refused),
            Bytes::from(self.not_the_contracts()),
            "{what}"
        );
        assert_eq!(self.limit().await, U256::ZERO, "{what}");
    }

    async fn assert_executed(&self, action: &Action, signature: &[u8]) {
        let call = self.execute(action, signature).await;
        self.world.send(EXECUTOR, self.address, call, 0).await;
        assert_eq!(self.limit().await, U256::from(1_000));
    }

    async fn limit(&self) -> U256 {
        self.world.ask(self.hub, IHub::availableCall { asset: ETH }).await
    }
}

/// What the owners of a Safe sign for it to say yes to `digest`: a message of the Safe's, and not the digest itself.
fn message(world: &World, safe: &Multisig, digest: B256) -> B256 {
    let message = SafeMessage {
        message: digest.to_vec().into(),
    };
    message.eip712_signing_hash(&eip712_domain! {
        chain_id: world.chain_id(),
        verifying_contract: safe.address,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_safe_is_a_member_for_which_two_of_its_owners_sign() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let safe = &world.guardian;
        let council = Council::with(&world, safe.address).await;
        let action = council.action(1).await;
        let digest = council.digest(&action).await;
        let hash = message(&world, safe, digest);

        let [low, high] = [safe.sign(0, hash), safe.sign(1, hash)];
        for (signature, what) in [
            (Vec::new(), "nothing, and no message signed on chain"),
            (low.to_vec(), "one owner"),
            ([low, low].concat(), "one owner, twice"),
            ([high, low].concat(), "two owners, out of order"),
            ([low, MEMBER.sign(hash)].concat(), "an owner and a stranger"),
            (safe.sign_all([0, 1], digest), "the digest as it is"),
            (
                safe.sign_all([0, 1], message(&world, &world.governor, digest)),
                "another Safe's message",
            ),
            (
                world.governor.sign_all([0, 1], hash),
                "the owners of another Safe",
            ),
        ] {
            council
                .assert_refused(&action, &signature, &format!("{what}, {version:?}"))
                .await;
        }
        // What they signed for another action, of the same content.
        let other = council.action(2).await;
        let other = message(&world, safe, council.digest(&other).await);
        let signature = safe.sign_all([0, 1], other);
        council
            .assert_refused(&action, &signature, "another digest")
            .await;

        let signature = safe.sign_all([0, 1], hash);
        council.assert_executed(&action, &signature).await;
        let call = council.execute(&action, &signature).await;
        let refused = world.refusal(EXECUTOR, council.address, call).await;
        assert_eq!(refused, ICouncil::ActionUsed { digest }.abi_encode());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whom_a_safe_removed_no_longer_signs_for_it() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let safe = &world.guardian;
        let council = Council::with(&world, safe.address).await;
        let action = council.action(1).await;
        let hash = message(&world, safe, council.digest(&action).await);
        let before = safe.sign_all([0, 1], hash);
        let owners = safe.addresses();
        let remove = ISafe::removeOwnerCall {
            prevOwner: owners[0],
            owner: owners[1],
            threshold: U256::from(2),
        };
        let remove = SafeTransaction::call(safe.address, remove.abi_encode());
        world.execute(safe, [0, 2], &remove).await;

        council.assert_refused(&action, &before, "signed before").await;
        let after = safe.sign_all([1, 2], hash);
        council.assert_refused(&action, &after, "signed after").await;
        council
            .assert_executed(&action, &safe.sign_all([0, 2], hash))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_does_not_quite_say_yes_says_no() {
    let world = World::start(Version::V1_5_0).await;
    for (code, what) in [
        (YES_AND_A_WORD, "a longer answer"),
        (YES_AND_A_BIT, "a bit more"),
        (YES_CUT_SHORT, "a shorter answer"),
        (YES_IN_A_REVERT, "a revert"),
        (SILENCE, "nothing"),
        (ALL_GAS, "all gas"),
        (YES_AND_A_NOTE, "yes, after it kept something"),
    ] {
        let contract = world.create(code).await;
        let council = Council::with(&world, contract).await;
        let action = council.action(1).await;
        council.assert_refused(&action, &[], what).await;
        let call = council.execute(&action, &[]).await;
        assert!(!world.try_send(EXECUTOR, council.address, call).await, "{what}");
        assert_eq!(council.limit().await, U256::ZERO, "{what}");
    }
    // The same contract without what is wrong with those: a council takes its answer.
    let contract = world.create(YES).await;
    let council = Council::with(&world, contract).await;
    let action = council.action(1).await;
    council.assert_executed(&action, &[]).await;
    // An account without code says nothing.
    let nobody = Council::with(&world, Address::repeat_byte(0x99)).await;
    nobody
        .assert_refused(&nobody.action(1).await, &[], "nobody")
        .await;
}
