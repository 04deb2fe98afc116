//! Two hundred calls of anything, against what they add up to.

use crate::world::*;
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use e2e::dice::Dice;
use e2e::market::IMarket;
use e2e::or_skip;
use e2e::tokens::IToken;

#[test]
fn whatever_is_called_no_invariant_breaks_and_all_of_it_works_again() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    let (loan, collateral) = (world.loan, world.collateral);
    let mut dice = Dice(0x6d61_726b_6574);
    // Both have something of both.
    for (from, to, token) in [(attacker, user, collateral), (user, attacker, loan)] {
        let half = IToken::transferCall {
            to,
            value: u(5_000_000),
        };
        world.chain.must(from, token, &half, "a transfer").unwrap();
    }
    let mut price = 2 * ONE;
    let mut happened = [0u32; 8];
    for step in 0..250 {
        let (who, other) = if dice.roll(2) == 0 {
            (user, attacker)
        } else {
            (attacker, user)
        };
        let amount = [1, 999, 54_321, 700_000, 1_500_000][dice.roll(5) as usize] + dice.roll(1_000);
        let what = dice.roll(9) as usize;
        let debt_before = world.debt(who);
        let receipt = match what {
            0 => world.send(who, &IMarket::supplyCall { amount: u(amount) }),
            1 => world.send(
                who,
                &IMarket::withdrawCall {
                    shares: u(amount * 999),
                },
            ),
            2 => world.pledge(who, amount),
            3 => world.unpledge(who, amount),
            4 | 5 => world.borrow(who, amount),
            6 => world.repay(who, u(amount)),
            7 => world.liquidate(who, other, amount),
            _ => {
                or_skip!(world.chain.advance_time(dice.roll(DAY / 4)));
                // By a few per cent at a time.
                price = price * u128::from(96 + dice.roll(8)) / 100;
                price = price.clamp(ONE, 4 * ONE);
                world.prices(price);
                continue;
            }
        };
        assert!(
            events::<IMarket::ViolationLatched>(&receipt, market).is_empty(),
            "{step}: {receipt:?}"
        );
        for broken in [
            IMarket::Insolvent::SELECTOR,
            IMarket::ShareFell::SELECTOR,
            IMarket::AccountUnhealthy::SELECTOR,
        ] {
            assert!(
                receipt.is_success() || !receipt.output.starts_with(&broken),
                "{step}: {receipt:?}"
            );
        }
        if receipt.is_success() {
            happened[what] += 1;
        }
        // The model: the parts are the whole, and all of it is there.
        let (one, two) = (world.position(user), world.position(attacker));
        let (supplied, borrowed) = world.totals();
        assert_eq!(
            u(world.held(collateral, market)),
            one.collateral + two.collateral,
            "{step}"
        );
        assert!(u(world.held(loan, market)) >= u(supplied - borrowed), "{step}");
        assert!(one.supplied + two.supplied <= u(supplied), "{step}");
        let owed: u64 = (one.debt + two.debt).to();
        assert!(
            owed <= borrowed + 2 && owed + 2 >= borrowed,
            "{step}: {owed} of {borrowed}"
        );
        if receipt.is_success() && (what == 4 || what == 5) {
            assert!(world.debt(who) >= debt_before + amount, "{step}");
        }
    }
    assert!(
        happened
            .iter()
            .enumerate()
            .all(|(what, times)| what == 7 || *times > 2),
        "{happened:?}"
    );
    assert_eq!(world.violations(), 0);
    // After a while, and at a price that the reference has come to, every method works again.
    or_skip!(world.chain.advance_time(DAY));
    world.prices(price);
    for account in [user, attacker] {
        world.repay(account, U256::MAX);
    }
    let before = world.debt(attacker);
    assert_eq!(before, 0);
    for _ in 0..20 {
        or_skip!(world.chain.advance_time(DAY));
        world.prices(price);
        world.borrow(attacker, 1);
    }
    world.must(user, &IMarket::supplyCall { amount: u(1_000) });
    world.must(user, &IMarket::withdrawCall { shares: u(500_000) });
    assert!(world.pledge(attacker, 1_000).is_success());
    assert_happened(&world.borrow(attacker, 500), market);
    assert_happened(&world.unpledge(attacker, 1), market);
    assert!(world.repay(attacker, U256::MAX).is_success());
}
