//! What the vault's own code got wrong is refused all the same: a word of its storage is set, as no call could, and the next call does not get away with it.

use super::world::*;
use alloy_primitives::{keccak256, Address, U256};
use alloy_sol_types::SolValue;
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::rpc::{Receipt, RpcError};
use e2e::tokens::Fixture;
use e2e::vault::IVault;

/// Where its words lie.
const SUPPLY_SLOT: u64 = 4;
const BALANCES_SLOT: u64 = 5;
const MANAGED_SLOT: u64 = 7;

impl World {
    fn corrupt(&mut self, slot: u64, value: U256) -> Result<(), RpcError> {
        self.chain.set_storage(self.vault, u(slot), value)
    }

    /// An account has so many shares, which nobody issued.
    fn corrupt_balance(&mut self, account: Address, value: U256) -> Result<(), RpcError> {
        let slot = keccak256((account, u(BALANCES_SLOT)).abi_encode());
        self.chain.set_storage(self.vault, slot.into(), value)
    }
}

#[track_caller]
fn assert_not_conserved(receipt: &Receipt) {
    let refused = refusal::<IVault::SupplyNotConserved>(receipt);
    assert!(refused.is_some(), "{receipt:?}");
}

#[test]
fn shares_that_vanish_in_a_full_balance_are_missed() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 1_000_000).is_success());
    or_skip!(world.corrupt_balance(attacker, U256::MAX - u(5)));
    assert_eq!(
        world.shares(attacker),
        U256::MAX - u(5),
        "it is the balance's word"
    );
    assert_not_conserved(&world.deposit(attacker, 1_000));
    let mint = IVault::mintCall {
        shares: u(1_000),
        receiver: attacker,
    };
    assert_not_conserved(&world.send(attacker, &mint));
    let transfer = IVault::transferCall {
        to: attacker,
        value: u(1_000),
    };
    assert_not_conserved(&world.send(user, &transfer));
    let approve = IVault::approveCall {
        spender: attacker,
        value: U256::MAX,
    };
    world.must(user, &approve);
    let pull = IVault::transferFromCall {
        from: user,
        to: attacker,
        value: u(1_000),
    };
    assert_not_conserved(&world.send(attacker, &pull));
}

#[test]
fn shares_that_nobody_issued_are_not_paid_for_by_the_others() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 1_000_000).is_success());
    // A surplus, so that there would be enough to pay with.
    world.give(attacker, 2_000_000);
    let all = world.shares(user);
    // Half of what was issued is forgotten: a share seems to be worth twice as much.
    or_skip!(world.corrupt(SUPPLY_SLOT, all / u(2)));
    for out in [world.redeem(user, all), world.withdraw(user, 1_999_000)] {
        assert!(refusal::<IVault::SharePriceFell>(&out).is_some(), "{out:?}");
    }
    // One share too few, at a price that rounding raises: the last of them was issued to nobody.
    or_skip!(world.corrupt(SUPPLY_SLOT, all - u(1)));
    or_skip!(world.corrupt(MANAGED_SLOT, u(1_500_000)));
    assert_not_conserved(&world.redeem(user, all));
}

#[test]
fn more_shares_than_there_are_are_not_burned() {
    let mut world = World::with(Fixture::Token, |world| {
        world.set_mode(PRICE, SHADOW);
    });
    let user = world.people.user;
    assert!(world.deposit(user, 1_000_000).is_success());
    let all = world.shares(user);
    // Half of both is forgotten: the price is what it was, and the account has twice the shares that there seem to be.
    or_skip!(world.corrupt(SUPPLY_SLOT, all / u(2)));
    or_skip!(world.corrupt(MANAGED_SLOT, u(500_000)));
    for out in [world.withdraw(user, 750_000), world.redeem(user, all)] {
        assert_not_conserved(&out);
    }
}

#[test]
fn what_buys_no_share_is_not_taken() {
    let mut world = World::new(Fixture::Token);
    let user = world.people.user;
    assert!(world.deposit(user, 400_000).is_success());
    // A share seems to be worth 363 units.
    or_skip!(world.corrupt(SUPPLY_SLOT, u(100)));
    let before = world.held(user);
    assert_refused(&world.deposit(user, 2), &IVault::NothingMoved {});
    assert_eq!(world.held(user), before);
}

#[test]
fn a_million_shares_are_enough_for_their_price_to_be_held() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 1_000).is_success());
    assert_eq!(world.supply(), u(1_000_000));
    world.give(attacker, 1_000);
    // A tenth above the reference, and three hundredths are let be.
    or_skip!(world.corrupt(MANAGED_SLOT, u(1_100)));
    let refused = world.send(user, &IVault::collectCall {});
    let off = refusal::<IVault::SharePriceOffReference>(&refused).unwrap();
    assert_eq!((off.assets, off.supply), (u(1_100), u(1_000_000)));
    let most_in = IVault::maxDepositCall { receiver: user };
    assert_eq!(world.ask(user, &most_in), U256::ZERO);
}
