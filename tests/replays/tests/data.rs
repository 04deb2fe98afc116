//! Every file of the schema `incident-2` is read and checked, and a file that is damaged is refused with a sentence.

use incident_replays::incident::{directory, Incident, IDS};

#[test]
fn every_file_is_read_and_none_is_left_out() {
    let mut there: Vec<String> = std::fs::read_dir(directory())
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let is_json = path.extension().is_some_and(|extension| extension == "json");
            let of_schema = is_json && std::fs::read_to_string(&path).unwrap().contains("\"incident-2\"");
            of_schema.then(|| path.file_stem().unwrap().to_str().unwrap().to_owned())
        })
        .collect();
    there.sort();
    let mut known = IDS.map(str::to_owned);
    known.sort();
    assert_eq!(there, known);
    for id in IDS {
        Incident::read(id).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn how_sure_the_figures_are_is_what_the_readme_says() {
    let readme = std::fs::read_to_string(directory().join("README.md")).unwrap();
    let (mut verified, mut others) = (0, 0);
    for id in IDS {
        let incident = Incident::read(id).unwrap();
        for figure in incident_replays::check::figures_of(&incident) {
            *if figure.verified {
                &mut verified
            } else {
                &mut others
            } += 1;
        }
    }
    let said = format!("{verified} figures of the seventeen are verified and the rest, {others}, are not");
    assert!(readme.contains(&said), "{said}");
}

/// What a file of Euler's is refused with when one text in it is replaced by another.
fn refused(from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(directory().join("euler-2023-03.json")).unwrap();
    assert!(text.contains(from), "{from}");
    Incident::parse(&text.replacen(from, to, 1)).expect_err("it is damaged")
}

#[test]
fn what_is_damaged_is_refused_with_a_sentence() {
    for (from, to, reason) in [
        ("incident-2", "incident-3", "only incident-2 is known"),
        (
            "\"n\": 3,",
            "\"n\": 4,",
            "step 4: it stands at place 3: steps count from one",
        ),
        (
            "\"tx\": \"dai\"",
            "\"tx\": \"usdc\"",
            "step 1: there is no transaction usdc",
        ),
        (
            "\"asset\": \"DAI\",\n      \"unit\"",
            "\"asset\": \"DAY\",\n      \"unit\"",
            "there is no asset DAY",
        ),
        (
            "\"sources\": [\"trace\"]",
            "\"sources\": [\"tracks\"]",
            "time_utc: there is no source tracks",
        ),
        (
            "\"unit\": \"base\"",
            "\"unit\": \"pounds\"",
            "unknown variant `pounds`",
        ),
        (
            "\"action\": \"donate\"",
            "\"action\": \"give\"",
            "unknown variant `give`",
        ),
        (
            "\"secs\": 0,",
            "\"secs\": 0, \"inside\": 1,",
            "step 1: it is inside a step that is not another one",
        ),
        ("\"fault\"", "\"faults\"", "unknown field `faults`"),
        (
            "\"value\": \"16817996\"",
            "\"value\": \"16,817,996\"",
            "block: \"16,817,996\" is no number",
        ),
        (
            "\"act\": [\"account_health\"",
            "\"act\": [\"account_wealth\"",
            "unknown variant `account_wealth`",
        ),
        (
            "market.borrows",
            "market.cash",
            "a state's name and asset is there twice",
        ),
    ] {
        let found = refused(from, to);
        assert!(found.contains(reason), "{found}\ninstead of\n{reason}");
    }
}

#[test]
fn a_lookup_that_finds_nothing_names_the_file() {
    let euler = Incident::read("euler-2023-03").unwrap();
    let error = euler.state("market.gold", Some("DAI")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tests/incidents/euler-2023-03.json: a replay needs the state market.gold of Some(\"DAI\"), which it does not have"
    );
    let step = euler.step(1).unwrap();
    assert!(euler.received(step).is_err() && euler.arg(step, "fee").is_err() && euler.step(0).is_err());
    assert_eq!(
        euler.amount(step).unwrap().to_string(),
        "30000000000000000000000000"
    );
}
