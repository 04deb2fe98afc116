//! What may happen to a vault: who does what, what the token becomes, how long nothing happens.

use crate::people::{role, who, Amount, Role, Who, DAY, DELAY, HOUR};
use crate::token::{trouble, Trouble};
use e2e::tokens::Fixture;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The guardian's longest freeze.
pub const LONGEST: u64 = 30 * DAY;

/// A call that anyone may make.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Deposit(Amount, Who),
    Mint(Amount, Who),
    Withdraw {
        assets: Amount,
        to: Who,
        owner: Who,
    },
    Redeem {
        shares: Amount,
        to: Who,
        owner: Who,
    },
    Transfer(Amount, Who),
    TransferFrom {
        shares: Amount,
        from: Who,
        to: Who,
    },
    Approve(Amount, Who),
    /// A bare transfer of the token to the vault.
    Give(Amount),
    Collect,
    WriteDown,
}

/// What a governor may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Outflow {
        capacity: u64,
        refill_secs: u64,
    },
    Window {
        down_bps: u64,
        up_bps: u64,
        step_bps: u64,
        period_secs: u64,
    },
    ResetWindow,
    Mode {
        guard: u8,
        mode: u8,
    },
    Delay(u64),
}

#[derive(Clone, Debug)]
pub enum Step {
    Do {
        who: Who,
        deed: Deed,
        gas: Option<u64>,
    },
    /// The puppet does these in one transaction, and `back` from inside the first transfer that it is told of.
    Flash {
        deeds: Vec<Deed>,
        back: Vec<Deed>,
    },
    Freeze {
        by: Role,
        group: u8,
        secs: u64,
    },
    Unfreeze {
        by: Role,
        group: u8,
    },
    Govern {
        by: Role,
        change: Change,
    },
    Schedule {
        by: Role,
        change: Change,
    },
    Cancel {
        by: Role,
        change: Change,
    },
    /// The token takes so much back from the vault, in basis points.
    Seize(u64),
    Trouble(Trouble),
    Repair,
    Wait(u64),
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        12 => (1..=10_000u64).prop_map(Amount::PartBps),
        2 => (0..=3u64).prop_map(Amount::Few),
        2 => Just(Amount::Most),
        1 => Just(Amount::OverMost),
        1 => Just(Amount::Endless),
    ]
}

/// What leaves: a limit stands in the way of much.
fn leaving() -> impl Strategy<Value = Amount> {
    prop_oneof![4 => (1..=1_500u64).prop_map(Amount::PartBps), 3 => Just(Amount::Most), 2 => amount()]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (amount(), who()).prop_map(|(amount, to)| Deed::Deposit(amount, to)),
        2 => (amount(), who()).prop_map(|(amount, to)| Deed::Mint(amount, to)),
        4 => (leaving(), who(), who()).prop_map(|(assets, to, owner)| Deed::Withdraw { assets, to, owner }),
        4 => (leaving(), who(), who()).prop_map(|(shares, to, owner)| Deed::Redeem { shares, to, owner }),
        2 => (amount(), who()).prop_map(|(amount, to)| Deed::Transfer(amount, to)),
        1 => (amount(), who(), who()).prop_map(|(shares, from, to)| Deed::TransferFrom { shares, from, to }),
        1 => (amount(), who()).prop_map(|(amount, to)| Deed::Approve(amount, to)),
        2 => amount().prop_map(Deed::Give),
        2 => Just(Deed::Collect),
        1 => Just(Deed::WriteDown),
    ]
}

/// The same by its owner, which is what most people do.
fn own(who: Who, deed: Deed) -> Deed {
    match deed {
        Deed::Withdraw { assets, to, .. } => Deed::Withdraw {
            assets,
            to,
            owner: who,
        },
        Deed::Redeem { shares, to, .. } => Deed::Redeem {
            shares,
            to,
            owner: who,
        },
        deed => deed,
    }
}

fn change() -> impl Strategy<Value = Change> {
    let capacity = prop_oneof![Just(0), 1..2_000u64, 100_000..=4_000_000u64];
    let refill = select(&[0, 1, HOUR, DAY, 30 * DAY][..]);
    prop_oneof![
        3 => (capacity, refill).prop_map(|(capacity, refill_secs)| Change::Outflow { capacity, refill_secs }),
        2 => (0..=10_000u64, 200..=1_000u64, 100..=500u64, select(&[HOUR, DAY, DAY + 1][..])).prop_map(
            |(down_bps, up_bps, step_bps, period_secs)| Change::Window { down_bps, up_bps, step_bps, period_secs }
        ),
        1 => Just(Change::ResetWindow),
        4 => (0..=6u8, 0..=3u8).prop_map(|(guard, mode)| Change::Mode { guard, mode }),
        1 => select(&[0, DELAY - 1, DELAY, DELAY + DAY][..]).prop_map(Change::Delay),
    ]
}

/// Up to a boundary, onto it, and past it.
fn wait() -> impl Strategy<Value = u64> {
    let boundaries = vec![1, 60, HOUR, 6 * HOUR, DAY, DELAY, 7 * DAY, LONGEST];
    (select(boundaries), 0..=2u64).prop_map(|(secs, past)| secs + past - 1)
}

pub fn step(fixture: Fixture) -> impl Strategy<Value = Step> {
    let gas = prop_oneof![6 => Just(None), 1 => (30_000..=900_000u64).prop_map(Some)];
    let act = (who(), deed(), 0..8u8, gas).prop_map(|(who, deed, others, gas)| Step::Do {
        who,
        deed: if others == 7 { deed } else { own(who, deed) },
        gas,
    });
    let flash = (vec(deed(), 1..6), vec(deed(), 0..4)).prop_map(|(deeds, back)| {
        let own = |deed: &Deed| own(Who::Puppet, *deed);
        Step::Flash {
            deeds: deeds.iter().map(own).collect(),
            back: back.iter().map(own).collect(),
        }
    });
    let secs = select(&[0, 1, HOUR, DAY, LONGEST, LONGEST + 1][..]);
    prop_oneof![
        24 => act,
        8 => flash,
        2 => (role(), 0..=3u8, secs).prop_map(|(by, group, secs)| Step::Freeze { by, group, secs }),
        1 => (role(), 0..=3u8).prop_map(|(by, group)| Step::Unfreeze { by, group }),
        4 => (role(), change()).prop_map(|(by, change)| Step::Govern { by, change }),
        2 => (role(), change()).prop_map(|(by, change)| Step::Schedule { by, change }),
        1 => (role(), change()).prop_map(|(by, change)| Step::Cancel { by, change }),
        1 => prop_oneof![1..=100u64, 1..=10_000u64].prop_map(Step::Seize),
        1 => trouble(fixture).prop_map(Step::Trouble),
        2 => Just(Step::Repair),
        7 => wait().prop_map(Step::Wait),
    ]
}

/// Scheduled, waited for, carried out: too rare to be met by chance.
fn waited() -> impl Strategy<Value = Vec<Step>> {
    (change(), 0..=2u64).prop_map(|(change, past)| {
        let by = Role::Governor;
        let wait = Step::Wait(DELAY + past - 1);
        vec![Step::Schedule { by, change }, wait, Step::Govern { by, change }]
    })
}

/// A loss, and who sees it first where a guard latches: rare by chance, too.
fn lost() -> impl Strategy<Value = Vec<Step>> {
    (1..=500u64, who(), any::<bool>()).prop_map(|(part, who, seen)| {
        let latch = Change::Mode { guard: 3, mode: 2 };
        let deed = if seen { Deed::Collect } else { Deed::WriteDown };
        vec![
            Step::Govern {
                by: Role::Governor,
                change: latch,
            },
            Step::Seize(part),
            Step::Do { who, deed, gas: None },
        ]
    })
}

/// Mostly somebody has something in the vault by then.
fn first() -> impl Strategy<Value = Vec<Step>> {
    let deposit = |(who, part)| Step::Do {
        who,
        deed: Deed::Deposit(Amount::PartBps(part), who),
        gas: None,
    };
    vec(
        (select(&[Who::Alice, Who::Bob, Who::Mallory][..]), 1..=5_000u64).prop_map(deposit),
        0..=3,
    )
}

/// A token, what happens, and whether what is frozen at the end is lifted or waited for.
pub fn sequence() -> impl Strategy<Value = (Fixture, Vec<Step>, bool)> {
    let tokens = [
        Fixture::Token,
        Fixture::CallbackToken,
        Fixture::CallbackToken,
        Fixture::GreedyToken,
        Fixture::NoReturnToken,
        Fixture::RefusingToken,
    ];
    select(tokens.to_vec()).prop_flat_map(|fixture| {
        let some = prop_oneof![18 => step(fixture).prop_map(|step| vec![step]), 2 => waited(), 1 => lost()];
        let steps = (first(), vec(some, 1..40)).prop_map(|(first, steps)| [first, steps.concat()].concat());
        (Just(fixture), steps, any::<bool>())
    })
}
