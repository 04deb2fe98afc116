//! What is taken from a chain, and what is not.

use super::lab::*;
use super::world::succeeded;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::tokens::{Fixture, IBatch};
use impact::operations::Operations;
use impact::record::{record, Wanted};

#[test]
fn transactions_to_the_contract_are_recorded_as_they_were_sent() {
    let lab = or_skip!(Lab::new());
    let recorded = record(&lab.endpoint(None), &lab.wanted()).unwrap();
    assert_eq!(recorded.from_within, 0);
    let all = recorded.operations.all;
    assert_eq!(recorded.operations.chain_id, lab.world.chain.id());
    let told: Vec<_> = all
        .iter()
        .map(|operation| (operation.from, operation.value.to::<u64>(), &operation.data[..4]))
        .collect();
    assert_eq!(
        told,
        [
            (lab.bob, 500, &IPool::depositCall::SELECTOR[..]),
            (lab.alice, 0, &IPool::borrowCall::SELECTOR[..]),
            (lab.bob, 0, &IPool::withdrawCall::SELECTOR[..]),
            (lab.alice, 40, &IPool::repayCall::SELECTOR[..]),
            (lab.carol, 10, &IPool::depositCall::SELECTOR[..]),
        ]
    );
    assert!(all
        .iter()
        .all(|operation| operation.to == lab.world.proxy && operation.hash.is_some()));
    let apart: Vec<_> = all.windows(2).map(|pair| pair[1].time - pair[0].time).collect();
    assert!(apart.iter().all(|secs| *secs >= STEP), "{apart:?}");
    let file = lab.operations.file(Some(&lab.wanted().source()));
    assert_eq!(Operations::read(&file).unwrap(), lab.operations);
}

#[test]
fn what_reaches_it_through_others_is_recorded_when_it_says_something_and_replayed_the_same_way() {
    let mut lab = or_skip!(Lab::new());
    let batch = lab.world.create(Fixture::Batch, vec![]);
    let (proxy, alice) = (lab.world.proxy, lab.alice);
    let call = |data: Vec<u8>, value: u64| IBatch::Call {
        to: proxy,
        value: U256::from(value),
        data: data.into(),
        mayFail: false,
    };
    let mut run = |calls: Vec<IBatch::Call>, value: u64| {
        let data = IBatch::runCall { calls }.abi_encode();
        let receipt = lab
            .world
            .chain
            .transact(alice, batch, data, U256::from(value))
            .unwrap();
        succeeded(&receipt);
        receipt.block_number
    };
    // Without an event of the pool, and with one.
    let quiet = run(vec![call(IPool::depositCall {}.abi_encode(), 50)], 50);
    let shares = U256::from(1);
    let heard = run(vec![call(IPool::withdrawCall { shares }.abi_encode(), 0)], 0);
    let wanted = |contracts: Vec<Address>, events_only| Wanted {
        contracts,
        from_block: quiet,
        to_block: heard,
        events_only,
    };
    for events_only in [false, true] {
        let recorded = record(&lab.endpoint(None), &wanted(vec![proxy], events_only)).unwrap();
        assert_eq!(recorded.from_within, 1);
        assert_eq!(recorded.operations.all.len(), 1);
        assert_eq!(recorded.operations.all[0].to, batch);
    }
    // Who knows the way names what stands in it.
    let both = record(&lab.endpoint(None), &wanted(vec![proxy, batch], false)).unwrap();
    assert_eq!((both.operations.all.len(), both.from_within), (2, 0));
    lab.operations = both.operations;
    lab.before = quiet - 1;
    let scenario = lab.scenario(|file| file["users"] = serde_json::json!([batch]));
    let (impact, report) = lab.impact(Version::RoundsUp, &scenario);
    assert!(impact
        .operations
        .iter()
        .all(|compared| compared.old.refused.is_none()));
    assert_eq!(gaps(&scenario, &impact, "shares", batch), [0, 1, 1, 1]);
    assert_eq!(report.breaches, [""; 0]);
    // Only with events: what came directly and said nothing is left out.
    let whole = Wanted {
        events_only: true,
        ..lab_wanted(&lab)
    };
    let told = record(&lab.endpoint(None), &whole).unwrap();
    assert!(told
        .operations
        .all
        .iter()
        .all(|operation| operation.data[..4] == IPool::withdrawCall::SELECTOR));
    assert_eq!(told.operations.all.len(), 1);
}

fn lab_wanted(lab: &Lab) -> Wanted {
    let first = lab.last - 4;
    Wanted {
        contracts: vec![lab.world.proxy],
        from_block: first,
        to_block: lab.last,
        events_only: false,
    }
}

#[test]
fn stretches_that_are_none_are_refused() {
    let lab = or_skip!(Lab::new());
    let endpoint = lab.endpoint(None);
    let wanted = |contracts: Vec<Address>, from_block, to_block| Wanted {
        contracts,
        from_block,
        to_block,
        events_only: false,
    };
    let proxy = vec![lab.world.proxy];
    for (wanted, why) in [
        (wanted(vec![], 1, 2), "name it with --to"),
        (wanted(proxy.clone(), 3, 2), "block 3 is after block 2"),
        (wanted(proxy, 1, 1 << 40), "the chain ends with block"),
    ] {
        let told = record(&endpoint, &wanted).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
}
