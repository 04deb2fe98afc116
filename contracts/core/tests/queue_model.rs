//! The queue against a model of lists and plain large integers, over a million random steps, and what an attacker might try
//! with it.

use alloy_primitives::{Address, U256};
use num_bigint::{BigInt, BigUint};
use portcullis_core::queue::{ClaimRefused, Lane, NotWaiting, QueueRefused, Settings, Status, Ticket, Total};
use portcullis_core::recorder::RecordSecs;
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use std::collections::BTreeMap;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn big(amount: U256) -> BigInt {
    BigUint::from_bytes_be(&amount.to_be_bytes::<32>()).into()
}

fn u(amount: u64) -> U256 {
    U256::from(amount)
}

/// A queue as a contract keeps it: words only.
#[derive(Default)]
struct Stored {
    total: U256,
    lanes: BTreeMap<u8, U256>,
    tickets: BTreeMap<(u8, u64), [U256; 2]>,
}

impl Stored {
    fn lane(&self, account: u8) -> Lane {
        Lane::from_word(self.lanes.get(&account).copied().unwrap_or_default())
    }

    fn ticket(&self, account: u8, index: u64) -> Ticket {
        Ticket::from_words(self.tickets.get(&(account, index)).copied().unwrap_or_default())
    }

    fn queue(
        &mut self,
        account: u8,
        amount: U256,
        settings: &Settings,
        now: u64,
    ) -> Result<u64, QueueRefused> {
        let to = Address::repeat_byte(account);
        let queued = self
            .lane(account)
            .queue(Total(self.total), amount, to, false, settings, now)?;
        self.total = queued.total.0;
        self.lanes.insert(account, queued.lane.to_word());
        self.tickets
            .insert((account, queued.index), queued.ticket.to_words());
        Ok(queued.ticket.ready_at())
    }

    fn claim(&mut self, account: u8, now: u64) -> Result<U256, ClaimRefused> {
        let lane = self.lane(account);
        let claimed = lane.claim(Total(self.total), self.ticket(account, lane.head()), now)?;
        self.total = claimed.total.0;
        self.lanes.insert(account, claimed.lane.to_word());
        self.tickets
            .insert((account, claimed.index), Ticket::ABSENT.to_words());
        Ok(claimed.amount)
    }

    fn cancel(&mut self, account: u8, index: u64) -> Option<U256> {
        let ticket = self.ticket(account, index);
        let cancelled = self.lane(account).cancel(Total(self.total), ticket, index).ok()?;
        self.total = cancelled.total.0;
        self.tickets.insert((account, index), cancelled.ticket.to_words());
        Some(cancelled.amount)
    }

    fn mark(&mut self, account: u8, secs: u64, settings: &Settings, now: u64) {
        let marked = self
            .lane(account)
            .marked_late(RecordSecs::new(secs).unwrap(), settings, now);
        self.lanes.insert(account, marked.to_word());
    }
}

/// A ticket of the model; its amount is none when it was cancelled.
struct Waiting {
    amount: Option<BigInt>,
    ready_at: u64,
}

#[derive(Default)]
struct ModelLane {
    claimed: u64,
    waiting: Vec<Waiting>,
    last_ready: u64,
    not_before: u64,
    late_until: u64,
}

fn wait(total: &BigInt, settings: &Settings) -> u64 {
    let (drain, secs) = (big(settings.drain()), settings.drain_secs());
    // A drain of more than 64 bits counts in the least power of two that brings it below: then the total is rounded up to one.
    let unit = BigInt::from(1) << settings.drain().bit_len().saturating_sub(64);
    let total: BigInt = (total + &unit - 1) / &unit * unit;
    let wait: BigInt = (total * secs + &drain - 1) / drain;
    let most = settings.max_delay_secs() - settings.min_delay_secs();
    let cut: BigInt = wait.min(most.into());
    settings.min_delay_secs() + u64::try_from(cut).unwrap()
}

fn some_settings(random: &mut StdRng) -> Settings {
    let bits = random.random_range(1..=256u32);
    let drain = (U256::MAX >> (256 - bits as usize))
        - (U256::from(random.random::<u8>()) >> (8 - bits.min(8)) as usize);
    let min_delay = random.random_range(1..=DAY);
    Settings::new(
        drain.max(U256::ONE),
        random.random_range(1..=2 * DAY),
        min_delay,
        random.random_range(min_delay + 1..=10 * DAY),
        random.random_range(1..=DAY),
    )
    .unwrap()
}

#[test]
fn a_million_random_steps_agree_with_lists_of_large_integers() {
    const QUEUES: u64 = 1_000;
    const STEPS: u64 = 1_000;
    let (mut queued, mut claimed, mut passed_over, mut waited, mut cancelled, mut full) = (0, 0, 0, 0, 0, 0);
    let (mut cut, mut sized) = (0, 0);
    for seed in 0..QUEUES {
        let mut random = StdRng::seed_from_u64(seed);
        let mut settings = some_settings(&mut random);
        let mut now: u64 = random.random_range(0..2_000_000_000);
        let mut stored = Stored::default();
        let mut model: BTreeMap<u8, ModelLane> = BTreeMap::new();
        let mut total = BigInt::from(0);
        for _ in 0..STEPS {
            let account = random.random_range(0..6);
            let lane = model.entry(account).or_default();
            match random.random_range(0..20) {
                0..6 => {
                    let amount = match random.random_range(0..10) {
                        0 => U256::from_limbs(random.random()) >> random.random_range(0..256usize),
                        _ => settings.drain() >> random.random_range(0..20usize),
                    };
                    let fits = &total + big(amount) <= big(U256::MAX);
                    match stored.queue(account, amount, &settings, now) {
                        Ok(ready_at) => {
                            total += big(amount);
                            let wait = if now < lane.late_until {
                                settings.max_delay_secs() + settings.late_secs()
                            } else {
                                let wait = wait(&total, &settings);
                                *(if wait == settings.max_delay_secs() {
                                    &mut cut
                                } else {
                                    &mut sized
                                }) += 1;
                                wait
                            };
                            lane.last_ready = lane.last_ready.max(now + wait);
                            assert_eq!(ready_at, lane.last_ready);
                            lane.waiting.push(Waiting {
                                amount: Some(big(amount)),
                                ready_at,
                            });
                            queued += 1;
                        }
                        Err(QueueRefused::ZeroAmount) => assert!(amount.is_zero()),
                        Err(QueueRefused::TotalFull { requested, available }) => {
                            assert!(!fits);
                            assert_eq!(big(requested), big(amount));
                            assert_eq!(big(available), big(U256::MAX) - &total);
                            full += 1;
                        }
                        Err(QueueRefused::LaneFull) => unreachable!(),
                    }
                }
                6..13 => match stored.claim(account, now) {
                    Ok(amount) => {
                        let first = lane.waiting.remove(0);
                        lane.claimed += 1;
                        match first.amount {
                            Some(expected) => {
                                assert!(now >= first.ready_at.max(lane.not_before));
                                assert_eq!(big(amount), expected);
                                total -= expected;
                                claimed += 1;
                            }
                            None => {
                                assert!(amount.is_zero());
                                passed_over += 1;
                            }
                        }
                    }
                    Err(ClaimRefused::Empty) => assert!(lane.waiting.is_empty()),
                    Err(ClaimRefused::NotYet { retry_at }) => {
                        let first = &lane.waiting[0];
                        assert!(first.amount.is_some() && retry_at > now);
                        assert_eq!(retry_at, first.ready_at.max(lane.not_before));
                        waited += 1;
                    }
                },
                13..15 => {
                    let place = random.random_range(0..8usize);
                    let amount = stored.cancel(account, lane.claimed + place as u64);
                    let expected = lane
                        .waiting
                        .get_mut(place)
                        .and_then(|ticket| ticket.amount.take());
                    assert_eq!(amount.map(big), expected);
                    if let Some(expected) = expected {
                        total -= expected;
                        cancelled += 1;
                    }
                }
                15 if random.random_range(0..10) == 0 => {
                    let secs = random.random_range(1..=DAY);
                    stored.mark(account, secs, &settings, now);
                    let late = now + settings.max_delay_secs() + settings.late_secs();
                    lane.not_before = lane.not_before.max(late);
                    lane.late_until = lane.late_until.max(now + secs);
                }
                16 if random.random_range(0..10) == 0 => settings = some_settings(&mut random),
                _ => now += random.random_range(0..=2 * HOUR),
            }
            // Each amount counts once, from when it is queued until it is claimed or cancelled.
            assert_eq!(big(stored.total), total);
        }
        let waiting = model.values().flat_map(|lane| &lane.waiting);
        assert_eq!(
            waiting.filter_map(|ticket| ticket.amount.clone()).sum::<BigInt>(),
            total
        );
        // In the end everything is claimed, whatever was reconfigured.
        now += 100 * DAY;
        for account in model.keys() {
            while stored.claim(*account, now) != Err(ClaimRefused::Empty) {}
        }
        assert_eq!(stored.total, U256::ZERO, "seed {seed}");
    }
    // The walk is worth something only if it went everywhere.
    let all = [queued, claimed, passed_over, waited, cancelled, full, cut, sized];
    assert!(all.iter().all(|count| *count > 300), "{all:?}");
}

fn hourly() -> Settings {
    // 100 an hour, at least 10 minutes, at most 10 hours; a late lane an hour longer.
    Settings::new(u(100), HOUR, 600, 10 * HOUR, HOUR).unwrap()
}

#[test]
fn a_wait_is_sized_by_all_that_waits() {
    let mut stored = Stored::default();
    assert_eq!(stored.queue(1, u(100), &hourly(), 0), Ok(600 + HOUR));
    assert_eq!(stored.queue(2, u(50), &hourly(), 0), Ok(600 + HOUR + HOUR / 2));
    // One part of an hour in 3,600 is 36 seconds; what is left over is rounded up.
    assert_eq!(
        stored.queue(3, u(1), &hourly(), 0),
        Ok(600 + HOUR + HOUR / 2 + 36)
    );
    assert_eq!(stored.queue(4, u(1_000_000), &hourly(), 0), Ok(10 * HOUR));
}

#[test]
fn splitting_cannot_shorten_a_wait() {
    let whole = Stored::default().queue(1, u(900), &hourly(), 0).unwrap();
    for pieces in [2, 3, 9, 100, 900] {
        for accounts in [1, 2, 50] {
            let mut stored = Stored::default();
            let last = (0..pieces)
                .map(|piece| {
                    stored
                        .queue((piece % accounts) as u8, u(900 / pieces), &hourly(), 0)
                        .unwrap()
                })
                .max();
            assert_eq!(last, Some(whole), "{pieces} by {accounts}");
        }
    }
}

#[test]
fn what_can_be_claimed_stays_within_the_bound_whoever_queues_and_claims_when() {
    let settings = Settings::new(u(1_000), HOUR, 600, 30 * DAY, HOUR).unwrap();
    let (mut at_the_bound, mut tickets) = (0, 0);
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut stored = Stored::default();
        let mut now = 0;
        let mut paid = Vec::new();
        let mut queued_at: BTreeMap<(u8, u64), u64> = BTreeMap::new();
        for _ in 0..300 {
            let account = random.random_range(0..20);
            if random.random_range(0..3) == 0 {
                let index = stored.lane(account).tail();
                stored
                    .queue(account, u(random.random_range(1..200)), &settings, now)
                    .unwrap();
                queued_at.insert((account, index), now);
            }
            // Everything that can be claimed is, at once.
            for account in 0..20 {
                loop {
                    let index = stored.lane(account).head();
                    match stored.claim(account, now) {
                        Ok(amount) => paid.push((queued_at[&(account, index)], now, amount)),
                        Err(_) => break,
                    }
                }
            }
            now += random.random_range(0..60);
        }
        tickets += paid.len();
        for from in (0..now).step_by(600) {
            for to in (from..now).step_by(300) {
                let sum = paid
                    .iter()
                    .filter(|(queued, paid, _)| *queued >= from && *paid <= to)
                    .fold(U256::ZERO, |sum, (_, _, amount)| sum + *amount);
                assert!(sum <= settings.bound(to - from), "{from} to {to}: {sum}");
                at_the_bound += u64::from(sum * u(10) >= settings.bound(to - from) * u(4) && !sum.is_zero());
            }
        }
    }
    assert!(
        tickets > 3_000 && at_the_bound > 1_000,
        "{tickets} {at_the_bound}"
    );
}

#[test]
fn dust_in_ones_own_lane_is_in_nobody_elses_way() {
    let mut stored = Stored::default();
    for _ in 0..1_000 {
        stored.queue(1, u(1), &hourly(), 0).unwrap();
    }
    // What another waits for is the value that waits, here 1,001, and not a thousand tickets; and never beyond the longest wait.
    assert_eq!(stored.queue(2, u(1), &hourly(), 0), Ok(10 * HOUR));
    assert_eq!(stored.claim(2, 10 * HOUR), Ok(u(1)));
}

#[test]
fn a_forged_fortune_holds_others_up_no_longer_than_the_longest_wait() {
    let mut stored = Stored::default();
    stored.queue(1, U256::MAX - u(10), &hourly(), 0).unwrap();
    assert_eq!(stored.queue(2, u(10), &hourly(), 0), Ok(10 * HOUR));
    // Once it is cancelled, it is in the way of nothing that is queued later.
    assert_eq!(stored.cancel(1, 0), Some(U256::MAX - u(10)));
    assert_eq!(stored.queue(3, u(90), &hourly(), 0), Ok(600 + HOUR));
}

#[test]
fn who_tripped_the_breaker_is_paid_after_everyone_who_queues_within_the_late_time() {
    let mut stored = Stored::default();
    stored.queue(1, u(10), &hourly(), 0).unwrap();
    stored.queue(2, u(10), &hourly(), 0).unwrap();
    stored.mark(1, DAY, &hourly(), 100);
    let late = 100 + 11 * HOUR;
    // What they had waits as long as what they queue now, and others do not.
    assert_eq!(
        stored.claim(1, late - 1),
        Err(ClaimRefused::NotYet { retry_at: late })
    );
    assert_eq!(stored.claim(2, 600 + 720), Ok(u(10)));
    assert_eq!(stored.queue(1, u(5), &hourly(), 100), Ok(late));
    for (account, queued_at) in [(3, 100), (4, 100 + HOUR)] {
        assert!(
            stored
                .queue(account, U256::ONE << 200, &hourly(), queued_at)
                .unwrap()
                <= late
        );
    }
    assert_eq!(stored.claim(1, late), Ok(u(10)));
    assert_eq!(stored.claim(1, late), Ok(u(5)));
    // It is not for ever.
    assert_eq!(stored.cancel(3, 0), Some(U256::ONE << 200));
    assert_eq!(stored.cancel(4, 0), Some(U256::ONE << 200));
    assert_eq!(
        stored.queue(1, u(100), &hourly(), 100 + DAY),
        Ok(100 + DAY + 600 + HOUR)
    );
}

#[test]
fn an_account_that_tripped_elsewhere_is_late_here_when_the_caller_says_so() {
    let lane = Lane::from_word(U256::ZERO);
    let queued = lane
        .queue(Total(U256::ZERO), u(1), Address::ZERO, true, &hourly(), 7)
        .unwrap();
    assert_eq!(queued.ticket.ready_at(), 7 + 11 * HOUR);
}

#[test]
fn a_ticket_stays_executable_whatever_is_reconfigured() {
    let mut stored = Stored::default();
    let ready_at = stored.queue(1, u(100), &hourly(), 0).unwrap();
    let slow = Settings::new(u(1), 10 * 365 * DAY, 29 * DAY, 30 * DAY, 30 * DAY).unwrap();
    stored.queue(2, u(1), &slow, 1).unwrap();
    assert_eq!(
        stored.claim(1, ready_at - 1),
        Err(ClaimRefused::NotYet { retry_at: ready_at })
    );
    assert_eq!(stored.claim(1, ready_at), Ok(u(100)));
}

#[test]
fn a_cancelled_ticket_is_passed_over_and_blocks_nothing() {
    let mut stored = Stored::default();
    for amount in [10, 20, 30] {
        stored.queue(1, u(amount), &hourly(), 0).unwrap();
    }
    assert_eq!(stored.cancel(1, 1), Some(u(20)));
    assert_eq!(stored.cancel(1, 1), None, "once");
    assert_eq!(stored.cancel(1, 3), None, "there is none");
    assert_eq!(stored.total, u(40));
    let ready_at = 600 + 60 * 36;
    assert_eq!(stored.claim(1, ready_at), Ok(u(10)));
    assert_eq!(stored.cancel(1, 0), None, "it was claimed");
    assert_eq!(stored.claim(1, ready_at), Ok(u(0)));
    assert_eq!(stored.claim(1, ready_at), Ok(u(30)));
    assert_eq!(stored.claim(1, ready_at), Err(ClaimRefused::Empty));
}

#[test]
fn a_claimed_ticket_is_not_cancelled_even_where_it_was_not_erased() {
    let lane = Lane::from_word(U256::ZERO);
    let queued = lane
        .queue(Total(u(7)), u(5), Address::ZERO, false, &hourly(), 0)
        .unwrap();
    let claimed = queued.lane.claim(queued.total, queued.ticket, DAY).unwrap();
    for index in [0, 1] {
        assert_eq!(
            claimed.lane.cancel(claimed.total, queued.ticket, index),
            Err(NotWaiting { index })
        );
    }
}

#[test]
fn words_are_laid_out_as_they_are_drawn() {
    let queued = Lane::from_word(U256::ZERO)
        .queue(
            Total(u(5)),
            u(9),
            Address::repeat_byte(0xcd),
            false,
            &hourly(),
            1_000,
        )
        .unwrap();
    let ready_at = 1_000 + 600 + 14 * 36;
    assert_eq!(queued.lane.to_word(), U256::ONE << 40 | u(ready_at) << 80);
    let recipient = U256::from_be_bytes(Address::repeat_byte(0xcd).into_word().0);
    let rest = recipient | u(ready_at) << 160 | u(1_000) << 200 | U256::ONE << 240;
    assert_eq!(queued.ticket.to_words(), [u(9), rest]);
    assert_eq!(queued.total, Total(u(14)));
    let marked = queued
        .lane
        .marked_late(RecordSecs::new(7).unwrap(), &hourly(), 2_000);
    assert_eq!(
        marked.to_word() ^ queued.lane.to_word(),
        u(2_000 + 11 * HOUR) << 120 | u(2_007) << 160
    );
    let settings = u(100) | u(HOUR) << 72 | u(600) << 104 | u(10 * HOUR) << 126 | u(HOUR) << 148;
    assert_eq!(hourly().to_word(), settings);
    assert_eq!(Ticket::from_words([U256::ZERO; 2]), Ticket::ABSENT);
}

proptest! {
    #[test]
    fn no_word_makes_it_panic(
        lane in any::<[u64; 4]>(), ticket in any::<[[u64; 4]; 2]>(), total in any::<[u64; 4]>(), amount in any::<[u64; 4]>(),
        now in any::<u64>(), settings in any::<[u64; 4]>(),
    ) {
        let word = U256::from_limbs;
        let (lane, ticket) = (Lane::from_word(word(lane)), Ticket::from_words(ticket.map(word)));
        let total = Total(word(total));
        prop_assert_eq!(Lane::from_word(lane.to_word()), lane);
        prop_assert_eq!(Ticket::from_words(ticket.to_words()), ticket);
        if let Ok(claimed) = lane.claim(total, ticket, now) {
            prop_assert!(claimed.total.0 <= total.0);
            prop_assert!(ticket.status() != Status::Waiting || now >= ticket.ready_at());
        }
        let _ = lane.cancel(total, ticket, lane.head());
        let settings = Settings::from_word(word(settings)).unwrap_or_else(hourly);
        if let Ok(queued) = lane.queue(total, word(amount), Address::ZERO, false, &settings, now) {
            prop_assert_eq!(Lane::from_word(queued.lane.to_word()), queued.lane);
            prop_assert_eq!(Ticket::from_words(queued.ticket.to_words()), queued.ticket);
        }
    }

    #[test]
    fn a_wait_is_what_large_integers_say(limbs in any::<[u64; 4]>(), shift in 0usize..256, seed in any::<u64>()) {
        let settings = some_settings(&mut StdRng::seed_from_u64(seed));
        let total = U256::from_limbs(limbs) >> shift;
        let waited = settings.wait_up(total);
        prop_assert_eq!(waited, wait(&big(total), &settings));
        prop_assert_eq!(Settings::from_word(settings.to_word()), Some(settings));
    }
}
