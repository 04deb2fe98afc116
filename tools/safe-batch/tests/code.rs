//! What `patch FILE --endpoint` says of the code on chain: whether it is what is approved, runs, and lays its storage out as the file says. The node is a
//! real one, over HTTP.

#[path = "support/node.rs"]
mod node;
#[allow(dead_code)] // Of the suite of the other commands.
mod support;

use alloy_primitives::{hex, keccak256, Address, Bytes, B256};
use node::Node;
use serde_json::json;
use support::{file, run, CONTRACT};

const EXAMPLE: &str = include_str!("../../patch/example.toml");
/// What runs in the example, and what runs then.
const OLD: Address = Address::repeat_byte(0x33);
const NEW: Address = Address::repeat_byte(0x44);
/// The layouts that it asks for.
const BEFORE: B256 = B256::repeat_byte(0x77);
const AFTER: B256 = B256::repeat_byte(0x88);
const BYTES: &str = "  It is code of the EVM, which does not expire.";

/// Code that answers every call with this word.
fn answering(word: B256) -> Vec<u8> {
    [&[0x7f][..], word.as_slice(), &hex!("5f5260205ff3")].concat()
}

fn piece(byte: u8) -> Vec<u8> {
    vec![0xef, 0xf0, 0x01, byte]
}

/// The root of a program in these pieces: a prefix, a dictionary, a length, and their addresses.
fn root(pieces: &[Address]) -> Vec<u8> {
    let head = [&hex!("eff002")[..], &[0], &[0, 0, 0, 9]].concat();
    pieces
        .iter()
        .fold(head, |code, piece| [&code, piece.as_slice()].concat())
}

struct Told {
    /// The lines on the code.
    lines: Vec<String>,
    /// What has to be looked at, all of it.
    look: Vec<String>,
}

struct Chain(Node);

impl Chain {
    /// With a contract at the manager's address that is none.
    fn start() -> Self {
        let chain = Self(Node::start());
        chain.set(CONTRACT.parse().unwrap(), &hex!("60006000fd"));
        chain.set(OLD, &answering(BEFORE));
        chain.set(NEW, &answering(AFTER));
        chain
    }

    fn set(&self, account: Address, code: &[u8]) {
        let code = Bytes::copy_from_slice(code);
        self.0.rpc("anvil_setCode", json!([account, code]));
        self.0.rpc("evm_mine", json!([]));
    }

    /// What is told of the example with other text in places, and this hash of the code.
    fn told(&self, code_hash: B256, changes: &[(&str, &str)]) -> Told {
        let mut text = EXAMPLE.replacen(&B256::repeat_byte(0x55).to_string(), &code_hash.to_string(), 1);
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        let output = run(&[
            "patch",
            &file(&format!("code-{}.toml", self.0.node.address().port()), &text),
            "--endpoint",
            &self.0.url(),
        ]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            output.status.code(),
            Some(1),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let part = said.split("\nWHAT THE CODE IS\n").nth(1).unwrap();
        let part = part.split("\n\n").next().unwrap();
        let (_, look) = said.split_once("\nLOOK AT THIS BEFORE ANYONE SIGNS:\n").unwrap();
        Told {
            lines: part
                .lines()
                .map(|line| line.strip_prefix("  ").unwrap().to_owned())
                .collect(),
            look: look
                .lines()
                .map(|line| line.strip_prefix("- ").unwrap().to_owned())
                .collect(),
        }
    }
}

impl Told {
    /// These lines and no others, of which those that begin with '!' are alarms, and the others are none.
    #[track_caller]
    fn is(&self, lines: &[String]) {
        let expected: Vec<&str> = lines.iter().map(|line| line.trim_start_matches('!')).collect();
        assert_eq!(self.lines, expected);
        for line in lines {
            let said = line.trim_start_matches('!').trim_start();
            let is_alarm = self.look.iter().any(|look| look == said);
            assert_eq!(is_alarm, line.starts_with('!'), "{line}: {:#?}", self.look);
        }
    }
}

fn found(account: Address, code: &[u8]) -> String {
    format!("{account} has code of the hash {}.", keccak256(code))
}

fn laid_out(account: Address) -> String {
    format!("{account} answers that its storage lies as the file says.")
}

const WITHOUT_LAYOUTS: [(&str, &str); 2] = [
    (
        "before = \"0x7777777777777777777777777777777777777777777777777777777777777777\"",
        "",
    ),
    (
        "after = \"0x8888888888888888888888888888888888888888888888888888888888888888\"",
        "",
    ),
];

#[test]
fn code_that_is_approved_is_told_without_an_alarm() {
    let chain = Chain::start();
    let (old, new) = (answering(BEFORE), answering(AFTER));
    chain.told(keccak256(&new), &[]).is(&[
        found(OLD, &old),
        BYTES.into(),
        found(NEW, &new),
        BYTES.into(),
        laid_out(OLD),
        laid_out(NEW),
    ]);
    // What is not asked for is not looked at.
    let told = chain.told(keccak256(&new), &WITHOUT_LAYOUTS);
    told.is(&[found(OLD, &old), BYTES.into(), found(NEW, &new), BYTES.into()]);
    // And what stands at the manager is none.
    assert!(
        told.look[1].starts_with("The manager does not compute the identifier: "),
        "{:?}",
        told.look
    );
}

#[test]
fn other_code_and_other_layouts_are_alarms() {
    let chain = Chain::start();
    let (old, new) = (answering(BEFORE), answering(AFTER));
    let approved = B256::repeat_byte(0x55);
    chain.told(approved, &WITHOUT_LAYOUTS).is(&[
        found(OLD, &old),
        BYTES.into(),
        format!(
            "!{NEW} has code of the hash {} and NOT {approved}: the manager refuses it.",
            keccak256(&new)
        ),
        BYTES.into(),
    ]);
    // Each answers the other one's.
    chain.set(OLD, &new);
    chain.set(NEW, &old);
    chain.told(keccak256(&old), &[]).is(&[
        found(OLD, &new),
        BYTES.into(),
        found(NEW, &old),
        BYTES.into(),
        format!("!{OLD} answers the layout {AFTER} and NOT {BEFORE}: the manager refuses it."),
        format!("!{NEW} answers the layout {BEFORE} and NOT {AFTER}: the manager refuses it."),
    ]);
    // And neither answers anything that is a layout.
    let mute = hex!("00");
    chain.set(OLD, &mute);
    chain.set(NEW, &mute);
    let no = |account| {
        format!("!{account} does not answer storageLayoutHash(): its answer is none of this view. The manager refuses it.")
    };
    chain.told(keccak256(mute), &[]).is(&[
        found(OLD, &mute),
        BYTES.into(),
        found(NEW, &mute),
        BYTES.into(),
        no(OLD),
        no(NEW),
    ]);
}

#[test]
fn what_cannot_run_is_an_alarm() {
    let chain = Chain::start();
    let old = answering(BEFORE);
    let delegated = [&hex!("ef0100")[..], &[9; 20]].concat();
    for (code, why) in [
        (vec![], format!("!Nothing stands at {NEW}.")),
        (
            delegated,
            format!(
                "!{NEW} is an account whose code its key changes at will (EIP-7702): the manager refuses it."
            ),
        ),
        (
            piece(1),
            format!("!At {NEW} stands a piece of a program, which does not run by itself."),
        ),
    ] {
        chain.set(NEW, &code);
        let hash = keccak256(&code);
        // No file approves the hash of nothing.
        let (approved, said) = match code.is_empty() {
            true => {
                let other = B256::repeat_byte(0x55);
                (
                    other,
                    format!("!{NEW} has code of the hash {hash} and NOT {other}: the manager refuses it."),
                )
            }
            false => (hash, found(NEW, &code)),
        };
        chain
            .told(approved, &WITHOUT_LAYOUTS)
            .is(&[found(OLD, &old), BYTES.into(), said, why]);
    }
    // What is replaced, too.
    chain.set(OLD, &[]);
    chain.set(NEW, &old);
    chain.told(keccak256(&old), &WITHOUT_LAYOUTS).is(&[
        found(OLD, &[]),
        format!("!Nothing stands at {OLD}."),
        found(NEW, &old),
        BYTES.into(),
    ]);
}

#[test]
fn fragments_are_those_of_the_file_in_the_roots_order() {
    let chain = Chain::start();
    let (one, two) = (Address::repeat_byte(0xa1), Address::repeat_byte(0xb2));
    let hashes = [keccak256(piece(1)), keccak256(piece(2))];
    chain.set(one, &piece(1));
    chain.set(two, &piece(2));
    let program = root(&[one, two]);
    chain.set(NEW, &program);
    let with = |fragments: &[B256]| {
        let fragments: Vec<String> = fragments.iter().map(|hash| format!("\"{hash}\"")).collect();
        let fragments = format!("fragments = [{}]", fragments.join(", "));
        let [before, after] = WITHOUT_LAYOUTS;
        chain.told(
            keccak256(&program),
            &[("fragments = []", &fragments), before, after],
        )
    };
    let (is, all) = (
        format!(
            "  It is a Stylus program in fragments: {one} ({}), {two} ({}).",
            hashes[0], hashes[1]
        ),
        keccak256(hashes.concat()),
    );
    let right = with(&hashes);
    assert_eq!(right.lines[2..4], [found(NEW, &program), is]);
    // It is nowhere activated.
    let [asleep] = &right.lines[4..] else {
        panic!("{:?}", right.lines)
    };
    assert!(asleep.starts_with(&format!("  {NEW} DOES NOT RUN: ")), "{asleep}");
    assert!(
        asleep.ends_with(
            ". It is activated by anybody at ArbWasm, or when it is applied by an activation gas."
        ),
        "{asleep}"
    );
    assert!(right.look.iter().any(|look| look == asleep.trim_start()));
    for fragments in [&[hashes[1], hashes[0]][..], &hashes[..1], &[]] {
        let approved = match fragments {
            [] => B256::ZERO,
            some => keccak256(some.concat()),
        };
        let why = format!(
            "Its fragments have the hash {all} and NOT {approved}: the manager refuses it. Look at 'fragments' in the file."
        );
        let told = with(fragments);
        assert_eq!(told.lines[4], why);
        assert!(told.look.contains(&why), "{:?}", told.look);
    }
    // Code of the EVM has none.
    let bytes = answering(AFTER);
    chain.set(NEW, &bytes);
    let [before, after] = WITHOUT_LAYOUTS;
    let fragments = format!("fragments = [\"{}\"]", hashes[0]);
    chain.told(keccak256(&bytes), &[("fragments = []", &fragments), before, after]).is(&[
        found(OLD, &answering(BEFORE)),
        BYTES.into(),
        found(NEW, &bytes),
        BYTES.into(),
        format!(
            "!Its fragments have the hash {} and NOT {}: the manager refuses it. Look at 'fragments' in the file.",
            B256::ZERO,
            keccak256(hashes[0])
        ),
    ]);
}

/// A WASM that returns at once, as the chain takes programs: `brotli` of bytes that are not compressed.
fn program() -> Vec<u8> {
    let wasm = hex!("0061736d01000000" "010601" "60017f017f" "03020100" "050401010101" "071c02" "066d656d6f72790200" "0f757365725f656e747279706f696e740000" "0a06010400" "41000b");
    let head = u32::try_from(wasm.len() - 1).unwrap() << 4 | 1 << 20;
    [&hex!("eff00000")[..], &head.to_le_bytes()[..3], &wasm, &[3]].concat()
}

#[test]
fn a_program_lives_until_it_expires() {
    let chain = Chain::start();
    chain.set(NEW, &program());
    let purse = chain.0.rpc("eth_accounts", json!([]))[0].clone();
    let selector = hex::encode(&keccak256("activateProgram(address)")[..4]);
    let activate = format!("0x{selector}{:0>64}", hex::encode(NEW));
    let call = json!({"from": purse, "to": "0x0000000000000000000000000000000000000071", "data": activate, "value": "0xde0b6b3a7640000"});
    let hash = chain.0.rpc("eth_sendTransaction", json!([call]));
    chain.0.rpc("evm_mine", json!([]));
    let receipt = chain.0.rpc("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1", "{receipt}");
    let told = chain.told(keccak256(program()), &WITHOUT_LAYOUTS);
    assert_eq!(told.lines[3], "  It is a Stylus program in one contract.");
    assert!(
        told.lines[4].starts_with("  It is active and lives for 36"),
        "{:?}",
        told.lines
    );
    assert_eq!(told.lines.len(), 5);
    // Nobody prolongs its life.
    chain.0.rpc("evm_increaseTime", json!([366 * 86_400]));
    chain.0.rpc("evm_mine", json!([]));
    let told = chain.told(keccak256(program()), &WITHOUT_LAYOUTS);
    assert!(
        told.lines[4].starts_with(&format!("  {NEW} DOES NOT RUN: ")),
        "{:?}",
        told.lines
    );
    assert!(told.look.contains(&told.lines[4].trim_start().to_owned()));
}

#[test]
fn of_a_hand_over_the_new_administrator_is_not_asked_for_a_layout() {
    let chain = Chain::start();
    let new = answering(AFTER);
    let bare = EXAMPLE.split_once("\n[init]").unwrap().1;
    let whole = format!("\n[init]{bare}");
    chain
        .told(
            keccak256(&new),
            &[
                (whole.as_str(), ""),
                ("\"upgrade\"", "\"hand-over\""),
                ("\"open\"", "\"barred\""),
            ],
        )
        .is(&[
            found(OLD, &answering(BEFORE)),
            BYTES.into(),
            found(NEW, &new),
            BYTES.into(),
            laid_out(OLD),
        ]);
}
