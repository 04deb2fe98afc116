//! The guards that live in a transaction, on a chain that has transactions: sums in transient storage over several calls of one, what a
//! revert takes back, and that nothing outlives it.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use bench::measure::Stage;
use bench::probe;
use bench::site::{units, Case, CALLER, CAPACITY, ETH, FIRST};
use embedded_chain::{init_code_for, Transaction};

sol! {
    interface IGuarded {
        function run(address asset, uint256 amount) external;
        error TransitionCapExceeded(address asset, uint256 requested, uint256 available);
        error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    }
}

/// Bytecode that calls the address in the first word of its input twice, with the rest of the input, and returns for each whether it
/// succeeded.
const TWICE: [u8; 49] = [
    // size of the rest, kept on the stack; the rest to memory
    0x60, 0x20, 0x36, 0x03, 0x80, 0x60, 0x20, 0x60, 0, 0x37, // first call
    0x60, 0, 0x60, 0, 0x82, 0x60, 0, 0x60, 0, 0x60, 0, 0x35, 0x5a, 0xf1, // second call
    0x60, 0, 0x60, 0, 0x83, 0x60, 0, 0x60, 0, 0x60, 0, 0x35, 0x5a, 0xf1, // both answers
    0x60, 0x20, 0x52, 0x60, 0, 0x52, 0x60, 0x40, 0x60, 0, 0xf3,
];

struct Scene {
    stage: Stage,
    twice: Address,
}

impl Scene {
    /// A build of the probe, of whose capacity its first use took [`FIRST`] units a minute ago, in another transaction.
    fn new(build: &str) -> Self {
        let mut stage = probe::stage(build, Case::PASSES).unwrap();
        let twice = stage.chain.deploy(CALLER, init_code_for(&TWICE)).unwrap();
        Self { stage, twice }
    }

    fn run(amount: u64) -> Vec<u8> {
        let (asset, amount) = (ETH, units(amount));
        IGuarded::runCall { asset, amount }.abi_encode()
    }

    /// One transaction of one call: what it reverts with, or nothing.
    fn once(&mut self, amount: u64) -> Result<(), Bytes> {
        let call = Transaction::call(CALLER, self.stage.contract, Self::run(amount));
        let receipt = self.stage.chain.transact(call).unwrap();
        if receipt.outcome.is_success() {
            Ok(())
        } else {
            Err(receipt.outcome.output.clone())
        }
    }

    /// One transaction of two calls: whether each passed.
    fn both(&mut self, amount: u64) -> [bool; 2] {
        let input = [self.stage.contract.abi_encode(), Self::run(amount)].concat();
        let call = Transaction::call(CALLER, self.twice, input);
        let receipt = self.stage.chain.transact(call).unwrap();
        assert!(receipt.outcome.is_success(), "{receipt:?}");
        let answers = <(U256, U256)>::abi_decode_params(&receipt.outcome.output).unwrap();
        [answers.0 == U256::ONE, answers.1 == U256::ONE]
    }
}

#[test]
fn two_calls_of_one_transaction_share_its_cap() {
    let mut scene = Scene::new("flow-cap");
    let half = CAPACITY / 2;
    assert_eq!(scene.both(half), [true, true], "exactly the cap");
    assert_eq!(scene.both(half + 1), [true, false], "more than it");
    assert_eq!(scene.both(CAPACITY), [true, false]);
    assert_eq!(scene.both(CAPACITY + 1), [false, false]);
}

#[test]
fn a_cap_on_a_transaction_does_not_outlive_it() {
    let mut scene = Scene::new("flow-cap");
    for _ in 0..5 {
        assert_eq!(
            scene.once(CAPACITY),
            Ok(()),
            "in the same second as the one before"
        );
    }
}

#[test]
fn a_lasting_limit_counts_both_calls_and_forgets_the_refused_one() {
    for build in ["window", "scoped", "adaptive", "position"] {
        let mut scene = Scene::new(build);
        let left = CAPACITY - FIRST;
        // What a minute frees differs from limiter to limiter, and is less than a twentieth of the capacity.
        let most = left / 2 + CAPACITY / 20;
        assert_eq!(scene.both(most), [true, false], "{build}");
        assert_eq!(
            scene.once(left - most),
            Ok(()),
            "{build}: the refused call took nothing"
        );
        assert!(scene.once(most).is_err(), "{build}");
    }
}

#[test]
fn a_refusal_says_what_it_would_have_let_pass() {
    let mut scene = Scene::new("window");
    let refused = scene.once(CAPACITY - FIRST + 1).unwrap_err();
    let limited = IGuarded::RateLimited::abi_decode(&refused).unwrap();
    assert_eq!(
        (limited.asset, limited.requested, limited.available),
        (ETH, units(CAPACITY - FIRST + 1), units(CAPACITY - FIRST))
    );
    assert_eq!(scene.once(CAPACITY - FIRST), Ok(()));

    let mut scene = Scene::new("flow-cap");
    let refused = scene.once(CAPACITY + 1).unwrap_err();
    let capped = IGuarded::TransitionCapExceeded::abi_decode(&refused).unwrap();
    assert_eq!(
        (capped.asset, capped.requested, capped.available),
        (ETH, units(CAPACITY + 1), units(CAPACITY))
    );
}
