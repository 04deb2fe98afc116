//! The command as a person runs it.

mod support;

use serde_json::Value as Json;
use support::{edited, file, refused, run, stderr, told, write, written, CONTRACT, SAFE};

const A: &str = "0x1111111111111111111111111111111111111111";
const B: &str = "0x2222222222222222222222222222222222222222";
const ETH: &str = "0x0000000000000000000000000000000000000000";

/// An act of each row, and the beginning of its sentence.
const ACTS: &[(&str, &str, &str)] = &[
    ("hub", "pause 2 frozen 7d", "Freezes group 2 for 7 days: nothing passes. It ends by itself. For the group's guardian, or its fallback in its place; each can do it once until it is armed again. Takes effect at once."),
    ("hub", "council-pause 0 reduce-only 1d12h", "Puts everything into reduce-only for 1 day and 12 hours: nothing that brings funds in or adds risk passes, and what takes funds out at a share of the limits. It ends by itself, and is outside the guardians' budget. For the council. Takes effect at once."),
    ("hub", "lift 5", "LOOSENS: ends the pause of group 5 before its time; the ramp back begins. For the governor and the council. Takes effect at once."),
    ("hub", "rearm 1", "Lets the guardian and the fallback of group 1 each pause once more, within the same budget. For the governor and the council. Takes effect at once."),
    ("hub", "assign 3 0x1111111111111111111111111111111111111111 0x2222222222222222222222222222222222222222", "Makes 0x1111111111111111111111111111111111111111 the guardian of group 3 and 0x2222222222222222222222222222222222222222 its fallback, in place of those before; both may pause it once. For the governor. Takes effect at once."),
    ("hub", "heartbeat 1", "Says that the guardian of group 1 is there. It changes nothing else. For the group's guardian. Takes effect at once."),
    ("hub", "report-stale 4", "Says that the guardian of group 4 gave no sign of life for too long: its fallback may pause at once. For anyone. Takes effect at once."),
    ("hub", "configure-guardians 90d 7d 3d 14d 60d 30d", "Sets what guardians of all groups may do: a sign of life every 90 days; a pause of up to 7 days; the next one 3 days after its end; at most 14 days of pauses in any 60 days; and up to 30 days for a decision of the council. For the governor. Takes effect at once if it tightens; if it loosens, it fails unless this same call was scheduled and has waited."),
    ("hub", "configure-bucket 0x1111111111111111111111111111111111111111 1500000 1d", "Limits what leaves of the asset 0x1111111111111111111111111111111111111111: 1500000 of the smallest unit at once, refilled over 1 day. For the governor. Takes effect at once if it tightens;"),
    ("hub", "close-bucket 0x1111111111111111111111111111111111111111", "Closes the asset 0x1111111111111111111111111111111111111111: none of it leaves until its bucket is configured again. For the governor. Takes effect at once."),
    ("hub", "set-client 0x1111111111111111111111111111111111111111 yes", "LOOSENS: lets the contract 0x1111111111111111111111111111111111111111 charge the buckets. For the governor. Waits: it fails unless this same call was scheduled and has waited."),
    ("hub", "set-client 0x1111111111111111111111111111111111111111 no", "Lets the contract 0x1111111111111111111111111111111111111111 charge the buckets no longer: every flow for which it asks this hub is refused. For the governor. Takes effect at once."),
    ("hub", "set-guardian 0x1111111111111111111111111111111111111111", "Makes 0x1111111111111111111111111111111111111111 the one who may cancel what is scheduled, in place of the one before. For the governor. Takes effect at once."),
    ("hub", "set-council 0x1111111111111111111111111111111111111111", "Makes 0x1111111111111111111111111111111111111111 the council, in place of the one before. For the governor. Waits: it fails unless this same call was scheduled and has waited."),
    ("hub", "set-delay 2d", "Makes what loosens wait 2 days from then on. A shorter delay than before loosens. For the governor. Takes effect at once if it tightens;"),
    ("hub", "schedule DATA", "SCHEDULES, and does not carry out yet, the operation 0x"),
    ("hub", "cancel-scheduled 0xabababababababababababababababababababababababababababababababab", "Cancels the scheduled operation 0xabababababababababababababababababababababababababababababababab: it will not be carried out. For the one who may cancel, and the governor. Takes effect at once."),
    ("hub", "propose-governor 0x1111111111111111111111111111111111111111", "HANDS OVER: names 0x1111111111111111111111111111111111111111 as the governor's successor, who is not governor before accepting. For the governor. Takes effect at once."),
    ("hub", "propose-governor 0x0000000000000000000000000000000000000000", "Takes back the proposal of a successor of the governor. For the governor. Takes effect at once."),
    ("hub", "accept-governor", "HANDS OVER: makes the caller the governor, in place of the one before. For the one whom the governor proposed. Takes effect at once."),
    ("hub", "approve 0x1111111111111111111111111111111111111111 0 7 3 1700000000 1700086400 DATA", "Approves as a member that the council carries out a call of 0x1111111111111111111111111111111111111111 with 0 wei: [Makes what loosens wait 1 day from then on."),
    ("hub", "revoke 0x1111111111111111111111111111111111111111 5 7 3 1700000000 1700086400 DATA", "Takes back the approval that the council carries out a call of 0x1111111111111111111111111111111111111111 with 5 wei: [Makes what loosens wait 1 day from then on."),
    ("hub", "execute 0x1111111111111111111111111111111111111111 0 7 3 1700000000 1700086400 DATA 0x0202", "Carries out as the council a call of 0x1111111111111111111111111111111111111111 with 0 wei: [Makes what loosens wait 1 day from then on."),
    ("hub", "approve-emergency 0x1111111111111111111111111111111111111111 0 7 3 1700000000 1700086400 DATA", "Approves as a member of the emergency committee that its one act is a call of 0x1111111111111111111111111111111111111111 with 0 wei: [Makes what loosens wait 1 day from then on."),
    ("hub", "revoke-emergency 0x1111111111111111111111111111111111111111 0 7 3 1700000000 1700086400 DATA", "Takes back the approval that the emergency committee's one act is a call of 0x1111111111111111111111111111111111111111 with 0 wei: [Makes what loosens wait 1 day from then on."),
    ("hub", "execute-emergency 0x1111111111111111111111111111111111111111 0 7 3 1700000000 1700086400 DATA 0x0202", "Carries out as the council, by its emergency committee's one act, a call of 0x1111111111111111111111111111111111111111 with 0 wei: [Makes what loosens wait 1 day from then on."),
    ("treasury", "configure-bucket 0x0000000000000000000000000000000000000000 1500000000000000000 1h", "Limits what leaves of ETH (0x0000000000000000000000000000000000000000): 1.5 ETH (1500000000000000000 of the smallest unit) at once, refilled over 1 hour; more than that waits in the queue. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "configure-caps 0x1111111111111111111111111111111111111111 7 max", "Caps what may leave of the asset 0x1111111111111111111111111111111111111111: 7 of the smallest unit in one call and no limit in one transaction. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "configure-queue 0x1111111111111111111111111111111111111111 9 1d 1h 7d 2d", "Sets how what is over the limit of the asset 0x1111111111111111111111111111111111111111 waits: 9 of the smallest unit drain in each 1 day; a ticket waits 1 hour at the least and 7 days at the most; who tripped the breaker waits 2 days longer. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "configure-hits 0x1111111111111111111111111111111111111111 3 1h 5", "Sets when the breaker of the asset 0x1111111111111111111111111111111111111111 moves: at withdrawal number 3 over the limit within 1 hour, each of at least 5 of the smallest unit. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "configure-breakers 2500 500 1h 1d 1d 7d 0 0", "Sets how every asset's breaker acts: 25% of the limits while throttled and 5% in reduce-only; at least 1 hour in each state; a trip holds 1 day; the ramp back takes 1 day; a decision holds up to 7 days; only the council freezes. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "configure-breakers 2500 500 1h 1d 1d 7d 2 3d", "Sets how every asset's breaker acts: 25% of the limits while throttled and 5% in reduce-only; at least 1 hour in each state; a trip holds 1 day; the ramp back takes 1 day; a decision holds up to 7 days; 2 automatic freezes at once, one more each 3 days. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "configure-record 1d", "Makes a trip count against whoever does it for 1 day. A shorter time than before loosens. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "set-delay 0", "Makes what loosens wait 0 seconds from then on. A shorter delay than before loosens. For the governor. Takes effect at once if it tightens;"),
    ("treasury", "set-council 0x1111111111111111111111111111111111111111", "Makes 0x1111111111111111111111111111111111111111 the council, in place of the one before. For the governor. Waits:"),
    ("treasury", "schedule DATA", "SCHEDULES, and does not carry out yet, the operation 0x"),
    ("treasury", "decide 0x1111111111111111111111111111111111111111 throttled 7d", "Throttles the asset 0x1111111111111111111111111111111111111111 for 7 days: what brings funds in, takes them out or adds risk passes at a share of the limits. It ends by itself. For the council. Takes effect at once."),
    ("treasury", "step-back 0x1111111111111111111111111111111111111111", "LOOSENS: steps the breaker of the asset 0x1111111111111111111111111111111111111111 back before its time; the ramp back begins. For the council. Takes effect at once."),
    ("treasury", "cancel-ticket 0x1111111111111111111111111111111111111111 0x2222222222222222222222222222222222222222 12", "TAKES AWAY: cancels ticket 12 of 0x2222222222222222222222222222222222222222 in the asset 0x1111111111111111111111111111111111111111; what it would have paid stays in the treasury, owed to nobody. For the council. Takes effect at once."),
    ("treasury", "cancel-scheduled 0xabababababababababababababababababababababababababababababababab", "Cancels the scheduled operation 0xabababababababababababababababababababababababababababababababab: it will not be carried out. For the guardian and the governor. Takes effect at once."),
    ("bridge", "pause 2 7d", "Freezes group 2 (withdrawals) for 7 days: nothing passes. It ends by itself. For the guardian and the governor. Takes effect at once."),
    ("bridge", "unpause 1", "LOOSENS: ends the pause of group 1 (deposits) before its time. For the governor. Takes effect at once."),
    ("bridge", "configure-bucket 0x1111111111111111111111111111111111111111 1 1s", "Limits what leaves of the asset 0x1111111111111111111111111111111111111111: 1 of the smallest unit at once, refilled over 1 second. More than before LOOSENS, and does not wait. For the governor. Takes effect at once."),
    ("bridge", "close-bucket 0x1111111111111111111111111111111111111111", "Closes the asset 0x1111111111111111111111111111111111111111: it can be neither deposited nor withdrawn until its bucket is configured again. For the governor. Takes effect at once."),
    ("bridge", "set-guardian 0x1111111111111111111111111111111111111111", "Makes 0x1111111111111111111111111111111111111111 the guardian, in place of the one before. For the governor. Takes effect at once."),
    ("bridge", "propose-governor 0x1111111111111111111111111111111111111111", "HANDS OVER: names 0x1111111111111111111111111111111111111111 as the governor's successor,"),
    ("bridge", "accept-governor", "HANDS OVER: makes the caller the governor, in place of the one before."),
];

/// The same with what can be scheduled in place of the placeholder.
fn acts() -> Vec<(&'static str, Vec<String>, &'static str)> {
    let inner = |kind: &str| {
        let set_delay = written("inner", &["set-delay", "1d", "--kind", kind]);
        set_delay["transactions"][0]["data"].as_str().unwrap().to_owned()
    };
    let typed = |kind: &str, line: &str| {
        let words = line.split(' ').map(|word| match word {
            "DATA" => inner(kind),
            word => word.to_owned(),
        });
        words.collect()
    };
    ACTS.iter()
        .map(|(kind, line, sentence)| (*kind, typed(kind, line), *sentence))
        .collect()
}

#[test]
fn every_act_is_described_as_it_was_written_and_begins_as_it_should() {
    for (kind, typed, sentence) in acts() {
        let mut arguments: Vec<&str> = typed.iter().map(String::as_str).collect();
        arguments.extend(["--kind", kind]);
        let name = format!("every-{kind}");
        let (text, file) = write(&name, &arguments);
        assert!(text.contains(&format!("\n\n1. {sentence}")), "{text}");
        assert_eq!(told(&run(&["describe", &file, "--kind", kind])), text);
        let json: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let call = &json["transactions"][0];
        let raw = told(&run(&[
            "describe",
            call["data"].as_str().unwrap(),
            "--kind",
            kind,
        ]));
        let kept = json["meta"]["description"].as_str().unwrap();
        assert!(text.contains(&format!("\n{kept}\n")), "{kept}");
        let sentence = kept.strip_prefix("1. ").unwrap();
        assert!(
            raw.starts_with(&format!("As for a {kind}: {sentence}\n")),
            "{raw}"
        );
        fields_match_calldata(call);
    }
}

/// Every value beside the data is the word in the data, found by hand: the selector is not ours to compute here.
fn fields_match_calldata(call: &Json) {
    let data = hex::decode(call["data"].as_str().unwrap().trim_start_matches("0x")).unwrap();
    let inputs = call["contractMethod"]["inputs"].as_array().unwrap();
    let values = call["contractInputsValues"].as_object().unwrap();
    assert_eq!(inputs.len(), values.len());
    assert_eq!(call["contractMethod"]["payable"], false);
    assert_eq!(call["value"], "0");
    assert_eq!(call["to"], CONTRACT);
    for (index, input) in inputs.iter().enumerate() {
        assert_eq!(input["internalType"], input["type"]);
        let value = values[input["name"].as_str().unwrap()].as_str().unwrap();
        let word = hex::encode(&data[4 + 32 * index..][..32]);
        match input["type"].as_str().unwrap() {
            "address" | "bytes32" => {
                let digits = value.trim_start_matches("0x").to_lowercase();
                assert_eq!(word, format!("{digits:0>64}"));
            }
            "bool" => assert_eq!(word, format!("{:064x}", u8::from(value == "true"))),
            "bytes" => assert!(hex::encode(&data).contains(value.trim_start_matches("0x"))),
            _ => {
                let number: alloy_primitives::U256 = value.parse().unwrap();
                assert_eq!(word, format!("{number:064x}"));
            }
        }
    }
}

#[test]
fn the_acts_that_are_listed_are_those_that_are_tested() {
    for kind in ["hub", "treasury", "bridge"] {
        let listed = told(&run(&["acts", "--kind", kind]));
        let (of_itself, direct): (Vec<&str>, Vec<&str>) = listed
            .lines()
            .partition(|line| line.ends_with(" (with --approve or --revoke)"));
        assert_eq!(of_itself.len(), 3, "{listed}");
        for act in direct {
            let name = act.split(' ').next().unwrap();
            // A council's are the same beside every kind.
            let plain = name.trim_end_matches("-emergency");
            let any_kind = ["execute", "approve", "revoke"].contains(&plain);
            let tested = ACTS.iter().any(|(tested, line, _)| {
                (any_kind || *tested == kind) && line.split(' ').next() == Some(name)
            });
            assert!(tested, "{kind} {name}");
        }
    }
    assert!(
        told(&run(&["acts"])).starts_with("pause group:0-5 state:throttled|reduce-only|frozen secs:TIME\n")
    );
}

#[test]
fn a_file_is_the_same_every_time_and_has_the_format_of_the_transaction_builder() {
    let (_, first) = write("same-first", &["pause", "2", "frozen", "7d"]);
    let (_, second) = write("same-second", &["pause", "2", "4", "604800"]);
    let text = std::fs::read_to_string(first).unwrap();
    assert_eq!(text, std::fs::read_to_string(second).unwrap());
    let shown = run(&[
        "write",
        "pause",
        "2",
        "frozen",
        "7d",
        "--chain-id",
        "42161",
        "--safe",
        SAFE,
        "--contract",
        CONTRACT,
    ]);
    assert_eq!(told(&shown), text);
    assert!(stderr(&shown).starts_with("Chain 42161 (Arbitrum One), Safe 0x"));
    let json: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], "1.0");
    assert_eq!(json["chainId"], "42161");
    assert_eq!(json["createdAt"], 0);
    let meta = &json["meta"];
    assert_eq!(meta["name"], "Portcullis hub: pause");
    assert_eq!(meta["txBuilderVersion"], "1.18.0");
    assert_eq!(meta["createdFromSafeAddress"], SAFE);
    assert_eq!(meta["createdFromOwnerAddress"], "");
    assert_eq!(
        meta["checksum"],
        safe_batch::checksum::checksum(&json).to_string()
    );
    let keys = [
        "\"version\"",
        "\"chainId\"",
        "\"createdAt\"",
        "\"meta\"",
        "\"transactions\"",
    ];
    let places: Vec<_> = keys.map(|key| text.find(key).unwrap()).into();
    assert!(places.is_sorted());
    let dated = written("dated", &["lift", "1", "--created-at", "1646321521061"]);
    assert_eq!(dated["createdAt"], 1_646_321_521_061u64);
}

#[test]
fn names_and_units_are_the_readers() {
    let names = file("names", "# ours\n1 ways in\n2=withdrawals\n");
    let (text, batch) = write(
        "names-batch",
        &["pause", "2", "frozen", "7d", "--group-names", &names],
    );
    assert!(
        text.contains("1. Freezes group 2 (withdrawals) for 7 days:"),
        "{text}"
    );
    assert_eq!(told(&run(&["describe", &batch, "--group-names", &names])), text);
    // Without them the description that the file carries differs, which is told.
    let without = run(&["describe", &batch]);
    assert_eq!(without.status.code(), Some(1));
    let without = String::from_utf8(without.stdout).unwrap();
    assert!(without.contains("Freezes group 2 for 7 days:"), "{without}");
    assert!(without
        .contains("LOOK AT THIS BEFORE ANYONE SIGNS:\n- The description in the file is not the one above."));

    let units = ["--decimals", &format!("{A}=6"), "--symbol", &format!("{A}=USDC")];
    let mut arguments = vec!["configure-bucket", A, "1234500000", "1d"];
    arguments.extend(units);
    let (text, _) = write("units", &arguments);
    assert!(
        text.contains(&format!(
            "of USDC ({A}): 1,234.5 USDC (1234500000 of the smallest unit) at once"
        )),
        "{text}"
    );
}

#[test]
fn what_loosens_is_scheduled_first_and_carried_out_by_the_same_call() {
    let (text, _) = write("scheduled", &["--schedule", "set-council", A]);
    let carried_out = written("carried-out", &["set-council", A]);
    let scheduled = written("scheduled", &["--schedule", "set-council", A]);
    let call = carried_out["transactions"][0]["data"].as_str().unwrap();
    assert_eq!(scheduled["transactions"][0]["contractInputsValues"]["data"], call);
    assert_eq!(scheduled["transactions"][0]["contractMethod"]["name"], "schedule");
    let operation = alloy_primitives::keccak256(hex::decode(&call[2..]).unwrap());
    assert!(text.contains(&format!(
        "1. SCHEDULES, and does not carry out yet, the operation {operation}: [Makes {A} the council, in place of the one before. For the governor.] From the end of the contract's delay on and for 14 days after it, this same call carries it out; until then it can be cancelled. For the governor. Only the scheduling takes effect at once."
    )), "{text}");
    assert_eq!(scheduled["meta"]["name"], "Portcullis hub: schedule set-council");
}

#[test]
fn several_acts_come_from_a_file_or_the_standard_input() {
    let acts = file(
        "acts",
        &format!("# rotate\nassign 1 {A} {B}\n\n--schedule set-delay 1d  # sooner\nset-delay 1d\n"),
    );
    let (text, batch) = write("several", &["--from", &acts]);
    assert!(text.contains("a batch, all or nothing, of 3 calls."), "{text}");
    assert!(
        text.contains("\n1. Makes ")
            && text.contains("\n2. SCHEDULES")
            && text.contains("\n3. Makes what loosens wait 1 day")
    );
    assert!(text.contains("- Transaction 3 carries out what transaction 2 schedules: the batch fails unless the contract has no delay yet."));
    let again = run(&["describe", &batch]);
    assert_eq!(again.status.code(), Some(1), "there is something to look at");
    assert_eq!(String::from_utf8(again.stdout).unwrap(), text);
    let piped = support::run_with(
        &[
            "write",
            "--from",
            "-",
            "--chain-id",
            "42161",
            "--safe",
            SAFE,
            "--contract",
            CONTRACT,
        ],
        &std::fs::read_to_string(&acts).unwrap(),
    );
    let file_text = std::fs::read_to_string(&batch).unwrap();
    assert_eq!(told(&piped), file_text);
    assert_eq!(
        told(&support::run_with(
            &["describe", "-", "--chain-id", "42161"],
            &written_text("piped")
        )),
        write("piped", &["lift", "1"]).0
    );
    let bad = file("bad-acts", "lift 1\nlift 9\n");
    refused(
        &support::write_run("bad", &["--from", &bad]),
        "line 2: The contract refuses 'lift': there is no group 9",
    );
    let none = file("no-acts", "# nothing\n");
    refused(
        &support::write_run("none", &["--from", &none]),
        "there are no acts",
    );
}

fn written_text(name: &str) -> String {
    let (_, file) = write(name, &["lift", "1"]);
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn wrong_arguments_are_refused_with_a_sentence_and_nothing_is_written() {
    let wrong_case = "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1AA";
    for (arguments, sentence) in [
        (
            vec!["pause", "9", "frozen", "7d"],
            "there is no group 9: they are 0 to 5",
        ),
        (
            vec!["pause", "3", "7d", "--kind", "bridge"],
            "there is no group 3: they are 0 to 2",
        ),
        (
            vec!["pause", "256", "frozen", "7d"],
            "group of 'pause': 256 is too large",
        ),
        (
            vec!["pause", "2", "closed", "7d"],
            "'closed' is not a state to ask for",
        ),
        (vec!["pause", "2", "1", "7d"], "'1' is not a state to ask for"),
        (vec!["pause", "2", "5", "7d"], "'5' is not a state to ask for"),
        (
            vec!["pause", "2", "frozen", "0"],
            "0 seconds is out of bounds: from 1 second up to 30 days",
        ),
        (
            vec!["pause", "2", "frozen", "30d1s"],
            "30 days and 1 second is out of bounds",
        ),
        (
            vec!["pause", "2", "7d1s", "--kind", "bridge"],
            "out of bounds: from 1 second up to 7 days",
        ),
        (vec!["pause", "2", "frozen", "a week"], "'a week' is not a time"),
        (
            vec!["pause", "2", "frozen"],
            "'pause' takes 3 arguments and was given 2: pause group:0-5",
        ),
        (vec!["lift", "1", "2"], "'lift' takes 1 arguments and was given 2"),
        (vec!["lift", "+1"], "'+1' is not a whole number"),
        (
            vec!["thaw", "1"],
            "'thaw' is not an act of a hub; there are pause, council-pause, lift",
        ),
        (
            vec!["decide", A, "frozen", "1d"],
            "'decide' is not an act of a hub",
        ),
        (vec!["execute"], "'execute' takes 8 arguments and was given 0"),
        (vec!["assign", "1", A, ETH], "the zero address is nobody"),
        (vec!["assign", "1", A, A], "the fallback is the guardian"),
        (vec!["set-guardian", ETH], "the zero address is nobody"),
        (vec!["set-council", ETH], "the zero address is nobody"),
        (vec!["set-guardian", "0x1234"], "'0x1234' is not an address"),
        (
            vec!["set-guardian", wrong_case],
            "has capitals that are not its checksum",
        ),
        (
            vec!["set-guardian", "1111111111111111111111111111111111111111"],
            "is not an address",
        ),
        (vec!["set-client", A, "maybe"], "'maybe' is neither yes nor no"),
        (
            vec!["set-delay", "30d1s"],
            "30 days and 1 second is out of bounds: from 0 seconds up to 30 days",
        ),
        (vec!["cancel-scheduled", "0xab"], "'0xab' is not a hash"),
        (vec!["schedule", "0xdeadbeef"], "unknown to the hub"),
        (
            vec!["schedule", "0xdeadbee"],
            "data is 0x and an even number of hexadecimal digits",
        ),
        (
            vec!["--schedule", "pause", "2", "frozen", "7d"],
            "'pause' with these arguments never waits",
        ),
        (
            vec!["--schedule", "set-client", A, "no"],
            "'set-client' with these arguments never waits",
        ),
        (vec!["--schedule", "schedule", "0xdeadbeef"], "unknown to the hub"),
        (
            vec!["--schedule", "set-guardian", A, "--kind", "bridge"],
            "a bridge has no timelock",
        ),
        (
            vec!["configure-bucket", A, "0", "1d"],
            "a capacity of zero lets nothing leave",
        ),
        (
            vec!["configure-bucket", A, "1.5", "1d"],
            "'1.5' is not a whole number",
        ),
        (
            vec!["configure-bucket", A, "1", "0"],
            "a time to refill of 0 seconds is out of bounds",
        ),
        (
            vec!["configure-guardians", "90d", "7d", "3d", "13d", "60d", "30d"],
            "the budget's time of 13 days is out of bounds: from 14 days up to 30 days",
        ),
        (
            vec!["configure-caps", A, "0", "1", "--kind", "treasury"],
            "a cap of zero",
        ),
        (
            vec!["configure-caps", A, "max", "max", "--kind", "treasury"],
            "cap nothing",
        ),
        (
            vec![
                "configure-queue",
                A,
                "0",
                "1d",
                "1h",
                "7d",
                "2d",
                "--kind",
                "treasury",
            ],
            "drains nothing",
        ),
        (
            vec![
                "configure-queue",
                A,
                "1",
                "1d",
                "1h",
                "1h",
                "2d",
                "--kind",
                "treasury",
            ],
            "longer than 1 hour and at most 30 days",
        ),
        (
            vec![
                "configure-queue",
                A,
                "1",
                "1d",
                "0",
                "1h",
                "2d",
                "--kind",
                "treasury",
            ],
            "nobody sees a ticket",
        ),
        (
            vec![
                "configure-queue",
                A,
                "1",
                "0",
                "1h",
                "2h",
                "2d",
                "--kind",
                "treasury",
            ],
            "a drain's time of 0 seconds",
        ),
        (
            vec![
                "configure-queue",
                A,
                "1",
                "1d",
                "1h",
                "2h",
                "0",
                "--kind",
                "treasury",
            ],
            "the late's wait of 0 seconds",
        ),
        (
            vec!["configure-hits", A, "7", "1h", "5", "--kind", "treasury"],
            "7 is out of bounds: from 1 up to 6",
        ),
        (
            vec!["configure-hits", A, "3", "31d", "5", "--kind", "treasury"],
            "a window of 31 days is out of bounds",
        ),
        (
            vec!["configure-hits", A, "3", "1h", "0", "--kind", "treasury"],
            "every dust",
        ),
        (
            vec![
                "configure-breakers",
                "10000",
                "500",
                "1h",
                "1d",
                "1d",
                "7d",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "the throttled share",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "2501",
                "1h",
                "1d",
                "1d",
                "7d",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "the share in reduce-only",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "0",
                "1d",
                "1d",
                "7d",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "no least time",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "2d",
                "1d",
                "2d",
                "7d",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "a trip holds for less",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "1h",
                "31d",
                "1d",
                "7d",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "a trip holds for more",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "1h",
                "1d",
                "1m",
                "7d",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "the ramp is shorter",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "1h",
                "1d",
                "1d",
                "1m",
                "0",
                "0",
                "--kind",
                "treasury",
            ],
            "a decision holds",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "1h",
                "1d",
                "1d",
                "7d",
                "16",
                "3d",
                "--kind",
                "treasury",
            ],
            "more than 15",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "1h",
                "1d",
                "1d",
                "7d",
                "1",
                "1d",
                "--kind",
                "treasury",
            ],
            "as fast as they end",
        ),
        (
            vec![
                "configure-breakers",
                "2500",
                "500",
                "1h",
                "1d",
                "1d",
                "7d",
                "0",
                "1d",
                "--kind",
                "treasury",
            ],
            "although there are none",
        ),
        (
            vec!["configure-record", "0", "--kind", "treasury"],
            "a time of 0 seconds is out of bounds",
        ),
        (vec!["lift", "1", "--decimals", "0x12=6"], "is not an address"),
        (
            vec!["lift", "1", "--symbol", "USDC"],
            "it has to be an address and a symbol",
        ),
    ] {
        let output = support::write_run("wrong", &arguments);
        refused(&output, sentence);
        assert!(!support::path("wrong").exists(), "{arguments:?}");
    }
    let twice = ["--decimals", &format!("{A}=6"), "--decimals", &format!("{A}=8")];
    refused(
        &support::write_run("wrong", &[&["lift", "1"][..], &twice[..]].concat()),
        "twice",
    );
    for (safe, contract, chain, sentence) in [
        (ETH, CONTRACT, "1", "the zero address is nobody"),
        (SAFE, ETH, "1", "the zero address is nobody"),
        (SAFE, SAFE, "1", "are one address"),
        (SAFE, "0x12", "1", "is not an address"),
        (SAFE, CONTRACT, "0", "0 is not in"),
        (SAFE, CONTRACT, "arbitrum", "invalid digit"),
    ] {
        let output = run(&[
            "write",
            "lift",
            "1",
            "--chain-id",
            chain,
            "--safe",
            safe,
            "--contract",
            contract,
        ]);
        refused(&output, sentence);
        assert!(output.stdout.is_empty());
    }
    refused(
        &run(&["write", "lift", "1", "--safe", SAFE, "--contract", CONTRACT]),
        "--chain-id",
    );
    refused(
        &run(&["write", "--chain-id", "1", "--safe", SAFE, "--contract", CONTRACT]),
        "ACT",
    );
}

#[test]
fn a_batch_for_another_chain_safe_or_contract_is_refused() {
    let (text, batch) = write("expected", &["lift", "1"]);
    let all = ["--chain-id", "42161", "--safe", SAFE, "--contract", CONTRACT];
    assert_eq!(told(&run(&[&["describe", &batch][..], &all[..]].concat())), text);
    for (option, value, sentence) in [
        ("--chain-id", "421614", "it is for chain 42161 and not for 421614"),
        ("--safe", A, "it is for the Safe 0x"),
        ("--contract", A, "transaction 1 calls 0x"),
    ] {
        refused(&run(&["describe", &batch, option, value]), sentence);
    }
    refused(
        &run(&["describe", "0x", "--chain-id", "1"]),
        "says no chain, Safe or contract",
    );
}

#[test]
fn an_edited_file_is_refused() {
    let (_, batch) = write("edited", &["pause", "2", "frozen", "7d"]);
    let text = std::fs::read_to_string(&batch).unwrap();
    let damaged = file("damaged", &text.replace("\"42161\"", "\"1\""));
    refused(
        &run(&["describe", &damaged]),
        "it was changed after it was written",
    );
    // Whoever changes the file can compute its checksum, too.
    type Edit = fn(&mut Json);
    let edits: [(Edit, &str); 12] = [
        (
            |json| json["transactions"][0]["contractInputsValues"]["secs"] = "60".into(),
            "contractInputsValues is not what its data says",
        ),
        (
            |json| json["transactions"][0]["contractMethod"]["name"] = "heartbeat".into(),
            "contractMethod is not what its data says",
        ),
        (
            |json| json["transactions"][0]["contractMethod"] = Json::Null,
            "contractMethod is not what its data says",
        ),
        (
            |json| json["transactions"][0]["data"] = "0xdeadbeef".into(),
            "its data is a call that is not known",
        ),
        (
            |json| json["transactions"][0]["data"] = Json::Null,
            "it has no 'data' as text",
        ),
        (
            |json| json["transactions"][0]["to"] = "0x12".into(),
            "'0x12' is not an address",
        ),
        (
            |json| json["transactions"][0]["value"] = "-1".into(),
            "its value '-1' is not a whole number",
        ),
        (
            |json| json["transactions"] = Json::Array(Vec::new()),
            "it has no transactions",
        ),
        (
            |json| json["version"] = "2.0".into(),
            "its version is not \"1.0\"",
        ),
        (
            |json| json["createdAt"] = 1.5.into(),
            "a number that is not whole",
        ),
        (
            |json| json["createdAt"] = (1u64 << 53).into(),
            "a number that is not whole",
        ),
        (
            |json| json["chainId"] = "mainnet".into(),
            "its chainId is not the number of a chain",
        ),
    ];
    for (edit, sentence) in edits {
        refused(&run(&["describe", &edited("edit", &batch, edit)]), sentence);
    }
    // What an attacker writes reaches no terminal as it is.
    let loud: Edit = |json| json["transactions"][0]["to"] = "0x\u{1b}[2J\u{202e}\nAll is well".into();
    let loud = run(&["describe", &edited("loud", &batch, loud)]);
    refused(&loud, "'0x\\u{1b}[2J\\u{202e}\\nAll is well' is not an address");
    let mut json: Json = serde_json::from_str(&text).unwrap();
    json["meta"].as_object_mut().unwrap().remove("checksum");
    refused(
        &run(&["describe", &file("unsummed", &json.to_string())]),
        "it has no checksum",
    );
    refused(&run(&["describe", &file("no-json", "pause")]), "it is not JSON");
    refused(&run(&["describe", "no-such-file"]), "no-such-file cannot be read");
    // A batch of a hub is none of a bridge.
    refused(
        &run(&["describe", &batch, "--kind", "bridge"]),
        "a call that is not known",
    );
}

#[test]
fn what_an_attacker_may_change_unseen_is_told() {
    let (_, batch) = write("attacked", &["pause", "2", "frozen", "7d"]);
    type Edit = fn(&mut Json);
    let edits: [(Edit, &str); 5] = [
        (
            |json| json["meta"]["description"] = "1. Freezes group 2 for 1 day.".into(),
            "- The description in the file is not the one above.",
        ),
        (
            |json| json["transactions"][0]["value"] = "7".into(),
            "- Transaction 1 sends 7 wei.",
        ),
        (
            |json| json["transactions"][0]["to"] = SAFE.into(),
            "- Transaction 1 calls the Safe itself.",
        ),
        (
            |json| {
                let call = &mut json["transactions"][0];
                call["contractMethod"] = Json::Null;
                call["contractInputsValues"] = Json::Null;
                call["data"] = "0xdeadbeef00".into();
            },
            "1. UNKNOWN CALL, nothing says what it does. Its data: 0xdeadbeef00\n",
        ),
        (
            |json| {
                let mut other = json["transactions"][0].clone();
                other["to"] = A.into();
                json["transactions"].as_array_mut().unwrap().push(other);
            },
            "- Transaction 2 calls another contract than the first.",
        ),
    ];
    for (edit, line) in edits {
        let output = run(&["describe", &edited("attack", &batch, edit)]);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains(line) && text.contains("LOOK AT THIS BEFORE ANYONE SIGNS:"),
            "{text}"
        );
    }
}

#[test]
fn unknown_calls_are_said_to_be_unknown() {
    for (data, line) in [
        ("0x", "UNKNOWN CALL, nothing says what it does. Its data: 0x\n"),
        ("0xdead", "Its data: 0xdead\n"),
        ("0xdeadbeef01", "Its data: 0xdeadbeef01\n"),
    ] {
        let output = run(&["describe", data]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stdout).unwrap().contains(line));
    }
    let decide = written("decide", &["decide", A, "frozen", "7d", "--kind", "treasury"]);
    let output = run(&["describe", decide["transactions"][0]["data"].as_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("(--kind treasury knows it). Its data: 0x"),
        "{text}"
    );
    refused(
        &run(&["describe", "0xabc"]),
        "an even number of hexadecimal digits",
    );
}

#[test]
fn the_documentation_shows_what_the_command_prints() {
    let page = include_str!("../../../docs/SAFE.md");
    let printed = told(&run(&[
        "write",
        "pause",
        "2",
        "frozen",
        "7d",
        "--chain-id",
        "42161",
        "--safe",
        "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
        "--contract",
        "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
        "--out",
        support::path("documentation").to_str().unwrap(),
    ]));
    let excerpt = page
        .split("```text\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert_eq!(excerpt, printed);
}

const COUNCIL: &str = "0x3333333333333333333333333333333333333333";

/// The options of an approval, with the arguments before them.
fn action<'a>(how: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    let mut all = arguments.to_vec();
    all.extend([how, "--council", COUNCIL, "--nonce", "7", "--epoch", "3"]);
    all.extend(["--valid-after", "1700000000", "--valid-before", "1700086400"]);
    all
}

#[test]
fn a_member_of_a_council_approves_an_act_and_takes_the_approval_back() {
    for (how, sentence) in [
        ("--approve", "Approves as a member that the council carries out"),
        ("--revoke", "Takes back the approval that the council carries out"),
    ] {
        let lift = written("plain-lift", &["lift", "2"]);
        let batch = written("approved-lift", &action(how, &["lift", "2"]));
        let call = &batch["transactions"][0];
        assert_eq!(call["to"], COUNCIL);
        assert_eq!(call["contractInputsValues"]["target"], CONTRACT);
        assert_eq!(
            call["contractInputsValues"]["call"],
            lift["transactions"][0]["data"]
        );
        let values = ["value", "nonce", "epoch", "validAfter", "validBefore"];
        let values = values.map(|name| call["contractInputsValues"][name].as_str().unwrap().to_owned());
        assert_eq!(values, ["0", "7", "3", "1700000000", "1700086400"]);
        assert_eq!(
            batch["meta"]["name"],
            format!("Portcullis hub: {} lift", how.trim_start_matches('-'))
        );
        let (text, _) = write("approved-again", &action(how, &["lift", "2"]));
        let whole =
            format!("\n\n1. {sentence} a call of {CONTRACT} with 0 wei: [LOOSENS: ends the pause of group 2");
        assert!(text.contains(&whole), "{text}");
    }
    // What waits is scheduled by the council, which two of its members approve.
    let scheduled = written(
        "approved-schedule",
        &action("--approve", &["--schedule", "set-delay", "1d"]),
    );
    let plain = written("plain-schedule", &["--schedule", "set-delay", "1d"]);
    let call = &scheduled["transactions"][0]["contractInputsValues"]["call"];
    assert_eq!(*call, plain["transactions"][0]["data"]);
}

#[test]
fn what_a_council_does_to_itself_is_written_as_what_its_members_approve() {
    let members = format!("{A},{B}");
    let of_itself = |how: &[&str]| {
        let mut all = vec![
            "write",
            "set-members",
            &members,
            "2",
            "--chain-id",
            "42161",
            "--safe",
            SAFE,
        ];
        all.extend(how);
        run(&all)
    };
    let file = of_itself(&action("--approve", &["--contract", COUNCIL]));
    let json: Json = serde_json::from_str(&told(&file)).unwrap();
    assert_eq!(json["transactions"][0]["to"], COUNCIL);
    assert_eq!(json["transactions"][0]["contractInputsValues"]["target"], COUNCIL);
    assert!(stderr(&file).contains("[REPLACES THE COUNCIL: 2 of these 2 members decide from then on: 0x1111"));
    refused(
        &of_itself(&["--contract", COUNCIL]),
        "only a council calls 'set-members', and only on itself: write it with --approve",
    );
    refused(
        &of_itself(&action("--approve", &["--contract", CONTRACT])),
        "--contract and --council have to be one address",
    );
    for (members, threshold, sentence) in [
        (format!("{B},{A}"), "1", "member 2 is not above the one before it"),
        (format!("{A},{A}"), "1", "member 2 is not above the one before it"),
        (
            format!("{ETH},{A}"),
            "1",
            "member 1 is not above the one before it",
        ),
        (A.to_owned(), "2", "2 of 1 members cannot decide: from 1 up to 1"),
        (A.to_owned(), "0", "0 of 1 members cannot decide"),
        (
            vec![A; 33].join(","),
            "1",
            "a council of 33 is out of bounds: from 1 up to 32",
        ),
    ] {
        let arguments = action("--approve", &["set-members", &members, threshold]);
        refused(&support::write_run("members", &arguments), sentence);
    }
}

#[test]
fn a_council_names_its_emergency_committee_by_an_action_on_itself() {
    let members = format!("{A},{B}");
    let name = |members: &str, threshold: &str| {
        let act = ["name-committee", members, threshold, "1767225600"];
        let mut arguments = action("--approve", &act);
        arguments.extend(["--contract", COUNCIL]);
        let mut all = vec!["write", "--chain-id", "42161", "--safe", SAFE];
        all.extend(arguments);
        run(&all)
    };
    let file = name(&members, "2");
    told(&file);
    let said = stderr(&file);
    assert!(
        said.contains("[Names the emergency committee, in place of the one before: 2 of these 2 members pause once in the council's name, until 2026-01-01 00:00:00 UTC at the latest: 0x1111"),
        "{said}"
    );
    refused(&name(&members, "3"), "3 of 2 members cannot decide");
}

#[test]
fn an_approval_that_can_never_be_used_is_refused() {
    let with = |after: &str, before: &str| {
        let mut arguments = action("--approve", &["lift", "2"]);
        let end = arguments.len();
        arguments[end - 3] = after;
        arguments[end - 1] = before;
        support::write_run("never", &arguments.to_vec())
    };
    refused(&with("1700086400", "1700000000"), "it ends before it begins");
    refused(
        &with("1700000000", "1702592001"),
        "it holds for more than 30 days",
    );
    told(&with("1700000000", "1702592000"));
    told(&with("1700000000", "1700000000"));
    let incomplete = support::write_run("incomplete", &["lift", "2", "--approve", "--council", COUNCIL]);
    assert_eq!(incomplete.status.code(), Some(2));
    refused(
        &support::write_run("neither", &["lift", "2", "--council", COUNCIL]),
        "a council is given, and neither --approve nor --revoke",
    );
    let itself = action("--approve", &["lift", "2", "--council", SAFE]);
    assert_eq!(support::write_run("itself", &itself).status.code(), Some(2));
}
