//! The code against the models that are proved about.
//!
//! `proof_vectors.csv` is what the models in `tests/proofs/model` compute; the same lines of those models are what
//! `scripts/prove` proves theorems about. So this test is the link between the proofs and the code. Each line is an
//! operation, its arguments and what comes out, in hexadecimal; states are whole words, so that every field counts.

use alloy_primitives::U256;
use portcullis_core::{bucket, cap::Cap, net, window, Denied};
use std::collections::BTreeMap;

const VECTORS: &str = include_str!("proof_vectors.csv");

/// What is left of a line.
struct Fields<'a>(std::str::Split<'a, char>);

impl Fields<'_> {
    fn text(&mut self) -> &str {
        self.0.next().expect("a field is missing")
    }

    fn amount(&mut self) -> U256 {
        self.optional().expect("a number")
    }

    fn optional(&mut self) -> Option<U256> {
        let text = self.text();
        (text != "none").then(|| U256::from_str_radix(text, 16).expect("hexadecimal"))
    }

    fn secs(&mut self) -> u64 {
        self.amount().to()
    }

    fn flag(&mut self) -> bool {
        !self.amount().is_zero()
    }

    fn words(&mut self) -> [U256; 2] {
        [self.amount(), self.amount()]
    }

    fn bucket(&mut self) -> bucket::Bucket {
        bucket::Slot::from_word(self.amount())
            .open()
            .expect("an open bucket")
    }

    fn window(&mut self) -> window::Window {
        window::Slot::from_words(self.words())
            .open()
            .expect("an open window")
    }

    /// What a request came to: on success the state, on refusal what is available and when.
    fn check_request<S>(&mut self, request: U256, result: Result<S, Denied>, words: &[U256], after: &[U256]) {
        let passed = self.flag();
        assert_eq!(result.is_ok(), passed, "whether it passes");
        let expected: Vec<U256> = words.iter().map(|_| self.amount()).collect();
        let (available, retry_at) = (self.optional(), self.optional());
        match result {
            Ok(_) => assert_eq!(after, expected),
            Err(denied) => {
                assert_eq!(words, expected, "a refusal changes nothing");
                assert_eq!(denied.requested, request);
                assert_eq!(Some(denied.available), available);
                assert_eq!(denied.retry_at.map(U256::from), retry_at);
            }
        }
    }
}

fn open_bucket(bucket: bucket::Bucket) -> U256 {
    bucket::Slot::Open(bucket).to_word()
}

fn open_window(window: window::Window) -> [U256; 2] {
    window::Slot::Open(window).to_words()
}

fn check_bucket(operation: &str, line: &mut Fields<'_>) {
    match operation {
        "limit" => {
            let limit = line.bucket().limit();
            assert_eq!(limit.capacity(), line.amount());
            assert_eq!(limit.refill_secs(), line.secs());
            let bound = line.amount();
            assert_eq!(limit.bound(line.secs()), bound);
        }
        "settled" => {
            let (it, now) = (line.bucket(), line.secs());
            assert_eq!(open_bucket(it.settled(now)), line.amount());
            assert_eq!(it.available_down(now), line.amount());
        }
        "consume" => {
            let (it, amount, now) = (line.bucket(), line.amount(), line.secs());
            let result = it.consume(amount, now);
            let after = result.map_or(U256::ZERO, open_bucket);
            line.check_request(amount, result, &[open_bucket(it)], &[after]);
        }
        "new" => {
            let limit = bucket::Limit::new(line.amount(), line.secs());
            assert_eq!(limit.is_ok(), line.flag());
            let (units, unit, secs) = (line.amount(), line.amount(), line.secs());
            if let Ok(limit) = limit {
                assert_eq!((limit.capacity(), limit.refill_secs()), (units * unit, secs));
                // Full at time zero, the word says the rest: what is held is the units times the seconds.
                let word = open_bucket(bucket::Bucket::full(limit, 0));
                assert_eq!(U256::from(word.into_limbs()[0]), units);
                assert_eq!(U256::ONE << (word.into_limbs()[3] as usize >> 40 & 0xff), unit);
            }
        }
        "holding" => {
            let (limit, amount, now) = (line.bucket().limit(), line.amount(), line.secs());
            let holding = bucket::Bucket::holding_down(limit, amount, now);
            assert_eq!(open_bucket(holding), line.amount());
        }
        "change" | "close" => {
            let (slot, now) = (bucket::Slot::from_word(line.amount()), line.secs());
            let to = (operation == "change").then(|| bucket::Limit::new(line.amount(), line.secs()).unwrap());
            let change = slot.reconfigure(to, now);
            assert_eq!(change.slot.to_word(), line.amount());
            assert_eq!(change.previous_available, line.amount());
            assert_eq!(change.available, line.amount());
            assert_eq!(change.loosened, line.flag());
        }
        _ => panic!("no such operation of a bucket"),
    }
}

fn check_window(operation: &str, line: &mut Fields<'_>) {
    match operation {
        "limit" => {
            let limit = line.window().limit();
            assert_eq!(limit.amount(), line.amount());
            assert_eq!(limit.window_secs(), line.secs());
            assert_eq!(limit.tick_secs(), line.secs());
            assert_eq!(u64::from(limit.ticks()), line.secs());
            assert_eq!(limit.longest_wait_secs(), line.secs());
            let bound = line.amount();
            assert_eq!(limit.bound(line.secs()), bound);
        }
        "settled" => {
            let (it, now) = (line.window(), line.secs());
            assert_eq!(open_window(it.settled(now)), line.words());
            assert_eq!(it.available_down(now), line.amount());
            assert_eq!(it.next_change_at(now).map(U256::from), line.optional());
        }
        "consume" => {
            let (it, amount, now) = (line.window(), line.amount(), line.secs());
            let result = it.consume(amount, now);
            let after = result.map_or([U256::ZERO; 2], open_window);
            line.check_request(amount, result, &open_window(it), &after);
        }
        "new" => {
            let limit = window::Limit::new(line.amount(), line.secs());
            assert_eq!(limit.is_ok(), line.flag());
            let (units, unit, secs) = (line.amount(), line.amount(), line.secs());
            if let Ok(limit) = limit {
                assert_eq!((limit.amount(), limit.window_secs()), (units * unit, secs));
                let [head, _] = open_window(window::Window::unused(limit, 0));
                assert_eq!(U256::from(head.into_limbs()[0]), units);
                assert_eq!(U256::ONE << (head.into_limbs()[3] as usize >> 40 & 0xff), unit);
            }
        }
        "change" | "close" => {
            let (slot, now) = (window::Slot::from_words(line.words()), line.secs());
            let to = (operation == "change").then(|| window::Limit::new(line.amount(), line.secs()).unwrap());
            let change = slot.reconfigure(to, now);
            assert_eq!(change.slot.to_words(), line.words());
            assert_eq!(change.previous_available, line.amount());
            assert_eq!(change.available, line.amount());
            assert_eq!(change.loosened, line.flag());
        }
        _ => panic!("no such operation of a window"),
    }
}

fn check_cap(line: &mut Fields<'_>) {
    let (cap, used, amount) = (Cap::new(line.amount()).unwrap(), line.amount(), line.amount());
    let (passed, after, available) = (line.flag(), line.amount(), line.amount());
    assert_eq!(cap.available_down(used), available);
    match cap.spend(used, amount, 7) {
        Ok(sum) => assert_eq!((true, sum), (passed, after)),
        Err(denied) => {
            assert_eq!((false, used), (passed, after), "a refusal consumes nothing");
            let retry_at = (amount <= cap.amount()).then_some(7);
            assert_eq!(
                (denied.requested, denied.available, denied.retry_at),
                (amount, available, retry_at)
            );
        }
    }
}

fn check_net(operation: &str, line: &mut Fields<'_>) {
    if operation == "due" {
        let [counted, charged] = line.words();
        let (due, after) = net::Tally { counted, charged }.due();
        assert_eq!(due, line.amount());
        assert_eq!([after.counted, after.charged], line.words());
        return;
    }
    let [brought_in, taken_out] = line.words();
    let [counted, charged] = line.words();
    let actor = net::Actor {
        brought_in,
        taken_out,
    };
    let tally = net::Tally { counted, charged };
    let result = match operation {
        "in" => net::bring_in(actor, tally, line.amount()),
        "out" => net::take_out(actor, tally, line.amount()),
        _ => panic!("no such operation of net counting"),
    };
    assert_eq!(result.is_ok(), line.flag());
    if let Ok((actor, tally)) = result {
        assert_eq!([actor.brought_in, actor.taken_out], line.words());
        assert_eq!([tally.counted, tally.charged], line.words());
    }
}

#[test]
fn the_code_computes_what_the_proved_models_compute() {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for (number, text) in VECTORS.lines().enumerate() {
        let mut line = Fields(text.split(','));
        let name = text.split(',').next().unwrap();
        line.text();
        // Only shown when the line fails.
        println!("line {}: {text}", number + 1);
        match name.split_once('-').unwrap() {
            ("bucket", operation) => check_bucket(operation, &mut line),
            ("window", operation) => check_window(operation, &mut line),
            ("cap", _) => check_cap(&mut line),
            ("net", operation) => check_net(operation, &mut line),
            _ => panic!("no such operation"),
        }
        *seen.entry(name).or_default() += 1;
    }
    // All seventeen operations, each often.
    assert_eq!(seen.len(), 17, "{seen:?}");
    assert!(seen.values().all(|times| *times >= 120), "{seen:?}");
}
