//! The exit against a model of plain numbers, over generated sequences: it opens when it must, closes only when it may, and pays each account once.

use super::tests::{vault, Vault};
use crate::fixture::*;
use alloc::{collections::BTreeMap, vec::Vec};
use alloy_primitives::Address;
use portcullis_core::exit::Freeze;
use proptest::prelude::*;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// It is frozen for so many hours from now, and the clock is told.
    Freeze(u64),
    /// It is lifted, and the clock is told.
    Lift,
    Poke,
    Open(u64, u64),
    Pay(u8, u64),
    Trip(u8),
    Close,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1u64..500).prop_map(Step::Freeze),
        1 => Just(Step::Lift),
        1 => Just(Step::Poke),
        4 => (0u64..1_000, 0u64..1_000).prop_map(|(held, claims)| Step::Open(held, claims)),
        6 => (0u8..4, 0u64..400).prop_map(|(account, claim)| Step::Pay(account, claim)),
        1 => (0u8..4).prop_map(Step::Trip),
        2 => Just(Step::Close),
        6 => (0u64..200).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..80)
}

/// The clock hour by hour, and the opening as plain numbers.
#[derive(Default)]
struct Model {
    hours: u64,
    frozen_until: u64,
    late_until: BTreeMap<u8, u64>,
    opening: Option<Open>,
    openings: u64,
}

struct Open {
    held: u64,
    claims: u64,
    left: u64,
    late_at: u64,
    opened_at: u64,
    paid: BTreeMap<u8, u64>,
}

fn account(number: u8) -> Address {
    Address::repeat_byte(0xa0 + number)
}

/// Whether the claim is paid, and how much: the model's own reasons.
fn expected(model: &Model, number: u8, claim: u64, time: u64) -> Option<u64> {
    let open = model.opening.as_ref()?;
    let late = model
        .late_until
        .get(&number)
        .is_some_and(|until| open.opened_at < *until);
    let amount = claim * open.held.min(open.claims) / open.claims;
    (!open.paid.contains_key(&number) && (!late || time >= open.late_at) && claim <= open.left && amount > 0)
        .then_some(amount)
}

fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (test, mut vault, governor) = vault();
    let vault: &mut Vault = &mut vault;
    let mut model = Model::default();
    let mut time = START;
    let mut freeze = Freeze::NONE;
    for step in steps {
        test.set_block_timestamp(time);
        let before = test.snapshot().storage;
        let frozen = time < model.frozen_until;
        let changed = match step {
            Step::Freeze(hours) => {
                model.frozen_until = time + hours * HOUR;
                freeze = Freeze::between(time, model.frozen_until);
                vault.exit.observe(TOKEN, freeze);
                true
            }
            Step::Lift => {
                model.frozen_until = 0;
                freeze = Freeze::between(time, time);
                vault.exit.observe(TOKEN, freeze);
                true
            }
            Step::Poke => {
                vault.exit.observe(TOKEN, freeze);
                true
            }
            Step::Open(held, claims) => {
                let may = frozen && model.hours >= 7 * 24 && model.opening.is_none() && held * claims > 0;
                let opened = vault.exit.open(TOKEN, freeze, u(held), u(claims)).is_ok();
                prop_assert_eq!(opened, may);
                if may {
                    model.openings += 1;
                    model.opening = Some(Open {
                        held,
                        claims,
                        left: claims,
                        late_at: time + 3 * DAY,
                        opened_at: time,
                        paid: BTreeMap::new(),
                    });
                }
                may
            }
            Step::Pay(number, claim) => {
                let amount = expected(&model, number, claim, time);
                let payment = vault.exit.pay(TOKEN, account(number), u(claim));
                prop_assert_eq!(payment.ok().map(|payment| payment.amount), amount.map(u));
                if let (Some(open), Some(amount)) = (&mut model.opening, amount) {
                    open.left -= claim;
                    open.paid.insert(number, amount);
                    let total: u64 = open.paid.values().sum();
                    prop_assert!(total <= open.held && total <= open.claims);
                }
                amount.is_some()
            }
            Step::Trip(number) => {
                let trip = super::tests::tripped(vault, account(number));
                vault.exit.mark_late(TOKEN, &trip);
                model.late_until.insert(number, time + 31 * DAY);
                true
            }
            Step::Close => {
                let may = !frozen && model.hours == 0 && model.opening.is_some();
                let closed = vault.exit.close(now(&governor), TOKEN, freeze).is_ok();
                prop_assert_eq!(closed, may);
                if may {
                    model.opening = None;
                }
                may
            }
            Step::Wait(hours) => {
                for _ in 0..hours {
                    model.hours = if time < model.frozen_until {
                        (model.hours + 1).min(30 * 24)
                    } else {
                        model.hours.saturating_sub(1)
                    };
                    time += HOUR;
                }
                false
            }
        };
        prop_assert!(
            changed || test.snapshot().storage == before,
            "what is refused changes nothing"
        );
        prop_assert_eq!(vault.exit.clock(TOKEN).frozen_secs(time), model.hours * HOUR);
        prop_assert_eq!(vault.exit.is_open(TOKEN), model.opening.is_some());
        let opening = vault.exit.opening(TOKEN);
        prop_assert_eq!(opening.number(), model.openings);
        prop_assert_eq!(
            opening.claims_left(),
            u(model.opening.as_ref().map_or(0, |open| open.left))
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_does_what_plain_numbers_do(steps in steps()) {
        run(steps)?;
    }
}
