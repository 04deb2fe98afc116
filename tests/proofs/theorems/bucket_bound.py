"""The bucket over time: what leaves in any interval, by induction over the requests in it.

The interval is of the clock: every request in it comes at a time between `begins` and `begins + length`, in any order,
so a clock that goes back is included. `started_at` is the bucket's own time when it has been settled for the first of
them. What is carried from request to request (the induction's hypothesis):

    passed <= charged * unit                                                    in wei
    charged * secs + held <= units * secs + units * (touched_at - started_at)   in unit-seconds
    touched_at - started_at <= length

With a level that is never below zero the second line is the bound: charged <= units + units * length / secs.
"""

from arith import MAX256, both, choose, div_down, either, least, most
from engine import theorem
from model import bucket
from model.bucket import CLOSED, OPEN, UNSET, Model, Slot
from model.units import LATEST

from theorems.any import any_bucket, any_limit, any_time, is_bucket
from theorems.bucket import (
    AmountsRoundedDown,
    BackwardsRefills,
    NotCutAtTheCapacity,
    TakesSecondsForUnits,
    consumed,
)


def within(p, begins, length, now):
    p.know(now >= begins, now <= begins + length)


def potential(it, charged, started_at):
    limit = it.limit
    return charged * limit.secs + it.held <= limit.units * limit.secs + limit.units * (it.touched_at - started_at)


def times(it, started_at, begins, length):
    """The bucket's own time stays in an interval of the same length."""
    return both(
        started_at >= least(begins, LATEST),
        it.touched_at >= started_at,
        it.touched_at <= most(started_at, begins + length),
    )


@theorem(
    "bucket/bound-begins",
    "When an interval's first request comes, nothing has passed in it and the level is at most the capacity",
    Model,
    {"the level is not cut at the capacity": NotCutAtTheCapacity},
)
def begins(p, m):
    it, now = any_bucket(p), any_time(p)
    begins, length = any_time(p, "begins"), any_time(p, "length")
    within(p, begins, length, now)
    p.hunt(it.limit.units <= 9, it.limit.secs <= 9)
    settled = m.settled(it, now)
    p.show("the potential", potential(settled, 0, settled.touched_at))
    p.show("the times", times(settled, settled.touched_at, begins, length))


@theorem(
    "bucket/bound-step",
    "Every request keeps: what has passed and what is held are at most capacity + capacity * elapsed / refill",
    Model,
    {
        "amounts are rounded down": AmountsRoundedDown,
        "a time that goes back is remembered": BackwardsRefills,
        "an amount is not multiplied by the seconds": TakesSecondsForUnits,
    },
)
def step(p, m):
    it, amount, now, result, _ = consumed(p, m)
    begins, length = any_time(p, "begins"), any_time(p, "length")
    started_at = p.integer("started_at", 0, LATEST)
    passed, charged = p.integer("passed"), p.integer("charged")
    within(p, begins, length, now)
    p.know(passed <= charged * it.limit.unit)
    p.know(potential(it, charged, started_at), times(it, started_at, begins, length))
    p.hunt(it.limit.units <= 9, it.limit.unit <= 4, it.limit.secs <= 9, it.touched_at <= 9, now <= 9)
    units = m.units_up(it.limit.unit, amount)[1]
    passed_after = passed + choose(result.passed, amount, 0)
    charged_after = charged + choose(result.passed, units, 0)
    after = result.bucket
    p.show("what passes is charged", passed_after <= charged_after * it.limit.unit)
    p.show("the potential", potential(after, charged_after, started_at))
    p.show("the times", times(after, started_at, begins, length))
    settled = m.settled(it, now)
    p.show("the potential when it is only touched", potential(settled, charged, started_at))


class BoundWithoutTheFullBucket(Model):
    def bound(self, limit, window_secs):
        return div_down(self.refilled(limit, window_secs), limit.secs) * limit.unit


@theorem(
    "bucket/bound",
    "So in any interval at most Limit::bound passes: capacity + capacity * length / refill, or the largest number",
    Model,
    {"the bound forgets what the bucket held": BoundWithoutTheFullBucket},
)
def bound(p, m):
    it = any_bucket(p)
    begins, length = any_time(p, "begins"), any_time(p, "length")
    started_at = p.integer("started_at", 0, LATEST)
    passed, charged = p.integer("passed"), p.integer("charged")
    limit = it.limit
    p.know(passed <= charged * limit.unit)
    p.know(potential(it, charged, started_at), times(it, started_at, begins, length))
    p.hunt(limit.units <= 9, limit.unit <= 4, limit.secs <= 9, it.touched_at <= 9, length <= 9)
    p.lemma("the bucket's time", it.touched_at - started_at <= length)
    p.order(it.touched_at - started_at, length, limit.units)
    p.lemma("in unit-seconds", charged * limit.secs <= limit.units * limit.secs + limit.units * length)
    units = limit.units + div_down(limit.units * length, limit.secs)
    p.order(charged, units, limit.secs)
    p.lemma("in units", charged <= units)
    p.order(charged, units, limit.unit)
    published = m.bound(limit, length)
    p.show("in wei", either(passed <= published, published == MAX256))
    # The bound is the formula that its documentation gives.
    p.order(units, div_down(MAX256, limit.unit), limit.unit)
    p.show("the formula", published == least(units * limit.unit, MAX256))


class ChangesForgetWhatLeft(Model):
    def kept(self, available, capacity, missing):
        return least(available, capacity)


class ChangesFill(Model):
    def kept(self, available, capacity, missing):
        return capacity


class ChangesAddTheDifference(Model):
    """What is missing stays missing, but a larger capacity is there at once."""

    def kept(self, available, capacity, missing):
        return most(capacity - missing, 0)


class ChangesGoBack(Model):
    def not_before(self, slot, now):
        return now


def changed(p, m, kind):
    it, to, now = any_bucket(p), any_limit(p, bucket.Limit, "_to"), any_time(p)
    result = m.reconfigure(Slot(kind, it), to, now)
    after = result.slot.bucket
    held_units = div_down(m.settled(it, now).held, it.limit.secs)
    p.order(held_units, it.limit.units, it.limit.secs)
    p.order(held_units, it.limit.units, it.limit.unit)
    # What a bucket that was just made has available is what it was made to hold.
    kept = m.kept(
        result.previous_available, to.units * to.unit, it.limit.units * it.limit.unit - result.previous_available
    )
    if kind == OPEN:
        cut = least(kept, m.capacity(to))
        units = m.units_down(to.unit, cut)
        p.order(units, to.units, to.unit)
        p.order(units, to.units, to.secs)
        p.order(units, div_down(m.settled(after, m.not_before(Slot(kind, it), now)).held, to.secs), to.secs)
        p.order(div_down(m.settled(after, m.not_before(Slot(kind, it), now)).held, to.secs), units, to.secs)
    return it, to, now, result, after


@theorem(
    "bucket/change",
    "A change of limit adds nothing to what is available, and what had left of the old capacity has left the new one",
    Model,
    {
        "it forgets what has left": ChangesForgetWhatLeft,
        "it fills the bucket": ChangesFill,
        "a larger capacity is there at once": ChangesAddTheDifference,
        "it takes a time that went back": ChangesGoBack,
    },
)
def change(p, m):
    it, to, now, result, after = changed(p, m, OPEN)
    p.hunt(it.limit.units <= 9, it.limit.unit <= 2, it.limit.secs <= 4, it.touched_at <= 9, now <= 9)
    p.hunt(to.units <= 9, to.unit <= 2, to.secs <= 4)
    previous = m.available_down(it, now)
    missing = m.capacity(it.limit) - previous
    allowed = most(0, least(previous, m.capacity(to) - missing))
    p.show("it is a bucket again", is_bucket(after))
    p.show("before", result.previous_available == previous)
    p.show("nothing is added", result.available <= previous)
    p.show("what had left counts", result.available <= allowed)
    p.show("and no more than that, but for a unit", result.available > allowed - to.unit)
    p.show("time does not go back", both(after.touched_at >= it.touched_at, after.touched_at >= least(now, LATEST)))
    # In the measure that does not depend on the limit: what is held, in wei, with what does not make a unit of it.
    p.show(
        "nor to what is held", after.held * to.unit * it.limit.secs <= m.settled(it, now).held * it.limit.unit * to.secs
    )


class OpensFull(Model):
    def reconfigure(self, slot, to, now):
        full = self.with_held(to, self.full(to), self.not_before(slot, now))
        return super().reconfigure(slot, to, now)._replace(slot=Slot(OPEN, full), available=self.capacity(to))


@theorem(
    "bucket/first-change",
    "A bucket that was never set starts full; one that was closed starts empty, and closing lets nothing through",
    Model,
    {"a closed bucket opens full": OpensFull},
)
def first_change(p, m):
    for kind, starts_with in [(UNSET, "all"), (CLOSED, "nothing")]:
        it, to, now, result, after = changed(p, m, kind)
        p.order(div_down(to.units * to.unit, to.unit), to.units, to.unit)
        p.order(to.units, div_down(to.units * to.unit, to.unit), to.unit)
        p.order(div_down(after.held, to.secs), to.units, to.secs)
        p.order(to.units, div_down(after.held, to.secs), to.secs)
        p.show(f"{starts_with} is there", after.held == (to.units * to.secs if kind == UNSET else 0))
        p.show("and nothing was before", result.previous_available == 0)
        p.show("it is a bucket", is_bucket(after))
        if kind == CLOSED:
            p.show("nothing is available", result.available == 0)
            p.show("time does not go back", after.touched_at >= it.touched_at)
    it, now = any_bucket(p), any_time(p)
    closed = m.close(Slot(OPEN, it), now)
    p.show("closed", both(closed.slot.kind == CLOSED, closed.available == 0))
    p.show("at no earlier time", closed.slot.bucket.touched_at >= it.touched_at)
    p.show("what was never set stays so", m.close(Slot(UNSET, it), now).slot.kind == UNSET)


@theorem(
    "bucket/looser",
    "A change counts as loosening exactly when the capacity is larger or the refill of a second is",
    Model,
    {"only the capacity is looked at": type("OnlyCapacity", (Model,), {"exceeds": lambda *_: False})},
)
def looser(p, m):
    a, b = any_limit(p, bucket.Limit, "_a"), any_limit(p, bucket.Limit, "_b")
    p.hunt(a.units <= 9, b.units <= 9, a.unit <= 4, b.unit <= 4, a.secs <= 9, b.secs <= 9)
    larger = a.units * a.unit > b.units * b.unit
    faster = a.units * a.unit * b.secs > b.units * b.unit * a.secs
    p.show("exactly then", m.is_looser_than(a, b) == either(larger, faster))
