//! What an attacker tries: against a protocol that asks an invariant, and against the invariant.

use super::{tests::*, *};
use crate::{
    asset::NotAToken,
    fixture::{logs, now, u, ALICE, HOUR, OTHER, START, TOKEN},
};
use alloy_primitives::{Address, B256, U256};
use core::cell::Cell;
use numbers::{
    change::{Bounds, Change},
    health::Factor,
    pool::Weights,
    price::{Rounding, Step},
    rate::RateBounds,
    stable::Amplification,
    supply::Declared,
    value::{Rounding as ValueRounding, Tolerance},
};

const ETH: Address = Address::ZERO;

fn gone(token: Address) -> BalanceChange {
    balance_change(token, THIS, Bounds::fall_at_most(u(0)))
}

#[test]
fn starving_the_read_switches_nothing_off_and_is_no_breach() {
    let chain = chain();
    for (gas_left, is_starved) in [(1_000, true), (1_001, false), (0, true)] {
        chain.test.set_gas_left(64_000);
        chain.dies(ORACLE, gas_left);
        let expected = if is_starved {
            refused(Starved {
                gas_before: 64_000,
                gas_left,
            })
        } else {
            unevaluated(NotAToken { asset: ORACLE })
        };
        assert_eq!(chain.over(gone(ORACLE), || {}), expected, "{gas_left}");
        chain.test.set_gas_left(64_000);
        assert_eq!(
            chain.over(fail_open(1, 0, gone(ORACLE)), || {}).is_err(),
            is_starved
        );
        chain.test.set_gas_left(64_000);
        let closed = chain.over(fail_closed(gone(ORACLE)), || {}).unwrap_err();
        assert!(matches!(closed, Unmet::Refused(error) if error.is::<Starved>() == is_starved));
    }
}

#[test]
fn starving_a_read_one_call_deeper_is_refused_by_the_floor_of_gas() {
    let chain = chain();
    // The oracle's own oracle ran out, and the oracle reverts with the 64th that it kept: nearly two of the caller's are left.
    let (gas, left) = (64_000, 1_000 + 63_000 / 64);
    chain.dies(ORACLE, left);
    let open = |least_gas| {
        chain.test.set_gas_left(gas);
        chain.over(fail_open(1, least_gas, gone(ORACLE)), || {})
    };
    assert_eq!(open(0), Ok(()), "not seen by what is left");
    assert_eq!(
        open(64_001),
        refused(Starved {
            gas_before: 64_000,
            gas_left: left
        })
    );
    assert_eq!(open(64_000), Ok(()), "the floor is included");
    assert_eq!(logs(&chain.test).len(), 2);
    // At the exit too.
    let chain = super::tests::chain();
    chain.test.set_gas_left(gas);
    let starved = chain.over(fail_open(1, 64_000, gone(TOKEN)), || {
        chain.test.set_gas_left(gas - 1);
        chain.dies(TOKEN, left);
    });
    assert_eq!(
        starved,
        refused(Starved {
            gas_before: gas - 1,
            gas_left: left
        })
    );
}

#[test]
fn the_calls_value_makes_no_room_to_take_as_much_out() {
    let chain = chain();
    // 100 held, 10 sent with the call; at most 5 may leave.
    chain.test.set_value(u(10));
    let bounded = || balance_change(ETH, THIS, Bounds::fall_at_most(u(5)));
    let takes = |out: u64| {
        chain.hold(ETH, 110);
        chain.over(bounded(), || chain.hold(ETH, 110 - out))
    };
    assert_eq!(takes(15), Ok(()), "the 10 that came with the call, and 5");
    assert_eq!(
        takes(16),
        broken(BalanceOutOfBounds {
            asset: ETH,
            holder: chain.this(),
            before: u(100),
            balance: u(94),
            lowest: u(95),
            highest: U256::MAX
        })
    );
}

#[test]
fn a_payable_batch_is_one_transition_or_its_value_is_subtracted_twice() {
    let chain = chain();
    chain.test.set_value(u(10));
    let bounded = || balance_change(ETH, THIS, Bounds::fall_at_most(u(5)));
    let two_parts = || {
        chain.hold(ETH, 95);
        // Around the second part alone, 10 more than it may.
        let inner = bounded();
        let before = inner.before(&chain.vm);
        chain.hold(ETH, 80);
        assert_eq!(inner.after(&chain.vm, before.unwrap()), Ok(()));
    };
    chain.hold(ETH, 110);
    assert!(
        chain.over(bounded(), two_parts).is_err(),
        "around the batch it is seen"
    );
}

#[test]
fn a_fee_on_transfer_shows_in_what_arrived() {
    let chain = chain();
    // 100 are to come in, and a token that keeps 1 of them says that they did.
    let credited = balance_change(TOKEN, THIS, Bounds::exactly(Change::Rise(u(100))));
    let arrived = chain.over(credited, || chain.hold(TOKEN, 99));
    assert_eq!(
        arrived,
        broken(BalanceOutOfBounds {
            asset: TOKEN,
            holder: chain.this(),
            before: u(0),
            balance: u(99),
            lowest: u(100),
            highest: u(100)
        })
    );
}

#[test]
fn a_rebase_within_a_transition_is_its_loss_and_one_between_two_is_not() {
    let chain = chain();
    chain.hold(TOKEN, 100);
    let rebased = || chain.hold(TOKEN, 50);
    assert!(chain.over(gone(TOKEN), rebased).is_err());
    assert_eq!(chain.over(gone(TOKEN), || {}), Ok(()));
    // What is owed shows it, whenever it was.
    assert!(chain.over(covered(TOKEN, |_| Ok(u(100))), || {}).is_err());
}

#[test]
fn a_token_that_lies_hides_only_itself() {
    let chain = chain();
    chain.says(TOKEN, u(1_000_000));
    chain.hold(OTHER, 10);
    let both = (gone(TOKEN), gone(OTHER));
    let robbed = chain.over(both, || chain.hold(OTHER, 9));
    assert!(matches!(robbed, Err(Unmet::Broken(error)) if error.is::<BalanceOutOfBounds>()));
}

#[test]
fn a_breach_that_is_healed_before_the_exit_is_none() {
    let chain = chain();
    chain.hold(TOKEN, 100);
    let healed = || {
        chain.hold(TOKEN, 0);
        chain.hold(TOKEN, 100);
    };
    assert_eq!(chain.over(gone(TOKEN), healed), Ok(()));
}

#[test]
fn bybits_delegatecall_into_slot_zero_is_seen() {
    let chain = chain();
    let attack = || chain.test.set_storage(u(0), B256::repeat_byte(0xbd));
    let robbed = chain.over(words_unchanged([u(0)]), attack);
    assert!(matches!(robbed, Err(Unmet::Broken(error)) if error.is::<WordChanged>()));
}

#[test]
fn eulers_gift_and_platypus_withdrawal_leave_an_account_that_cannot_pay() {
    let chain = chain();
    let now = Cell::new(account(410_930_000, 390_000_000));
    let factor = Factor::new(9_500).unwrap();
    let touched = |after| chain.over(healthy(ALICE, factor, |_, _| Ok(now.get())), || now.set(after));
    assert!(touched(account(310_930_000, 390_000_000)).is_err());
    now.set(account(44_000_000, 41_794_533));
    assert!(touched(account(0, 41_794_533)).is_err());
}

#[test]
fn sonnes_empty_market_is_refused_before_the_gift() {
    let chain = chain();
    let now = Cell::new(shares(0, 0));
    // Failing open does not open it.
    let touched = |after| {
        let price = share_price_never_falls(pricing(), Rounding::Exact, |_| Ok(now.get()));
        chain.over(fail_open(1, 0, price), || now.set(after))
    };
    assert_eq!(
        touched(shares(400_000_001, 2)),
        broken(SupplyBelowFloor {
            supply: u(2),
            floor: u(1_000)
        })
    );
    now.set(shares(0, 0));
    assert_eq!(touched(shares(1_000, 1_000)), Ok(()));
    // Nor is it emptied to a few.
    assert_eq!(
        touched(shares(2, 2)),
        broken(SupplyBelowFloor {
            supply: u(2),
            floor: u(1_000)
        })
    );
    assert_eq!(touched(shares(0, 0)), Ok(()), "everybody may leave");
}

#[test]
fn creams_doubled_share_is_refused_up_as_well() {
    let chain = chain();
    let now = Cell::new(shares(500_000, 500_000));
    let step = Step::new(10, 50).unwrap();
    let doubled = chain.over(share_price_within(pricing(), step, |_| Ok(now.get())), || {
        now.set(shares(1_000_000, 500_000))
    });
    assert!(matches!(doubled, Err(Unmet::Broken(error)) if error.is::<SharePriceMoved>()));
}

#[test]
fn a_walk_of_small_steps_passes_each_step_and_not_the_window() {
    let chain = chain();
    let key = B256::repeat_byte(1);
    let mut window = PriceWindow::from(&chain.test);
    let first = pricing().price(&shares(1_000_000, 1_000_000));
    window
        .configure(now(&chain.governor), key, &first, TERMS)
        .unwrap();
    let state = Cell::new(shares(1_000_000, 1_000_000));
    let source = |_: &crate::sdk::VM| Ok(state.get());
    let step = Step::new(100, 100).unwrap();
    let mut passed = 0;
    for _ in 0..100 {
        let before = state.get();
        let band = window.follow(key, &pricing().price(&before)).unwrap();
        let more = u(1_000_000 + 9_000 * (passed + 1));
        let both = (
            share_price_within(pricing(), step, source),
            share_price_near(pricing(), band, source),
        );
        let result = chain.over(both.0, || {
            state.set(numbers::price::Shares {
                assets: more,
                ..before
            })
        });
        assert_eq!(result, Ok(()), "each is below a percent of the one before");
        if both.1.after(&chain.vm, ()).is_err() {
            state.set(before);
            break;
        }
        passed += 1;
    }
    assert_eq!(passed, 1, "1% in all, in one block");
    // An hour later the reference has gone a tenth of a percent, not as far as the price.
    chain.test.set_block_timestamp(START + HOUR);
    let band = window.follow(key, &pricing().price(&state.get())).unwrap();
    assert!(band.contains(&pricing().price(&shares(1_011_009, 1_000_000))));
    assert!(!band.contains(&pricing().price(&shares(1_011_020, 1_000_000))));
}

#[test]
fn balancers_swaps_of_a_few_units_are_refused_at_the_first() {
    let chain = chain();
    let now = Cell::new(pool([9, 1_000], 500));
    let rounded = pool([10, 971], 500);
    let stable = chain.over(
        stable_pool(Amplification::new(400, 1).unwrap(), |_| Ok(now.get())),
        || now.set(rounded),
    );
    assert!(matches!(stable, Err(Unmet::Broken(error)) if error.is::<PoolValueFell>()));
    now.set(pool([9, 8], 17));
    let weighted = chain.over(weighted_pool(Weights::EQUAL, |_| Ok(now.get())), || {
        now.set(pool([10, 7], 17))
    });
    assert!(matches!(weighted, Err(Unmet::Broken(error)) if error.is::<PoolValueFell>()));
}

#[test]
fn a_gift_to_a_pool_taken_out_again_leaves_nothing() {
    let chain = chain();
    let now = Cell::new(pool([1_000, 1_000], 10));
    let constant = || weighted_pool(Weights::EQUAL, |_| Ok(now.get()));
    assert_eq!(
        chain.over(constant(), || now.set(pool([2_000, 1_000], 10))),
        Ok(())
    );
    // In a transition of its own the gift is the shares' already.
    assert!(chain
        .over(constant(), || now.set(pool([1_000, 1_000], 10)))
        .is_err());
}

#[test]
fn shares_of_nothing_minted_in_a_corner_show_in_the_supply() {
    let chain = chain();
    let supply = Cell::new(U256::MAX);
    let conserved = supply_conserved(
        |_| Ok(supply.get()),
        |_| {
            Ok(Declared {
                minted: u(1),
                burned: u(0),
            })
        },
    );
    // All numbers and one more would wrap to none.
    let wrapped = chain.over(conserved, || supply.set(u(0)));
    assert!(matches!(wrapped, Err(Unmet::Broken(error)) if error.is::<SupplyNotConserved>()));
}

#[test]
fn an_asset_named_twice_does_not_pay_twice() {
    let values = |_: &crate::sdk::VM, _: Address, amount: U256, _: ValueRounding| Ok(amount);
    let twice = Some(AssetNamedTwice { asset: TOKEN }.into());
    for assets in [[TOKEN, OTHER, TOKEN], [OTHER, TOKEN, TOKEN]] {
        assert_eq!(value_kept(assets, THIS, Tolerance::NONE, values).err(), twice);
    }
    assert_eq!(
        value_kept([ETH, TOKEN, OTHER], THIS, Tolerance::NONE, values).err(),
        None
    );
}

#[test]
fn cetus_one_token_for_everything_is_refused() {
    let chain = chain();
    chain.hold(OTHER, 223_000_000);
    let values = |_: &crate::sdk::VM, _: Address, amount: U256, _: ValueRounding| Ok(amount);
    let kept = value_kept([TOKEN, OTHER], THIS, Tolerance::new(100).unwrap(), values).unwrap();
    let robbed = chain.over(kept, || {
        chain.hold(TOKEN, 1);
        chain.hold(OTHER, 0);
    });
    assert_eq!(
        robbed,
        broken(ValueLost {
            came_in_wad: u(1),
            went_out_wad: u(223_000_000),
            tolerance_bps: 100
        })
    );
}

#[test]
fn a_rate_walked_in_steps_stays_within_its_bounds() {
    let chain = chain();
    let rate = Cell::new(u(10_000));
    let bounds = RateBounds::new(u(9_000), u(10_500), Step::new(100, 100).unwrap()).unwrap();
    let mut passed = 0;
    while chain
        .over(rate_within(bounds, |_| Ok(rate.get())), || {
            rate.set(rate.get() + u(100))
        })
        .is_ok()
    {
        passed += 1;
    }
    assert_eq!((passed, rate.get()), (5, u(10_600)), "the one beyond is refused");
}
