//! Each invariant at its bounds, and how they are put together.

use super::*;
use crate::{
    asset::NotAToken,
    authority::Governor,
    calldata,
    council::world::World,
    fixture::{
        assert_told, chain as bare_chain, logs, now, stored, u, ALICE, BOB, DAY, HOUR, OTHER, START, TOKEN,
    },
    setting::{name, SettingOutOfBounds},
    solvency::{Insolvent, MarginShort},
};
use alloc::{boxed::Box, collections::BTreeMap, rc::Rc, vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use core::cell::{Cell, RefCell};
use numbers::{
    change::{Bounds, Change},
    health::{Account, Factor},
    pool::{Pool, Weights, WithFee},
    price::{Pricing, Ratio, Rounding, Shares, Step},
    rate::RateBounds,
    stable::Amplification,
    supply::{Backing, Declared},
    value::{Rounding as ValueRounding, Tolerance},
};
use portcullis_core::solvency::Margin;
use stylus_sdk::{prelude::*, testing::TestVM};

pub(super) const THIS: Holder = Holder::This;
pub(super) const ORACLE: Address = Address::repeat_byte(0x0c);

type Ledger = Rc<RefCell<BTreeMap<Address, U256>>>;

/// A chain with two tokens, which answer what the ledger of each says.
pub(super) struct Chain {
    pub(super) test: TestVM,
    pub(super) world: World,
    pub(super) vm: VM,
    pub(super) governor: Governor,
    ledgers: BTreeMap<Address, Ledger>,
}

pub(super) fn chain() -> Chain {
    let (test, governor) = bare_chain();
    let world = World::new(&test);
    let mut chain = Chain {
        vm: VM {
            host: Box::new(world.clone()),
        },
        test,
        world,
        governor,
        ledgers: BTreeMap::new(),
    };
    for token in [TOKEN, OTHER] {
        let ledger = Ledger::default();
        let answers = ledger.clone();
        chain.world.answers(token, move |data| {
            let holder = Address::from_slice(&data[16..36]);
            if data != calldata!("balanceOf", holder: Address) {
                return Err(vec![]);
            }
            let balance = answers.borrow().get(&holder).copied().unwrap_or_default();
            Ok(balance.to_be_bytes_vec())
        });
        chain.ledgers.insert(token, ledger);
    }
    chain
}

impl Chain {
    pub(super) fn this(&self) -> Address {
        self.test.contract_address()
    }

    /// Somebody has so much of a token, or of ETH.
    pub(super) fn give(&self, asset: Address, holder: Address, balance: u64) {
        match self.ledgers.get(&asset) {
            Some(ledger) => drop(ledger.borrow_mut().insert(holder, u(balance))),
            None => self.test.set_balance(holder, u(balance)),
        }
    }

    /// The contract has so much.
    pub(super) fn hold(&self, asset: Address, balance: u64) {
        self.give(asset, self.this(), balance);
    }

    /// The contract does not answer any more, and burns all but so much gas.
    pub(super) fn dies(&self, contract: Address, gas_left: u64) {
        let test = self.test.clone();
        self.world.answers(contract, move |_| {
            test.set_gas_left(gas_left);
            Err(vec![])
        });
    }

    /// The contract answers every call with this word.
    pub(super) fn says(&self, contract: Address, word: U256) {
        self.world.answers(contract, move |_| Ok(word.to_be_bytes_vec()));
    }

    /// A whole transition under an invariant.
    pub(super) fn over<I: Invariant>(&self, invariant: I, body: impl FnOnce()) -> Result<(), Unmet> {
        let before = invariant.before(&self.vm)?;
        body();
        invariant.after(&self.vm, before)
    }
}

pub(super) fn broken(error: impl Into<GuardError>) -> Result<(), Unmet> {
    Err(Unmet::Broken(error.into()))
}

pub(super) fn refused(error: impl Into<GuardError>) -> Result<(), Unmet> {
    Err(Unmet::Refused(error.into()))
}

pub(super) fn unevaluated(error: impl Into<GuardError>) -> Result<(), Unmet> {
    Err(Unmet::Unevaluated(error.into()))
}

/// Holds when the number is even at the exit, and notes that it was asked.
fn even<'a>(number: u64, asked: &'a RefCell<Vec<u64>>) -> impl Invariant<Before = u64> + 'a {
    struct Even<'a>(u64, &'a RefCell<Vec<u64>>);
    impl Invariant for Even<'_> {
        type Before = u64;

        fn before(&self, _: &VM) -> Result<u64, Unmet> {
            Ok(self.0)
        }

        fn after(&self, _: &VM, before: u64) -> Result<(), Unmet> {
            assert_eq!(before, self.0, "each gets what it remembered itself");
            self.1.borrow_mut().push(before);
            if before.is_multiple_of(2) {
                Ok(())
            } else {
                Err(Unmet::Broken(
                    NotAToken {
                        asset: Address::with_last_byte(before as u8),
                    }
                    .into(),
                ))
            }
        }
    }
    Even(number, asked)
}

fn odd(number: u8) -> NotAToken {
    NotAToken {
        asset: Address::with_last_byte(number),
    }
}

#[test]
fn a_tuple_asks_in_order_and_the_first_that_is_unmet_answers() {
    let chain = chain();
    let asked = RefCell::default();
    let at = |number| even(number, &asked);
    assert_eq!(
        chain.over((at(2), at(4), at(6), at(8), at(10), at(12)), || {}),
        Ok(())
    );
    assert_eq!(asked.take(), [2, 4, 6, 8, 10, 12]);
    assert_eq!(chain.over((at(2), at(3), at(5)), || {}), broken(odd(3)));
    assert_eq!(asked.take(), [2, 3]);
    assert_eq!(chain.over((at(2), (at(4), at(7))), || {}), broken(odd(7)));
    assert_eq!(chain.over((at(9),), || {}), broken(odd(9)));
    assert_eq!(chain.over((), || {}), Ok(()));
}

#[test]
fn a_condition_is_asked_at_the_entry_and_a_reference_asks_the_same() {
    let chain = chain();
    let asked = RefCell::default();
    assert_eq!(chain.over(only_if(false, even(3, &asked)), || {}), Ok(()));
    assert!(asked.take().is_empty());
    assert_eq!(chain.over(only_if(true, even(3, &asked)), || {}), broken(odd(3)));
    // A frame makes it anew for the exit, where the body may have changed the condition: neither way does that change what is asked.
    let before = only_if(true, even(3, &asked)).before(&chain.vm).unwrap();
    let unwatched = only_if(false, even(3, &asked)).after(&chain.vm, before);
    assert_eq!(unwatched, broken(odd(3)));
    let before = only_if(false, even(3, &asked)).before(&chain.vm).unwrap();
    assert_eq!(only_if(true, even(3, &asked)).after(&chain.vm, before), Ok(()));
    let gone = only_if(true, balance_change(ORACLE, THIS, Bounds::fall_at_most(u(1))));
    assert_eq!(chain.over(gone, || {}), unevaluated(NotAToken { asset: ORACLE }));
    let five = even(5, &asked);
    assert_eq!(chain.over(&five, || {}), broken(odd(5)));
    assert_eq!(chain.over((&five, &five), || {}), broken(odd(5)));
}

#[test]
fn what_fails_closed_is_a_refusal_and_what_fails_open_passes_and_says_so() {
    let chain = chain();
    let gone = || balance_change(ORACLE, THIS, Bounds::fall_at_most(u(1)));
    let error = NotAToken { asset: ORACLE };
    assert_eq!(chain.over(gone(), || {}), unevaluated(error));
    assert_eq!(chain.over(fail_closed(gone()), || {}), refused(error));
    assert!(logs(&chain.test).is_empty());
    assert_eq!(chain.over(fail_open(7, 0, gone()), || {}), Ok(()));
    let reason = |error: GuardError| {
        let mut reason = B256::ZERO;
        reason.0[..4].copy_from_slice(&crate::abi::Revert::encode(error)[..4]);
        reason
    };
    assert_told(
        &chain.test,
        InvariantNotEvaluated {
            invariant: 7,
            at_exit: false,
            reason: reason(error.into()),
        },
    );
    assert_eq!(logs(&chain.test).len(), 1, "not asked again at the exit");
    // Of the error its selector and nothing behind it.
    let unset = PriceWindowUnset {
        key: B256::repeat_byte(0xff),
    };
    let invariant = fail_open(8, 0, check(|_| Err(Unmet::unevaluated(unset))));
    assert_eq!(chain.over(invariant, || {}), Ok(()));
    assert_told(
        &chain.test,
        InvariantNotEvaluated {
            invariant: 8,
            at_exit: true,
            reason: reason(unset.into()),
        },
    );
}

#[test]
fn what_dies_in_between_fails_as_it_was_said_at_the_exit() {
    let chain = chain();
    chain.hold(TOKEN, 5);
    let change = || balance_change(TOKEN, THIS, Bounds::fall_at_most(u(1)));
    let dies = || chain.dies(TOKEN, u64::MAX);
    assert_eq!(chain.over(fail_open(1, 0, change()), dies), Ok(()));
    let (topics, data) = chain.test.get_emitted_logs().pop().unwrap();
    assert_eq!(topics[1], B256::with_last_byte(1));
    assert_eq!(data[..32], B256::with_last_byte(1)[..], "at the exit");
    let chain = super::tests::chain();
    let dies = || chain.dies(TOKEN, u64::MAX);
    assert_eq!(
        chain.over(fail_closed(change()), dies),
        refused(NotAToken { asset: TOKEN })
    );
}

#[test]
fn what_is_broken_is_broken_however_it_fails() {
    let chain = chain();
    let asked = RefCell::default();
    assert_eq!(
        chain.over(fail_open(1, 0, even(3, &asked)), || {}),
        broken(odd(3))
    );
    assert_eq!(chain.over(fail_closed(even(3, &asked)), || {}), broken(odd(3)));
    assert_eq!(chain.over(fail_open(1, 0, even(2, &asked)), || {}), Ok(()));
    assert_eq!(chain.over(fail_closed(even(2, &asked)), || {}), Ok(()));
    assert!(logs(&chain.test).is_empty());
}

#[test]
fn an_error_goes_out_as_itself_whichever_it_was_said_to_be() {
    let error = GuardError::from(NotAToken { asset: TOKEN });
    for unmet in [
        Unmet::broken(error.clone()),
        Unmet::unevaluated(error.clone()),
        Unmet::refused(error.clone()),
    ] {
        assert_eq!(GuardError::from(unmet), error);
    }
}

#[test]
fn a_closure_checks_at_the_exit_and_another_compares() {
    let chain = chain();
    let number = Cell::new(1);
    let is_two = || {
        check(|_| {
            if number.get() == 2 {
                Ok(())
            } else {
                Err(Unmet::broken(odd(number.get())))
            }
        })
    };
    assert_eq!(chain.over(is_two(), || number.set(2)), Ok(()));
    assert_eq!(chain.over(is_two(), || number.set(3)), broken(odd(3)));
    let rises = || {
        compare(
            |_| Ok(number.get()),
            |before, after| {
                if after > before {
                    Ok(())
                } else {
                    Err(Unmet::broken(odd(after)))
                }
            },
        )
    };
    assert_eq!(chain.over(rises(), || number.set(4)), Ok(()));
    assert_eq!(chain.over(rises(), || {}), broken(odd(4)));
}

#[test]
fn a_read_of_an_invariant_of_ones_own_that_fails_is_no_harm_and_that_starves_is_refused() {
    let chain = chain();
    let owes = |owed| {
        check(move |vm: &VM| {
            let locked = evaluated(vm, || crate::asset::held(vm, TOKEN))?;
            crate::solvency::check(TOKEN, locked, owed).map_err(Unmet::broken)
        })
    };
    chain.hold(TOKEN, 5);
    assert_eq!(chain.over(owes(u(5)), || {}), Ok(()));
    let short = Insolvent {
        asset: TOKEN,
        locked: u(5),
        owed: u(6),
    };
    assert_eq!(chain.over(owes(u(6)), || {}), broken(short));
    assert_eq!(
        chain.over(owes(u(5)), || chain.dies(TOKEN, u64::MAX)),
        unevaluated(NotAToken { asset: TOKEN })
    );
    chain.test.set_gas_left(6_400);
    chain.dies(TOKEN, 100);
    assert_eq!(
        chain.over(owes(u(5)), || {}),
        refused(Starved {
            gas_before: 6_400,
            gas_left: 100
        })
    );
}

#[test]
fn a_tokens_balance_may_fall_to_its_bound_and_not_below() {
    let chain = chain();
    let change = || {
        balance_change(
            TOKEN,
            THIS,
            Bounds::new(Change::Fall(u(25)), Change::Rise(u(10))).unwrap(),
        )
    };
    for (after, expected) in [(75, true), (100, true), (110, true)] {
        chain.hold(TOKEN, 100);
        assert_eq!(
            chain.over(change(), || chain.hold(TOKEN, after)).is_ok(),
            expected
        );
    }
    for after in [74, 111] {
        chain.hold(TOKEN, 100);
        assert_eq!(
            chain.over(change(), || chain.hold(TOKEN, after)),
            broken(BalanceOutOfBounds {
                asset: TOKEN,
                holder: chain.this(),
                before: u(100),
                balance: u(after),
                lowest: u(75),
                highest: u(110)
            })
        );
    }
}

#[test]
fn anothers_balance_is_bounded_too() {
    let chain = chain();
    let change = |asset| balance_change(asset, Holder::Account(ALICE), Bounds::exactly(Change::Rise(u(3))));
    for asset in [TOKEN, Address::ZERO] {
        chain.give(asset, ALICE, 4);
        assert_eq!(chain.over(change(asset), || chain.give(asset, ALICE, 7)), Ok(()));
        let more = chain.over(change(asset), || chain.give(asset, ALICE, 11));
        assert_eq!(
            more,
            broken(BalanceOutOfBounds {
                asset,
                holder: ALICE,
                before: u(7),
                balance: u(11),
                lowest: u(10),
                highest: u(10)
            })
        );
    }
}

#[test]
fn the_value_of_the_call_was_not_held_before_it() {
    let chain = chain();
    chain.test.set_value(u(10));
    // 100 before, and 10 that the call brought.
    chain.hold(Address::ZERO, 110);
    let rise = |amount| balance_change(Address::ZERO, THIS, Bounds::exactly(Change::Rise(u(amount))));
    assert_eq!(chain.over(rise(10), || {}), Ok(()));
    // Of the contract named by its address too; not of a token, and not of anybody else.
    let by_address = balance_change(
        Address::ZERO,
        Holder::Account(chain.this()),
        Bounds::exactly(Change::Rise(u(10))),
    );
    assert_eq!(chain.over(by_address, || {}), Ok(()));
    chain.hold(TOKEN, 50);
    let none = |asset, holder| balance_change(asset, holder, Bounds::exactly(Change::Rise(u(0))));
    assert_eq!(chain.over(none(TOKEN, THIS), || {}), Ok(()));
    chain.give(Address::ZERO, ALICE, 50);
    assert_eq!(
        chain.over(none(Address::ZERO, Holder::Account(ALICE)), || {}),
        Ok(())
    );
}

#[test]
fn a_token_of_a_kind_stays_where_it_is() {
    let chain = chain();
    let id = u(5);
    let owner = |owner: Address| {
        chain.world.answers(OTHER, move |data| {
            let token_id = u(5);
            assert_eq!(data, calldata!("ownerOf", token_id: U256));
            Ok(owner.into_word().to_vec())
        });
    };
    owner(ALICE);
    assert_eq!(chain.over(owner_kept(OTHER, id), || {}), Ok(()));
    let word = |owner: Address| U256::from_be_bytes(owner.into_word().0);
    assert_eq!(
        chain.over(owner_kept(OTHER, id), || owner(BOB)),
        broken(OwnerChanged {
            collection: OTHER,
            token_id: id,
            before: word(ALICE),
            owner: word(BOB)
        })
    );
    assert_eq!(
        chain.over(owned_by(OTHER, id, Holder::Account(BOB)), || {}),
        Ok(())
    );
    assert_eq!(
        chain.over(owned_by(OTHER, id, THIS), || {}),
        broken(NotOwned {
            collection: OTHER,
            token_id: id,
            expected: chain.this(),
            owner: word(BOB)
        })
    );
    let burnt = || chain.dies(OTHER, u64::MAX);
    assert_eq!(
        chain.over(owner_kept(OTHER, id), burnt),
        unevaluated(Unanswered { contract: OTHER })
    );
}

#[test]
fn what_is_held_covers_what_is_owed_as_the_function_of_that_name_says() {
    let chain = chain();
    chain.hold(TOKEN, 99);
    let owed = Cell::new(99);
    let solvent = || covered(TOKEN, |_| Ok(u(owed.get())));
    assert_eq!(chain.over(solvent(), || {}), Ok(()));
    let error = Insolvent {
        asset: TOKEN,
        locked: u(99),
        owed: u(100),
    };
    assert_eq!(chain.over(solvent(), || owed.set(100)), broken(error));
    assert_eq!(
        crate::solvency::require_covered(&chain.vm, TOKEN, u(100)),
        Err(error.into())
    );
    assert_eq!(crate::solvency::require_covered(&chain.vm, TOKEN, u(99)), Ok(()));
    let margin = Margin::new(1_000).unwrap();
    assert_eq!(
        chain.over(covered_with_margin(TOKEN, margin, |_| Ok(u(90))), || {}),
        Ok(())
    );
    assert_eq!(
        chain.over(covered_with_margin(TOKEN, margin, |_| Ok(u(91))), || {}),
        broken(MarginShort {
            asset: TOKEN,
            locked: u(99),
            owed: u(91),
            margin_bps: 1_000,
            missing: u(2)
        })
    );
}

#[test]
fn a_supply_is_conserved_and_backed_to_the_unit() {
    let chain = chain();
    let supply = Cell::new(100);
    let conserved = || {
        supply_conserved(
            |_| Ok(u(supply.get())),
            |_| {
                Ok(Declared {
                    minted: u(7),
                    burned: u(2),
                })
            },
        )
    };
    assert_eq!(chain.over(conserved(), || supply.set(105)), Ok(()));
    assert_eq!(
        chain.over(conserved(), || supply.set(111)),
        broken(SupplyNotConserved {
            before: u(105),
            supply: u(111),
            minted: u(7),
            burned: u(2)
        })
    );
    let backed = || {
        supply_backed(TOKEN, Holder::Account(ALICE), Backing::FULL, |_| {
            Ok(u(supply.get()))
        })
    };
    chain.give(TOKEN, ALICE, 111);
    assert_eq!(chain.over(backed(), || {}), Ok(()));
    assert_eq!(
        chain.over(backed(), || supply.set(112)),
        broken(SupplyUnbacked {
            asset: TOKEN,
            held: u(111),
            supply: u(112)
        })
    );
}

pub(super) fn shares(assets: u64, supply: u64) -> Shares {
    Shares {
        assets: u(assets),
        supply: u(supply),
    }
}

pub(super) fn pricing() -> Pricing {
    Pricing::new(0, u(1_000)).unwrap()
}

#[test]
fn a_share_price_does_not_fall_and_moves_within_its_step() {
    let chain = chain();
    let now = Cell::new(shares(0, 0));
    let from = |before| {
        now.set(before);
        |_: &VM| Ok(now.get())
    };
    let before = shares(19_999, 9_999);
    let falls = |after| {
        chain.over(
            share_price_never_falls(pricing(), Rounding::Exact, from(before)),
            || now.set(after),
        )
    };
    assert_eq!(falls(shares(39_999, 19_999)), Ok(()));
    assert_eq!(
        falls(shares(39_998, 19_999)),
        broken(SharePriceFell {
            assets_before: u(19_999),
            supply_before: u(9_999),
            assets: u(39_998),
            supply: u(19_999)
        })
    );
    let step = Step::new(100, 200).unwrap();
    let moves = |after| {
        chain.over(share_price_within(pricing(), step, from(before)), || {
            now.set(after)
        })
    };
    assert_eq!(moves(shares(20_399, 9_999)), Ok(()));
    assert_eq!(moves(shares(19_799, 9_999)), Ok(()));
    for assets in [20_400, 19_798] {
        assert_eq!(
            moves(shares(assets, 9_999)),
            broken(SharePriceMoved {
                assets_before: u(19_999),
                supply_before: u(9_999),
                assets: u(assets),
                supply: u(9_999),
                down_bps: 100,
                up_bps: 200
            })
        );
    }
    let few = broken(SupplyBelowFloor {
        supply: u(999),
        floor: u(1_000),
    });
    assert_eq!(falls(shares(39_999, 999)), few);
    assert_eq!(moves(shares(1_999, 999)), few);
}

#[test]
fn a_vault_is_asked_for_its_assets_and_its_shares() {
    let chain = chain();
    chain.world.answers(ORACLE, |data| {
        let answer = if data == calldata!("totalAssets") {
            u(5)
        } else {
            u(3)
        };
        assert!(data == calldata!("totalAssets") || data == calldata!("totalSupply"));
        Ok(answer.to_be_bytes_vec())
    });
    assert_eq!(erc4626(ORACLE)(&chain.vm), Ok(shares(5, 3)));
    chain.dies(ORACLE, u64::MAX);
    assert_eq!(
        erc4626(ORACLE)(&chain.vm).map(drop),
        unevaluated(Unanswered { contract: ORACLE })
    );
}

const KEY: B256 = B256::repeat_byte(0x4e);

pub(super) const TERMS: WindowTerms = WindowTerms {
    down_bps: 100,
    up_bps: 100,
    step_bps: 10,
    period_secs: HOUR,
};

pub(super) fn at(price: u64) -> Ratio {
    Ratio::whole(u(price))
}

fn x128(price: u64) -> U256 {
    u(price) << 128usize
}

#[test]
fn a_price_window_is_set_follows_and_is_set_anew() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    assert_eq!(
        window.follow(KEY, &at(1)),
        Err(PriceWindowUnset { key: KEY }.into())
    );
    assert_eq!((window.band(KEY), window.terms(KEY)), (None, None));
    let by = &chain.governor;
    window.configure(now(by), KEY, &at(10_000), TERMS).unwrap();
    assert_told(
        &chain.test,
        PriceReferenceReset {
            key: KEY,
            previous_x128: u(0),
            reference_x128: x128(10_000),
        },
    );
    assert_eq!(window.terms(KEY), Some(TERMS));
    assert_eq!(stored(&chain.test).len(), 2);

    chain.test.set_block_timestamp(START + HOUR);
    let band = window.follow(KEY, &at(10_050)).unwrap();
    assert_eq!(band.reference_x128(), x128(10_010));
    assert_eq!(window.band(KEY), Some(band));
    assert!(band.contains(&at(10_110)) && !band.contains(&at(10_111)));
    // No more than once a period.
    assert_eq!(window.follow(KEY, &at(10_050)), Ok(band));

    // Other terms leave the reference.
    let wider = WindowTerms { up_bps: 300, ..TERMS };
    window.configure(now(by), KEY, &at(77), wider).unwrap();
    assert_eq!(window.band(KEY).unwrap().reference_x128(), x128(10_010));
    window.reset(now(by), KEY, &at(20_000)).unwrap();
    assert_told(
        &chain.test,
        PriceReferenceReset {
            key: KEY,
            previous_x128: x128(10_010),
            reference_x128: x128(20_000),
        },
    );
    assert_eq!(window.band(KEY).unwrap().reference_x128(), x128(20_000));
}

#[test]
fn what_a_window_would_say_is_asked_without_storing_it() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    let unset = Err(PriceWindowUnset { key: KEY }.into());
    assert_eq!(window.followed(KEY, &at(1)), unset);
    window
        .configure(now(&chain.governor), KEY, &at(10_000), TERMS)
        .unwrap();
    chain.test.set_block_timestamp(START + HOUR);
    let before = stored(&chain.test);
    let band = window.followed(KEY, &at(10_050)).unwrap();
    assert_eq!(band.reference_x128(), x128(10_010));
    assert_eq!(stored(&chain.test), before);
    assert_eq!(window.follow(KEY, &at(10_050)), Ok(band));
}

#[test]
fn a_band_that_is_open_below_is_as_it_was_above() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    window
        .configure(now(&chain.governor), KEY, &at(10_000), TERMS)
        .unwrap();
    let band = window.band(KEY).unwrap();
    assert!(!band.contains(&at(9_899)));
    let open = band.open_below();
    assert!(open.contains(&at(9_899)) && open.contains(&at(1)) && !open.contains(&at(0)));
    assert!(open.contains(&at(10_100)) && !open.contains(&at(10_101)));
    assert_eq!(open.reference_x128(), band.reference_x128());
}

#[test]
fn a_window_begins_anew_at_once_and_from_then_on() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    let unset = Err(PriceWindowUnset { key: KEY }.into());
    assert_eq!(window.restart(KEY, &at(1)), unset);
    window
        .configure(now(&chain.governor), KEY, &at(10_000), TERMS)
        .unwrap();
    window.restart(KEY, &at(20_000)).unwrap();
    assert_told(
        &chain.test,
        PriceReferenceReset {
            key: KEY,
            previous_x128: x128(10_000),
            reference_x128: x128(20_000),
        },
    );
    // At the same price nothing is told, and the periods before do not count.
    let told = logs(&chain.test).len();
    chain.test.set_block_timestamp(START + 10 * HOUR);
    window.restart(KEY, &at(20_000)).unwrap();
    assert_eq!(logs(&chain.test).len(), told);
    let band = window.follow(KEY, &at(30_000)).unwrap();
    assert_eq!(band.reference_x128(), x128(20_000));
    let out_of_range = Err(PriceOutOfRange { key: KEY }.into());
    assert_eq!(window.restart(KEY, &at(0)), out_of_range);
}

#[test]
fn a_share_price_near_its_reference_passes_to_the_edge_of_the_band() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    window
        .configure(now(&chain.governor), KEY, &at(2), TERMS)
        .unwrap();
    let near = |assets: u64, supply: u64| {
        let band = window.band(KEY).unwrap();
        chain.over(
            share_price_near(pricing(), band, move |_: &VM| Ok(shares(assets, supply))),
            || {},
        )
    };
    assert_eq!(near(20_199, 9_999), Ok(()));
    assert_eq!(near(19_799, 9_999), Ok(()));
    for assets in [20_200, 19_798] {
        assert_eq!(
            near(assets, 9_999),
            broken(SharePriceOffReference {
                assets: u(assets),
                supply: u(9_999),
                reference_x128: x128(2),
                down_bps: 100,
                up_bps: 100
            })
        );
    }
    assert_eq!(
        near(1_999, 999),
        broken(SupplyBelowFloor {
            supply: u(999),
            floor: u(1_000)
        })
    );
}

#[test]
fn what_loosens_a_price_window_waits_and_what_tightens_does_not() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    let mut timelock = crate::fixture::delayed(&chain.governor);
    let by = &chain.governor;
    let mut set = |window: &mut PriceWindow, terms| {
        window.configure(timelock.change(by, b"set"), KEY, &at(10_000), terms)
    };
    let waits = Err(crate::fixture::unscheduled(b"set"));
    assert_eq!(set(&mut window, TERMS), waits, "the first");
    assert!(stored(&chain.test).is_empty() && logs(&chain.test).is_empty());
    window.configure(now(by), KEY, &at(10_000), TERMS).unwrap();
    for looser in [
        WindowTerms {
            down_bps: 101,
            ..TERMS
        },
        WindowTerms { up_bps: 101, ..TERMS },
        WindowTerms {
            step_bps: 11,
            ..TERMS
        },
        WindowTerms {
            period_secs: HOUR - 1,
            ..TERMS
        },
    ] {
        assert_eq!(set(&mut window, looser), waits, "{looser:?}");
    }
    assert_eq!(set(&mut window, TERMS), Ok(()), "the same again");
    let tighter = WindowTerms {
        down_bps: 99,
        up_bps: 99,
        step_bps: 9,
        period_secs: DAY,
    };
    assert_eq!(set(&mut window, tighter), Ok(()));
    assert_told(
        &chain.test,
        PriceWindowConfigured {
            key: KEY,
            down_bps: 99,
            up_bps: 99,
            step_bps: 9,
            period_secs: DAY,
            loosened: false,
        },
    );
    assert_eq!(window.reset(timelock.change(by, b"set"), KEY, &at(10_001)), waits);
    assert_eq!(window.band(KEY).unwrap().reference_x128(), x128(10_000));
}

#[test]
fn a_setting_or_a_price_with_which_a_window_could_not_act_is_refused() {
    let chain = chain();
    let mut window = PriceWindow::from(&chain.test);
    let by = &chain.governor;
    let ten_years = 3_650 * DAY;
    for (terms, setting, value, least, most) in [
        (
            WindowTerms {
                down_bps: 10_000,
                ..TERMS
            },
            "down_bps",
            10_000,
            0,
            9_999,
        ),
        (
            WindowTerms {
                up_bps: 1_000_001,
                ..TERMS
            },
            "up_bps",
            1_000_001,
            0,
            1_000_000,
        ),
        (WindowTerms { step_bps: 0, ..TERMS }, "step_bps", 0, 1, 10_000),
        (
            WindowTerms {
                step_bps: 10_001,
                ..TERMS
            },
            "step_bps",
            10_001,
            1,
            10_000,
        ),
        (
            WindowTerms {
                period_secs: 0,
                ..TERMS
            },
            "period_secs",
            0,
            1,
            ten_years,
        ),
        (
            WindowTerms {
                period_secs: ten_years + 1,
                ..TERMS
            },
            "period_secs",
            ten_years + 1,
            1,
            ten_years,
        ),
        // Would be 100 if it were cut to 32 bits.
        (
            WindowTerms {
                down_bps: 100 + (1 << 32),
                ..TERMS
            },
            "down_bps",
            100 + (1 << 32),
            0,
            9_999,
        ),
    ] {
        let error = SettingOutOfBounds {
            key: KEY,
            setting: name(setting),
            value,
            least,
            most,
        };
        assert_eq!(window.configure(now(by), KEY, &at(1), terms), Err(error.into()));
    }
    let range = Err(PriceOutOfRange { key: KEY }.into());
    assert_eq!(window.configure(now(by), KEY, &at(0), TERMS), range);
    assert_eq!(
        window.reset(now(by), KEY, &at(1)),
        Err(PriceWindowUnset { key: KEY }.into())
    );
    assert!(stored(&chain.test).is_empty() && logs(&chain.test).is_empty());
    window.configure(now(by), KEY, &at(1), TERMS).unwrap();
    assert_eq!(window.reset(now(by), KEY, &at(0)), range);
    // Each at its bounds.
    let least = WindowTerms {
        down_bps: 0,
        up_bps: 0,
        step_bps: 1,
        period_secs: 1,
    };
    let most = WindowTerms {
        down_bps: 9_999,
        up_bps: 1_000_000,
        step_bps: 10_000,
        period_secs: ten_years,
    };
    for (key, terms) in [(B256::repeat_byte(2), least), (B256::repeat_byte(3), most)] {
        assert_eq!(window.configure(now(by), key, &at(1), terms), Ok(()));
        assert_eq!(window.terms(key), Some(terms));
    }
}

pub(super) fn pool<const N: usize>(balances: [u64; N], supply: u64) -> Pool<N> {
    Pool {
        balances: balances.map(u),
        supply: u(supply),
    }
}

#[test]
fn a_pools_value_per_share_does_not_fall() {
    let chain = chain();
    let now = Cell::new(pool([1_000, 1_000], 10));
    let from = || {
        now.set(pool([1_000, 1_000], 10));
        |_: &VM| Ok(now.get())
    };
    let weighted = |after| chain.over(weighted_pool(Weights::EQUAL, from()), || now.set(after));
    assert_eq!(weighted(pool([2_000, 500], 10)), Ok(()));
    assert_eq!(
        weighted(pool([2_000, 499], 10)),
        broken(PoolValueFell {
            before: u(100_000_000),
            value: u(99_800_000),
            dropped_bits: 0
        })
    );
    let amplification = Amplification::new(200, 1).unwrap();
    let stable = |after| chain.over(stable_pool(amplification, from()), || now.set(after));
    assert_eq!(stable(pool([2_000, 2_000], 20)), Ok(()));
    let fell = stable(pool([1_000, 999], 10)).unwrap_err();
    assert!(matches!(fell, Unmet::Broken(error) if error.is::<PoolValueFell>()));
    let huge = Pool {
        balances: [U256::MAX; 2],
        supply: u(10),
    };
    assert_eq!(stable(huge), broken(PoolTooLarge {}));
    let balances = Cell::new([u(0); 2]);
    let swap = |after: [u64; 2]| {
        balances.set([u(1_000_000); 2]);
        let fee = WithFee::new(30).unwrap();
        chain.over(constant_product_with_fee(fee, |_| Ok(balances.get())), || {
            balances.set(after.map(u))
        })
    };
    assert_eq!(swap([1_001_000, 999_004]), Ok(()));
    assert!(matches!(swap([1_001_000, 999_003]), Err(Unmet::Broken(error)) if error.is::<PoolValueFell>()));
}

#[test]
fn a_rate_is_within_its_bounds_and_does_not_jump() {
    let chain = chain();
    let rate = Cell::new(0);
    let bounds = RateBounds::new(u(9_000), u(12_000), Step::new(50, 100).unwrap()).unwrap();
    let moves = |before, after| {
        rate.set(before);
        chain.over(rate_within(bounds, |_| Ok(u(rate.get()))), || rate.set(after))
    };
    assert_eq!(moves(10_000, 10_100), Ok(()));
    assert_eq!(
        moves(10_000, 10_101),
        broken(RateJumped {
            before: u(10_000),
            rate: u(10_101),
            down_bps: 50,
            up_bps: 100
        })
    );
    assert_eq!(
        moves(10_000, 0),
        broken(RateOutOfBounds {
            rate: u(0),
            least: u(9_000),
            most: u(12_000)
        })
    );
}

#[test]
fn words_and_code_stay_as_they_are() {
    let chain = chain();
    let set = |slot: u64, byte: u8| chain.test.set_storage(u(slot), B256::repeat_byte(byte));
    set(3, 7);
    let words = || words_unchanged([u(0), u(3)]);
    assert_eq!(chain.over(words(), || set(4, 1)), Ok(()));
    assert_eq!(
        chain.world.cleared(),
        1,
        "what this program has cached is not what others wrote"
    );
    assert_eq!(
        chain.over(words(), || set(3, 8)),
        broken(WordChanged {
            slot: u(3),
            before: B256::repeat_byte(7),
            word: B256::repeat_byte(8)
        })
    );
    assert_eq!(
        chain.over(words(), || set(0, 1)),
        broken(WordChanged {
            slot: u(0),
            before: B256::ZERO,
            word: B256::repeat_byte(1)
        })
    );
    let code = || code_unchanged(ORACLE);
    assert_eq!(chain.over(code(), || {}), Ok(()));
    let changed = |before, code: Vec<u8>| {
        let code_hash = keccak256(&code);
        assert_eq!(
            chain.over(code_unchanged(ORACLE), || chain.test.set_code(ORACLE, code)),
            broken(CodeChanged {
                account: ORACLE,
                before,
                code_hash
            })
        );
    };
    changed(B256::ZERO, vec![0xfe]);
    changed(keccak256([0xfe]), vec![0xfd]);
}

pub(super) fn account(collateral: u64, debt: u64) -> Account {
    Account {
        collateral: u(collateral),
        debt: u(debt),
    }
}

#[test]
fn an_account_is_left_healthy_or_no_worse() {
    let chain = chain();
    let now = Cell::new(account(0, 0));
    let factor = Factor::new(8_000).unwrap();
    let moves = |before, after| {
        now.set(before);
        let state = |_: &VM, who: Address| {
            assert_eq!(who, ALICE);
            Ok(now.get())
        };
        chain.over(healthy(ALICE, factor, state), || now.set(after))
    };
    assert_eq!(moves(account(100, 0), account(100, 80)), Ok(()));
    assert_eq!(moves(account(100, 90), account(100, 85)), Ok(()));
    assert_eq!(
        moves(account(100, 80), account(99, 80)),
        broken(AccountUnhealthy {
            account: ALICE,
            collateral_before: u(100),
            debt_before: u(80),
            collateral: u(99),
            debt: u(80),
            factor_bps: 8_000
        })
    );
}

/// A unit of the one token is worth two of the other, and a half of each more or less.
fn values(_: &VM, asset: Address, amount: U256, rounding: ValueRounding) -> Result<U256, Unmet> {
    let worth = if asset == TOKEN { amount + amount } else { amount };
    Ok(worth + u(u64::from(rounding == ValueRounding::Up)))
}

#[test]
fn what_came_in_is_worth_what_went_out() {
    let chain = chain();
    let kept = |tolerance_bps| {
        let tolerance = Tolerance::new(tolerance_bps).unwrap();
        value_kept([TOKEN, OTHER], THIS, tolerance, values).unwrap()
    };
    let moves = |tolerance_bps, token, other| {
        chain.hold(TOKEN, 1_000);
        chain.hold(OTHER, 1_000);
        chain.over(kept(tolerance_bps), || {
            chain.hold(TOKEN, token);
            chain.hold(OTHER, other);
        })
    };
    assert_eq!(moves(0, 1_000, 1_000), Ok(()));
    // 100 of the one in, 200; 199 of the other out, rounded up to 200.
    assert_eq!(moves(0, 1_100, 801), Ok(()));
    let lost = |went_out, tolerance_bps| {
        broken(ValueLost {
            came_in_wad: u(200),
            went_out_wad: u(went_out),
            tolerance_bps,
        })
    };
    assert_eq!(moves(0, 1_100, 800), lost(201, 0));
    assert_eq!(moves(50, 1_100, 800), Ok(()));
    assert_eq!(moves(50, 1_100, 799), lost(202, 50));
}

#[test]
fn values_are_of_eth_without_the_calls_value_and_of_anybody() {
    let chain = chain();
    chain.test.set_value(u(10));
    chain.hold(Address::ZERO, 110);
    chain.hold(OTHER, 100);
    let one = |_: &VM, _: Address, amount: U256, _: ValueRounding| Ok(amount);
    let kept = || value_kept([Address::ZERO, OTHER], THIS, Tolerance::NONE, one).unwrap();
    assert_eq!(chain.over(kept(), || chain.hold(OTHER, 90)), Ok(()));
    assert_eq!(
        chain.over(kept(), || chain.hold(OTHER, 79)),
        broken(ValueLost {
            came_in_wad: u(10),
            went_out_wad: u(11),
            tolerance_bps: 0
        })
    );
    let alices = value_kept([OTHER], Holder::Account(ALICE), Tolerance::NONE, one).unwrap();
    chain.give(OTHER, ALICE, 1);
    assert!(chain.over(alices, || chain.give(OTHER, ALICE, 0)).is_err());
}

#[test]
fn a_price_that_fails_is_asked_only_where_something_changed() {
    let chain = chain();
    chain.hold(TOKEN, 5);
    let priced = |vm: &VM, asset: Address, _: U256, _: ValueRounding| {
        word(vm, ORACLE, &calldata!("price", asset: Address))
    };
    let kept = || value_kept([TOKEN, OTHER], THIS, Tolerance::NONE, priced).unwrap();
    chain.dies(ORACLE, u64::MAX);
    assert_eq!(chain.over(kept(), || {}), Ok(()));
    assert_eq!(
        chain.over(kept(), || chain.hold(TOKEN, 6)),
        unevaluated(Unanswered { contract: ORACLE })
    );
    chain.says(ORACLE, u(3));
    assert_eq!(chain.over(kept(), || chain.hold(TOKEN, 7)), Ok(()));
    chain.says(ORACLE, U256::MAX);
    let both = || {
        chain.hold(TOKEN, 8);
        chain.hold(OTHER, 1);
    };
    assert_eq!(chain.over(kept(), both), broken(ValueOverflow { asset: OTHER }));
}
