//! What stands around the body of a guarded method, as WASM on a chain: the lock, modes, flows, and trips that survive the revert they cause.

use alloy_primitives::{bytes, hex, keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolEvent, SolValue};
use e2e::bridge::constructor;
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::rpc::{Called, Chain, Endpoint, People, Receipt, RpcError, Status};
use e2e::wasm;
use serde_json::json;

sol! {
    #![sol(all_derives)]

    function act(uint256 word, address target, uint256 value, bytes data) external payable returns (bool);
    function actInline(uint256 word, address target, uint256 value, bytes data) external payable returns (bool);
    function actUnnamed(uint256 word) external returns (bool);
    function actAsking(address oracle) external returns (bool);
    function actNamedFirst(uint256 word) external returns (bool);
    function actNamedLast(uint256 word) external returns (bool);
    function moveMeasured(address target, uint256 value, bytes data) external payable;
    function moveDeclared(address asset, uint256 amount) external;
    function actShared(address keeper, uint256 word, address target, bytes data) external;
    function priceShared(address keeper) external view returns (uint256);
    function lockHolder() external view returns (address);
    function admit(address member) external;
    function setMode(uint8 guard, uint8 mode) external;
    function setDelay(uint64 secs) external;
    function price() external view returns (uint256);
    function word() external view returns (uint256);
    function moved(address asset) external view returns (uint256, uint256);
    function lastViolation() external view returns (uint256, uint8, bytes32, bytes32, address);

    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
    event GuardWouldRefuse(uint8 indexed guard, address indexed by, bytes reason);
    event GuardModeChanged(uint8 indexed guard, uint8 previous, uint8 mode, bool loosened);

    error AboveCeiling(uint256 before, uint256 afterwards, uint256 ceiling);
    error BreakerOpen(bytes32 scope, uint8 state, uint8 kind, uint8 reason, uint64 retryAt);
    error FlowTooLarge(uint256 amount);
    error InTransition();
    error NotWell(uint256 answer);
    error Odd(uint256 word);
    error Starved(uint64 gasBefore, uint64 gasLeft);
    error Unanswered(address contractAddress);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error Reentered();
    error RefundRefused(address to, uint256 value);
    error SharedLockRefused(address keeper);
    error TooLittleGas(uint64 left, uint64 reserved);
}

const CEILING: u8 = 1;
const FLOW: u8 = 2;
const ENFORCE: u8 = 0;
const SHADOW: u8 = 1;
const LATCH: u8 = 2;
const NOBODY: Address = Address::ZERO;
const DAY: u64 = 86_400;

/// Init code of a contract with this code, of at most 255 bytes.
fn init(runtime: &[u8]) -> Vec<u8> {
    let length = u8::try_from(runtime.len()).unwrap();
    // PUSH1 length, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN
    let mut code = vec![0x60, length, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3];
    code.extend_from_slice(runtime);
    code
}

/// Reverts with whatever data it is called with.
const ECHO_REVERT: [u8; 7] = hex!("365f5f37365ffd");
/// Takes all the gas that it is given.
const BURNER: [u8; 3] = hex!("5b5f56");
/// Returns 100,000 bytes.
const LOUD: [u8; 6] = hex!("620186a05ff3");
/// Takes ETH, and nothing else.
const PURSE: [u8; 1] = hex!("00");
/// Calls whom the first word names with the data after it, and reverts whatever that does.
const UNDOER: [u8; 24] = hex!("6020360360205f375f5f602036035f5f5f355af1505f5ffd");
/// Calls whom the first word names with the data after it, and passes on what it reverts with.
const FORWARDER: [u8; 33] = hex!("6020360360205f375f5f602036035f5f5f355af115601957005b3d5f5f3e3d5ffd");
/// Calls whom the first word names with the data after it, twice, and passes on what the second call reverts with.
const TWICE: [u8; 46] =
    hex!("6020360360205f375f5f602036035f5f5f355af1505f5f602036035f5f5f355af115602657005b3d5f5f3e3d5ffd");
/// Uses gas until 8,000 are left, and returns.
const SPENDER: [u8; 9] = hex!("5b62001f405a115f57");

/// Calls whom the first word names with the data after it and the value that it gets, and passes on what that reverts with. Called without data,
/// it calls back `actUnnamed(1)` of who pays it.
fn boomerang() -> Vec<u8> {
    let answer = hex!("60e01b5f526001600452 5f5f60245f5f335af115603b5700");
    let forward = hex!("5b6020360360205f375f5f602036035f345f355af115603b57005b3d5f5f3e3d5ffd");
    [
        &hex!("3660215763")[..],
        &actUnnamedCall::SELECTOR,
        &answer,
        &forward,
    ]
    .concat()
}

struct World {
    chain: Chain,
    people: People,
    probe: Address,
}

fn u(number: u64) -> U256 {
    U256::from(number)
}

impl World {
    /// A probe whose ceiling latches.
    fn new() -> Self {
        let mut world = Self::enforcing();
        world.set_mode(CEILING, LATCH);
        world
    }

    /// A probe in which nothing was set.
    fn enforcing() -> Self {
        let code = wasm::code("probe/frame").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        Self {
            probe: probe(&mut chain, people),
            chain,
            people,
        }
    }

    fn create(&mut self, runtime: &[u8]) -> Address {
        self.chain.create(self.people.deployer, init(runtime)).unwrap()
    }

    fn govern<C: SolCall>(&mut self, call: &C) -> Receipt {
        let (from, to) = (self.people.governor, self.probe);
        let receipt = self.chain.submit(from, to, call).unwrap();
        assert!(receipt.is_success(), "{receipt:?}");
        receipt
    }

    fn set_mode(&mut self, guard: u8, mode: u8) -> Receipt {
        self.govern(&setModeCall { guard, mode })
    }

    fn send<C: SolCall>(&mut self, call: &C) -> Receipt {
        self.pay(call, 0)
    }

    fn pay<C: SolCall>(&mut self, call: &C, value: u64) -> Receipt {
        let (from, to) = (self.people.user, self.probe);
        self.chain
            .transact(from, to, call.abi_encode(), u(value))
            .unwrap()
    }

    fn ask<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.people.user, self.probe, call).unwrap()
    }

    fn called<C: SolCall>(&self, call: &C) -> Called {
        self.chain
            .call(self.people.user, self.probe, call.abi_encode())
            .unwrap()
    }

    fn violations(&self) -> u64 {
        self.ask(&lastViolationCall {})._0.to()
    }

    fn word(&self) -> u64 {
        self.ask(&wordCall {}).to()
    }
}

fn probe(chain: &mut Chain, people: People) -> Address {
    let code = wasm::code("probe/frame").unwrap();
    let input = constructor(&(people.governor,).abi_encode_params());
    chain.deploy_program(people.deployer, &code, input).unwrap()
}

fn act(word: u64, target: Address, data: impl Into<Bytes>) -> actCall {
    actCall {
        word: u(word),
        target,
        value: U256::ZERO,
        data: data.into(),
    }
}

fn act_inline(word: u64, target: Address, data: impl Into<Bytes>) -> actInlineCall {
    actInlineCall {
        word: u(word),
        target,
        value: U256::ZERO,
        data: data.into(),
    }
}

fn above(before: u64, afterwards: u64) -> AboveCeiling {
    AboveCeiling {
        before: u(before),
        afterwards: u(afterwards),
        ceiling: u(100),
    }
}

#[track_caller]
fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

fn events<E: SolEvent>(receipt: &Receipt, of: Address) -> Vec<E> {
    receipt
        .logs
        .iter()
        .filter(|log| log.address == of)
        .filter_map(|log| E::decode_log(log).ok())
        .map(|log| log.data)
        .collect()
}

#[test]
fn a_latched_call_that_violates_nothing_happens_and_says_so() {
    let mut world = World::new();
    let call = act(100, NOBODY, bytes!());
    assert!(actCall::abi_decode_returns(&world.called(&call).output).unwrap());
    let receipt = world.send(&call);
    assert!(receipt.is_success() && receipt.logs.is_empty(), "{receipt:?}");
    assert_eq!((world.word(), world.violations()), (100, 0));
}

#[test]
fn a_trip_survives_the_revert_that_it_causes() {
    let mut world = World::new();
    assert!(world.send(&act(7, NOBODY, bytes!())).is_success());

    let call = act(101, NOBODY, bytes!());
    assert_eq!(world.called(&call).output, Bytes::from(false.abi_encode()));
    let tripped = world.send(&call);
    assert!(tripped.is_success(), "{tripped:?}");
    assert_eq!(world.word(), 7, "the body was rolled back");
    assert_eq!(
        events::<ViolationLatched>(&tripped, world.probe),
        [ViolationLatched {
            guard: CEILING,
            method: actCall::SELECTOR.into(),
            by: world.people.user,
            reason: above(7, 101).abi_encode().into(),
        }]
    );
    let last = world.ask(&lastViolationCall {});
    let word = |four: [u8; 4]| B256::right_padding_from(&four);
    assert_eq!(
        (last._0, last._1, last._2, last._3, last._4),
        (
            u(1),
            CEILING,
            word(actCall::SELECTOR),
            word(AboveCeiling::SELECTOR),
            world.people.user
        )
    );

    // The breaker is frozen: what would violate nothing is refused too, until the freeze ends.
    let refused = world.send(&act(1, NOBODY, bytes!()));
    let open = refusal::<BreakerOpen>(&refused).unwrap();
    assert_eq!((open.state, open.reason), (4, 0x81));
    assert_eq!(world.violations(), 1, "a refusal at the door is no violation");
}

#[test]
fn a_read_that_fails_in_an_invariant_of_ones_own_is_no_violation() {
    let mut world = World::new();
    let ask = |oracle| actAskingCall { oracle };
    // Returns the word 1.
    let well = world.create(&hex!("60015f5260205ff3"));
    assert!(world.send(&ask(well)).is_success());
    for dead in [world.create(&ECHO_REVERT), NOBODY] {
        let unanswered = Unanswered {
            contractAddress: dead,
        };
        assert_refused(&world.send(&ask(dead)), &unanswered);
    }
    let burner = world.create(&BURNER);
    let starved = world.send(&ask(burner));
    let numbers = refusal::<Starved>(&starved).unwrap();
    assert!(numbers.gasLeft <= numbers.gasBefore / 64, "{numbers:?}");
    assert_eq!(world.violations(), 0, "nothing is known of harm");

    // Returns the word 2: that all is not well, and is said to be harm.
    let ill = world.create(&hex!("60025f5260205ff3"));
    let tripped = world.send(&ask(ill));
    assert!(tripped.is_success(), "{tripped:?}");
    let reason: Bytes = NotWell { answer: u(2) }.abi_encode().into();
    let latched = events::<ViolationLatched>(&tripped, world.probe);
    assert_eq!((latched.len(), &latched[0].reason), (1, &reason));
    assert_eq!((latched[0].guard, world.violations()), (255, 1));
}

#[test]
fn the_order_of_what_is_kept_decides_the_error_and_the_trip() {
    let mut world = World::new();
    // Above the ceiling and odd: harm by the one, a refusal by the other.
    let refused = world.send(&actNamedLastCall { word: u(101) });
    assert_refused(&refused, &Odd { word: u(101) });
    assert_eq!(world.violations(), 0, "the one that latches was not asked");
    let tripped = world.send(&actNamedFirstCall { word: u(101) });
    assert!(tripped.is_success(), "{tripped:?}");
    let reason: Bytes = above(0, 101).abi_encode().into();
    assert_eq!(
        events::<ViolationLatched>(&tripped, world.probe)[0].reason,
        reason
    );
    assert_eq!(world.violations(), 1);
    // Where only one of them is unmet, the order says nothing.
    let even = world.send(&actNamedLastCall { word: u(102) });
    assert!(even.is_success() && world.violations() == 2, "{even:?}");
    assert_refused(
        &world.send(&actNamedFirstCall { word: u(7) }),
        &Odd { word: u(7) },
    );
}

#[test]
fn without_a_latch_a_violation_reverts_and_is_forgotten() {
    let mut world = World::new();
    let refused = world.send(&act_inline(101, NOBODY, bytes!()));
    assert_refused(&refused, &above(0, 101));
    assert_eq!((world.word(), world.violations()), (0, 0));
    assert!(world.send(&act_inline(1, NOBODY, bytes!())).is_success());
}

#[test]
fn a_guard_acts_by_its_mode_and_enforces_when_none_was_set() {
    let mut world = World::enforcing();
    let refused = world.send(&act(101, NOBODY, bytes!()));
    assert_refused(&refused, &above(0, 101));
    assert_eq!(world.violations(), 0);

    // It comes down the ladder without a delay only as long as there is none.
    let shadowed = world.set_mode(CEILING, SHADOW);
    let changed = events::<GuardModeChanged>(&shadowed, world.probe);
    assert_eq!(
        changed,
        [GuardModeChanged {
            guard: CEILING,
            previous: ENFORCE,
            mode: SHADOW,
            loosened: true
        }]
    );
    let passed = world.send(&act(101, NOBODY, bytes!()));
    assert!(passed.is_success());
    assert_eq!(
        events::<GuardWouldRefuse>(&passed, world.probe),
        [GuardWouldRefuse {
            guard: CEILING,
            by: world.people.user,
            reason: above(0, 101).abi_encode().into()
        }]
    );
    assert_eq!((world.word(), world.violations()), (101, 0));
    assert_eq!(
        world.send(&act_inline(102, NOBODY, bytes!())).logs.len(),
        1,
        "a shadow falls on every method that names the guard"
    );
}

#[test]
fn down_the_ladder_of_modes_waits_and_up_does_not() {
    let mut world = World::enforcing();
    world.govern(&setDelayCall { secs: DAY });
    world.set_mode(CEILING, LATCH);
    let down = setModeCall {
        guard: CEILING,
        mode: ENFORCE,
    };
    let (governor, probe) = (world.people.governor, world.probe);
    let refused = world.chain.submit(governor, probe, &down).unwrap();
    let waits = OperationNotReady {
        operation: keccak256(down.abi_encode()),
        readyAt: 0,
        expiresAt: 0,
    };
    assert_refused(&refused, &waits);
    let stranger = world.send(&setModeCall {
        guard: CEILING,
        mode: LATCH,
    });
    assert!(!stranger.is_success());
    // It latches still.
    world.send(&act(101, NOBODY, bytes!()));
    assert_eq!(world.violations(), 1);
}

#[test]
fn the_value_of_a_violating_call_is_sent_back() {
    let mut world = World::new();
    let before = world.chain.balance(world.people.user).unwrap();
    let tripped = world.pay(&act(101, NOBODY, bytes!()), 1_000_000_000_000_000_000);
    assert!(tripped.is_success() && world.violations() == 1, "{tripped:?}");
    assert_eq!(world.chain.balance(world.probe).unwrap(), U256::ZERO);
    let paid = before - world.chain.balance(world.people.user).unwrap();
    assert!(
        paid < u(100_000_000_000_000_000),
        "{paid} wei is more than gas costs"
    );
}

#[test]
fn a_caller_that_does_not_take_its_value_back_takes_the_whole_call_back() {
    let mut world = World::new();
    // Another probe calls, in the middle of a transition of its own, in which it takes no ETH.
    let outer = probe(&mut world.chain, world.people);
    let inner = act(101, NOBODY, bytes!()).abi_encode();
    let call = actInlineCall {
        word: u(1),
        target: world.probe,
        value: u(5),
        data: inner.into(),
    };
    let user = world.people.user;
    let receipt = world
        .chain
        .transact(user, outer, call.abi_encode(), u(5))
        .unwrap();
    let refused = RefundRefused {
        to: outer,
        value: u(5),
    };
    assert_refused(&receipt, &refused);
    assert_eq!(world.violations(), 0);
}

#[test]
fn a_violation_cannot_be_forged() {
    let mut world = World::new();
    let echo = world.create(&ECHO_REVERT);
    // What our own frame writes for a violation, and what it writes for a refusal, from somebody else.
    let mut forged = vec![1, CEILING];
    forged.extend(above(0, 101).abi_encode());
    for data in [
        forged.clone(),
        vec![1],
        vec![1, 255],
        vec![0, 1, CEILING],
        above(0, 101).abi_encode(),
    ] {
        let refused = world.send(&act(1, echo, data.clone()));
        assert_eq!(refused.status, Status::Revert);
        assert_eq!(
            refused.output,
            Bytes::from(data),
            "its own words, and nothing more"
        );
    }
    assert_eq!(world.violations(), 0);
}

#[test]
fn running_out_of_gas_in_the_body_is_no_violation() {
    let mut world = World::new();
    let burner = world.create(&BURNER);
    // The word is above the ceiling, and the body does not get as far as being asked.
    let refused = world.send(&act(101, burner, bytes!()));
    assert!(!refused.is_success(), "{refused:?}");
    assert_eq!((world.word(), world.violations()), (0, 0));
    assert!(world.send(&act(1, NOBODY, bytes!())).is_success());
}

#[test]
fn gas_for_the_record_is_held_back_or_the_call_is_refused() {
    let world = World::new();
    let data = Bytes::from(act(101, NOBODY, bytes!()).abi_encode());
    let mut outcomes = Vec::new();
    // Whatever gas is given: either it is refused and nothing happens, or the whole record is made.
    for gas in (60_000u64..700_000).step_by(20_000) {
        let asked: Result<Bytes, _> = world.chain.client().ask(
            "eth_call",
            json!([{"from": world.people.user, "to": world.probe, "data": data, "gas": format!("{gas:#x}")}, "latest"]),
        );
        outcomes.push(match asked {
            Ok(answer) => {
                assert_eq!(answer, Bytes::from(false.abi_encode()), "with {gas} gas");
                true
            }
            Err(_) => false,
        });
    }
    let first = outcomes.iter().position(|done| *done).expect("enough in the end");
    assert!(first > 0, "too little in the beginning");
    assert!(outcomes[first..].iter().all(|done| *done), "{outcomes:?}");

    // Just too little is said by name.
    let gas = 240_000u64;
    let answer: Result<Bytes, _> = world.chain.client().ask(
        "eth_call",
        json!([{"from": world.people.user, "to": world.probe, "data": data, "gas": format!("{gas:#x}")}, "latest"]),
    );
    let Err(RpcError::Refused {
        data: Some(reason), ..
    }) = answer
    else {
        panic!("{answer:?}")
    };
    let refused = TooLittleGas::abi_decode(&reason).unwrap();
    assert_eq!(refused.reserved, 200_000);
    assert!(refused.left < 200_000, "{refused:?}");
}

#[test]
fn what_a_body_uses_up_leaves_the_gas_for_the_record() {
    let mut world = World::new();
    let spender = world.create(&SPENDER);
    let data = Bytes::from(act(101, spender, bytes!()).abi_encode());
    let asked: Result<Bytes, _> = world.chain.client().ask(
        "eth_call",
        json!([{"from": world.people.user, "to": world.probe, "data": data, "gas": "0xf4240"}, "latest"]),
    );
    assert_eq!(asked.unwrap(), Bytes::from(false.abi_encode()));
}

#[test]
fn each_violation_of_a_transaction_is_latched() {
    let mut world = World::new();
    let twice = world.create(&TWICE);
    let data = forwarded(world.probe, &actUnnamedCall { word: u(101) }.abi_encode());
    let user = world.people.user;
    let receipt = world.chain.transact(user, twice, data, U256::ZERO).unwrap();
    assert!(receipt.is_success(), "{receipt:?}");
    assert_eq!((world.word(), world.violations()), (0, 2));
}

#[test]
fn nothing_begins_while_a_violation_is_recorded_and_value_sent_back() {
    let mut world = World::new();
    let boomerang = world.create(&boomerang());
    let user = world.people.user;
    let call = |word: u64, to: Address| forwarded(to, &act(word, NOBODY, bytes!()).abi_encode());
    // It is what it says: without a violation nothing comes back.
    let data = call(3, world.probe);
    let passed = world.chain.transact(user, boomerang, data, u(5)).unwrap();
    assert!(passed.is_success(), "{passed:?}");
    let data = call(101, world.probe);
    let receipt = world.chain.transact(user, boomerang, data, u(5)).unwrap();
    let refused = RefundRefused {
        to: boomerang,
        value: u(5),
    };
    assert_refused(&receipt, &refused);
    assert_eq!((world.word(), world.violations()), (3, 0));
}

#[test]
fn a_call_back_is_refused_in_a_body_and_what_it_would_read_is_not_settled() {
    let mut world = World::new();
    for inner in [
        act(1, NOBODY, bytes!()).abi_encode(),
        act_inline(1, NOBODY, bytes!()).abi_encode(),
        Vec::new(), // the receive function
    ] {
        for outer in [
            act(2, world.probe, inner.clone()).abi_encode(),
            act_inline(2, world.probe, inner.clone()).abi_encode(),
        ] {
            let (user, probe) = (world.people.user, world.probe);
            let receipt = world.chain.transact(user, probe, outer, U256::ZERO).unwrap();
            assert_refused(&receipt, &Reentered {});
        }
    }
    let refused = world.send(&act(2, world.probe, priceCall {}.abi_encode()));
    assert_refused(&refused, &InTransition {});
    assert!(world
        .send(&act(2, world.probe, wordCall {}.abi_encode()))
        .is_success());
    assert_eq!(world.ask(&priceCall {}), u(2), "between transitions it says");
    assert_eq!(world.violations(), 0);
}

#[test]
fn two_latched_contracts_inside_each_other_trip_each_for_itself() {
    let mut world = World::new();
    let outer = probe(&mut world.chain, world.people);
    let (governor, user) = (world.people.governor, world.people.user);
    let latch = setModeCall {
        guard: CEILING,
        mode: LATCH,
    };
    assert!(world.chain.submit(governor, outer, &latch).unwrap().is_success());

    // The inner one violates: the outer one goes on, and its caller is told that it happened.
    let inner = act(101, NOBODY, bytes!());
    let call = act(9, world.probe, inner.abi_encode());
    let receipt = world.chain.submit(user, outer, &call).unwrap();
    assert!(receipt.is_success(), "{receipt:?}");
    assert_eq!(world.violations(), 1);
    assert_eq!(world.word(), 0);
    assert_eq!(world.chain.view(user, outer, &wordCall {}).unwrap(), u(9));

    // The outer one violates: what the inner one did in its body is rolled back with it.
    world.chain.advance_time(2 * DAY).unwrap();
    let inner = act(50, NOBODY, bytes!());
    let call = act(101, world.probe, inner.abi_encode());
    let receipt = world.chain.submit(user, outer, &call).unwrap();
    assert_eq!(events::<ViolationLatched>(&receipt, outer).len(), 1);
    assert_eq!(world.word(), 0);
    assert_eq!(world.violations(), 1);
}

#[test]
fn an_invariant_without_a_name_latches_where_the_method_does() {
    let mut world = World::enforcing();
    let tripped = world.send(&actUnnamedCall { word: u(101) });
    let told = events::<ViolationLatched>(&tripped, world.probe);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].guard, 255);
    assert_eq!((world.word(), world.violations()), (0, 1));
}

#[test]
fn an_answer_of_any_length_passes_through_a_body() {
    let mut world = World::new();
    let loud = world.create(&LOUD);
    assert!(world.send(&act(3, loud, bytes!())).is_success());
    assert_eq!(world.word(), 3);
}

#[test]
fn a_caller_can_take_a_trip_back_only_with_all_that_it_did() {
    let mut world = World::new();
    let undoer = world.create(&UNDOER);
    let mut data = world.probe.into_word().to_vec();
    data.extend(act(101, NOBODY, bytes!()).abi_encode());
    let user = world.people.user;
    let receipt = world.chain.transact(user, undoer, data, U256::ZERO).unwrap();
    assert!(!receipt.is_success());
    assert_eq!((world.word(), world.violations()), (0, 0));
}

#[test]
fn a_measured_flow_is_what_moved_whatever_was_said() {
    let mut world = World::enforcing();
    let purse = world.create(&PURSE);
    let call = |value: u64| moveMeasuredCall {
        target: purse,
        value: u(value),
        data: bytes!(),
    };
    // Comes in and stays.
    assert!(world.pay(&call(0), 900).is_success());
    let moved = world.ask(&movedCall { asset: NOBODY });
    assert_eq!((moved._0, moved._1), (u(900), u(0)));
    // The value of the call is not what was held before: 200 came, 700 went, so 500 left.
    assert!(world.pay(&call(700), 200).is_success());
    let moved = world.ask(&movedCall { asset: NOBODY });
    assert_eq!((moved._0, moved._1), (u(900), u(500)));
    assert_eq!(world.chain.balance(world.probe).unwrap(), u(400));

    // More than the guard lets pass, measured and declared, exactly at the bound and one over it.
    assert!(world.pay(&call(0), 1_000).is_success());
    let refused = world.send(&call(1_001));
    assert_refused(&refused, &FlowTooLarge { amount: u(1_001) });
    assert!(world.send(&call(1_000)).is_success());
    let declared = |amount: u64| moveDeclaredCall {
        asset: NOBODY,
        amount: u(amount),
    };
    assert!(world.send(&declared(1_000)).is_success());
    assert_refused(&world.send(&declared(1_001)), &FlowTooLarge { amount: u(1_001) });
    world.set_mode(FLOW, SHADOW);
    let passed = world.send(&declared(1_001));
    assert_eq!(events::<GuardWouldRefuse>(&passed, world.probe).len(), 1);
}

#[test]
fn after_the_breaker_has_come_back_everything_runs_again() {
    let mut world = World::new();
    let tripped = world.send(&act(101, NOBODY, bytes!()));
    let at = world.chain.time_of(&tripped).unwrap();
    let refused = world.send(&act(5, NOBODY, bytes!()));
    let open = refusal::<BreakerOpen>(&refused).unwrap();
    or_skip!(world.chain.move_to(open.retryAt - 1));
    assert!(open.retryAt > at);
    assert!(refusal::<BreakerOpen>(&world.send(&act(5, NOBODY, bytes!()))).is_some());
    or_skip!(world.chain.move_to(open.retryAt));
    assert!(world.send(&act(5, NOBODY, bytes!())).is_success());
    assert_eq!(world.word(), 5);
}

/// A keeper and two members of its lock.
fn protocol() -> (World, Address, Address) {
    let mut world = World::enforcing();
    let first = probe(&mut world.chain, world.people);
    let second = probe(&mut world.chain, world.people);
    for member in [first, second] {
        world.govern(&admitCall { member });
    }
    (world, first, second)
}

fn act_shared(keeper: Address, word: u64, target: Address, data: impl Into<Bytes>) -> actSharedCall {
    actSharedCall {
        keeper,
        word: u(word),
        target,
        data: data.into(),
    }
}

/// The data that makes the forwarder call somebody.
fn forwarded(to: Address, data: &[u8]) -> Vec<u8> {
    [to.into_word().as_slice(), data].concat()
}

#[test]
fn the_contracts_of_a_protocol_share_a_lock() {
    let (mut world, first, second) = protocol();
    let (user, keeper) = (world.people.user, world.probe);
    let forwarder = world.create(&FORWARDER);
    let inner = act_shared(keeper, 2, NOBODY, bytes!()).abi_encode();

    // Through somebody else's code: a call from outside.
    let around = act_shared(keeper, 1, forwarder, forwarded(second, &inner));
    let refused = world.chain.submit(user, first, &around).unwrap();
    assert_refused(&refused, &SharedLockRefused { keeper });
    // And a view that others price by says so.
    let price = priceSharedCall { keeper }.abi_encode();
    let asked = act_shared(keeper, 1, forwarder, forwarded(second, &price));
    let refused = world.chain.submit(user, first, &asked).unwrap();
    assert_refused(&refused, &InTransition {});
    assert_eq!(world.chain.view(user, first, &wordCall {}).unwrap(), u(0));

    // From one member to the other: the lock is handed down, and nothing of it is left.
    let direct = act_shared(keeper, 1, second, inner.clone());
    let done = world.chain.submit(user, first, &direct).unwrap();
    assert!(done.is_success(), "{done:?}");
    assert_eq!(world.chain.view(user, second, &wordCall {}).unwrap(), u(2));
    assert_eq!(world.ask(&lockHolderCall {}), NOBODY);
    let settled = priceSharedCall { keeper };
    assert_eq!(world.chain.view(user, second, &settled).unwrap(), u(2));
    // Not back into the one that it came from.
    let back = act_shared(
        keeper,
        3,
        first,
        act_shared(keeper, 4, NOBODY, bytes!()).abi_encode(),
    );
    let back = act_shared(keeper, 5, second, back.abi_encode());
    assert_refused(&world.chain.submit(user, first, &back).unwrap(), &Reentered {});
    // After a revert in the middle nothing is held.
    let direct = world
        .chain
        .submit(user, second, &act_shared(keeper, 6, NOBODY, bytes!()));
    assert!(direct.unwrap().is_success());
}

#[test]
fn who_is_no_member_neither_takes_the_lock_nor_runs_without_it() {
    let (mut world, first, _) = protocol();
    let (user, keeper) = (world.people.user, world.probe);
    let stranger = probe(&mut world.chain, world.people);
    let call = act_shared(keeper, 1, NOBODY, bytes!());
    let refused = world.chain.submit(user, stranger, &call).unwrap();
    assert_refused(&refused, &SharedLockRefused { keeper });
    // A keeper that is not there gives no lock.
    let refused = world
        .chain
        .submit(user, first, &act_shared(user, 1, NOBODY, bytes!()))
        .unwrap();
    assert_refused(&refused, &SharedLockRefused { keeper: user });
}
