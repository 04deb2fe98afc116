//! Trees of calls through two contracts whose bodies do what their caller says: nested, re-entering, latched, starved of gas. What each tree leaves is computed here by a model of a few
//! lines, which knows locks, rollbacks and latches and nothing of how they are made.

use crate::cases;
use crate::chain::{u, Net, DEPLOYER, GOVERNOR};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{sol, SolCall, SolEvent};
use e2e::bridge::constructor;
use e2e::tokens::{Fixture, IBatch};
use embedded_chain::{Outcome, DEV_ACCOUNTS};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::cell::RefCell;

sol! {
    function act(uint256 word, address target, uint256 value, bytes data) external payable returns (bool);
    function actInline(uint256 word, address target, uint256 value, bytes data) external payable returns (bool);
    function actUnnamed(uint256 word) external returns (bool);
    function moveMeasured(address target, uint256 value, bytes data) external payable;
    function moveDeclared(address asset, uint256 amount) external;
    function setMode(uint8 guard, uint8 mode) external;
    function price() external view returns (uint256);
    function word() external view returns (uint256);
    function moved(address asset) external view returns (uint256, uint256);
    function lastViolation() external view returns (uint256, uint8, bytes32, bytes32, address);
    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
}

const USER: Address = DEV_ACCOUNTS[3];
const ETH: Address = Address::ZERO;
/// The largest word that is allowed, and the largest flow.
const MOST: u64 = 100;
const LARGEST_FLOW: u64 = 1_000;
/// The guards' numbers are places here, less one.
const CEILING: usize = 0;
const FLOW: usize = 1;
const SHADOW: u8 = 1;
const LATCH: u8 = 2;
/// A breaker of the probe's is closed again after this, whatever tripped it: its expiry and its ramp.
const OVER: u64 = 3_600 + 600;

/// A call of one of the two, and the calls that are made from inside.
#[derive(Clone, Debug)]
struct Node {
    of: usize,
    what: What,
    /// Whether its caller goes on when it fails.
    may_fail: bool,
    within: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Act(u64),
    ActInline(u64),
    ActUnnamed(u64),
    Measured(u64),
    Declared(u64),
    Price,
}

#[derive(Clone, Debug)]
enum Step {
    /// One transaction of several calls.
    Calls {
        roots: Vec<Node>,
        gas: Option<u64>,
    },
    Mode {
        of: usize,
        guard: u8,
        mode: u8,
    },
    Wait(u64),
}

fn what() -> impl Strategy<Value = What> {
    let word = || prop_oneof![3 => 0..=MOST, 1 => Just(MOST), 2 => MOST + 1..=MOST + 2];
    let flow = || prop_oneof![3 => 0..=LARGEST_FLOW, 1 => Just(LARGEST_FLOW), 1 => Just(LARGEST_FLOW + 1)];
    prop_oneof![
        4 => word().prop_map(What::Act),
        2 => word().prop_map(What::ActInline),
        1 => word().prop_map(What::ActUnnamed),
        2 => flow().prop_map(What::Measured),
        1 => flow().prop_map(What::Declared),
        1 => Just(What::Price),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    let of = |(of, what, may_fail, within)| Node {
        of,
        what,
        may_fail,
        within,
    };
    let leaf = (0..2usize, what(), any::<bool>(), Just(Vec::new())).prop_map(of);
    leaf.prop_recursive(4, 16, 3, move |inner| {
        (0..2usize, what(), any::<bool>(), vec(inner, 0..3)).prop_map(of)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let calls = |gas| move |roots| Step::Calls { roots, gas };
    prop_oneof![
        8 => vec(node(), 1..4).prop_map(calls(None)),
        2 => (vec(node(), 1..4), 60_000..2_500_000u64).prop_map(|(roots, gas)| Step::Calls { roots, gas: Some(gas) }),
        3 => (0..2usize, 1..=2u8, 0..=2u8).prop_map(|(of, guard, mode)| Step::Mode { of, guard, mode }),
        3 => select(&[1, 600, 3_599, 3_600, OVER - 1, OVER, 86_400][..]).prop_map(Step::Wait),
    ]
}

/// One probe as the model has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Probe {
    word: u64,
    violations: u64,
    tripped: bool,
    moved_out: u64,
    modes: [u8; 2],
    busy: bool,
}

struct Refused;

impl Probe {
    fn charge(&mut self, amount: u64) -> Result<(), Refused> {
        if amount <= LARGEST_FLOW {
            self.moved_out += amount;
            return Ok(());
        }
        if self.modes[FLOW] == SHADOW {
            return Ok(());
        }
        Err(Refused)
    }

    fn violated(&mut self) {
        self.violations += 1;
        self.tripped = true;
    }
}

type Both = [Probe; 2];

/// Calls one after the other; the first that fails and may not ends them.
fn all(both: &mut Both, nodes: &[Node]) -> Result<(), Refused> {
    for node in nodes {
        let before = both.clone();
        if call(both, node).is_err() {
            *both = before;
            if !node.may_fail {
                return Err(Refused);
            }
        }
    }
    Ok(())
}

fn call(both: &mut Both, node: &Node) -> Result<(), Refused> {
    let of = node.of;
    if both[of].busy {
        return Err(Refused);
    }
    if node.what == What::Price {
        return Ok(());
    }
    let before = both.clone();
    both[of].busy = true;
    let (word, named, latched) = match node.what {
        What::Act(word) => (Some(word), true, true),
        What::ActInline(word) => (Some(word), true, false),
        What::ActUnnamed(word) => (Some(word), false, true),
        _ => (None, false, false),
    };
    if named && both[of].tripped {
        return Err(Refused);
    }
    both[of].word = word.unwrap_or(both[of].word);
    if node.calls_out() {
        all(both, &node.within)?;
    }
    if word.is_some_and(|word| word > MOST) {
        let mode = both[of].modes[CEILING];
        if !named || mode == LATCH {
            if !latched {
                return Err(Refused);
            }
            // All that happened is undone, in the other probe too.
            *both = before;
            both[of].violated();
            return Ok(());
        }
        if mode != SHADOW {
            return Err(Refused);
        }
    }
    if let What::Measured(amount) | What::Declared(amount) = node.what {
        both[of].charge(amount)?;
    }
    both[of].busy = false;
    Ok(())
}

impl Node {
    fn calls_out(&self) -> bool {
        matches!(self.what, What::Act(_) | What::ActInline(_) | What::Measured(_))
    }
}

#[derive(Clone)]
struct World {
    net: Net,
    probes: [Address; 2],
    puppet: Address,
}

impl World {
    fn new() -> Self {
        thread_local!(static KNOWN: RefCell<Option<World>> = const { RefCell::new(None) });
        KNOWN.with_borrow_mut(|known| known.get_or_insert_with(Self::set_up).clone())
    }

    fn set_up() -> Self {
        let mut net = Net::new();
        let probes = [(); 2].map(|()| {
            let probe = net.program(
                "probe/frame",
                constructor(&alloy_sol_types::SolValue::abi_encode(&GOVERNOR)),
            );
            // As it is to begin with: most of what is told apart here is about latches.
            net.must(
                GOVERNOR,
                probe,
                &setModeCall {
                    guard: 1,
                    mode: LATCH,
                },
            );
            net.fund(probe);
            probe
        });
        let puppet = net.create(Fixture::Batch.creation_code());
        net.must(DEPLOYER, puppet, &IBatch::runCall { calls: Vec::new() });
        Self { net, probes, puppet }
    }

    fn run_of(&self, nodes: &[Node]) -> Bytes {
        let calls = nodes.iter().map(|node| IBatch::Call {
            to: self.probes[node.of],
            value: U256::ZERO,
            data: self.data_of(node).into(),
            mayFail: node.may_fail,
        });
        IBatch::runCall {
            calls: calls.collect(),
        }
        .abi_encode()
        .into()
    }

    fn data_of(&self, node: &Node) -> Vec<u8> {
        let (target, data) = (self.puppet, self.run_of(&node.within));
        let value = U256::ZERO;
        match node.what {
            What::Act(word) => actCall {
                word: u(word),
                target,
                value,
                data,
            }
            .abi_encode(),
            What::ActInline(word) => actInlineCall {
                word: u(word),
                target,
                value,
                data,
            }
            .abi_encode(),
            What::ActUnnamed(word) => actUnnamedCall { word: u(word) }.abi_encode(),
            What::Measured(value) => moveMeasuredCall {
                target,
                value: u(value),
                data,
            }
            .abi_encode(),
            What::Declared(amount) => moveDeclaredCall {
                asset: ETH,
                amount: u(amount),
            }
            .abi_encode(),
            What::Price => priceCall {}.abi_encode(),
        }
    }

    /// What the probes are, with modes that the model knows.
    fn seen(&self, modes: [[u8; 2]; 2]) -> Both {
        std::array::from_fn(|of| {
            let probe = self.probes[of];
            let harmless = actCall {
                word: U256::ZERO,
                target: ETH,
                value: U256::ZERO,
                data: Bytes::new(),
            };
            Probe {
                word: self.net.ask(probe, &wordCall {}).to(),
                violations: self.net.ask(probe, &lastViolationCall {})._0.to(),
                tripped: !self.net.call(probe, harmless.abi_encode()).is_success(),
                moved_out: self.net.ask(probe, &movedCall { asset: ETH })._1.to(),
                modes: modes[of],
                busy: false,
            }
        })
    }

    fn told(&self, outcome: &Outcome) -> [u64; 2] {
        let latched = |probe: Address| {
            let own = outcome.logs.iter().filter(|log| log.address == probe);
            own.filter(|log| log.topics().first() == Some(&ViolationLatched::SIGNATURE_HASH))
                .count() as u64
        };
        self.probes.map(latched)
    }
}

fn run(steps: &[Step]) -> [u64; 4] {
    let mut world = World::new();
    let mut both = world.seen([[LATCH, 0]; 2]);
    let [mut done, mut refused, mut latched, mut starved] = [0; 4];
    for step in steps {
        match step {
            Step::Calls { roots, gas } => {
                let before = both.clone();
                let words = world.probes.map(|probe| world.net.words(probe));
                let expected = all(&mut both, roots);
                let (puppet, input) = (world.puppet, world.run_of(roots).to_vec());
                let outcome = world.net.transact(USER, puppet, input, U256::ZERO, *gas);
                let told = world.told(&outcome);
                if expected.is_err() {
                    both = before.clone();
                }
                let seen = world.seen(before.each_ref().map(|probe| probe.modes));
                let new = |of: usize| seen[of].violations - before[of].violations;
                assert_eq!([new(0), new(1)], told, "each violation is told once: {step:?}");
                if gas.is_some() {
                    // What ran out of gas depends on prices. Whatever it was, nothing is half done.
                    starved += 1;
                    for of in 0..2 {
                        let watched = before[of].modes[CEILING] == SHADOW || seen[of].word == before[of].word;
                        assert!(watched || seen[of].word <= MOST, "{step:?}: {seen:?}");
                        assert_eq!(
                            seen[of].tripped,
                            before[of].tripped || new(of) > 0,
                            "{step:?}: {seen:?}"
                        );
                    }
                    both = seen;
                } else {
                    assert_eq!(outcome.is_success(), expected.is_ok(), "{step:?}: {outcome:?}");
                    assert_eq!(seen, both, "{step:?}");
                    latched += told[0] + told[1];
                }
                if outcome.is_success() {
                    done += 1;
                } else {
                    refused += 1;
                    for (probe, words) in world.probes.iter().zip(words) {
                        assert_eq!(
                            world.net.words(*probe),
                            words,
                            "what is refused changes nothing: {step:?}"
                        );
                    }
                }
            }
            Step::Mode { of, guard, mode } => {
                // FLOW refuses where nothing latches, so that its latch enforces.
                let set = setModeCall {
                    guard: *guard,
                    mode: *mode,
                };
                world.net.must(GOVERNOR, world.probes[*of], &set);
                both[*of].modes[usize::from(*guard) - 1] = *mode;
            }
            Step::Wait(secs) => {
                world.net.wait(*secs);
                let seen = world.seen(both.each_ref().map(|probe| probe.modes));
                for (seen, known) in seen.iter().zip(&mut both) {
                    assert!(known.tripped || !seen.tripped, "time trips nothing");
                    assert!(*secs < OVER || !seen.tripped, "a trip is over after {OVER} s");
                    known.tripped = seen.tripped;
                    assert_eq!(seen, known, "time changes nothing else");
                }
            }
        }
    }
    // The ladder comes back, and no lock is held.
    world.net.wait(OVER);
    for probe in world.probes {
        let data = world.run_of(&[]);
        let act = actCall {
            word: u(7),
            target: world.puppet,
            value: U256::ZERO,
            data: data.clone(),
        };
        world.net.must(USER, probe, &act);
        assert_eq!(world.net.ask(probe, &priceCall {}), u(7));
        let inline = actInlineCall {
            word: u(8),
            target: world.puppet,
            value: U256::ZERO,
            data: data.clone(),
        };
        world.net.must(USER, probe, &inline);
        world.net.must(USER, probe, &actUnnamedCall { word: u(9) });
        world.net.must(
            USER,
            probe,
            &moveMeasuredCall {
                target: world.puppet,
                value: u(1_000),
                data,
            },
        );
        world.net.must(
            USER,
            probe,
            &moveDeclaredCall {
                asset: ETH,
                amount: u(1_000),
            },
        );
        assert_eq!(world.net.ask(probe, &priceCall {}), u(9));
    }
    [done, refused, latched, starved]
}

#[test]
fn trees_of_calls_leave_what_a_model_of_locks_and_latches_says() {
    let seen = RefCell::new([0u64; 4]);
    cases(200, vec(step(), 1..20), |steps| {
        let counts = run(&steps);
        for (sum, count) in seen.borrow_mut().iter_mut().zip(counts) {
            *sum += count;
        }
    });
    let seen = seen.into_inner();
    println!("done, refused, latched, starved: {seen:?}");
    // A walk is worth something only if it went everywhere; a short one by hand may not.
    let short = std::env::var_os("PROPTEST_CASES").is_some();
    assert!(short || seen.iter().all(|count| *count > 10), "{seen:?}");
}
