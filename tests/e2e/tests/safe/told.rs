//! What `safe-batch patch FILE --endpoint URL` says of a patch that is on a chain: who approved, where it is in its life, and each thing that is not as the file says.

use super::multisig::{SafeTransaction, Version};
use super::patch::{Walk, DAY, ETHER};
use super::{HOUR, STRANGER};
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::SolCall;
use e2e::action::approvals;
use e2e::bridge::constructor;
use e2e::patch::IPatchManager;
use patch_file::PatchFile;
use safe_batch::{
    endpoint::Endpoint,
    patch::{
        chain::{told, Signed},
        report::Told,
    },
    words::Words,
};
use serde_json::json;
use std::path::Path;

/// The fix of the purse as a file.
async fn text(walk: &Walk, two: Address, salt: u8) -> String {
    let Walk {
        manager,
        proxy,
        purse,
        ..
    } = *walk;
    let chain_id = walk.world.chain_id();
    let code_hash = keccak256(walk.world.code(two).await);
    let (before, after) = (walk.layout(purse).await, walk.layout(two).await);
    let salt = B256::repeat_byte(salt);
    format!(
        r#"
chain-id = {chain_id}
manager = "{manager}"
[patch]
act = "upgrade"
proxy = "{proxy}"
replaces = "{purse}"
implementation = "{two}"
code-hash = "{code_hash}"
fragments = []
path = "time-locked"
way-back = "open"
salt = "{salt}"
[layout]
before = "{before}"
after = "{after}"
[init]
call = "initializeTwo(uint256 least)"
arguments = [1000]
[[check]]
that = "equals"
target = "proxy"
call = "version()"
value = 2
[[check]]
that = "unchanged"
target = "proxy"
call = "total()"
"#
    )
}

fn file(text: &str) -> PatchFile {
    PatchFile::parse(text, Path::new(".")).unwrap()
}

/// What the chain says of it.
async fn asked(walk: &Walk, text: &str, signed: Option<Signed>) -> Result<Told, String> {
    let (url, file) = (walk.world.url(), file(text));
    let asked = move || {
        let endpoint = Endpoint::pin(&url, None)?;
        told(&file, &endpoint, 0, signed, &Words::default())
    };
    tokio::task::spawn_blocking(asked).await.unwrap()
}

async fn said(walk: &Walk, text: &str, signed: Option<Signed>) -> Told {
    asked(walk, text, signed).await.unwrap()
}

#[track_caller]
fn has(told: &Told, line: &str) {
    let found = told.text.lines().any(|told| told.trim() == line);
    assert!(found, "not in it: {line}\n{}", told.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_approved_is_told_on_chain_and_by_signature_whoever_hands_it_in() {
    let walk = Walk::start(Version::V1_5_0).await;
    let two = walk.world.deploy("purse-two", constructor(&[])).await;
    let text = text(&walk, two, 7).await;
    let (file, members) = (file(&text), walk.attesters.addresses());
    walk.by_safe(&[file.terms.propose().abi_encode()]).await;
    walk.pass(HOUR).await;
    let action = walk.action(file.approve().abi_encode(), 1).await;
    let signed = Some(Signed {
        nonce: 1,
        epoch: action.epoch.to(),
        valid_after: action.validAfter,
        valid_before: action.validBefore,
    });

    let none = said(&walk, &text, signed).await;
    for member in &members {
        has(&none, &format!("{member}: not on chain"));
    }
    has(
        &none,
        "0 of 2 approve on chain. Signatures that are handed around are not seen here.",
    );
    assert_eq!(none.look, [""; 0]);
    // Without the words that are signed the members alone are told.
    let unnamed = said(&walk, &text, None).await;
    has(&unnamed, &members[1].to_string());
    has(&unnamed, "It has not approved the patch. With --nonce, --epoch, --valid-after and --valid-before, as for 'write --approve', its members' approvals on chain are told.");

    // One member approves on chain, and takes it back, and approves again.
    let member = members[1];
    let ether = U256::from(10).pow(U256::from(18));
    let () = walk.world.raw("anvil_setBalance", json!([member, ether])).await;
    let () = walk.world.raw("anvil_impersonateAccount", json!([member])).await;
    let approve = action.approve().abi_encode();
    walk.send(member, walk.council, approve.clone(), 0).await;
    let one = said(&walk, &text, signed).await;
    has(&one, &format!("{member}: approved on chain"));
    has(&one, &format!("{}: not on chain", members[0]));
    has(
        &one,
        "1 of 2 approve on chain. Signatures that are handed around are not seen here.",
    );

    // Another one signs, and the governor's Safe hands both in.
    let entries = vec![
        walk.signed(&action, 0),
        (member, [&[2], member.as_slice()].concat()),
    ];
    let execute = action.execute(approvals(entries)).abi_encode();
    let transaction = SafeTransaction::call(walk.council, execute);
    walk.world
        .execute(&walk.world.governor, [0, 2], &transaction)
        .await;
    let both = said(&walk, &text, None).await;
    has(
        &both,
        "With 2 approvals, of which 2 were needed as its members are now.",
    );
    has(&both, &format!("{}: approved by signature", members[0]));
    has(&both, &format!("{member}: approved on chain"));
    has(
        &both,
        &format!("{}: did not approve, as far as the transaction tells", members[2]),
    );
    assert_eq!(both.look, [""; 0]);

    // Two signatures, handed in by anybody; and another patch's approvals are none of this one's.
    let next = text.replace(&"07".repeat(32), &"08".repeat(32));
    let next_file = self::file(&next);
    assert_ne!(next_file.id(), file.id());
    walk.by_safe(&[next_file.terms.propose().abi_encode()]).await;
    walk.pass(HOUR).await;
    walk.attest(next_file.approve().abi_encode(), 2).await;
    let signed = said(&walk, &next, None).await;
    has(&signed, &format!("{}: approved by signature", members[0]));
    has(&signed, &format!("{}: approved by signature", members[2]));
    has(
        &signed,
        &format!("{member}: did not approve, as far as the transaction tells"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn approvals_for_another_epoch_are_something_to_look_at() {
    let walk = Walk::start(Version::V1_4_1).await;
    let two = walk.world.deploy("purse-two", constructor(&[])).await;
    let text = text(&walk, two, 7).await;
    let now = walk.world.now().await;
    let signed = Signed {
        nonce: 1,
        epoch: 2,
        valid_after: now,
        valid_before: now + DAY,
    };
    let told = said(&walk, &text, Some(signed)).await;
    assert_eq!(
        told.look,
        ["The action is for epoch 2 and the council is in epoch 1: what is approved of it does not count."]
    );
}

/// What has to be looked at begins with these words.
#[track_caller]
fn looks(told: &Told, what: &str) {
    let found = told.look.iter().any(|told| told.starts_with(what));
    assert!(found, "not in the list: {what}\n{:#?}", told.look);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_the_file_says_is_something_to_look_at() {
    let walk = Walk::start(Version::V1_4_1).await;
    let two = walk.world.deploy("purse-two", constructor(&[])).await;
    let right = text(&walk, two, 7).await;
    assert_eq!(said(&walk, &right, None).await.look, [""; 0]);
    let Walk {
        manager,
        purse,
        proxy,
        council,
        ..
    } = walk;
    let (zero, one) = (B256::ZERO, B256::repeat_byte(1));
    let code_hash = file(&right).terms.codeHash;
    let (before, after) = (file(&right).terms.layoutBefore, file(&right).terms.layoutAfter);
    let stranger = STRANGER.address();
    // Code that is delegated, a piece of a program, and a program that nobody has activated.
    let odd = [1, 2, 3].map(Address::repeat_byte);
    for (account, code) in [
        (odd[0], [&[0xef, 1, 0][..], &[9; 20]].concat()),
        (odd[1], vec![0xef, 0xf0, 1, 0, 1]),
        (odd[2], vec![0xef, 0xf0, 0, 0, 1]),
    ] {
        let code = Bytes::from(code);
        let () = walk.world.raw("anvil_setCode", json!([account, code])).await;
    }
    let with = |from: &dyn ToString, to: &dyn ToString| right.replace(&from.to_string(), &to.to_string());
    let does_not_answer = |account: Address| format!("{account} does not answer storageLayoutHash(): ");
    for (changed, expected) in [
        (
            with(&code_hash, &one),
            vec![
                format!("{two} has code of the hash {code_hash} and NOT {one}: the manager refuses it."),
                "IT FAILS: ".to_owned(),
            ],
        ),
        (
            with(&"fragments = []", &format!("fragments = [\"{one}\"]")),
            vec![format!(
                "Its fragments have the hash {zero} and NOT {}: the manager refuses it. Look at 'fragments' in the file.",
                keccak256(one)
            )],
        ),
        (
            with(&before, &one),
            vec![format!("{purse} answers the layout {before} and NOT {one}: the manager refuses it.")],
        ),
        (
            with(&after, &one),
            vec![format!("{two} answers the layout {after} and NOT {one}: the manager refuses it.")],
        ),
        (
            with(&format!("replaces = \"{purse}\""), &format!("replaces = \"{manager}\"")),
            vec![
                format!("The proxy runs {purse} and NOT {manager}, so that the patch cannot be applied."),
                does_not_answer(manager),
            ],
        ),
        (
            with(&proxy, &council),
            vec!["The proxy is not in the manager's care: ".to_owned()],
        ),
        (
            with(&two, &stranger),
            vec![format!("Nothing stands at {stranger}.")],
        ),
        (
            with(&two, &odd[0]),
            vec![format!("{} is an account whose code its key changes at will (EIP-7702): the manager refuses it.", odd[0])],
        ),
        (
            with(&two, &odd[1]),
            vec![format!("At {} stands a piece of a program, which does not run by itself.", odd[1])],
        ),
        (
            with(&two, &odd[2]),
            vec![format!("{} DOES NOT RUN: ", odd[2])],
        ),
        (
            with(&"value = 2", &"value = 3"),
            vec!["IT FAILS: CheckFailed".to_owned()],
        ),
        (
            with(&manager, &council),
            vec![
                "The manager does not compute the identifier: ".to_owned(),
                "The manager does not say who its attesters are: ".to_owned(),
            ],
        ),
    ] {
        assert_ne!(changed, right);
        let told = said(&walk, &changed, None).await;
        for what in expected {
            looks(&told, &what);
        }
    }
    for (changed, why) in [
        (
            with(&format!("chain-id = {}", walk.world.chain_id()), &"chain-id = 5"),
            format!(
                "the file is for chain 5 and the endpoint is of chain {}",
                walk.world.chain_id()
            ),
        ),
        (
            with(&manager, &stranger),
            format!("nothing stands at the manager {stranger} on this chain: look at 'manager' in the file"),
        ),
    ] {
        assert_eq!(asked(&walk, &changed, None).await.unwrap_err(), why);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_patch_is_and_what_expires_when_is_told() {
    let walk = Walk::start(Version::V1_4_1).await;
    let two = walk.world.deploy("purse-two", constructor(&[])).await;
    let right = text(&walk, two, 7).await;
    let file = file(&right);
    let patch = file.id();
    has(&said(&walk, &right, None).await, "It is not on record.");
    walk.by_safe(&[file.commit().abi_encode()]).await;
    let hidden = said(&walk, &right, None).await;
    has(&hidden, "It is committed.");
    has(
        &hidden,
        "Its terms are not shown yet: it has to be revealed before it is armed.",
    );
    walk.by_safe(&[file.terms.reveal().abi_encode()]).await;
    has(&said(&walk, &right, None).await, "It is proposed.");
    walk.pass(HOUR).await;
    walk.attest(file.approve().abi_encode(), 1).await;
    has(&said(&walk, &right, None).await, "It is approved.");
    walk.pass(DAY).await;
    let from = walk.world.now().await;
    walk.by_safe(&[file.arm(from, from + HOUR).abi_encode()]).await;
    has(&said(&walk, &right, None).await, "It is armed.");
    walk.by_safe(&[file.apply(0).abi_encode()]).await;
    let applied = said(&walk, &right, None).await;
    has(&applied, "It is in probation.");
    has(&applied, &format!("The proxy runs {two}, as the file says."));
    assert!(
        !applied.text.contains("WHAT WOULD HAPPEN NOW"),
        "{}",
        applied.text
    );
    assert_eq!(applied.look, [""; 0]);
    walk.pass(5 * DAY).await;
    let over = said(&walk, &right, None).await;
    has(&over, "It is final.");
    has(&over, "It was applied, and can no longer be rolled back.");

    // The way back from the version that runs, when that lives shorter than a probation; and the one to come, shorter than the manager asks for.
    let back = right
        .replace(
            &format!("replaces = \"{}\"", walk.purse),
            &format!("replaces = \"{two}\""),
        )
        .replace(
            &format!("implementation = \"{two}\""),
            &format!("implementation = \"{}\"", walk.purse),
        );
    walk.pass(200 * DAY).await;
    for account in [walk.manager, walk.council, walk.proxy] {
        let call = IPatchManager::keepAliveCall { account }.abi_encode();
        walk.send(STRANGER.address(), walk.manager, call, ETHER / 10)
            .await;
    }
    walk.pass(155 * DAY).await;
    let short = said(&walk, &back, None).await;
    looks(
        &short,
        &format!("What is replaced, {two}, lives shorter than a probation of 5 days: "),
    );
    looks(
        &short,
        "The manager asks for 30 days at the least when it is switched to: ",
    );
    walk.pass(10 * DAY).await;
    let ended = said(&walk, &back, None).await;
    looks(
        &ended,
        "What runs behind the proxy is a program that does not run any more.",
    );
    for program in [two, walk.purse] {
        looks(&ended, &format!("{program} DOES NOT RUN: ProgramExpired"));
        looks(
            &ended,
            &format!("{program} does not answer storageLayoutHash(): "),
        );
    }
    // Of a final one the version that was replaced may have ended.
    let over = said(&walk, &right, None).await;
    let unanswered = format!("  {} does not answer storageLayoutHash(): ", walk.purse);
    assert!(over.text.contains(&unanswered), "{}", over.text);
    assert!(
        !over.look.iter().any(|look| look.contains(unanswered.trim())),
        "{:#?}",
        over.look
    );
    // One that is cancelled never comes back.
    let other = right.replace(&"07".repeat(32), &"08".repeat(32));
    let other_file = self::file(&other);
    walk.by_safe(&[other_file.terms.propose().abi_encode()]).await;
    walk.by_safe(&[IPatchManager::cancelCall {
        patch: other_file.id(),
    }
    .abi_encode()])
        .await;
    looks(
        &said(&walk, &other, None).await,
        "It is cancelled and never comes back: another salt makes another patch.",
    );
    assert_ne!(other_file.id(), patch);

    // The council, then the manager itself.
    walk.pass(190 * DAY).await;
    let call = IPatchManager::keepAliveCall {
        account: walk.manager,
    };
    walk.send(STRANGER.address(), walk.manager, call.abi_encode(), ETHER / 10)
        .await;
    walk.pass(20 * DAY).await;
    looks(
        &said(&walk, &right, None).await,
        &format!(
            "The attesters {} are a program that does not run: ProgramExpired",
            walk.council
        ),
    );
    walk.pass(365 * DAY).await;
    let ended = asked(&walk, &right, None).await.unwrap_err();
    let expected = format!(
        "the manager {} is a program that does not run, so that nothing can be asked of it: ProgramExpired",
        walk.manager
    );
    assert!(ended.starts_with(&expected), "{ended}");
}
