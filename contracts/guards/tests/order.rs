//! In which order `#[guarded]` asks what a method declares, and that each that refuses ends the call there.
//!
//! The order in which a method lists its guards says nothing of when they are asked, but for those of one kind among each other.

#![allow(missing_docs, clippy::unused_self)]

extern crate alloc;

use alloy_primitives::{Address, U256};
use core::cell::RefCell;
use portcullis::{
    asset::{NotAToken, TransferFailed, ETH},
    core_types::mode::{GuardId, Mode, Modes},
    guard_modes::{GuardModes, GuardWouldRefuse},
    guarded,
    invariant::{Invariant, Unmet},
    lock::{self, InTransition, Reentered},
    sdk::VM,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::{prelude::*, testing::TestVM};

const GUARD: GuardId = GuardId::of::<3>();
const TOKEN: Address = Address::repeat_byte(0x70);

/// All that is asked, in its order.
const ORDER: [&str; 12] = [
    "enter",
    "enter again",
    "declared in",
    "in 3",
    "declared out",
    "out 4",
    "measured",
    "before",
    "body",
    "after",
    "out 5",
    "leave",
];

/// What a test wants to happen, and what did.
#[derive(Default)]
struct Play {
    chain: Option<TestVM>,
    /// What refuses.
    refuses: &'static str,
    /// What the body leaves the contract with.
    leaves: u64,
    done: Vec<String>,
}

std::thread_local! {
    static PLAY: RefCell<Play> = RefCell::default();
}

fn refusal() -> GuardError {
    GuardError::own(TransferFailed { asset: TOKEN })
}

/// Notes that something was asked, which is refused where the test wants it. All of it is asked under the lock.
fn ask(what: &str) -> Result<(), GuardError> {
    assert!(lock::is_held(), "{what}");
    PLAY.with_borrow_mut(|play| {
        play.done.push(what.into());
        if play.refuses == what {
            Err(refusal())
        } else {
            Ok(())
        }
    })
}

/// The asset, of which it is noted when it was asked for. Where that is refused it is none that answers.
fn asset(what: &str, asset: Address) -> Address {
    ask(what).map_or(TOKEN, |()| asset)
}

struct Kept;

impl Invariant for Kept {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        ask("before").map_err(Unmet::broken)
    }

    fn after(&self, _: &VM, (): ()) -> Result<(), Unmet> {
        ask("after").map_err(Unmet::broken)
    }
}

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    modes: GuardModes,
}

/// A result by another name.
pub type ActResult = Result<(), Vec<u8>>;

impl Vault {
    fn body() -> Result<(), Vec<u8>> {
        ask("body")?;
        PLAY.with_borrow(|play| {
            if let Some(chain) = &play.chain {
                chain.set_balance(chain.contract_address(), U256::from(play.leaves));
            }
        });
        Ok(())
    }
}

#[guarded]
// The attribute is known under every path.
#[stylus_sdk::prelude::public]
impl Vault {
    #[constructor]
    #[exempt("it runs once")]
    pub fn constructor(&mut self) {}

    #[guard(
        leave(ask("leave")),
        outflow(asset("measured", ETH)),
        keep(Kept),
        inflow(asset("declared in", TOKEN), U256::from(3)),
        enter(ask("enter"), ask("enter again")),
        outflow(asset("declared out", TOKEN), U256::from(4))
    )]
    pub fn act(&mut self) -> Result<(), Vec<u8>> {
        Self::body()
    }

    #[guard(
        leave(GUARD: ask("leave")),
        outflow(GUARD: asset("measured", ETH)),
        keep(GUARD: Kept),
        inflow(GUARD: asset("declared in", TOKEN), U256::from(3)),
        enter(GUARD: ask("enter"), GUARD: ask("enter again")),
        outflow(GUARD: asset("declared out", TOKEN), U256::from(4))
    )]
    pub fn act_named(&mut self) -> Result<(), Vec<u8>> {
        Self::body()
    }

    #[guard(inflow(ETH), outflow(ETH))]
    pub fn act_both_ways(&mut self) -> Result<(), Vec<u8>> {
        Self::body()
    }

    #[guard(enter(ask("enter")))]
    pub fn act_after(&mut self) -> Result<(), Vec<u8>> {
        Self::body()
    }

    #[guard(leave(ask("leave")))]
    pub fn act_before(&mut self) -> Result<(), Vec<u8>> {
        Self::body()
    }

    #[guard(lock)]
    pub fn act_twice(&mut self) -> Result<(), Vec<u8>> {
        self.act_alone()
    }

    #[guard(lock)]
    pub fn act_alone(&mut self) -> ActResult {
        Self::body()
    }

    #[guard(lock)]
    pub fn look_inside(&mut self) -> Result<(), Vec<u8>> {
        self.price().map(drop)
    }

    #[settled]
    pub fn price(&self) -> Result<U256, Vec<u8>> {
        Ok(U256::ONE)
    }

    #[exempt("nothing to")]
    pub fn act_unguarded(&mut self) -> bool {
        lock::is_held()
    }
}

impl Flows for Vault {
    fn inflow(&mut self, _: Address, amount: U256) -> Result<(), GuardError> {
        ask(&format!("in {amount}"))
    }

    fn outflow(&mut self, _: Address, amount: U256) -> Result<(), GuardError> {
        ask(&format!("out {amount}"))
    }
}

impl Moded for Vault {
    fn guard_modes(&self) -> Modes {
        self.modes.all()
    }
}

/// A contract with ten of ETH, of which the body leaves so much.
fn vault(leaves: u64) -> (TestVM, Vault) {
    let test = TestVM::new();
    test.set_balance(test.contract_address(), U256::from(10));
    PLAY.set(Play {
        chain: Some(test.clone()),
        leaves,
        ..Play::default()
    });
    let vault = Vault::from(&test);
    (test, vault)
}

/// What was done since this was asked last.
fn done() -> Vec<String> {
    assert!(!lock::is_held());
    PLAY.with_borrow_mut(|play| core::mem::take(&mut play.done))
}

fn refused<T>(error: impl Into<GuardError>) -> Result<T, Vec<u8>> {
    Err(error.into().into())
}

#[test]
fn what_is_declared_is_asked_in_one_order_however_it_is_listed() {
    let (_, mut vault) = vault(5);
    assert_eq!(vault.act(), Ok(()));
    assert_eq!(done(), ORDER);
    let (_, mut vault) = self::vault(5);
    assert_eq!(vault.act_named(), Ok(()));
    assert_eq!(done(), ORDER);
}

#[test]
fn what_refuses_ends_the_call_before_what_comes_after_it() {
    for (index, refuses) in ORDER.into_iter().enumerate() {
        // An asset is none that refuses: the declared one is charged whatever it is, the measured one does not answer.
        let error = match refuses {
            "declared in" | "declared out" => continue,
            "measured" => GuardError::from(NotAToken { asset: TOKEN }),
            _ => refusal(),
        };
        for act in [Vault::act, Vault::act_named] {
            let (_, mut vault) = vault(5);
            PLAY.with_borrow_mut(|play| play.refuses = refuses);
            assert_eq!(act(&mut vault), refused(error.clone()), "{refuses}");
            assert_eq!(done(), ORDER[..=index]);
        }
    }
}

#[test]
fn every_guard_with_a_name_is_weighed_by_its_mode() {
    let guards = [
        "enter",
        "enter again",
        "in 3",
        "out 4",
        "before",
        "after",
        "out 5",
        "leave",
    ];
    for refuses in guards {
        let (test, mut vault) = vault(5);
        vault.modes.initialize(GUARD, Mode::Shadow);
        PLAY.with_borrow_mut(|play| play.refuses = refuses);
        assert_eq!(vault.act_named(), Ok(()), "{refuses}");
        let logs = test.get_emitted_logs();
        let told = logs
            .iter()
            .filter(|(topics, _)| topics[0] == GuardWouldRefuse::TOPIC);
        assert_eq!(told.count(), 1, "{refuses}");
        // There is nothing to compare with for what was not seen before.
        let unseen = if refuses == "before" { "after" } else { "" };
        let asked: Vec<_> = ORDER.into_iter().filter(|what| *what != unseen).collect();
        assert_eq!(done(), asked);
        // And one without a name is in no shadow.
        let (_, mut vault) = self::vault(5);
        vault.modes.initialize(GUARD, Mode::Shadow);
        PLAY.with_borrow_mut(|play| play.refuses = refuses);
        assert_eq!(vault.act(), refused(refusal()), "{refuses}");
        done();
    }
}

#[test]
fn what_is_measured_is_charged_the_way_it_went() {
    for (leaves, charged) in [
        (10, &["body"][..]),
        (17, &["body", "in 7"]),
        (8, &["body", "out 2"]),
    ] {
        let (_, mut vault) = vault(leaves);
        assert_eq!(vault.act_both_ways(), Ok(()));
        assert_eq!(done(), charged);
    }
}

#[test]
fn one_kind_of_guard_is_enough() {
    let (_, mut vault) = vault(10);
    assert_eq!(vault.act_after(), Ok(()));
    assert_eq!(done(), ["enter", "body"]);
    assert_eq!(vault.act_before(), Ok(()));
    assert_eq!(done(), ["body", "leave"]);
    assert_eq!(vault.act_alone(), Ok(()));
    assert_eq!(done(), ["body"]);
}

#[test]
fn a_guarded_method_inside_another_is_refused_and_an_exempt_one_takes_no_lock() {
    let (_, mut vault) = vault(10);
    assert_eq!(vault.act_twice(), refused(Reentered {}));
    assert_eq!(done(), [""; 0]);
    assert_eq!(vault.look_inside(), refused(InTransition {}));
    assert_eq!(vault.price(), Ok(U256::ONE));
    assert!(!vault.act_unguarded());
}
