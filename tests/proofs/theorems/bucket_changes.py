"""The bucket through changes of its limit: what leaves in an interval in which limits follow each other.

A limit is given that is the loosest: each limit of the series has at most its capacity and at most its refill of a
second, so that `Limit::is_looser_than` is false for each. By induction, while a limit (units, unit, secs) is set, with
`refills` the loosest capacity and `over` its seconds:

    (passed * secs + held * unit) * over <= (refills * over + refills * elapsed) * secs

which says `passed + level <= capacity + capacity * elapsed / refill` without dividing. While it is closed the same
holds of `passed` alone. So no series of changes lets through more than the loosest limit alone.
"""

from arith import choose, div_down, implies
from engine import theorem
from model.bucket import OPEN, Model
from model.units import LATEST, LONGEST_SECS

from theorems.bucket import AmountsRoundedDown, BackwardsRefills, consumed
from theorems.bucket_bound import ChangesAddTheDifference, ChangesFill, ChangesGoBack, changed


def loosest(p, *limits):
    refills = p.integer("loosest_capacity", 1, 2**256 - 1)
    over = p.integer("loosest_secs", 1, LONGEST_SECS)
    for limit in limits:
        p.know(limit.units * limit.unit <= refills)
        p.know(limit.units * limit.unit * over <= refills * limit.secs)
    p.hunt(refills <= 20, over <= 9)
    return refills, over


def holds(it, passed, refills, over, elapsed):
    secs, unit = it.limit.secs, it.limit.unit
    return (passed * secs + it.held * unit) * over <= (refills * over + refills * elapsed) * secs


def small(p, *limits):
    for limit in limits:
        p.hunt(limit.units <= 9, limit.unit <= 2, limit.secs <= 4)


@theorem(
    "bucket/changes-step",
    "Through any series of limits, a request lets through no more than the loosest of them would",
    Model,
    {
        "amounts are rounded down": AmountsRoundedDown,
        "a time that goes back is remembered": BackwardsRefills,
    },
)
def step(p, m):
    it, amount, now, result, _ = consumed(p, m)
    small(p, it.limit)
    p.hunt(it.touched_at <= 9, now <= 9)
    refills, over = loosest(p, it.limit)
    passed, started_at = p.integer("passed"), p.integer("started_at", 0, LATEST)
    p.know(started_at <= it.touched_at)
    p.know(holds(it, passed, refills, over, it.touched_at - started_at))
    settled, after = m.settled(it, now), result.bucket
    limit = it.limit
    p.order(limit.units * limit.unit * over, refills * limit.secs, settled.touched_at - it.touched_at)
    # The level after a refill, apart from whether it was cut.
    refilled = it.held + limit.units * (settled.touched_at - it.touched_at)
    p.lemma("it holds at most what was refilled", settled.held <= refilled)
    p.order(settled.held, refilled, limit.unit * over)
    elapsed = settled.touched_at - started_at
    p.lemma("when it is touched", holds(settled, passed, refills, over, elapsed))
    taken = settled.held - after.held
    p.lemma("what passes is taken", implies(result.passed, amount * limit.secs <= taken * limit.unit))
    p.order(amount * limit.secs, taken * limit.unit, over)
    passed_after = passed + choose(result.passed, amount, 0)
    p.show("when it is asked", holds(after, passed_after, refills, over, after.touched_at - started_at))


@theorem(
    "bucket/changes",
    "A change of limit keeps that, closing and opening again too; so in any interval in which limits follow each other"
    " at most the loosest one's capacity + capacity * length / refill passes",
    Model,
    {
        "it fills the bucket": ChangesFill,
        "a larger capacity is there at once": ChangesAddTheDifference,
        "it takes a time that went back": ChangesGoBack,
    },
)
def change(p, m):
    it, to, now, result, after = changed(p, m, OPEN)
    small(p, it.limit, to)
    p.hunt(it.touched_at <= 9, now <= 9)
    refills, over = loosest(p, it.limit, to)
    passed, elapsed = p.integer("passed"), p.integer("elapsed", 0, LATEST)
    settled = m.settled(it, now)
    # `bucket/changes-step` shows it of the settled bucket, which is what a change starts from.
    p.know(holds(settled, passed, refills, over, elapsed))
    room = refills * over + refills * elapsed
    secs = it.limit.secs
    units = div_down(settled.held, secs)
    p.order((passed + result.previous_available) * over, room, secs)
    p.order(units * secs, settled.held, it.limit.unit * over)
    p.show("what passed and what is available", (passed + result.previous_available) * over <= room)
    p.show("so what passed, when it closes", passed * over <= room)
    p.lemma("what it is made to hold is available", after.held * to.unit == result.available * to.secs)
    p.lemma("nothing is added", result.available <= result.previous_available)
    p.order(passed + result.available, passed + result.previous_available, over)
    p.order((passed + result.available) * over, room, to.secs)
    p.show("after the change", holds(after, passed, refills, over, elapsed))
    p.show("time does not go back", after.touched_at >= settled.touched_at)
    # Opened again after it was closed: it holds nothing.
    p.know(passed * over <= room)
    p.order(passed * over, room, to.secs)
    p.show("after it was closed", holds(after._replace(held=0), passed, refills, over, elapsed))
    p.show("the bound", passed <= refills + div_down(refills * elapsed, over))
