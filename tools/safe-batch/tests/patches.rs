//! Batches for a patch manager, and patch files in plain words, as a person runs the command.

#[allow(dead_code)] // Of the suite of the other commands.
mod support;

use serde_json::Value as Json;
use support::{file, path, refused, run, stderr, told, CONTRACT, SAFE};

const EXAMPLE: &str = include_str!("../../patch/example.toml");
const A: &str = "0x1111111111111111111111111111111111111111";
const PROXY: &str = "0x2222222222222222222222222222222222222222";
/// The identifier of the example's patch.
const ID: &str = "0x707043cb41bae422598c3ad217c07294b642f371b9827e421167ea76261e07d8";
/// Its terms in words.
const TERMS: &str = "the proxy 0x2222222222222222222222222222222222222222 runs 0x4444444444444444444444444444444444444444 in place of 0x3333333333333333333333333333333333333333; its code has the hash 0x5555555555555555555555555555555555555555555555555555555555555555; the layout of the storage before has the hash 0x7777777777777777777777777777777777777777777777777777777777777777; the layout of the storage after has the hash 0x8888888888888888888888888888888888888888888888888888888888888888; in the switch the proxy is called with data of the hash 0x52a754c2491c2974530486bb64c1e752b07dc3b7e07a99bbe4a5f1b458030552; what has to hold has the hash 0x5da4784fbb290a8ff307907cd1ec11515b467a08755cc105b928d711ac5a39fa; time-locked; it can be rolled back in its probation; once it is approved anyone may put group 2 and group 3 into reduce-only for 7 days; its salt is 0x6666666666666666666666666666666666666666666666666666666666666666";
/// Its checks in words.
const CHECKS: &str = "What has to hold: (1) price() of 0x2222222222222222222222222222222222222222 succeeds. (2) process(0x0000000000000000000000000000000000000000000000000000000000000000) of 0x2222222222222222222222222222222222222222 reverts, and not because of a pause. (3) version() of 0x2222222222222222222222222222222222222222 answers with a number that is not zero. (4) acceptableRoot(0x0000000000000000000000000000000000000000000000000000000000000000) of 0x2222222222222222222222222222222222222222 answers with 0. (5) price() of 0x2222222222222222222222222222222222222222 answers with a number from 990000000000000000 up to 1010000000000000000. (6) totalSupply() of 0x2222222222222222222222222222222222222222 answers what it did before, or is off by at most 0.5% of what it was. (7) The ratio of the answer of check 6 over that of totalAssets() of 0x2222222222222222222222222222222222222222 moves by at most 1% of what it was. (8) The answer of check 7 goes with that of snapshotTime() of 0x9999999999999999999999999999999999999999 along a line that rises by 5 in each 86400, and leaves it by at most 0.01% of what it was. (9) The answer of check 8 is below that of the data 0x01020304 of 0x4444444444444444444444444444444444444444 by 16 at least.";
const HASH: &str = "0xabababababababababababababababababababababababababababababababab";

/// Acts that are typed, and the beginning of what they say.
const TYPED: &[(&str, &str)] = &[
    ("adopt 0x1111111111111111111111111111111111111111 guarded 0x2222222222222222222222222222222222222222", "Takes the guarded proxy 0x1111111111111111111111111111111111111111 into care, of which the manager is the administrator or owner already and which runs 0x2222222222222222222222222222222222222222. For the governor. Takes effect at once."),
    ("adopt 0x1111111111111111111111111111111111111111 uups 0x2222222222222222222222222222222222222222", "Takes the UUPS proxy 0x11"),
    ("adopt 0x1111111111111111111111111111111111111111 2 0x2222222222222222222222222222222222222222", "Takes the beacon 0x11"),
    ("commit HASH 0x1111111111111111111111111111111111111111", "Puts the patch 0xabababababababababababababababababababababababababababababababab of the proxy 0x1111111111111111111111111111111111111111 on record as a hash. It can be approved once it was under review, and applied no sooner than it is revealed. For the governor. Takes effect at once."),
    ("approve-patch HASH", "APPROVES the patch 0xabababababababababababababababababababababababababababababababab: from then on its delay runs. For the attesters. Takes effect at once."),
    ("arm HASH 1700000000 1700003599", "Says that the patch 0xabababababababababababababababababababababababababababababababab can be applied from 2023-11-14 22:13:20 UTC up to 2023-11-14 23:13:19 UTC, both inclusive; a first second that is over stands for now. For the guardian and the governor. Takes effect at once."),
    ("settle 0x1111111111111111111111111111111111111111", "GIVES UP THE WAY BACK: what runs behind the proxy 0x1111111111111111111111111111111111111111 is final before its probation is over. For the guardian alone. Takes effect at once."),
    ("cancel HASH", "Cancels the patch 0xabababababababababababababababababababababababababababababababab: it will not be applied, and never comes back. For the guardian, the governor and the attesters. Takes effect at once."),
    ("cancel-all 0x1111111111111111111111111111111111111111", "Cancels every patch of the proxy 0x1111111111111111111111111111111111111111 that was not applied. For the guardian, the governor and the attesters. Takes effect at once."),
    ("keep-alive 0x1111111111111111111111111111111111111111", "Prolongs the life of the program at 0x1111111111111111111111111111111111111111 for the ETH that comes with the call; what is too much comes back. For anyone, who sends the ETH for it. Takes effect at once."),
    ("lift 0x1111111111111111111111111111111111111111 2", "LOOSENS: ends the pause of group 2 of the guarded proxy 0x1111111111111111111111111111111111111111 before its time; the ramp back begins. For the governor. Takes effect at once."),
    ("restrict 0x1111111111111111111111111111111111111111 0 frozen 1d", "Of the guarded proxy 0x1111111111111111111111111111111111111111: Freezes everything for 1 day: nothing passes. It ends by itself. For the guardian and the governor. Takes effect at once."),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-selectors transfer(address,uint256),0x01020304 withdraws 2 1 0", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [calls of 0xa9059cbb, 0x01020304 withdraw within a limit, belong to group 2, answer 'false' after a violation, which is latched, and are refused in the middle of a transition.] For the governor. Waits: it fails unless this same call was scheduled and has waited."),
    ("set-proxy 0x1111111111111111111111111111111111111111 unlist-selectors pause()", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [calls of 0x8456cb59 are what calls are that are not listed.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-unlisted view 0 0 1", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [calls that are not listed are views, belong to everything, are not latched, and pass in the middle of a transition.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-short increases 1 2 0", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [calls with less data than a selector, plain transfers of ETH too, increase risk or bring funds in, belong to group 1, answer nothing after a violation, which is latched, and are refused in the middle of a transition.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 watch 0x0000000000000000000000000000000000000000 5 1d", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [limits what leaves of ETH (0x0000000000000000000000000000000000000000): 0.000000000000000005 ETH (5 of the smallest unit) at once, refilled over 1 day.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 close 0x2222222222222222222222222222222222222222", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [closes the asset 0x2222222222222222222222222222222222222222: none of it leaves.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 unwatch 0x2222222222222222222222222222222222222222", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [LOOSENS: the asset 0x2222222222222222222222222222222222222222 is watched no longer, and leaves without a limit.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-invariant 3 price() 0x2222222222222222222222222222222222222222 1 HASH ZERO 3 429496730100 0 0", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [at place 3, what 0xa035b1fe of 0x2222222222222222222222222222222222222222 with 0xabababababababababababababababababababababababababababababababab answers falls by at most 1% and rises by at most 5% over a call; where it does not answer the call is refused.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-invariant 3 price() 0x2222222222222222222222222222222222222222 0 ZERO ZERO 4 7 1 50000", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [at place 3, what 0xa035b1fe of 0x2222222222222222222222222222222222222222 answers is at least 7 over a call; where it does not answer the call PROCEEDS, as it always answers with 50000 gas.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 clear-invariant 3", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [LOOSENS: what has to hold at place 3 no longer has to.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-mode 0 shadow", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [makes the limits of what leaves ONLY WATCH, and refuse nothing.]"),
    ("set-proxy 0x1111111111111111111111111111111111111111 set-mode 4 latch", "Sets the guarded proxy 0x1111111111111111111111111111111111111111: [makes the guard 4 (what has to hold at place 3) refuse, and trip.]"),
    ("sentinel-restrict 0x1111111111111111111111111111111111111111 2 reduce-only 6h 0xabababababababababababababababababababababababababababababababab", "Of the guarded proxy 0x1111111111111111111111111111111111111111, because of the finding 0xabababababababababababababababababababababababababababababababab: Puts group 2"),
    ("sentinel-heartbeat 0x1111111111111111111111111111111111111111 2", "Says that the sentinel of group 2 of the guarded proxy 0x1111111111111111111111111111111111111111 is there. It changes nothing else. For the group's sentinel. Takes effect at once."),
    ("report-sentinel 0x1111111111111111111111111111111111111111 2", "Says that the sentinel of group 2 of the guarded proxy 0x1111111111111111111111111111111111111111 gave no sign of life for too long: its fallback may restrict at once. For anyone. Takes effect at once."),
    ("name-sentinel 0x1111111111111111111111111111111111111111 2 0x2222222222222222222222222222222222222222 0x3333333333333333333333333333333333333333", "Makes 0x2222222222222222222222222222222222222222 the sentinel of group 2 of the guarded proxy 0x1111111111111111111111111111111111111111 and 0x3333333333333333333333333333333333333333 its fallback, in place of those before; both may restrict it once. For the governor. Waits:"),
    ("configure-sentinels 0x1111111111111111111111111111111111111111 1d 6h 12h 2d 30d", "Sets what sentinels of the guarded proxy 0x1111111111111111111111111111111111111111 may do: a sign of life every 1 day; a restriction of up to 6 hours; the next one 12 hours after its end; and at most 2 days of them in any 30 days. For the governor. Takes effect at once if it tightens;"),
    ("rearm-sentinel 0x1111111111111111111111111111111111111111 2", "Lets the sentinel and the fallback of group 2 of the guarded proxy 0x1111111111111111111111111111111111111111 each restrict once more, within the same budget. For the governor. Takes effect at once."),
    ("dismiss-sentinel 0x1111111111111111111111111111111111111111 2", "Leaves group 2 of the guarded proxy 0x1111111111111111111111111111111111111111 without sentinel and fallback. For the guardian, the governor and the attesters. Takes effect at once."),
    ("set-policy 1h 2d 1d 3d 90d 1d 5d 30d", "Sets how patches wait that are put on record from then on: 1 hour of review; 2 days in which it can be approved; 1 day of delay; 3 days in which it can be armed, or 90 days on standby; a window of 1 day at the most; 5 days of probation; and a program has at least 30 days left when it is switched to. For the governor. Takes effect at once if it tightens; if it loosens, it fails unless this same call was scheduled and has waited."),
    ("set-attesters 0x1111111111111111111111111111111111111111", "Makes 0x1111111111111111111111111111111111111111, a council's contract, the one that approves patches, in place of the one before. For the governor. Waits:"),
    ("set-guardian 0x1111111111111111111111111111111111111111", "Makes 0x1111111111111111111111111111111111111111 the guardian, who arms, applies and rolls back, in place of the one before. For the governor, for whom it waits, and the attesters, for whom it does not. For the governor it waits: it fails unless this same call was scheduled and has waited."),
    ("set-delay 2d", "Makes what loosens wait 2 days from then on. A shorter delay than before loosens. For the governor. Takes effect at once if it tightens;"),
    ("--schedule set-guardian 0x1111111111111111111111111111111111111111", "SCHEDULES, and does not carry out yet, the operation 0x"),
    ("propose-governor 0x1111111111111111111111111111111111111111", "HANDS OVER: names 0x1111111111111111111111111111111111111111 as the governor's successor, who is not governor before accepting. For the governor. Takes effect at once."),
    ("accept-governor", "HANDS OVER: makes the caller the governor, in place of the one before. For the one whom the governor proposed. Takes effect at once."),
    ("cancel-scheduled HASH", "Cancels the scheduled operation 0xabababababababababababababababababababababababababababababababab: it will not be carried out. For the guardian and the governor. Takes effect at once."),
];

/// Acts that a patch file fills in, and the beginning of what they say.
const OF_A_PATCH: &[(&str, &str)] = &[
    ("commit", "Puts THAT of the proxy 0x2222222222222222222222222222222222222222 on record as a hash."),
    ("propose", "Puts a patch on record with its terms: TERMS. For the governor. Takes effect at once."),
    ("reveal", "Shows the terms of a patch that was committed to: TERMS. For the governor. Takes effect at once."),
    ("approve-patch", "APPROVES THAT: from then on its delay runs."),
    ("arm 1700000000 1700003599", "Says that THAT can be applied from 2023-11-14 22:13:20 UTC up to"),
    ("apply", "APPLIES, or nothing of it happens: TERMS. In the switch the proxy is called: initializeThree(root 0x0101010101010101010101010101010101010101010101010101010101010101, mutes false). WHOLE A program has to be active already. For the guardian and the governor. Takes effect at once."),
    ("apply 9000000", "APPLIES, or nothing of it happens: TERMS. In the switch the proxy is called: initializeThree(root 0x0101010101010101010101010101010101010101010101010101010101010101, mutes false). WHOLE A program that is not active is activated first, with 9000000 gas at the most. For the guardian"),
    ("roll-back 0xabababababababababababababababababababababababababababababababab", "ROLLS BACK, once and in probation: the proxy 0x2222222222222222222222222222222222222222 runs 0x3333333333333333333333333333333333333333 again in place of 0x4444444444444444444444444444444444444444. The reason on record is 0xabababababababababababababababababababababababababababababababab. For the guardian and the governor. Takes effect at once."),
    ("cancel", "Cancels THAT: it will not be applied, and never comes back."),
    ("freeze", "Has the approved patch, by which the proxy 0x2222222222222222222222222222222222222222 runs 0x4444444444444444444444444444444444444444 in place of 0x3333333333333333333333333333333333333333, freeze what its terms say, once: once it is approved anyone may put group 2 and group 3 into reduce-only for 7 days. It ends by itself. For anyone. Takes effect at once."),
];

/// The example in a file, with other text in places.
fn patch(name: &str, changes: &[(&str, &str)]) -> String {
    let mut text = EXAMPLE.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    file(name, &text)
}

fn write_with(name: &str, act: &str, more: &[&str]) -> std::process::Output {
    let out = path(name);
    let _ = std::fs::remove_file(&out);
    let zero = format!("0x{}", "0".repeat(64));
    let act: Vec<&str> = act
        .split(' ')
        .map(|word| match word {
            "HASH" => HASH,
            "ZERO" => zero.as_str(),
            word => word,
        })
        .collect();
    let mut all = vec!["write", "--kind", "patch", "--chain-id", "42161", "--safe", SAFE];
    all.extend(["--contract", CONTRACT, "--out", out.to_str().unwrap()]);
    all.extend(more);
    all.extend(act);
    run(&all)
}

/// The expectation with what stands for longer texts.
fn whole(sentence: &str) -> String {
    sentence
        .replace("THAT", &format!("the patch {ID} (that of the file: {TERMS})"))
        .replace("TERMS", TERMS)
        .replace("WHOLE", CHECKS)
}

fn json(name: &str) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

#[test]
fn every_act_is_described_as_it_was_written() {
    for (act, sentence) in TYPED {
        let text = told(&write_with("typed", act, &[]));
        assert!(text.contains(&format!("\n\n1. {sentence}")), "{text}");
        let batch = path("typed").to_str().unwrap().to_owned();
        assert_eq!(told(&run(&["describe", &batch, "--kind", "patch"])), text);
    }
}

#[test]
fn what_is_about_a_patch_is_filled_in_from_its_file() {
    let name = patch("filled.toml", &[]);
    for (act, sentence) in OF_A_PATCH {
        let text = told(&write_with("filled", act, &["--patch", &name]));
        let sentence = whole(sentence);
        assert!(
            text.contains(&format!("\n\n1. {sentence}")),
            "{sentence}\n\n{text}"
        );
        let batch = path("filled").to_str().unwrap().to_owned();
        let with_file = ["describe", &batch, "--kind", "patch", "--patch", &name];
        assert_eq!(told(&run(&with_file)), text);
        // Without it the data says the same, but for what the file alone knows.
        let without = run(&["describe", &batch, "--kind", "patch"]);
        let said = String::from_utf8(without.stdout).unwrap();
        assert!(!said.contains("UNKNOWN"), "{said}");
        // What the description says that the file alone knows is told to be something else.
        let knows = text.contains("that of the file") || text.contains("initializeThree(");
        assert_eq!(without.status.code(), Some(i32::from(knows)), "{said}");
    }
    let canary = write_with("canary", "canary", &["--patch", &name]);
    refused(&canary, "The contract refuses 'canary': it always reverts");
}

#[test]
fn every_act_that_is_listed_is_tested() {
    let listed = told(&run(&["acts", "--kind", "patch"]));
    let councils = [
        "execute",
        "approve",
        "revoke",
        "set-members",
        "cancel-action",
        "name-committee",
    ];
    let mut settings = 0;
    for line in listed.lines() {
        let name = line.split(' ').next().unwrap();
        if councils.contains(&name.trim_end_matches("-emergency")) || name == "canary" || name == "schedule" {
            continue;
        }
        let is_setting = line.ends_with(" (after set-proxy proxy:ADDRESS)");
        settings += usize::from(is_setting);
        let of = |act: &str| {
            let mut words = act.split(' ');
            match is_setting {
                true => words.nth(2) == Some(name) && act.starts_with("set-proxy "),
                false => words.find(|word| *word != "--schedule") == Some(name),
            }
        };
        let tested = TYPED.iter().chain(OF_A_PATCH).any(|(act, _)| of(act));
        assert!(tested, "{line}");
    }
    assert_eq!(settings, 10);
    assert!(
        listed.contains("\napply --patch FILE activationGas:NUMBER\n"),
        "{listed}"
    );
    assert!(
        listed.contains("\nroll-back --patch FILE reason:HASH\n"),
        "{listed}"
    );
}

#[test]
fn a_member_of_the_attesters_approves_the_files_patch() {
    let name = patch("member.toml", &[]);
    let council = "0x3333333333333333333333333333333333333333";
    let text = told(&write_with(
        "member",
        "approve-patch",
        &[
            "--patch",
            &name,
            "--approve",
            "--council",
            council,
            "--nonce",
            "7",
            "--epoch",
            "3",
            "--valid-after",
            "1700000000",
            "--valid-before",
            "1700086400",
        ],
    ));
    let inner =
        whole("[APPROVES THAT: from then on its delay runs. For the attesters. Takes effect at once.]");
    assert!(
        text.contains(&format!(
            "\n\n1. Approves as a member that the council carries out a call of {CONTRACT} with 0 wei: {inner}"
        )),
        "{text}"
    );
    assert_eq!(json("member")["transactions"][0]["to"], council);
}

#[test]
fn another_patch_than_the_files_is_something_to_look_at() {
    let name = patch("looked.toml", &[]);
    let other = patch("other.toml", &[("0x6666", "0x1666")]);
    let terms = "- Transaction 1: The terms of a call are not those of the file.\n".to_owned();
    let named = format!("- Transaction 1: The patch {ID} is not that of the file, which is 0x");
    let (back, window) = (format!("roll-back {HASH}"), "arm 1700000000 1700003599");
    for (act, looked) in [
        ("commit", &named),
        ("propose", &terms),
        ("reveal", &terms),
        ("approve-patch", &named),
        (window, &named),
        ("apply", &terms),
        (&back, &terms),
        ("cancel", &named),
        ("freeze", &terms),
    ] {
        told(&write_with("looked", act, &["--patch", &name]));
        let batch = path("looked").to_str().unwrap().to_owned();
        let output = run(&["describe", &batch, "--kind", "patch", "--patch", &other]);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(looked), "{act}: {said}");
        assert!(!said.contains("that of the file: "), "{act}: {said}");
        if looked == &named {
            assert!(
                said.contains(&format!("the patch {ID} (NOT that of the file)")),
                "{act}: {said}"
            );
        }
    }
}

#[test]
fn eth_comes_with_what_takes_it_and_with_nothing_else() {
    told(&write_with(
        "paid",
        &format!("keep-alive {A}"),
        &["--value", "12"],
    ));
    let written = json("paid");
    assert_eq!(written["transactions"][0]["value"], "12");
    assert_eq!(written["transactions"][0]["contractMethod"]["payable"], true);
    let batch = path("paid").to_str().unwrap().to_owned();
    let described = run(&["describe", &batch, "--kind", "patch"]);
    assert_eq!(described.status.code(), Some(1));
    assert!(String::from_utf8(described.stdout)
        .unwrap()
        .contains("Transaction 1 sends 12 wei."));
    refused(
        &write_with("unpaid", &format!("settle {A}"), &["--value", "1"]),
        "'settle' takes no ETH: write it without --value",
    );
    let malformed = write_with("unpaid", &format!("keep-alive {A}"), &["--value", "0x1"]);
    assert!(stderr(&malformed).contains("it is not a whole number of wei"));
    assert_eq!(malformed.status.code(), Some(2));
}

#[test]
fn what_a_manager_would_refuse_is_refused() {
    let name = patch("refused.toml", &[]);
    let open = |text: &str| text.to_owned();
    for (act, sentence) in [
        (
            "propose".to_owned(),
            "'propose' takes the sixteen terms of a patch: give its file with --patch",
        ),
        (
            open("apply 1"),
            "'apply' takes the sixteen terms of a patch: give its file with --patch",
        ),
        (
            open("arm HASH 1700000000 1700003598"),
            "the window is shorter than 1 hour",
        ),
        (
            open("arm HASH 1700003600 1700000000"),
            "the window is shorter than 1 hour",
        ),
        (format!("adopt {A} 3 {A}"), "'3' is none of guarded, uups, beacon"),
        (
            format!("adopt {A} proxy {A}"),
            "'proxy' is none of guarded, uups, beacon",
        ),
        (format!("restrict {A} 6 frozen 1d"), "there is no group 6"),
        (
            format!("name-sentinel {A} 2 {A} {A}"),
            "the fallback is the guardian",
        ),
        (
            format!("configure-sentinels {A} 1d 31d 12h 2d 30d"),
            "the pause's time of 31 days is out of bounds",
        ),
        (
            format!("restrict {A} 1 frozen 31d"),
            "is out of bounds: from 1 second up to 30 days",
        ),
        (
            format!("settle 0x{}", "0".repeat(40)),
            "the zero address is nobody",
        ),
        (format!("set-proxy {A} 0x"), "it is no setting of a guarded proxy"),
        (
            format!("set-proxy {A} 0xdeadbeef"),
            "it is no setting of a guarded proxy: pauses are 'restrict' and 'lift'",
        ),
        (
            format!("set-proxy {A} pause 1"),
            "'pause' is no setting of a guarded proxy; there are set-selectors,",
        ),
        (
            format!("set-proxy {A} set-mode 3"),
            "'set-mode' takes 2 arguments and was given 1",
        ),
        (
            format!("set-proxy {A} set-mode 3 3"),
            "The proxy refuses 'set-mode': '3' is none of enforce, shadow, latch.",
        ),
        (
            format!("set-proxy {A} set-unlisted view 0 3 0"),
            "there is no latch 3",
        ),
        (
            format!("set-proxy {A} set-unlisted view 0 0 2"),
            "'nests' is 0 or 1, and not 2",
        ),
        (
            format!("set-proxy {A} set-unlisted 5 0 0 0"),
            "'5' is none of increases, decreases, reduces-own, withdraws, view",
        ),
        (
            format!("set-proxy {A} unlist-selectors 0x0102"),
            "'0x0102' is not a selector",
        ),
        (
            format!("set-proxy {A} unlist-selectors pause"),
            "'pause' is not the signature of a function",
        ),
        (format!("set-proxy {A} watch {A} 0 1d"), "a capacity of zero"),
        (
            open("set-policy 59m 2d 1d 3d 90d 1d 5d 30d"),
            "the review's time of 59 minutes is out of bounds: from 1 hour up to 30 days",
        ),
        (
            open("set-policy 1h 2d 1d 3d 181d 1d 5d 30d"),
            "the standby's time of 181 days is out of bounds",
        ),
        (
            open("set-policy 1h 2d 1d 3d 90d 1d 5d 4d"),
            "the time that a program has to have left of 4 days is out of bounds: from 5 days up to 300 days",
        ),
        (
            open("set-policy 1h 2d 1d 3d 90d 1d 5d 301d"),
            "from 5 days up to 300 days",
        ),
        (
            open("propose 2 A A A H H H H H H 0 0 0 0 0 H"),
            "the act 2 means nothing",
        ),
        (
            open("propose 0 A A A H H H H H H 2 0 0 0 0 H"),
            "the path 2 means nothing",
        ),
        (
            open("propose 0 A A A H H H H H H 0 2 0 0 0 H"),
            "the way back 2 means nothing",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 64 4 1 H"),
            "it freezes groups that there are not",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 1 1 1 H"),
            "1 is not a state to freeze to",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 1 5 1 H"),
            "5 is not a state to freeze to",
        ),
        (
            open("propose 1 A A A H 0x0000000000000000000000000000000000000000000000000000000000000000 H H EMPTY EMPTY 0 0 0 0 0 H"),
            "a hand-over cannot be rolled back, initialises nothing and asks no checks",
        ),
        (
            open("propose 1 A A A H H H H H EMPTY 0 1 0 0 0 H"),
            "a hand-over cannot be rolled back, initialises nothing and asks no checks",
        ),
        (
            open("propose 1 A A A H H H H EMPTY H 0 1 0 0 0 H"),
            "a hand-over cannot be rolled back, initialises nothing and asks no checks",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 1 4 0 H"),
            "it freezes groups for no time, or none for some",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 0 0 1 H"),
            "it freezes groups for no time, or none for some",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 0 4 0 H"),
            "it freezes groups for no time, or none for some",
        ),
        (
            open("propose 0 A A A H H H H H H 0 0 1 4 2592001 H"),
            "it freezes for longer than the 30 days that a proxy is paused for at most",
        ),
        (
            open("propose 1 A A A H H H H H H 0 1 0 0 0 H"),
            "a hand-over cannot be rolled back, initialises nothing and asks no checks",
        ),
        (
            open("reveal 0 A A A H H H H H H 1 0 0 0 0 H"),
            "a standby patch is in the open from its first second",
        ),
        (
            open("freeze 0 A A A H H H H H H 0 0 0 0 0 H"),
            "its terms freeze nothing",
        ),
        (
            open("roll-back 0 A A A H H H H H H 0 1 0 0 0 H H"),
            "its terms bar the way back",
        ),
        (
            open("apply 0 A A A H H H H H H 0 0 0 0 0 H 0x 0x 0"),
            "the data of the call in the switch are not those of the terms",
        ),
        (
            open("apply 0 A A A H H H H EMPTY H 0 0 0 0 0 H 0x 0x 0"),
            "the checks are not those of the terms",
        ),
        (
            open("apply 0 A A A H H H H EMPTY MALFORMED 0 0 0 0 0 H 0x 0x09 0"),
            "check 1 is not one that a manager takes",
        ),
    ] {
        let typed: Vec<String> = act
            .split(' ')
            .map(|word| match word {
                "A" => A.to_owned(),
                "H" => HASH.to_owned(),
                "EMPTY" => alloy_primitives::keccak256([]).to_string(),
                "MALFORMED" => alloy_primitives::keccak256([9]).to_string(),
                word => word.to_owned(),
            })
            .collect();
        let output = write_with("refused", &typed.join(" "), &[]);
        refused(&output, sentence);
        assert!(!path("refused").exists(), "{act}");
    }
    for (act, sentence) in [
        ("arm", "with --patch 'arm' takes from and until beside it"),
        ("arm 1700000000", "with --patch 'arm' takes until beside it"),
        ("roll-back", "with --patch 'roll-back' takes reason beside it"),
        (
            "propose 0",
            "with --patch 'propose' takes less: '0' stands in the file already, or is too much",
        ),
        (
            "apply 0 1",
            "with --patch 'apply' takes less: '1' stands in the file already",
        ),
    ] {
        refused(&write_with("refused", act, &["--patch", &name]), sentence);
    }
}

/// The last of each bound, in the sentence that is written for it.
#[test]
fn what_a_manager_takes_is_taken() {
    for (act, said) in [
        ("propose 0 A A A H H H H H H 0 0 63 2 1 H", "anyone may throttle everything and group 1 and group 2 and group 3 and group 4 and group 5 for 1 second"),
        ("propose 0 A A A H H H H H H 1 1 32 4 1 H", "; standby, it lies ready for long; IT CANNOT BE ROLLED BACK; once it is approved anyone may freeze group 5 for 1 second"),
        ("propose 1 A A A H H H H EMPTY EMPTY 0 1 0 0 0 H", "HANDS OVER: 0x1111111111111111111111111111111111111111 becomes the administrator"),
    ] {
        let (act, nothing) = (act.replace(" A", &format!(" {A}")), alloy_primitives::keccak256([]).to_string());
        let act = act.replace("EMPTY", &nothing).replace(" H", " HASH");
        assert!(told(&write_with("taken", &act, &[])).contains(said), "{act}");
    }
}

#[test]
fn a_file_that_does_not_fit_is_refused() {
    let name = patch("fits.toml", &[]);
    let elsewhere = run(&[
        "write",
        "--kind",
        "patch",
        "--chain-id",
        "1",
        "--safe",
        SAFE,
        "--contract",
        CONTRACT,
        "--patch",
        &name,
        "propose",
    ]);
    refused(&elsewhere, "the patch file is for chain 42161 and not for 1");
    let elsewhere = run(&[
        "write",
        "--kind",
        "patch",
        "--chain-id",
        "42161",
        "--safe",
        SAFE,
        "--contract",
        A,
        "--patch",
        &name,
        "propose",
    ]);
    refused(
        &elsewhere,
        &format!("the patch file is for the manager {CONTRACT} and not for {A}"),
    );
    let of_a_hub = run(&[
        "write",
        "--chain-id",
        "42161",
        "--safe",
        SAFE,
        "--contract",
        CONTRACT,
        "--patch",
        &name,
        "lift",
        "2",
    ]);
    refused(&of_a_hub, "--patch is for patch managers: give --kind patch");
    let bare = patch(
        "bare.toml",
        &[(
            "salt = \"0x6666666666666666666666666666666666666666666666666666666666666666\"",
            "",
        )],
    );
    refused(
        &write_with("bare", "commit", &["--patch", &bare]),
        "a commitment without a salt hides nothing",
    );
    let standby = patch("standby.toml", &[("\"time-locked\"", "\"standby\"")]);
    refused(
        &write_with("standby", "commit", &["--patch", &standby]),
        "a standby patch is never hidden",
    );
    let (old, new) = layouts();
    let layouts = patch_of_layouts("layouts.toml", [new, old]);
    for act in ["commit", "propose", "reveal"] {
        refused(
            &write_with("layouts", act, &["--patch", &layouts]),
            "the new layout may not follow the old one: 'safe-batch patch' says why",
        );
    }
    // What stops one that was put on record all the same.
    told(&write_with("layouts", "cancel", &["--patch", &layouts]));
    for (text, sentence) in [
        (Some("chain-id = 1"), "line 1: missing field `manager`"),
        (None, "nowhere.toml: it cannot be read"),
    ] {
        let name = text.map_or("nowhere.toml".to_owned(), |text| file("broken.toml", text));
        let output = run(&["patch", &name]);
        refused(&output, sentence);
        assert_eq!(stderr(&output).lines().count(), 1);
    }
}

/// Two layouts beside one another, of which the second appends to the first.
fn layouts() -> (&'static str, &'static str) {
    let layout = |fields: &str| {
        format!(
            r#"{{"contract": "Bank", "storage": [{fields}], "types": {{"t_uint256": {{"encoding": "inplace", "label": "uint256", "numberOfBytes": "32"}}}}}}"#
        )
    };
    let field = |label: &str, slot: u8| {
        format!(r#"{{"label": "{label}", "slot": "{slot}", "offset": 0, "type": "t_uint256"}}"#)
    };
    file("old-layout.json", &layout(&field("total", 0)));
    file(
        "new-layout.json",
        &layout(&format!("{}, {}", field("total", 0), field("cap", 1))),
    );
    ("old-layout.json", "new-layout.json")
}

/// The example with these files of layouts in place of their hashes.
fn patch_of_layouts(name: &str, [before, after]: [&str; 2]) -> String {
    let quoted = |text: &str| format!("\"{text}\"");
    patch(
        name,
        &[
            (
                "\"0x7777777777777777777777777777777777777777777777777777777777777777\"",
                &quoted(before),
            ),
            (
                "\"0x8888888888888888888888888888888888888888888888888888888888888888\"",
                &quoted(after),
            ),
        ],
    )
}

#[test]
fn a_patch_is_told_in_plain_words() {
    let (old, new) = layouts();
    let name = patch_of_layouts("plain.toml", [old, new]);
    assert_eq!(told(&run(&["patch", &name])), include_str!("patches/plain.txt"));
}

#[test]
fn what_stands_out_in_a_patch_is_listed() {
    let bare = EXAMPLE.split("\n[layout]").next().unwrap();
    let name = file(
        "bare-patch.toml",
        &format!(
            "{}\n[init]\ndata = \"0x01020304\"\n",
            bare.replacen("\"open\"", "\"barred\"", 1)
        ),
    );
    let output = run(&["patch", &name]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    let (_, look) = said.split_once("\nLOOK AT THIS BEFORE ANYONE SIGNS:\n").unwrap();
    assert_eq!(
        look,
        "- Nothing says what the call in the switch does: write its signature into the file in place of its data.\n\
         - The layouts are not compared: name both files in [layout], as 'scripts/layout export' writes them.\n\
         - NOTHING IS CHECKED over the switch.\n\
         - IT CANNOT BE ROLLED BACK.\n"
    );
    assert!(said.contains("  The layout before is not asked for.\n"));
    assert!(said.contains("WHAT IS FROZEN\n  Nothing is frozen.\n"));
    let (old, new) = layouts();
    let backwards = patch(
        "backwards.toml",
        &[
            (
                "\"0x7777777777777777777777777777777777777777777777777777777777777777\"",
                &format!("\"{new}\""),
            ),
            (
                "\"0x8888888888888888888888888888888888888888888888888888888888888888\"",
                &format!("\"{old}\""),
            ),
        ],
    );
    let output = run(&["patch", &backwards]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("    refused  cap"), "{said}");
    assert!(said.ends_with("- The new layout may not follow the old one: the new code would read what the old one wrote as something else.\n"));
}

#[test]
fn a_standby_patch_of_a_program_in_fragments_without_a_salt_is_told_as_that() {
    let (one, two) = (format!("0x{}", "a1".repeat(32)), format!("0x{}", "b2".repeat(32)));
    let name = patch(
        "standby-program.toml",
        &[
            ("fragments = []", &format!("fragments = [\"{one}\", \"{two}\"]")),
            ("\"time-locked\"", "\"standby\""),
            (
                "salt = \"0x6666666666666666666666666666666666666666666666666666666666666666\"",
                "",
            ),
            ("\"reduce-only\"", "\"frozen\""),
            ("[2, 3]", "[\"everything\"]"),
        ],
    );
    let output = run(&["patch", &name]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    for part in [
        format!("\n  A Stylus program in 2 fragments, whose code has the hashes:\n    {one}\n    {two}\n  In the switch "),
        "\nWHAT IS FROZEN\n  Once it is approved anyone may freeze everything for 7 days.\n\n".to_owned(),
        "\nHOW IT GOES\n  Standby, it lies ready for long.\n  It is proposed in the open, as a standby patch is never hidden behind its hash.\n  It can be rolled back in its probation.\n  It has no salt: whoever knows what it is can compute its hash, so it is not to be committed to.\n".to_owned(),
        "  The layout before has the hash 0x7777777777777777777777777777777777777777777777777777777777777777.\n  The layout after has the hash 0x8888888888888888888888888888888888888888888888888888888888888888.\n".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    let (_, look) = said.split_once("\nLOOK AT THIS BEFORE ANYONE SIGNS:\n").unwrap();
    assert_eq!(
        look,
        "- The layouts are not compared: name both files in [layout], as 'scripts/layout export' writes them.\n"
    );
}

#[test]
fn a_hand_over_is_told_as_one() {
    let bare = EXAMPLE.split("\n[layout]").next().unwrap();
    let text = bare
        .replacen("\"open\"", "\"barred\"", 1)
        .replacen("\"upgrade\"", "\"hand-over\"", 1);
    let name = file("hand-over.toml", &text);
    let output = run(&["patch", &name]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!(
        "  The proxy {PROXY} gets another administrator or owner, and leaves the manager's care.\n  It runs, and goes on running: 0x3333333333333333333333333333333333333333\n  Administrator or owner then:  0x4444444444444444444444444444444444444444\n"
    )), "{said}");
    assert!(
        said.ends_with("LOOK AT THIS BEFORE ANYONE SIGNS:\n- IT CANNOT BE ROLLED BACK.\n"),
        "{said}"
    );
    assert!(
        said.contains("WHAT HAS TO HOLD\n  Nothing: a hand-over has no checks.\n"),
        "{said}"
    );
    assert!(!said.contains("In the switch"), "{said}");
    let text = told(&write_with("hand-over", "propose", &["--patch", &name]));
    assert!(text.contains("1. Puts a patch on record with its terms: HANDS OVER: 0x4444444444444444444444444444444444444444 becomes the administrator or owner of the proxy 0x2222222222222222222222222222222222222222, which runs 0x3333333333333333333333333333333333333333 and leaves the manager's care; its code"), "{text}");
}

#[test]
fn the_documentation_shows_the_example_and_what_the_command_prints() {
    let page = include_str!("../../../docs/SAFE.md");
    let shown = page
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    // Its head; the rest of the kinds of checks are a table there.
    assert!(
        EXAMPLE.starts_with(shown),
        "the page shows the example's beginning"
    );
    let id = told_id();
    assert!(page.contains(&id), "{id}");
}

/// The identifier that the command prints.
fn told_id() -> String {
    let output = run(&["patch", &patch("id.toml", &[])]);
    let said = String::from_utf8(output.stdout).unwrap();
    let first = said.lines().next().unwrap();
    assert_eq!(first, format!("Patch {ID}"));
    first.trim_start_matches("Patch ").to_owned()
}
