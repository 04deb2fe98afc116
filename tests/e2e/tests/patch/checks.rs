//! What has to hold over a switch, each kind at its bounds, and of parameters that belong together.

use super::world::*;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::patch::{check, IPatchManager, Rule};
use e2e::proxy::IBank;

/// A bank whose price and marker are these, and a version that moves both.
struct Moved {
    world: World,
    four: alloy_primitives::Address,
}

impl Moved {
    fn from(kind: Kind, price: u64, marker: u64) -> Self {
        let mut world = World::new();
        let (user, proxy) = (world.people.user, world.proxy);
        let (price_, value) = (U256::from(price), U256::from(marker).into());
        let slot = B256::ZERO;
        succeeded(
            &world
                .chain
                .submit(user, proxy, &IBank::setPriceCall { price_ })
                .unwrap(),
        );
        succeeded(
            &world
                .chain
                .submit(user, proxy, &IBank::overwriteCall { slot, value })
                .unwrap(),
        );
        let four = world.four(kind);
        Self { world, four }
    }

    /// The patch that makes them these, under these rules: of the price, and behind it of the marker.
    fn to(&self, price: u64, marker: u64, rules: &[Rule]) -> Whole {
        let init = IBank::initializeParametersCall {
            price_: U256::from(price),
            marker_: U256::from(marker),
        };
        let calls = [
            IBank::priceCall {}.abi_encode(),
            IBank::markerCall {}.abi_encode(),
        ];
        let checks: Vec<_> = rules
            .iter()
            .zip(calls.iter().cycle())
            .flat_map(|(rule, call)| check(*rule, self.world.proxy, call))
            .collect();
        self.world.patch(self.four, init.abi_encode(), checks)
    }

    /// That this passes, or that the last of the rules refuses it.
    #[track_caller]
    fn hold(&self, price: u64, marker: u64, rules: &[Rule], holds: bool) {
        let patch = self.to(price, marker, rules);
        let count = rules.len() as u64;
        if holds {
            return self.world.passes(&patch, count);
        }
        let failed = called::<IPatchManager::CheckFailed>(&self.world.canary(&patch));
        let failed = failed.unwrap_or_else(|| panic!("{:?}", self.world.canary(&patch)));
        let current = if count % 2 == 1 { price } else { marker };
        assert_eq!(
            (failed.index, failed.current),
            (count - 1, U256::from(current).into())
        );
    }
}

fn u(number: u64) -> U256 {
    U256::from(number)
}

#[test]
fn an_answer_alone_is_something_this_between_or_what_it_was() {
    for kind in Kind::BOTH {
        let moved = Moved::from(kind, 12_399, 7);
        let (nonzero, equals) = (Rule::NonZero, Rule::Equals(u(5)));
        let within = Rule::Within(u(500), u(600));
        // 1% of 12,399 is 123.99, rounded down.
        let unchanged = Rule::Unchanged(100);
        for (rule, price, holds) in [
            (nonzero, 0, false),
            (nonzero, 1, true),
            (equals, 4, false),
            (equals, 5, true),
            (equals, 6, false),
            (within, 499, false),
            (within, 500, true),
            (within, 600, true),
            (within, 601, false),
            (unchanged, 12_399 - 124, false),
            (unchanged, 12_399 - 123, true),
            (unchanged, 12_399 + 123, true),
            (unchanged, 12_399 + 124, false),
        ] {
            moved.hold(price, 7, &[rule], holds);
        }
    }
}

#[test]
fn answers_that_belong_together_keep_their_ratio_their_line_and_their_gap() {
    for kind in Kind::BOTH {
        let price = Rule::Succeeds;
        // 2 to 1, from 1.98 to 2.02.
        let ratio = Moved::from(kind, 2_000, 1_000);
        for (a, b, holds) in [
            (1_979, 1_000, false),
            (1_980, 1_000, true),
            (2_020, 1_000, true),
            (2_021, 1_000, false),
            (2_000_000, 1_000_000, true),
        ] {
            ratio.hold(a, b, &[price, Rule::Ratio(100)], holds);
        }
        // Three in each two, 1% of 1,099 is ten; five on is 7.5, and five back.
        let line = Moved::from(kind, 1_099, 100);
        for (a, b, holds) in [
            (1_096, 105, false),
            (1_097, 105, true),
            (1_116, 105, true),
            (1_117, 105, false),
            (1_081, 95, false),
            (1_082, 95, true),
            (1_101, 95, true),
            (1_102, 95, false),
        ] {
            line.hold(a, b, &[price, Rule::Line(u(3), u(2), 100)], holds);
        }
        // Whatever it was before.
        for (a, b, holds) in [(800, 850, true), (801, 850, false), (850, 800, false)] {
            line.hold(a, b, &[price, Rule::Below(u(50))], holds);
        }
        // Of three, the last goes with the one in front of it: the marker is below the price.
        let apart = [price, Rule::Succeeds, Rule::Below(u(1_000))];
        line.hold(1_100, 100, &apart, true);
        line.hold(1_099, 100, &apart, false);
    }
}

/// Aave's CAPO, 2026: a ratio of 1.2 that may grow by 10% a year was anchored anew sixty days later, the time by all of them and the ratio by a quarter of what it had grown. Each alone is a step that is
/// allowed; together they put the cap below the market.
#[test]
fn capo_each_parameter_within_its_bound_and_both_together_not() {
    const DAY_SECS: u64 = 86_400;
    let (ratio, grows) = (1_200_000_000_000_000_000_u64, 120_000_000_000_000_000_u64);
    let before = 1_700_000_000;
    let after = before + 60 * DAY_SECS;
    let grown = ratio + grows / 365 * 60;
    let quarter = ratio + (grown - ratio) / 4;
    // The ratio by 3% at most; the time forward, and by sixty days at most.
    let alone = [Rule::Unchanged(300), Rule::Within(u(before), u(after))];
    let line = Rule::Line(u(grows), u(365 * DAY_SECS), 50);
    let together = [alone[0], alone[1], Rule::Succeeds, line];
    for kind in Kind::BOTH {
        let mut capo = Moved::from(kind, ratio, before);
        capo.hold(grown, after, &together, true);
        capo.hold(quarter, after, &alone, true);
        capo.hold(quarter, after, &together, false);
        // The ratio by all of it, the time by nothing: too high.
        capo.hold(grown, before, &alone, true);
        capo.hold(grown, before, &together, false);
        let patch = capo.to(quarter, after, &together);
        let refused = IPatchManager::CheckFailed {
            index: 3,
            before: u(before).into(),
            current: u(after).into(),
        };
        or_skip!(capo.world.refuses(&patch, &refused));
    }
}

#[test]
fn checks_that_are_none_or_too_many_are_refused_before_anything_runs() {
    let mut world = World::new();
    let four = world.four(Kind::Evm);
    let init = IBank::initializeThreeCall {
        root: B256::repeat_byte(1),
        mutes: false,
    };
    let price = check(Rule::NonZero, world.proxy, &IBank::priceCall {}.abi_encode());
    let most = price.repeat(32);
    world.passes(&world.patch(four, init.abi_encode(), most.clone()), 32);
    let alone = check(Rule::Below(u(1)), world.proxy, &IBank::priceCall {}.abi_encode());
    let open = check(Rule::Within(u(0), U256::MAX), world.proxy, &[]);
    for (checks, index) in [
        ([&most[..], &price].concat(), 32),
        (alone, 0),
        (open, 0),
        (price[..price.len() - 1].to_vec(), 0),
        ([&price[..], &[0]].concat(), 1),
    ] {
        let patch = world.patch(four, init.abi_encode(), checks);
        or_skip!(world.refuses(&patch, &IPatchManager::MalformedCheck { index }));
    }
    // Nor is anybody asked who is not there.
    let account = alloy_primitives::Address::repeat_byte(0x42);
    let nobody = check(Rule::Succeeds, account, &[]);
    let patch = world.patch(four, init.abi_encode(), nobody);
    or_skip!(world.refuses(&patch, &IPatchManager::NoCode { account }));
}
