//! The queue against a model of plain lists, over generated sequences: it pays each ticket once and in order, its total is the sum of
//! what waits, and no lane waits for another.

use super::*;
use crate::{breaker_guard::Fired, fixture::*};
use alloc::{collections::VecDeque, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::breaker::Target;
use proptest::prelude::*;

/// What happens next, to the lane of this number.
#[derive(Clone, Debug)]
enum Step {
    Defer(usize, u64),
    Claim(usize),
    Cancel(usize, u64),
    Trip(usize),
    Wait(u64),
}

const LANES: usize = 3;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..LANES, 0u64..500).prop_map(|(lane, amount)| Step::Defer(lane, amount)),
        4 => (0..LANES).prop_map(Step::Claim),
        1 => (0..LANES, 0u64..8).prop_map(|(lane, index)| Step::Cancel(lane, index)),
        1 => (0..LANES).prop_map(Step::Trip),
        3 => (0..2 * HOUR).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..80)
}

/// A ticket as the model has it; without an amount it was cancelled.
struct Waiting {
    index: u64,
    recipient: Address,
    amount: Option<u64>,
    ready_at: u64,
}

#[derive(Default)]
struct ModelLane {
    next: u64,
    waiting: VecDeque<Waiting>,
    not_before: u64,
}

fn account(lane: usize) -> Address {
    Address::repeat_byte(0xa0 + lane as u8)
}

/// A recipient for each ticket, so that one that is paid in the place of another shows.
fn recipient(lane: usize, index: u64) -> Address {
    let mut bytes = [lane as u8; 20];
    bytes[12..].copy_from_slice(&index.to_be_bytes());
    Address::new(bytes)
}

fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house
        .queue
        .configure(change, TOKEN, u(100), HOUR, 600, 10 * HOUR, HOUR)
        .unwrap();
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    let mut model: [ModelLane; LANES] = Default::default();
    let mut now = START;
    for step in steps {
        match step {
            Step::Defer(lane, amount) => {
                let model = &mut model[lane];
                let to = recipient(lane, model.next);
                let deferred = house.queue.defer(TOKEN, account(lane), to, u(amount));
                if amount == 0 {
                    prop_assert_eq!(deferred, Err(NothingToDefer { asset: TOKEN }.into()));
                    continue;
                }
                let index = model.next;
                prop_assert_eq!(deferred, Ok(index));
                let ready_at = house.queue.ticket(TOKEN, account(lane), index).ready_at();
                prop_assert!(ready_at >= now + 600);
                // None is ready before the one ahead of it, and none waits longer than a late one.
                prop_assert!(model.waiting.back().is_none_or(|last| last.ready_at <= ready_at));
                prop_assert!(ready_at <= now + 11 * HOUR);
                model.waiting.push_back(Waiting {
                    index,
                    recipient: to,
                    amount: Some(amount),
                    ready_at,
                });
                model.next += 1;
            }
            Step::Claim(lane) => {
                let claimed = house.queue.claim(TOKEN, account(lane));
                let model = &mut model[lane];
                match model.waiting.front() {
                    None => prop_assert!(claimed.is_err()),
                    Some(first) => {
                        let retry_at = first.ready_at.max(model.not_before);
                        if first.amount.is_some() && now < retry_at {
                            let (asset, lane, index) = (TOKEN, account(lane), first.index);
                            let refused = TicketNotReady {
                                asset,
                                lane,
                                index,
                                retry_at,
                            };
                            prop_assert_eq!(claimed, Err(refused.into()));
                            continue;
                        }
                        // Whatever other lanes hold, the first that is ready is paid: once, in order, to whom it names.
                        let paid = Claim {
                            index: first.index,
                            recipient: first.recipient,
                            amount: u(first.amount.unwrap_or(0)),
                        };
                        prop_assert_eq!(claimed, Ok(paid));
                        model.waiting.pop_front();
                    }
                }
            }
            Step::Cancel(lane, index) => {
                let cancelled = house.queue.cancel(&council(), TOKEN, account(lane), index);
                let ticket = model[lane]
                    .waiting
                    .iter_mut()
                    .find(|ticket| ticket.index == index);
                match ticket.and_then(|ticket| ticket.amount.take()) {
                    Some(amount) => prop_assert_eq!(cancelled, Ok(u(amount))),
                    None => prop_assert!(cancelled.is_err()),
                }
            }
            Step::Trip(lane) => {
                let fired = Fired::own(1, Target::OneRung, account(lane));
                let trip = house.breakers.trip(token(), fired).unwrap();
                house.queue.mark_late(TOKEN, &trip).unwrap();
                let model = &mut model[lane];
                model.not_before = model.not_before.max(now + 11 * HOUR);
            }
            Step::Wait(secs) => {
                now += secs;
                test.set_block_timestamp(now);
            }
        }
        let tickets = model.iter().flat_map(|lane| &lane.waiting);
        let sum: u64 = tickets.filter_map(|ticket| ticket.amount).sum();
        prop_assert_eq!(house.queue.pending(TOKEN), u(sum));
    }
    // In the end everything is out, lane by lane, and nothing is left.
    test.set_block_timestamp(now + 12 * HOUR);
    for (lane, model) in model.iter().enumerate() {
        for ticket in &model.waiting {
            let paid = house.queue.claim(TOKEN, account(lane)).unwrap();
            prop_assert_eq!((paid.index, paid.recipient), (ticket.index, ticket.recipient));
            prop_assert_eq!(paid.amount, u(ticket.amount.unwrap_or(0)));
        }
        prop_assert!(house.queue.claim(TOKEN, account(lane)).is_err());
    }
    prop_assert_eq!(house.queue.pending(TOKEN), U256::ZERO);
    Ok(())
}

proptest! {
    #[test]
    fn each_ticket_is_paid_once_in_its_lanes_order_whatever_other_lanes_do(steps in steps()) {
        run(steps)?;
    }
}
