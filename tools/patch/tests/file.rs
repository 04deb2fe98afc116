//! What a file says is what a manager reads; and a file that says nothing clear is refused in one sentence.

use alloy_primitives::{address, b256, hex, keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall};
use patch_file::{file::FileError, interface::IPatchManager, terms::PHASES, Checks, Patch, PatchFile};
use portcullis::patch::{Act, Rule};
use portcullis_core::patch::{Expectation, Joint, Path as Way, Phase, WayBack};
use std::path::{Path, PathBuf};

const EXAMPLE: &str = include_str!("../example.toml");
const PROXY: Address = Address::repeat_byte(0x22);
const IMPLEMENTATION: Address = Address::repeat_byte(0x44);
/// What a contract in Rust prints of itself, with the hash that it carries.
const VAULT: &str = include_str!("../../../contracts/guards/tests/layout.json");

sol! {
    function initializeThree(bytes32 root, bool mutes);
    function price();
    function process(bytes32 root);
    function version();
    function acceptableRoot(bytes32 root);
    function totalSupply();
    function totalAssets();
    function snapshotTime();
}

fn parsed(text: &str) -> Result<PatchFile, FileError> {
    PatchFile::parse(text, Path::new("nowhere"))
}

/// The example with other text in one place.
fn with(old: &str, new: &str) -> String {
    assert!(EXAMPLE.contains(old), "the example has {old}");
    EXAMPLE.replacen(old, new, 1)
}

#[track_caller]
fn refused(text: &str, sentence: &str) {
    let why = parsed(text).expect_err(sentence).to_string();
    assert!(why.contains(sentence), "{why}");
    assert!(!why.contains('\n'), "{why}");
}

#[test]
fn the_example_is_these_sixteen_terms() {
    let file = parsed(EXAMPLE).unwrap();
    assert_eq!(file.chain_id, 42_161);
    assert_eq!(file.manager, address!("DF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa"));
    let init = initializeThreeCall {
        root: B256::repeat_byte(1),
        mutes: false,
    };
    assert_eq!(file.init.data, init.abi_encode());
    assert_eq!(
        file.init.told(),
        format!("initializeThree(root {}, mutes false)", B256::repeat_byte(1))
    );
    assert_eq!(
        file.terms,
        Patch {
            act: 0,
            proxy: PROXY,
            replaces: Address::repeat_byte(0x33),
            implementation: IMPLEMENTATION,
            codeHash: B256::repeat_byte(0x55),
            fragments: B256::ZERO,
            layoutBefore: B256::repeat_byte(0x77),
            layoutAfter: B256::repeat_byte(0x88),
            initHash: keccak256(init.abi_encode()),
            checksHash: keccak256(file.checks_data()),
            path: 0,
            wayBack: 0,
            freezeGroups: 0b1100,
            freezeRung: 3,
            freezeSecs: 604_800,
            salt: B256::repeat_byte(0x66),
        }
    );
    let terms = file.terms.terms();
    assert_eq!(terms.act(), Ok(Act::Upgrade));
    assert_eq!(terms.path(), Ok(Way::Timelocked));
    assert_eq!(terms.way_back(), Ok(WayBack::Open));
}

#[test]
fn its_checks_are_one_of_each_kind() {
    let file = parsed(EXAMPLE).unwrap();
    let wad = U256::from(10).pow(U256::from(16));
    let zero = B256::ZERO;
    let alone = Rule::Alone;
    let told = [
        (alone(Expectation::Succeeds), PROXY, priceCall {}.abi_encode()),
        (
            alone(Expectation::Reverts),
            PROXY,
            processCall { root: zero }.abi_encode(),
        ),
        (alone(Expectation::NonZero), PROXY, versionCall {}.abi_encode()),
        (
            alone(Expectation::Equals(U256::ZERO)),
            PROXY,
            acceptableRootCall { root: zero }.abi_encode(),
        ),
        (
            alone(Expectation::Within {
                min: wad * U256::from(99),
                max: wad * U256::from(101),
            }),
            PROXY,
            priceCall {}.abi_encode(),
        ),
        (
            alone(Expectation::Unchanged { within_bps: 50 }),
            PROXY,
            totalSupplyCall {}.abi_encode(),
        ),
        (
            Rule::Paired(Joint::Ratio { step_bps: 100 }),
            PROXY,
            totalAssetsCall {}.abi_encode(),
        ),
        (
            Rule::Paired(Joint::Line {
                rise: U256::from(5),
                run: U256::from(86_400),
                step_bps: 1,
            }),
            Address::repeat_byte(0x99),
            snapshotTimeCall {}.abi_encode(),
        ),
        (
            Rule::Paired(Joint::Below { gap: U256::from(16) }),
            IMPLEMENTATION,
            hex!("01020304").to_vec(),
        ),
    ];
    assert_eq!(file.checks.0.len(), told.len());
    for (check, (rule, target, call)) in file.checks.0.iter().zip(told) {
        assert_eq!(
            (check.rule, check.target, check.call.to_vec()),
            (rule, target, call)
        );
    }
    assert_eq!(Checks::decode(file.checks_data()).unwrap(), file.checks);
    assert_eq!(
        file.signatures[3].as_ref().unwrap().canonical(),
        "acceptableRoot(bytes32)"
    );
    assert_eq!(file.signatures[8], None);
    // Kind, step, low, high, target, length, data: the seventh of the list, byte by byte.
    let seventh = [
        &[6, 0, 100][..],
        &[0; 64],
        &[0x22; 20],
        &[0, 4],
        &totalAssetsCall::SELECTOR,
    ]
    .concat();
    let entry = 3 + 64 + 20 + 2;
    let at = 6 * entry + 6 * 4 + 2 * 32;
    assert_eq!(file.checks_data()[at..at + entry + 4], seventh);
}

#[test]
fn its_calls_carry_what_it_says() {
    let file = parsed(EXAMPLE).unwrap();
    let id = file.id();
    assert_eq!(id, file.terms.id(42_161, file.manager));
    assert_eq!((file.commit().patch, file.commit().proxy), (id, PROXY));
    assert_eq!(file.approve().patch, id);
    let arm = file.arm(5, 9);
    assert_eq!((arm.patch, arm.from, arm.until), (id, 5, 9));
    let apply = file.apply(77);
    assert_eq!(Patch::from(&apply), file.terms);
    assert_eq!(
        (&apply.init, &apply.checks),
        (&file.init.data, file.checks_data())
    );
    assert_eq!(apply.activationGas, 77);
    let canary = file.canary(78);
    assert_eq!(Patch::from(&canary), file.terms);
    assert_eq!(
        (canary.init, canary.checks, canary.activationGas),
        (apply.init, apply.checks, 78)
    );
    assert_eq!(Patch::from(&file.terms.propose()), file.terms);
    assert_eq!(Patch::from(&file.terms.reveal()), file.terms);
    assert_eq!(Patch::from(&file.terms.freeze()), file.terms);
    let back = file.terms.roll_back(B256::repeat_byte(3));
    assert_eq!(
        (Patch::from(&back), back.reason),
        (file.terms.clone(), B256::repeat_byte(3))
    );
    // As Solidity has it: sixteen words after the selector.
    let data = file.terms.propose().abi_encode();
    assert_eq!(data[..4], IPatchManager::proposeCall::SELECTOR);
    assert_eq!(data.len(), 4 + 16 * 32);
    assert_eq!(
        data[4 + 14 * 32..4 + 15 * 32],
        U256::from(604_800).to_be_bytes::<32>()
    );
}

/// Computed with another program from the words of EIP-712, so that a change of the example or of the types is seen.
#[test]
fn its_identifier_is_that_of_eip_712() {
    let file = parsed(EXAMPLE).unwrap();
    let word = |value: u64| U256::from(value).to_be_bytes::<32>();
    let terms = &file.terms;
    let domain = keccak256(
        [
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)").0,
            keccak256("Portcullis Patch Manager").0,
            keccak256("1").0,
            word(42_161),
            file.manager.into_word().0,
        ]
        .concat(),
    );
    let content = keccak256(
        [
            keccak256(
                "Patch(uint8 act,address proxy,address replaces,address implementation,bytes32 codeHash,bytes32 fragments,bytes32 layoutBefore,bytes32 layoutAfter,bytes32 initHash,bytes32 checksHash,uint8 path,uint8 wayBack,uint8 freezeGroups,uint8 freezeRung,uint64 freezeSecs,bytes32 salt)",
            )
            .0,
            word(0),
            terms.proxy.into_word().0,
            terms.replaces.into_word().0,
            terms.implementation.into_word().0,
            terms.codeHash.0,
            terms.fragments.0,
            terms.layoutBefore.0,
            terms.layoutAfter.0,
            terms.initHash.0,
            terms.checksHash.0,
            word(0),
            word(0),
            word(0b1100),
            word(3),
            word(604_800),
            terms.salt.0,
        ]
        .concat(),
    );
    let id = keccak256([&[0x19, 0x01][..], domain.as_slice(), content.as_slice()].concat());
    assert_eq!(file.id(), id);
    // Each term, the chain and the manager are in it.
    for (old, new) in [
        ("42161", "42162"),
        (
            "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
            "0x1111111111111111111111111111111111111111",
        ),
        (
            "0x2222222222222222222222222222222222222222",
            "0x1111111111111111111111111111111111111111",
        ),
        (
            "0x3333333333333333333333333333333333333333",
            "0x1111111111111111111111111111111111111111",
        ),
        (
            "0x4444444444444444444444444444444444444444",
            "0x1111111111111111111111111111111111111111",
        ),
        ("0x5555", "0x1555"),
        (
            "fragments = []",
            "fragments = [\"0x0000000000000000000000000000000000000000000000000000000000000001\"]",
        ),
        ("\"time-locked\"", "\"standby\""),
        ("\"open\"", "\"barred\""),
        ("0x6666", "0x1666"),
        ("0x7777", "0x1777"),
        ("0x8888", "0x1888"),
        (", false]", ", true]"),
        ("[2, 3]", "[2]"),
        ("\"reduce-only\"", "\"frozen\""),
        ("\"7d\"", "\"7d1s\""),
        ("value = 0", "value = 1"),
    ] {
        assert_ne!(parsed(&with(old, new)).unwrap().id(), id, "{old} to {new}");
    }
}

#[test]
fn what_is_left_out_is_nothing() {
    let text = format!(
        "chain-id = 1\nmanager = \"{PROXY}\"\n[patch]\nproxy = \"{PROXY}\"\nreplaces = \"{PROXY}\"\nimplementation = \"{PROXY}\"\ncode-hash = \"{}\"\n",
        B256::repeat_byte(1)
    );
    let file = parsed(&text).unwrap();
    assert_eq!(file.terms, Patch::new(PROXY, PROXY, PROXY, B256::repeat_byte(1)));
    assert!(file.init.data.is_empty() && file.checks.0.is_empty() && file.checks_data().is_empty());
}

#[test]
fn fragments_are_the_hash_of_their_hashes() {
    let (one, two) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let file = parsed(&with(
        "fragments = []",
        &format!("fragments = [\"{one}\", \"{two}\"]"),
    ))
    .unwrap();
    assert_eq!(file.fragments, [one, two]);
    assert_eq!(file.terms.fragments, keccak256([one.0, two.0].concat()));
}

#[test]
fn everything_is_a_group_of_its_own() {
    for (groups, bits) in [
        ("[\"everything\", 5]", 0b10_0001),
        ("[0]", 1),
        ("[1]", 0b10),
        ("[5, 5]", 0b10_0000),
    ] {
        let file = parsed(&with("[2, 3]", groups)).unwrap();
        assert_eq!(file.terms.freezeGroups, bits, "{groups}");
    }
}

#[test]
fn every_word_is_the_number_that_the_manager_reads() {
    for (word, rung) in [("throttled", 2), ("reduce-only", 3), ("frozen", 4)] {
        let file = parsed(&with("\"reduce-only\"", &format!("\"{word}\""))).unwrap();
        assert_eq!(file.terms.freezeRung, rung, "{word}");
    }
    let standby = parsed(&with("\"time-locked\"", "\"standby\"")).unwrap().terms;
    assert_eq!((standby.path, standby.terms().path()), (1, Ok(Way::Standby)));
    let barred = parsed(&with("\"open\"", "\"barred\"")).unwrap().terms;
    assert_eq!(
        (barred.wayBack, barred.terms().way_back()),
        (1, Ok(WayBack::Barred))
    );
}

#[test]
fn the_managers_terms_are_these() {
    let fragment = B256::repeat_byte(9);
    let fragments = format!("fragments = [\"{fragment}\"]");
    let terms = parsed(&with("fragments = []", &fragments)).unwrap().terms;
    let manager = terms.terms();
    assert_eq!(
        (manager.act, manager.proxy, manager.replaces),
        (0, PROXY, Address::repeat_byte(0x33))
    );
    assert_eq!(
        (manager.implementation, manager.code_hash),
        (IMPLEMENTATION, B256::repeat_byte(0x55))
    );
    assert_eq!(manager.fragments, keccak256(fragment));
    assert_eq!(
        (manager.layout_before, manager.layout_after),
        (B256::repeat_byte(0x77), B256::repeat_byte(0x88))
    );
    assert_eq!(
        (manager.init_hash, manager.checks_hash),
        (terms.initHash, terms.checksHash)
    );
    assert_ne!(manager.init_hash, manager.checks_hash);
    assert_eq!((manager.path, manager.way_back), (0, 0));
    assert_eq!(
        (manager.freeze_groups, manager.freeze_rung, manager.freeze_secs),
        (0b1100, 3, 604_800)
    );
    assert_eq!(manager.salt, B256::repeat_byte(0x66));
}

/// By the numbers that the manager's `patchState` answers.
#[test]
fn phases_have_the_managers_numbers() {
    for (phase, name) in [
        (Phase::Unknown, "not on record"),
        (Phase::Committed, "committed"),
        (Phase::Proposed, "proposed"),
        (Phase::Approved, "approved"),
        (Phase::Armed, "armed"),
        (Phase::Probation, "in probation"),
        (Phase::Final, "final"),
        (Phase::Cancelled, "cancelled"),
        (Phase::Expired, "expired"),
        (Phase::RolledBack, "rolled back"),
    ] {
        assert_eq!(PHASES[phase as usize], name);
    }
}

#[test]
fn a_hand_over_only_hands_over() {
    let bare = EXAMPLE.split("\n[init]").next().unwrap();
    let hands = bare.replacen("\"upgrade\"", "\"hand-over\"", 1);
    refused(
        &hands,
        "patch.way-back: a hand-over cannot be rolled back: write \"barred\"",
    );
    let hands = hands.replacen("\"open\"", "\"barred\"", 1);
    let file = parsed(&hands).unwrap();
    assert_eq!((file.terms.act, file.terms.wayBack), (1, 1));
    refused(
        &format!("{hands}\n[init]\ndata = \"0x01\"\n"),
        "init: a hand-over initialises nothing",
    );
    refused(
        &format!("{hands}\n[[check]]\nthat = \"succeeds\"\ntarget = \"proxy\"\ncall = \"a()\"\n"),
        "check: a hand-over asks no checks",
    );
}

/// A directory of a test's own.
fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("patch")
        .join(name);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

#[test]
fn layouts_are_hashed_from_their_files_beside_it() {
    let directory = directory("layouts");
    std::fs::write(directory.join("old.json"), VAULT).unwrap();
    let text = with(
        "before = \"0x7777777777777777777777777777777777777777777777777777777777777777\"",
        "before = \"old.json\"",
    );
    let patch = directory.join("patch.toml");
    std::fs::write(&patch, &text).unwrap();
    let file = PatchFile::open(&patch).unwrap();
    let layout = layout::read::text(VAULT, None).unwrap();
    assert_eq!(file.terms.layoutBefore, layout.hash().unwrap());
    assert_eq!(file.layout_before.unwrap().contract, layout.contract);
    assert!(file.layout_after.is_none());
    // Nowhere else.
    refused(&text, "layout.before: nowhere/old.json: it cannot be read");
    let of = |contract: &str| {
        text.replacen(
            "before = ",
            &format!("before-contract = \"{contract}\"\nbefore = "),
            1,
        )
    };
    assert!(PatchFile::parse(&of(&layout.contract), &directory).is_ok());
    let why = PatchFile::parse(&of("Nobody"), &directory)
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("it holds no layout of a contract named Nobody"),
        "{why}"
    );
    refused(
        &with("after = \"0x8", "after-contract = \"A\"\nafter = \"0x8"),
        "layout.after-contract: it names a contract, and there is no file",
    );
    refused(
        &with(
            "after = \"0x8888888888888888888888888888888888888888888888888888888888888888\"",
            "after-contract = \"A\"",
        ),
        "layout.after-contract: it names a contract, and there is no file",
    );
    refused(
        &with("before = \"0x7", "before-contract = \"A\"\nbefore = \"0x7"),
        "layout.before-contract: it names a contract, and there is no file",
    );
    std::fs::write(directory.join("old.json"), "{}").unwrap();
    let why = PatchFile::open(&patch).unwrap_err().to_string();
    assert!(why.contains("there is no storage layout in it"), "{why}");
}

/// Each from its own file, and of its own contract where a file holds several.
#[test]
fn both_layouts_are_those_of_their_own_files() {
    let directory = directory("both");
    let layout = |slots: usize| {
        let field = |slot: usize| {
            format!(r#"{{"label": "a{slot}", "slot": "{slot}", "offset": 0, "type": "t_uint256"}}"#)
        };
        let fields: Vec<String> = (0..slots).map(field).collect();
        format!(
            r#"{{"storage": [{}], "types": {{"t_uint256": {{"encoding": "inplace", "label": "uint256", "numberOfBytes": "32"}}}}}}"#,
            fields.join(", ")
        )
    };
    let output = |one: usize, two: usize| {
        format!(
            r#"{{"contracts": {{"Bank.sol": {{"Bank": {{"storageLayout": {}}}, "Vault": {{"storageLayout": {}}}}}}}}}"#,
            layout(one),
            layout(two)
        )
    };
    std::fs::write(directory.join("old.json"), output(1, 2)).unwrap();
    std::fs::write(directory.join("new.json"), output(3, 4)).unwrap();
    let text = |more: &str| {
        let head = EXAMPLE.split("before = ").next().unwrap();
        let rest = EXAMPLE.split_once("\n[init]").unwrap().1;
        format!("{head}before = \"old.json\"\nafter = \"new.json\"\n{more}\n[init]{rest}")
    };
    let parsed = |more: &str| PatchFile::parse(&text(more), &directory);
    let hash = |slots: usize| layout::read::text(&layout(slots), None).unwrap().hash().unwrap();
    let file = parsed("before-contract = \"Bank\"\nafter-contract = \"Vault\"").unwrap();
    assert_eq!(
        (file.terms.layoutBefore, file.terms.layoutAfter),
        (hash(1), hash(4))
    );
    let (before, after) = (file.layout_before.unwrap(), file.layout_after.unwrap());
    assert_eq!((before.contract.as_str(), before.fields.len()), ("Bank", 1));
    assert_eq!((after.contract.as_str(), after.fields.len()), ("Vault", 4));
    // What to write is the file's own field, and not an argument of another command.
    for (more, sentence) in [
        ("after-contract = \"Vault\"", "layout.before: "),
        (
            "after-contract = \"Vault\"",
            "so name one with 'before-contract': Bank.sol:Bank, Bank.sol:Vault",
        ),
        ("before-contract = \"Bank\"", "layout.after: "),
        (
            "before-contract = \"Bank\"",
            "so name one with 'after-contract': Bank.sol:Bank, Bank.sol:Vault",
        ),
    ] {
        let why = parsed(more).unwrap_err().to_string();
        assert!(why.contains(sentence), "{why}");
    }
}

#[test]
fn a_file_that_is_none_is_refused() {
    let nobody = PatchFile::open(Path::new("/nowhere/at/all.toml")).unwrap_err();
    assert!(nobody.to_string().starts_with("it cannot be read: "));
    let large = directory("large").join("patch.toml");
    std::fs::write(&large, vec![b'#'; (4 << 20) + 1]).unwrap();
    assert!(matches!(PatchFile::open(&large), Err(FileError::TooLarge)));
    refused("{}", "line 1: ");
    refused("", "line 1: missing field `chain-id`");
    refused(&with("[freeze]", "[freeze"), "line ");
    refused(&with("salt =", "sale ="), "line 14: unknown field `sale`");
    refused(&with("manager = ", "#"), "missing field `manager`");
    refused(&with("42161", "-1"), "line 2: ");
    refused(&with("42161", "0"), "chain-id: it is not the number of a chain");
    // The largest number that every program reads alike.
    for chain in ["1", "9007199254740991"] {
        assert_eq!(parsed(&with("42161", chain)).unwrap().chain_id.to_string(), chain);
    }
    refused(
        &with("42161", "9007199254740992"),
        "chain-id: it is not the number of a chain",
    );
}

#[test]
fn every_term_that_means_nothing_is_refused() {
    let zero = format!("\"{}\"", Address::ZERO);
    for (old, new, sentence) in [
        (
            "\"0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa\"",
            "\"0xdF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa\"",
            "manager: '0xdF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa' has capitals",
        ),
        (
            "\"0x2222222222222222222222222222222222222222\"",
            zero.as_str(),
            "patch.proxy: the zero address is nobody",
        ),
        (
            "\"0x3333333333333333333333333333333333333333\"",
            &zero,
            "patch.replaces: the zero address is nobody",
        ),
        (
            "\"0x4444444444444444444444444444444444444444\"",
            "\"0x44\"",
            "patch.implementation: '0x44' is not an address",
        ),
        (
            "\"upgrade\"",
            "\"update\"",
            "patch.act: 'update' is not known: write 'upgrade' or 'hand-over'",
        ),
        (
            "\"time-locked\"",
            "\"now\"",
            "patch.path: 'now' is not known: write 'time-locked' or 'standby'",
        ),
        (
            "\"open\"",
            "\"shut\\n\"",
            "patch.way-back: 'shut\\n' is not known: write 'open' or 'barred'",
        ),
        (
            "\"0x5555555555555555555555555555555555555555555555555555555555555555\"",
            "\"0x55\"",
            "patch.code-hash: '0x55' is not a hash",
        ),
        (
            "0x5555555555555555555555555555555555555555555555555555555555555555",
            "0x0000000000000000000000000000000000000000000000000000000000000000",
            "patch.code-hash: it is the hash of no code",
        ),
        (
            "0x5555555555555555555555555555555555555555555555555555555555555555",
            "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
            "patch.code-hash: it is the hash of no code",
        ),
        (
            "\"0x6666666666666666666666666666666666666666666666666666666666666666\"",
            "\"x\"",
            "patch.salt: 'x' is not a hash",
        ),
        (
            "fragments = []",
            "fragments = [\"0x01\"]",
            "patch.fragments: '0x01' is not a hash",
        ),
        (
            "\"0x7777777777777777777777777777777777777777777777777777777777777777\"",
            "\"0x77\"",
            "layout.before: '0x77' is not a hash",
        ),
        (
            "\"0x8888888888888888888888888888888888888888888888888888888888888888\"",
            "\"0x88\"",
            "layout.after: '0x88' is not a hash",
        ),
        ("[2, 3]", "[]", "freeze.groups: nothing is frozen"),
        (
            "[2, 3]",
            "[6]",
            "freeze.groups: it takes \"everything\" and groups",
        ),
        (
            "[2, 3]",
            "[\"withdrawals\"]",
            "freeze.groups: it takes \"everything\" and groups",
        ),
        (
            "[2, 3]",
            "[256]",
            "a group is \"everything\" or a number from 1 to 5",
        ),
        (
            "\"reduce-only\"",
            "\"half-open\"",
            "freeze.state: 'half-open' is not known: write 'throttled' or 'reduce-only' or 'frozen'",
        ),
        ("\"7d\"", "\"1 week\"", "freeze.for: '1 week' is not a time"),
        ("\"7d\"", "\"0s\"", "freeze.for: a freeze for no time"),
        (
            "\"7d\"",
            "\"30d1s\"",
            "freeze.for: a proxy is paused for 30 days at most",
        ),
    ] {
        refused(&with(old, new), sentence);
    }
    let four = vec![format!("\"{}\"", B256::repeat_byte(1)); 4].join(", ");
    assert_eq!(
        parsed(&with("fragments = []", &format!("fragments = [{four}]")))
            .unwrap()
            .fragments
            .len(),
        4
    );
    let five = vec![format!("\"{}\"", B256::repeat_byte(1)); 5].join(", ");
    refused(
        &with("fragments = []", &format!("fragments = [{five}]")),
        "patch.fragments: there are 5, and no program has more than 4",
    );
}

#[test]
fn a_call_is_one_or_the_other() {
    let init = "call = \"initializeThree(bytes32 root, bool mutes)\"\narguments = [\"0x0101010101010101010101010101010101010101010101010101010101010101\", false]";
    for (new, sentence) in [
        ("", "init: it says no call"),
        ("arguments = []", "init: it says no call"),
        (
            "call = \"a()\"\ndata = \"0x01\"",
            "init: it has both 'call' and 'data'",
        ),
        (
            "data = \"0x01\"\narguments = []",
            "init: it has 'arguments' beside 'data'",
        ),
        (
            "data = \"0x\"",
            "init.data: it is empty, so that the proxy would not be called",
        ),
        ("data = \"0x1\"", "init: data is 0x and an even number"),
        ("call = \"\"", "init: '' is not the signature of a function"),
        (
            "call = \"a(uint257)\"",
            "init: 'a(uint257)' is not the signature of a function",
        ),
        (
            "call = \"a(\\u001b)\"",
            "init: 'a(\\u{1b})' is not the signature of a function",
        ),
        (
            "call = \"a(uint8)\"",
            "init: 'a(uint8)' takes 1 arguments and was given 0",
        ),
        (
            "call = \"a(uint8)\"\narguments = [256]",
            "init: argument 1 of 'a(uint8)': 256 does not fit uint8",
        ),
        ("call = \"a(uint8)\"\narguments = [-1]", "'-1' is not a number"),
        (
            "call = \"a(uint8)\"\narguments = [\"1e2\"]",
            "'1e2' is not a number",
        ),
        (
            "call = \"a(uint8)\"\narguments = [1.5]",
            "an argument is text in quotes, a whole number, true or false, or a list",
        ),
        (
            "call = \"a(uint8)\"\narguments = [true]",
            "uint8 is not true or false",
        ),
        (
            "call = \"a(bool)\"\narguments = [1]",
            "write true or false, without quotes",
        ),
        ("call = \"a(int8)\"\narguments = [128]", "128 does not fit int8"),
        ("call = \"a(int8)\"\narguments = [-129]", "-129 does not fit int8"),
        (
            "call = \"a(address)\"\narguments = [\"0xdF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa\"]",
            "has capitals that are not its checksum",
        ),
        (
            "call = \"a(bytes4)\"\narguments = [\"0x010203\"]",
            "0x010203 has 3 bytes and takes 4",
        ),
        (
            "call = \"a(uint8[])\"\narguments = [1]",
            "uint8[] is a list: write it in brackets",
        ),
        ("call = \"a(uint8)\"\narguments = [[1]]", "uint8 is no list"),
        (
            "call = \"a(uint8[2])\"\narguments = [[1]]",
            "it has 1 elements and takes 2",
        ),
        (
            "call = \"a((uint8,bool))\"\narguments = [[1]]",
            "it has 1 fields and takes 2",
        ),
        (
            "call = \"a(function)\"\narguments = [\"0x01\"]",
            "function cannot be written here: give the call's data",
        ),
    ] {
        refused(&with(init, new), sentence);
    }
}

#[test]
fn the_last_number_that_fits_is_taken() {
    let init = "call = \"initializeThree(bytes32 root, bool mutes)\"\narguments = [\"0x0101010101010101010101010101010101010101010101010101010101010101\", false]";
    for (of, number, word) in [
        ("uint8", "255", U256::from(255)),
        ("int8", "127", U256::from(127)),
        ("int8", "-128", U256::MAX - U256::from(127)),
        (
            "uint256",
            "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
            U256::MAX,
        ),
    ] {
        let file = parsed(&with(
            init,
            &format!("call = \"a({of})\"\narguments = [{number}]"),
        ))
        .unwrap();
        assert_eq!(file.init.data[4..], word.to_be_bytes::<32>(), "{of} {number}");
    }
}

#[test]
fn arguments_of_every_type_are_encoded_as_solidity_does() {
    sol! {
        struct Market { address asset; uint16[] tiers; }
        function set(uint a, int8 low, int256 most, bytes b, string s, bytes3 three, Market[] markets, bool[2] flags);
    }
    let init = "call = \"initializeThree(bytes32 root, bool mutes)\"\narguments = [\"0x0101010101010101010101010101010101010101010101010101010101010101\", false]";
    let text = with(
        init,
        "call = \"set(uint,int8,int256 most,bytes,string,bytes3,(address,uint16[])[],bool[2])\"\narguments = [\"0xff\", -128, 7, \"0x0102\", \"a'b\", \"0x010203\", [[\"0x2222222222222222222222222222222222222222\", [1, \"2\"]]], [true, false]]",
    );
    let file = parsed(&text).unwrap();
    let call = setCall {
        a: U256::from(255),
        low: -128,
        most: "7".parse().unwrap(),
        b: Bytes::from_static(&[1, 2]),
        s: "a'b".to_owned(),
        three: [1, 2, 3].into(),
        markets: vec![Market {
            asset: PROXY,
            tiers: vec![1, 2],
        }],
        flags: [true, false],
    };
    assert_eq!(file.init.data, call.abi_encode());
    let signature = file.init.signature.as_ref().unwrap();
    assert_eq!(signature.canonical(), setCall::SIGNATURE);
    assert_eq!(
        file.init.told(),
        "set(255, -128, most 7, 0x0102, 'a\\'b', 0x010203, [(0x2222222222222222222222222222222222222222, [1, 2])], [true, false])"
    );
    // Other data than it encodes to is not told by it.
    let mut hidden = file.init.data.to_vec();
    hidden.push(0);
    assert_eq!(signature.told(&hidden), None);
    assert_eq!(signature.told(&hidden[..40]), None);
    assert_eq!(signature.told(&[1, 2, 3, 4]), None);
}

/// The example with one check in place of its own.
fn checking(check: &str) -> String {
    let bare = EXAMPLE.split("[[check]]").next().unwrap();
    format!("{bare}{check}")
}

#[test]
fn a_check_takes_what_its_kind_takes_and_no_more() {
    let first = "[[check]]\nthat = \"succeeds\"\ntarget = \"proxy\"\ncall = \"a()\"\n";
    let second = |that: &str| format!("{first}[[check]]\ntarget = \"proxy\"\ncall = \"b()\"\n{that}\n");
    for (that, sentence) in [
        ("that = \"is\"", "check 2: that = 'is' is not known: write 'succeeds', 'reverts', 'not-zero'"),
        ("that = \"succeeds\"\nvalue = 1", "check 2: 'succeeds' does not take 'value'"),
        ("that = \"reverts\"\nwithin = \"1%\"", "'reverts' does not take 'within'"),
        ("that = \"not-zero\"\nleast = 1", "'not-zero' does not take 'least'"),
        ("that = \"equals\"", "'equals' takes 'value', which is missing"),
        ("that = \"equals\"\nvalue = 1\nmost = 1", "'equals' does not take 'most'"),
        ("that = \"equals\"\nvalue = \"one\"", "value: 'one' is not a number"),
        ("that = \"equals\"\nvalue = -1", "a number is digits, or text in quotes"),
        ("that = \"equals\"\nvalue = \"0xdF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa\"", "value: '0xdF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa' has capitals"),
        ("that = \"between\"\nleast = 1", "'between' takes 'most', which is missing"),
        ("that = \"between\"\nmost = 1", "'between' takes 'least', which is missing"),
        ("that = \"between\"\nleast = 2\nmost = 1", "nothing is between 2 and 1"),
        (
            "that = \"between\"\nleast = 0\nmost = \"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
            "'between' with these bounds could not be broken",
        ),
        ("that = \"unchanged\"\nwithin = \"100%\"", "'unchanged' with these bounds could not be broken"),
        ("that = \"unchanged\"\nwithin = \"1\"", "within: '1' is not a share"),
        ("that = \"unchanged\"\ngap = 1", "'unchanged' does not take 'gap'"),
        ("that = \"ratio\"\nwithin = \"100%\"", "'ratio' with these bounds could not be broken"),
        ("that = \"ratio\"\nrun = 1", "'ratio' does not take 'run'"),
        ("that = \"line\"\nrise = 1", "'line' takes 'run', which is missing"),
        ("that = \"line\"\nrun = 1", "'line' takes 'rise', which is missing"),
        ("that = \"line\"\nrise = 1\nrun = 0", "run: a line goes on by more than zero"),
        ("that = \"line\"\nrise = 1\nrun = 1\nwithin = \"200%\"", "'line' with these bounds could not be broken"),
        ("that = \"below\"", "'below' takes 'gap', which is missing"),
        ("that = \"below\"\ngap = 1\nrise = 1", "'below' does not take 'rise'"),
    ] {
        refused(&checking(&second(that)), sentence);
    }
    for that in ["ratio\"", "line\"\nrise = 1\nrun = 1", "below\"\ngap = 1"] {
        let alone = format!("[[check]]\ntarget = \"proxy\"\ncall = \"b()\"\nthat = \"{that}\n");
        refused(
            &checking(&alone),
            "and this is the first: put the other one in front",
        );
    }
    refused(
        &checking(&first.replace("\"proxy\"", "\"prox\"")),
        "check 1: its target 'prox' is not known",
    );
    refused(
        &checking(&first.replace("\"proxy\"", "\"0x12\"")),
        "check 1: '0x12' is not an address",
    );
    refused(
        &checking(&first.replace("call = \"a()\"", "")),
        "check 1: it says no call",
    );
    for (word, target) in [
        ("proxy", PROXY),
        ("implementation", IMPLEMENTATION),
        ("replaces", Address::repeat_byte(0x33)),
        ("manager", address!("DF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa")),
    ] {
        let file = parsed(&checking(&first.replace("\"proxy\"", &format!("\"{word}\"")))).unwrap();
        assert_eq!(file.checks.0[0].target, target);
    }
    // A share that is left out is none, and bounds that meet are bounds.
    let one = U256::ONE;
    for (that, rule) in [
        (
            "unchanged\"",
            Rule::Alone(Expectation::Unchanged { within_bps: 0 }),
        ),
        (
            "unchanged\"\nwithin = \"99.99%\"",
            Rule::Alone(Expectation::Unchanged { within_bps: 9_999 }),
        ),
        ("ratio\"", Rule::Paired(Joint::Ratio { step_bps: 0 })),
        (
            "line\"\nrise = 0\nrun = 1",
            Rule::Paired(Joint::Line {
                rise: U256::ZERO,
                run: one,
                step_bps: 0,
            }),
        ),
        ("below\"\ngap = 0", Rule::Paired(Joint::Below { gap: U256::ZERO })),
        (
            "between\"\nleast = 1\nmost = 1",
            Rule::Alone(Expectation::Within { min: one, max: one }),
        ),
        (
            "between\"\nleast = 0\nmost = 1",
            Rule::Alone(Expectation::Within {
                min: U256::ZERO,
                max: one,
            }),
        ),
    ] {
        let file = parsed(&checking(&second(&format!("that = \"{that}"))))
            .unwrap_or_else(|why| panic!("{that}: {why}"));
        assert_eq!(file.checks.0[1].rule, rule, "{that}");
        assert_eq!(Checks::decode(file.checks_data()).unwrap(), file.checks, "{that}");
    }
    let named = checking(&second(
        "that = \"equals\"\nvalue = \"0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa\"",
    ));
    let account = address!("DF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa");
    assert_eq!(
        parsed(&named).unwrap().checks.0[1].rule,
        Rule::Alone(Expectation::Equals(account.into_word().into()))
    );
}

#[test]
fn there_are_no_more_and_no_longer_checks_than_a_manager_takes() {
    let check =
        |data: &str| format!("[[check]]\nthat = \"succeeds\"\ntarget = \"proxy\"\ndata = \"0x{data}\"\n");
    assert!(parsed(&checking(&check("01").repeat(32))).is_ok());
    refused(
        &checking(&check("01").repeat(33)),
        "there are 33 checks, and a manager takes 32 at the most",
    );
    assert!(parsed(&checking(&check(&"01".repeat(65_535)))).is_ok());
    refused(
        &checking(&check(&"01".repeat(65_536))),
        "check 1: its call is longer than 65535 bytes",
    );
}

#[test]
fn bytes_that_a_manager_would_refuse_are_no_checks() {
    let file = parsed(EXAMPLE).unwrap();
    let data = file.checks_data();
    for length in [1, 88, data.len() - 1] {
        assert!(Checks::decode(&data[..length]).is_err(), "{length}");
    }
    let mut other = data.to_vec();
    other[0] = 9;
    assert_eq!(
        Checks::decode(&other).unwrap_err().to_string(),
        "check 1 is not one that a manager takes: nothing could break it, or it compares with a check in front and is the first"
    );
    let mut paired = file.checks.clone();
    paired.0.swap(0, 6);
    assert!(paired.encode().is_err(), "the first compares with nothing");
    let vacuous = Checks(vec![patch_file::Check {
        rule: Rule::Alone(Expectation::Unchanged { within_bps: 10_000 }),
        target: PROXY,
        call: Bytes::new(),
    }]);
    assert!(vacuous.encode().is_err());
    assert_eq!(
        b256!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        keccak256(Checks::default().encode().unwrap())
    );
}
