//! Every state that pauses, those who may set them, and what waits reach together, in small settings.
//!
//! A model checker applies every action of everyone to every state until nothing new comes up, and asks of each what this library promises. What holds
//! here holds for sequences of any length. The transitions are the library's own; the model adds who acts, a clock, and ghosts: what an observer
//! with a watch and a notebook knows, by which it judges the words.
//!
//! Time goes by in weeks, so that all times of the rules, the longest one included, are a few steps: a state is its words as seen from now, and two
//! moments that differ only in what time it is are one. Whoever acts may act any number of times in a week, or never, and whoever is silent may have lost
//! their key: so "a thief with the governor's key, and nobody notices" is the model in which only the governor acts.
//!
//! `each_rule_that_is_taken_away_is_noticed` takes the rules away one by one, and sees that a property fails.

mod power;

use portcullis_core::guardian::{Config, Terms};
use power::{Actors, Power, Rule, WEEK};
use stateright::{Checker, HasDiscoveries, Model};

/// Guardians hold the group for at most two weeks of four, a week at a time.
const TIGHT: Config = Config {
    heartbeat_secs: 2 * WEEK,
    pause_secs: WEEK,
    cool_down_secs: WEEK,
    budget_secs: 2 * WEEK,
    period_secs: 4 * WEEK,
    council_secs: 2 * WEEK,
};

/// At most four of nine, up to two weeks at a time.
const WIDE: Config = Config {
    pause_secs: 2 * WEEK,
    budget_secs: 4 * WEEK,
    period_secs: 9 * WEEK,
    ..TIGHT
};

/// At most two weeks of six, and what that may be loosened to: three.
const STRICT: Config = Config {
    period_secs: 6 * WEEK,
    ..TIGHT
};
const LOOSE: Config = Config {
    budget_secs: 3 * WEEK,
    ..STRICT
};

fn terms(config: Config) -> Terms {
    Terms::new(config).unwrap()
}

fn model(config: Config, actors: Actors) -> Power {
    Power {
        terms: [terms(config), terms(config)],
        actors,
        timelock: false,
        without: None,
    }
}

/// Visits everything, and says how much that was.
fn explore(name: &str, model: Power) -> usize {
    let checked = model.checker().spawn_bfs().join();
    checked.assert_properties();
    println!("{name}: {} states", checked.unique_state_count());
    checked.unique_state_count()
}

#[test]
fn whoever_acts_with_whomever_the_promises_hold() {
    explore("everyone", model(TIGHT, Actors::EVERYONE));
    let states = explore("everyone, for longer", model(WIDE, Actors::EVERYONE));
    assert!(
        states > 100_000,
        "the search is worth something only if it went everywhere"
    );
}

#[test]
fn a_thief_with_any_key_but_the_councils_stays_within_the_budget() {
    for config in [TIGHT, WIDE] {
        explore("guardian", model(config, Actors::GUARDIAN));
        explore("fallback", model(config, Actors::FALLBACK));
        // With the governor's key, whoever it names is the thief too: so this is all three keys as well.
        let states = explore("governor", model(config, Actors::GOVERNOR));
        assert!(states > 200);
    }
}

#[test]
fn the_councils_decisions_end_each() {
    explore("council", model(TIGHT, Actors::COUNCIL));
}

#[test]
fn what_loosens_waits_in_every_interleaving() {
    let model = Power {
        terms: [terms(STRICT), terms(LOOSE)],
        actors: Actors::GOVERNOR,
        timelock: true,
        without: None,
    };
    let states = explore("timelock", model);
    assert!(states > 10_000);
}

#[test]
fn each_rule_that_is_taken_away_is_noticed() {
    for (rule, property) in Rule::ALL {
        let timelock = matches!(rule, Rule::Delay | Rule::ShorterDelay);
        let configs = if timelock { [STRICT, LOOSE] } else { [WIDE; 2] };
        let model = Power {
            terms: configs.map(terms),
            actors: Actors::EVERYONE,
            timelock,
            without: Some(rule),
        };
        let checked = model
            .checker()
            .finish_when(HasDiscoveries::AnyFailures)
            .spawn_bfs()
            .join();
        let found: Vec<_> = checked.discoveries().into_keys().collect();
        assert!(found.contains(&property), "without {rule:?}: {found:?}");
    }
}
