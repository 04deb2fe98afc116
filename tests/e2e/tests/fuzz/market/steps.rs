//! What may happen to a market: who does what, what the tokens and the oracle become, how long nothing happens.

use super::pairs::{Base, Pair, BASES, PAIRS};
use crate::people::{role, who, Amount, Role, Who, DAY, DELAY, HOUR};
use crate::token::{trouble, Trouble};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The longest that the council decides for, with any of the terms here.
pub const DECISION: u64 = 72 * HOUR;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asset {
    Loan,
    Collateral,
}

impl Asset {
    pub const BOTH: [Self; 2] = [Self::Loan, Self::Collateral];
}

/// A call that anyone may make.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Supply(Amount),
    Withdraw(Amount),
    Add(Amount, Who),
    Remove(Amount),
    Borrow(Amount),
    Repay(Amount, Who),
    Liquidate(Amount, Who),
    /// A bare transfer to the market.
    Give(Asset, Amount),
}

/// What happens within one transaction: anyone may move this oracle's prices.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Deed(Deed),
    /// To a part of the true price, in basis points.
    Price(Asset, u64),
}

/// What a governor may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Breaker {
        throttle_bps: u64,
        exit_bps: u64,
        freezes: u64,
    },
    /// In the units of the asset that a base names.
    Outflow {
        asset: Asset,
        capacity: u64,
        refill_secs: u64,
    },
    Band {
        down_bps: u64,
        up_bps: u64,
        step_bps: u64,
        period_secs: u64,
    },
    ResetBand,
    Mode {
        guard: u8,
        mode: u8,
    },
    Delay(u64),
}

/// What the oracle becomes. The last six are other code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    Fails,
    /// Nobody reports any more, and the last report is so old.
    Silent(u64),
    /// It reports a time that is yet to come.
    Early,
    /// Of one asset it says nothing but zero, or more than 120 bits.
    Zero(Asset),
    Huge(Asset),
    Reverts,
    BurnsGas,
    SaysNothing,
    SaysOneWord,
    SaysTheLargestNumbers,
    Gone,
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
        acts: Vec<Act>,
        back: Vec<Act>,
    },
    Pause {
        by: Role,
        state: u8,
    },
    Decide {
        by: Role,
        state: u8,
        secs: u64,
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
    /// The true price is this part of what it was, in basis points, and is reported.
    Price(Asset, u64),
    Feed(Feed),
    /// A token takes so much back from the market, in basis points.
    Seize(Asset, u64),
    /// Somebody makes up for what is missing.
    MakeUp,
    Trouble(Asset, Trouble),
    Repair,
    Wait(u64),
}

fn asset() -> impl Strategy<Value = Asset> {
    select(&Asset::BOTH[..])
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        12 => (1..=10_000u64).prop_map(Amount::PartBps),
        1 => (0..=3u64).prop_map(Amount::Few),
        4 => Just(Amount::Most),
        1 => Just(Amount::OverMost),
        1 => Just(Amount::Endless),
    ]
}

/// What leaves: a limit stands in the way of much.
fn leaving() -> impl Strategy<Value = Amount> {
    prop_oneof![4 => (1..=1_500u64).prop_map(Amount::PartBps), 4 => Just(Amount::Most), 2 => amount()]
}

/// What is pledged: with a little, one is soon at the brim.
fn pledged() -> impl Strategy<Value = Amount> {
    prop_oneof![5 => (1..=400u64).prop_map(Amount::PartBps), 1 => amount()]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => amount().prop_map(Deed::Supply),
        4 => leaving().prop_map(Deed::Withdraw),
        3 => (pledged(), who()).prop_map(|(amount, to)| Deed::Add(amount, to)),
        3 => leaving().prop_map(Deed::Remove),
        6 => leaving().prop_map(Deed::Borrow),
        3 => (amount(), who()).prop_map(|(amount, of)| Deed::Repay(amount, of)),
        4 => (amount(), who()).prop_map(|(amount, of)| Deed::Liquidate(amount, of)),
        1 => (asset(), amount()).prop_map(|(asset, amount)| Deed::Give(asset, amount)),
    ]
}

/// The same for oneself, which is what most people do.
fn own(who: Who, deed: Deed) -> Deed {
    match deed {
        Deed::Add(amount, _) => Deed::Add(amount, who),
        Deed::Repay(amount, _) => Deed::Repay(amount, who),
        deed => deed,
    }
}

/// A price that somebody writes for one transaction.
fn pumped() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => 9_000..=11_000u64,
        1 => select(&[1, 100, 5_000, 7_000, 10_000, 15_000, 20_000, 1_000_000][..]),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => (deed(), 0..6u8).prop_map(|(deed, others)| Act::Deed(if others == 5 { deed } else { own(Who::Puppet, deed) })),
        2 => (asset(), pumped()).prop_map(|(asset, part)| Act::Price(asset, part)),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let capacity = prop_oneof![Just(0), 1..2_000u64, 100_000..=4_000_000u64];
    let refill = select(&[0, 1, HOUR, DAY, 30 * DAY][..]);
    prop_oneof![
        3 => (asset(), capacity, refill).prop_map(|(asset, capacity, refill_secs)| Change::Outflow { asset, capacity, refill_secs }),
        2 => (0..=10_000u64, 200..=2_000u64, 100..=1_000u64, select(&[HOUR, DAY, DAY + 1][..])).prop_map(
            |(down_bps, up_bps, step_bps, period_secs)| Change::Band { down_bps, up_bps, step_bps, period_secs }
        ),
        2 => (1_000..=4_000u64, 100..=1_000u64, 0..=2u64).prop_map(
            |(throttle_bps, exit_bps, freezes)| Change::Breaker { throttle_bps, exit_bps, freezes }
        ),
        1 => Just(Change::ResetBand),
        5 => (0..=5u8, 0..=3u8).prop_map(|(guard, mode)| Change::Mode { guard, mode }),
        1 => select(&[0, DELAY - 1, DELAY, DELAY + DAY][..]).prop_map(Change::Delay),
    ]
}

fn feed() -> impl Strategy<Value = Feed> {
    prop_oneof![
        2 => Just(Feed::Fails),
        2 => select(&[HOUR - 1, HOUR, HOUR + 1, DAY][..]).prop_map(Feed::Silent),
        1 => Just(Feed::Early),
        1 => asset().prop_map(Feed::Zero),
        1 => asset().prop_map(Feed::Huge),
        6 => select(
            &[
                Feed::Reverts,
                Feed::BurnsGas,
                Feed::SaysNothing,
                Feed::SaysOneWord,
                Feed::SaysTheLargestNumbers,
                Feed::Gone,
            ][..]
        ),
    ]
}

/// Mostly by a little; now and then it is a crash.
fn price() -> impl Strategy<Value = Step> {
    let part = prop_oneof![8 => 9_300..=10_700u64, 3 => 6_000..=9_300u64, 1 => 1_000..=30_000u64];
    (
        select(&[Asset::Collateral, Asset::Collateral, Asset::Loan][..]),
        part,
    )
        .prop_map(|(asset, part)| Step::Price(asset, part))
}

/// Up to a boundary, onto it, and past it.
fn wait() -> impl Strategy<Value = u64> {
    let boundaries = vec![1, 60, 600, HOUR, HOUR, 6 * HOUR, DAY, DELAY, 7 * DAY, 30 * DAY];
    (select(boundaries), 0..=2u64).prop_map(|(secs, past)| secs + past - 1)
}

fn step() -> impl Strategy<Value = Step> {
    let gas = prop_oneof![7 => Just(None), 1 => (30_000..=1_500_000u64).prop_map(Some)];
    let act_alone = (who(), deed(), 0..6u8, gas).prop_map(|(who, deed, others, gas)| Step::Do {
        who,
        deed: if others == 5 { deed } else { own(who, deed) },
        gas,
    });
    let flash = (vec(act(), 1..6), vec(act(), 0..4)).prop_map(|(acts, back)| Step::Flash { acts, back });
    let secs = select(&[0, 1, HOUR, DAY, DECISION, DECISION + 1][..]);
    prop_oneof![
        28 => act_alone,
        8 => flash,
        2 => (role(), 1..=5u8).prop_map(|(by, state)| Step::Pause { by, state }),
        1 => (role(), 1..=5u8, secs).prop_map(|(by, state, secs)| Step::Decide { by, state, secs }),
        4 => (role(), change()).prop_map(|(by, change)| Step::Govern { by, change }),
        2 => (role(), change()).prop_map(|(by, change)| Step::Schedule { by, change }),
        1 => (role(), change()).prop_map(|(by, change)| Step::Cancel { by, change }),
        6 => price(),
        8 => wait().prop_map(Step::Wait),
    ]
}

/// A while in which a token or the oracle is not what it was, or something is missing; now and then it stays so.
fn spell(pair: Pair) -> impl Strategy<Value = Vec<Step>> {
    let begins = prop_oneof![
        4 => feed().prop_map(Step::Feed),
        2 => trouble(pair.loan).prop_map(|trouble| Step::Trouble(Asset::Loan, trouble)),
        2 => trouble(pair.collateral).prop_map(|trouble| Step::Trouble(Asset::Collateral, trouble)),
        2 => (asset(), prop_oneof![1..=100u64, 1..=10_000u64]).prop_map(|(asset, part)| Step::Seize(asset, part)),
    ];
    (begins, vec(step(), 0..5), 0..8u8).prop_map(|(begins, within, stays)| {
        let ends = if matches!(begins, Step::Seize(..)) {
            Step::MakeUp
        } else {
            Step::Repair
        };
        let ends = if stays == 0 { vec![] } else { vec![ends] };
        [vec![begins], within, ends].concat()
    })
}

/// Scheduled, waited for, carried out: too rare to be met by chance.
fn waited() -> impl Strategy<Value = Vec<Step>> {
    (change(), 0..=2u64).prop_map(|(change, past)| {
        let by = Role::Governor;
        let wait = Step::Wait(DELAY + past - 1);
        vec![Step::Schedule { by, change }, wait, Step::Govern { by, change }]
    })
}

/// A price that is let go, or a rung of the ladder, while something is paid out: rare by chance, too.
fn let_go() -> impl Strategy<Value = Vec<Step>> {
    let risky = prop_oneof![
        3 => (1..=10_000u64).prop_map(|part| Deed::Borrow(Amount::PartBps(part))),
        1 => Just(Deed::Borrow(Amount::Most)),
        2 => (1..=5_000u64).prop_map(|part| Deed::Remove(Amount::PartBps(part))),
        2 => who().prop_map(|of| Deed::Liquidate(Amount::Most, of)),
    ];
    let modes = (1..=2u8, select(&[0u8, 2, 2][..]));
    (modes, risky, asset(), pumped(), pumped()).prop_map(|((guard, mode), risky, asset, pump, go)| {
        let change = Change::Mode { guard, mode };
        let by = Role::Governor;
        vec![
            Step::Govern { by, change },
            Step::Flash {
                acts: vec![
                    Act::Deed(Deed::Add(Amount::PartBps(2_000), Who::Puppet)),
                    Act::Price(asset, pump),
                ],
                back: Vec::new(),
            },
            Step::Flash {
                acts: vec![Act::Deed(risky)],
                back: vec![Act::Price(asset, go)],
            },
            Step::Price(asset, 10_000),
        ]
    })
}

/// A loan to the brim, and the price that makes it bad, by a little or by far.
fn crash() -> impl Strategy<Value = Vec<Step>> {
    let whos = (who(), who());
    let amounts = (5..=400u64, amount(), select(&[0u64, HOUR, DAY, 30 * DAY][..]));
    (whos, amounts, prop_oneof![8_500..=9_500u64, 3_000..=8_500u64]).prop_map(
        |((who, by), (pledged, repaid, secs), part)| {
            let of = |who, deed| Step::Do { who, deed, gas: None };
            vec![
                of(who, Deed::Add(Amount::PartBps(pledged), who)),
                of(who, Deed::Borrow(Amount::Most)),
                Step::Wait(secs),
                Step::Price(Asset::Collateral, part),
                of(by, Deed::Liquidate(repaid, who)),
            ]
        },
    )
}

/// Mostly there is something to lend and to lend it on by then.
fn first() -> impl Strategy<Value = Vec<Step>> {
    let begun = (select(&Who::ALL[..3]), 1..=4_000u64, any::<bool>()).prop_map(|(who, part, lends)| {
        let deed = if lends {
            Deed::Supply(Amount::PartBps(part))
        } else {
            Deed::Add(Amount::PartBps(part / 10), who)
        };
        Step::Do { who, deed, gas: None }
    });
    let lent = (500..=4_000u64).prop_map(|part| Step::Do {
        who: Who::Alice,
        deed: Deed::Supply(Amount::PartBps(part)),
        gas: None,
    });
    let rest = vec(begun, 0..=6);
    prop_oneof![
        7 => (lent, rest.clone()).prop_map(|(lent, rest)| [vec![lent], rest].concat()),
        1 => rest,
    ]
}

/// The tokens, what they are worth, what happens, and how it is brought back: whether somebody makes up for what is missing, or the last to leave go without.
pub fn sequence() -> impl Strategy<Value = (Pair, Base, Vec<Step>, bool)> {
    (select(&PAIRS[..]), select(&BASES[..])).prop_flat_map(|(pair, base)| {
        let some = prop_oneof![
            16 => step().prop_map(|step| vec![step]),
            3 => spell(pair),
            2 => waited(),
            3 => let_go(),
            4 => crash(),
        ];
        let steps = (first(), vec(some, 1..32)).prop_map(|(first, steps)| [first, steps.concat()].concat());
        (Just(pair), Just(base), steps, any::<bool>())
    })
}
