//! What no call could bring about: a number of the market's book is set, and the next call does not get away with it.

use crate::world::*;
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::SolValue;
use e2e::market::IMarket;
use e2e::or_skip;
use e2e::rpc::RpcError;

/// Kinds of numbers: what all have, and what an account has.
const SUPPLY_SHARES: u8 = 2;
const PLEDGED: u8 = 5;
const COLLATERAL_OF: u8 = 12;

impl World {
    /// A number of the book, which is the first word's map. The zero address stands for all.
    fn corrupt(&mut self, kind: u8, account: Address, number: u64) -> Result<(), RpcError> {
        let mut key = account.into_word();
        key.0[0] = kind;
        let slot: B256 = keccak256((key, U256::ZERO).abi_encode());
        self.chain.set_storage(self.market, slot.into(), u(number))
    }
}

#[test]
fn a_suppliers_share_does_not_fall_however_many_shares_there_seem_to_be() {
    let mut world = World::new();
    let user = world.people.user;
    // Nobody seems to have any: a hundred of the virtual thousand are worth a tenth of all, and none are fewer after.
    or_skip!(world.corrupt(SUPPLY_SHARES, Address::ZERO, 0));
    let refused = world.send(user, &IMarket::withdrawCall { shares: u(100) });
    let worth = |supplied: u64| (U256::ONE << 120) * u(supplied + 1) / u(1_000);
    assert_refused(
        &refused,
        &IMarket::ShareFell {
            before: worth(SUPPLIED),
            worth: worth(SUPPLIED - 1_000_000),
        },
    );
}

#[test]
fn a_debt_with_no_collateral_left_is_written_off_for_nothing() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    assert!(world.pledge(attacker, 1_000_000).is_success());
    assert_happened(&world.borrow(attacker, 1_500_000), market);
    or_skip!(world.corrupt(COLLATERAL_OF, attacker, 0));
    or_skip!(world.corrupt(PLEDGED, Address::ZERO, 0));
    let (supplied, borrowed) = world.totals();
    let done = world.liquidate(user, attacker, 0);
    assert_happened(&done, market);
    let [told] = events::<IMarket::Liquidated>(&done, market).try_into().unwrap();
    assert_eq!((told.repaid, told.seized), (u(0), u(0)));
    let lost: u64 = told.writtenOff.to();
    assert!((borrowed..=borrowed + 1).contains(&lost), "{lost} of {borrowed}");
    assert_eq!(world.debt(attacker), 0);
    let left = world.totals();
    assert!(
        (supplied - lost..=supplied - lost + 1).contains(&left.0),
        "{left:?}"
    );
    assert_eq!(left.1, 0);
}
