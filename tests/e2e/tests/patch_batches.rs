//! A patch file on a chain: batches that `safe-batch` writes out of it carry a patch from record to probation, and at each step the command says where it is, who approved
//! and what there is to look at.

#[allow(dead_code)] // Of the suite that this world is of.
#[path = "patch/world.rs"]
mod world;

use alloy_primitives::{hex, Address, U256};
use alloy_sol_types::SolCall;
use e2e::hub::ICouncil;
use e2e::or_skip;
use e2e::patch::Patch;
use patch_file::PatchFile;
use serde_json::{json, Value as Json};
use std::path::PathBuf;
use std::process::{Command, Output};
use world::{succeeded, World, DAY, HOUR};

fn safe_batch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_e2e-safe-batch"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn path(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("patch-batches");
    std::fs::create_dir_all(&directory).unwrap();
    directory.join(name)
}

/// The patch that is right, as a person writes it.
fn written(world: &World, terms: &Patch) -> String {
    format!(
        r#"
chain-id = {}
manager = "{}"

[patch]
proxy = "{}"
replaces = "{}"
implementation = "{}"
code-hash = "{}"

[init]
call = "initializeThree(bytes32 root, bool mutes)"
arguments = ["0x0101010101010101010101010101010101010101010101010101010101010101", false]

[[check]]
that = "unchanged"
target = "proxy"
call = "priceOr()"

[[check]]
that = "equals"
target = "proxy"
call = "acceptable(bytes32 root)"
arguments = ["0x0000000000000000000000000000000000000000000000000000000000000000"]
value = 0

[[check]]
that = "reverts"
target = "proxy"
call = "process(bytes32,uint256)"
arguments = ["0x0000000000000000000000000000000000000000000000000000000000000000", 1]
"#,
        world.chain.id(),
        world.manager,
        terms.proxy,
        terms.replaces,
        terms.implementation,
        terms.codeHash,
    )
}

fn file(name: &str, text: &str) -> String {
    let path = path(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What the command says of a patch, and how it ends.
#[track_caller]
fn told(world: &World, file: &str, more: &[&str], code: i32) -> String {
    let mut arguments = vec!["patch", file, "--endpoint", world.chain.client().url()];
    arguments.extend(more);
    let output = safe_batch(&arguments);
    assert_eq!(output.status.code(), Some(code), "{}", text(&output));
    text(&output)
}

#[track_caller]
fn says(told: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(told.contains(sentence), "{sentence}\n\nnot in\n\n{told}");
    }
}

/// Writes the batch of an act out of the patch file, for this account as the Safe.
#[track_caller]
fn batch(world: &World, safe: Address, patch: &str, name: &str, act: &[&str]) -> (String, Address, Vec<u8>) {
    let out = path(name).to_str().unwrap().to_owned();
    let (chain, safe, manager) = (
        world.chain.id().to_string(),
        safe.to_string(),
        world.manager.to_string(),
    );
    let mut arguments = vec!["write"];
    arguments.extend(act);
    arguments.extend(["--kind", "patch", "--patch", patch, "--chain-id", &chain]);
    arguments.extend(["--safe", &safe, "--contract", &manager, "--out", &out]);
    let output = safe_batch(&arguments);
    assert!(output.status.success(), "{}", text(&output));
    let json: Json = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    let call = &json["transactions"][0];
    let data = hex::decode(call["data"].as_str().unwrap()).unwrap();
    (out, call["to"].as_str().unwrap().parse().unwrap(), data)
}

#[test]
fn a_patch_file_goes_from_record_to_probation_by_batches() {
    let mut world = World::new();
    let patch = world.right();
    let toml = written(&world, &patch.terms);
    let name = file("right.toml", &toml);
    // What is computed of the file is what the other encoder of these tests makes, and what the manager computes.
    let read = PatchFile::open(name.as_ref()).unwrap();
    assert_eq!(read.terms, patch.terms);
    assert_eq!(read.checks_data().to_vec(), patch.checks);
    let id = world.id(&patch);
    assert_eq!(read.id(), id);
    let (governor, guardian) = (world.people.governor, world.people.guardian);

    let fresh = told(&world, &name, &[], 1);
    says(
        &fresh,
        &[
            &format!(
                "Patch {id}\nof the manager {} on chain {}.\n",
                world.manager,
                world.chain.id()
            ),
            "The manager computes the same identifier.",
            "It is not on record.",
            "it would be under review for 1 hour, then wait 1 day from its approval",
            &format!("The proxy runs {}, as the file says.", world.bank),
            "It is code of the EVM, which does not expire.",
            &format!(
                "{} has code of the hash {}.",
                patch.terms.implementation, patch.terms.codeHash
            ),
            &format!("The council {}: 2 of 3 members, in its epoch 1.", world.council),
            "It passes: the code is as approved, the switch works, and all 3 checks hold.",
            "2. acceptable(root 0x0000000000000000000000000000000000000000000000000000000000000000) of ",
            "LOOK AT THIS BEFORE ANYONE SIGNS:\n- The layouts are not compared",
        ],
    );
    // That is all there is to look at.
    assert_eq!(fresh.matches("\n- ").count(), 1, "{fresh}");

    let (_, to, data) = batch(&world, governor, &name, "propose.json", &["propose"]);
    assert_eq!(to, world.manager);
    succeeded(&world.chain.transact(governor, to, data, U256::ZERO).unwrap());
    let proposed = told(&world, &name, &[], 1);
    says(
        &proposed,
        &[
            "It is proposed.",
            "It has to be approved before",
            "It has not approved the patch.",
        ],
    );
    or_skip!(world.chain.advance_time(HOUR));

    // Two members approve on chain what the third's batch says, too.
    let now = world.chain.now().unwrap();
    let council = world.council.to_string();
    let until = (now + DAY).to_string();
    let now = now.to_string();
    let action = [
        "--nonce",
        "9",
        "--epoch",
        "1",
        "--valid-after",
        &now,
        "--valid-before",
        &until,
    ];
    let mut approve = vec!["approve-patch", "--approve", "--council", &council];
    approve.extend(action);
    let members = world.keys.addresses();
    let (_, to, data) = batch(&world, members[0], &name, "approve.json", &approve);
    assert_eq!(to, world.council);
    let none = told(&world, &name, &action, 1);
    says(
        &none,
        &[
            "0 of 2 approve on chain.",
            &format!("  {}: not on chain\n", members[0]),
        ],
    );
    for member in [members[0], members[2]] {
        world
            .chain
            .give(member, U256::from(10).pow(U256::from(18)))
            .unwrap();
        let client = world.chain.client();
        or_skip!(client.ask::<Json>("anvil_impersonateAccount", json!([member])));
        let transaction = json!([{ "from": member, "to": to, "data": hex::encode_prefixed(&data) }]);
        client.ask::<Json>("eth_sendTransaction", transaction).unwrap();
        client.ask::<Json>("evm_mine", json!([])).unwrap();
    }
    let both = told(&world, &name, &action, 1);
    says(
        &both,
        &[
            "2 of 2 approve on chain.",
            &format!("  {}: approved on chain\n", members[0]),
            &format!("  {}: not on chain\n", members[1]),
            &format!("  {}: approved on chain\n", members[2]),
        ],
    );
    let approved = ICouncil::approveCall::SELECTOR;
    assert_eq!(data[..4], approved);
    let execute = execute(&data, &[members[0], members[2]]);
    succeeded(
        &world
            .chain
            .transact(world.people.attacker, world.council, execute, U256::ZERO)
            .unwrap(),
    );
    let approved = told(&world, &name, &[], 1);
    says(
        &approved,
        &[
            "It is approved.",
            "It can be armed for a window that begins at",
            "It approved the patch in block",
            "With 2 approvals, of which 2 were needed as its members are now.",
            &format!("  {}: approved on chain\n", members[0]),
            &format!("  {}: not on chain, by signature or not at all\n", members[1]),
        ],
    );

    let ready = world.state(id).readyAt;
    let window = [ready.to_string(), (ready + 12 * HOUR).to_string()];
    let (_, to, data) = batch(
        &world,
        guardian,
        &name,
        "arm.json",
        &["arm", &window[0], &window[1]],
    );
    succeeded(&world.chain.transact(guardian, to, data, U256::ZERO).unwrap());
    says(
        &told(&world, &name, &[], 1),
        &["It is armed.", "It can be applied from"],
    );

    // What applying will do is seen before, once its time has come, and fails before that.
    let (out, to, data) = batch(&world, guardian, &name, "apply.json", &["apply"]);
    let url = world.chain.client().url().to_owned();
    let simulated = |after: &str| {
        safe_batch(&[
            "simulate",
            &out,
            "--kind",
            "patch",
            "--patch",
            &name,
            "--endpoint",
            &url,
            "--after",
            after,
        ])
    };
    let early = simulated("0");
    assert_eq!(early.status.code(), Some(1));
    says(&text(&early), &["FAILS: PatchTooEarly"]);
    let later = text(&simulated("1d1h"));
    says(
        &later,
        &[
            "PatchApplied: patch",
            &format!("patchState({id}): phase armed"),
            "phase in probation",
            "In the switch the proxy is called: initializeThree(root 0x0101010101010101010101010101010101010101010101010101010101010101, mutes false).",
        ],
    );

    or_skip!(world.chain.move_to(ready));
    succeeded(&world.chain.transact(guardian, to, data, U256::ZERO).unwrap());
    let applied = told(&world, &name, &[], 1);
    says(
        &applied,
        &[
            "It is in probation.",
            "It was applied, and can be rolled back before",
            &format!("The proxy runs {}, as the file says.", patch.terms.implementation),
            &format!(
                "it can go back to {}: code of the EVM, which does not expire.",
                world.bank
            ),
        ],
    );
    assert!(!applied.contains("canary"), "{applied}");

    let reason = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
    let (_, to, data) = batch(&world, guardian, &name, "back.json", &["roll-back", reason]);
    succeeded(&world.chain.transact(guardian, to, data, U256::ZERO).unwrap());
    says(
        &told(&world, &name, &[], 1),
        &["It is rolled back and never comes back: another salt makes another patch."],
    );
}

/// The council's `execute` with the arguments of its `approve`, approved on chain by these members.
fn execute(approve: &[u8], members: &[Address]) -> Vec<u8> {
    let ICouncil::approveCall {
        target,
        value,
        nonce,
        epoch,
        validAfter,
        validBefore,
        call,
    } = ICouncil::approveCall::abi_decode(approve).unwrap();
    let mut members = members.to_vec();
    members.sort();
    let approvals: Vec<u8> = members
        .iter()
        .flat_map(|member| [&[2], member.as_slice()].concat())
        .collect();
    ICouncil::executeCall {
        target,
        value,
        nonce,
        epoch,
        validAfter,
        validBefore,
        call,
        approvals: approvals.into(),
    }
    .abi_encode()
}

#[test]
fn what_is_not_as_the_file_says_is_something_to_look_at() {
    let mut world = World::new();
    let patch = world.right();
    let toml = written(&world, &patch.terms);
    let with = |old: &str, new: &str| {
        assert!(toml.contains(old), "{old}");
        toml.replacen(old, new, 1)
    };
    let nobody = Address::repeat_byte(0x0b);
    let hash = "0x5555555555555555555555555555555555555555555555555555555555555555";
    let (code_hash, implementation) = (
        patch.terms.codeHash.to_string(),
        patch.terms.implementation.to_string(),
    );
    for (name, text, sentences) in [
        (
            "check",
            with("value = 0", "value = 1"),
            &["IT FAILS: CheckFailed: index 1,"][..],
        ),
        (
            "hash",
            with(&code_hash, hash),
            &[
                "IT FAILS: CodeDiffers:",
                &format!("has code of the hash {code_hash} and NOT {hash}: the manager refuses it."),
            ],
        ),
        (
            "nothing",
            with(&implementation, &nobody.to_string()),
            &[&format!("Nothing stands at {nobody}."), "IT FAILS: NoCode:"],
        ),
        (
            "fragments",
            with("code-hash", &format!("fragments = [\"{hash}\"]\ncode-hash")),
            &["Look at 'fragments' in the file.", "IT FAILS: FragmentsDiffer:"],
        ),
        (
            "replaces",
            with(&patch.terms.replaces.to_string(), &implementation),
            &[
                &format!("The proxy runs {} and NOT {implementation}", world.bank),
                "IT FAILS: ImplementationDiffers:",
            ],
        ),
        (
            "proxy",
            with(&patch.terms.proxy.to_string(), &nobody.to_string()),
            &[
                "The proxy is not in the manager's care: ProxyUnknown:",
                "IT FAILS: ProxyUnknown:",
            ],
        ),
        (
            "layout",
            with("[init]", &format!("[layout]\nafter = \"{hash}\"\n\n[init]")),
            &[
                &format!("and NOT {hash}: the manager refuses it."),
                "IT FAILS: LayoutDiffers:",
            ],
        ),
        (
            "init",
            with(
                "initializeThree(bytes32 root, bool mutes)",
                "initializeFour(bytes32 root, bool mutes)",
            ),
            &["IT FAILS: SwitchFailed:"],
        ),
    ] {
        let said = told(&world, &file(&format!("{name}.toml"), &text), &[], 1);
        says(&said, sentences);
        // Each of them is in the list for whoever signs.
        let (_, list) = said.split_once("LOOK AT THIS BEFORE ANYONE SIGNS:").unwrap();
        says(list, sentences);
    }
    for (name, text, sentence) in [
        (
            "chain",
            with(&format!("chain-id = {}", world.chain.id()), "chain-id = 7"),
            "error: the file is for chain 7 and the endpoint is of chain ",
        ),
        (
            "manager",
            with(&world.manager.to_string(), &nobody.to_string()),
            "look at 'manager' in the file",
        ),
    ] {
        let said = told(&world, &file(&format!("{name}.toml"), &text), &[], 2);
        says(&said, &[sentence]);
    }
    // Another contract that is there.
    let other = with(&world.manager.to_string(), &world.bank.to_string());
    let said = told(&world, &file("other.toml", &other), &[], 1);
    says(
        &said,
        &[
            "The manager does not compute the identifier:",
            "The manager does not say who its attesters are:",
        ],
    );
}
