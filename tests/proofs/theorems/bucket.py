"""The bucket: what one operation does, for every limit, level, amount and time.

The model is `model/bucket.py`, in integers without bounds; that they fit the code's types is `bucket/no-overflow`. A unit
is any number up to 2^192, of which the powers of two are some.
"""

from arith import MAX64, both, choose, div_down, div_up, fits, implies, least, most, no, same, when
from engine import theorem
from model import bucket
from model.bucket import OPEN, UNSET, Model, Slot
from model.units import LATEST

from theorems.any import any_amount, any_bucket, any_limit, any_time, is_bucket, is_limit


class AmountsRoundedDown(Model):
    def units_up(self, unit, amount):
        return True, self.units_down(unit, amount)


class NotCutAtTheCapacity(Model):
    def settled(self, it, now):
        later = least(now, LATEST) > it.touched_at
        held = it.held + it.limit.units * (now - it.touched_at)
        return it._replace(held=choose(later, held, it.held), touched_at=choose(later, now, it.touched_at))


class EqualityRefused(Model):
    def enough(self, held, cost):
        return held > cost


class CapacityRoundedUp(Model):
    def limit(self, capacity, secs):
        accepted, limit = super().limit(capacity, secs)
        return accepted, limit._replace(units=self.units_up(limit.unit, capacity)[1])


class TakesSecondsForUnits(Model):
    """Forgets that a unit costs as many unit-seconds as the refill takes seconds."""

    def in_unit_secs(self, limit, units):
        return units


class EachTouchRounded(Model):
    """What a bucket does that holds whole units: each touch loses what does not make one."""

    def settled(self, it, now):
        settled = super().settled(it, now)
        return settled._replace(held=div_down(settled.held, it.limit.secs) * it.limit.secs)


class BackwardsRefills(Model):
    """Remembers the time that went back, so that the same seconds refill twice."""

    def settled(self, it, now):
        return super().settled(it, now)._replace(touched_at=least(now, LATEST))


def consumed(p, m):
    """One request to any bucket, and the products' order where the proofs need it."""
    it, amount, now = any_bucket(p), any_amount(p), any_time(p)
    result = m.consume(it, amount, now)
    units = div_up(amount, it.limit.unit)
    some, rounded = m.units_up(it.limit.unit, amount)
    p.order(units, it.limit.units, it.limit.unit)
    p.order(units, div_down(amount, it.limit.unit), it.limit.unit)
    p.lemma("an amount is rounded up", implies(amount <= m.capacity(it.limit), both(some, rounded == units)))
    available_units = div_down(m.settled(it, now).held, it.limit.secs)
    for a, b in [(rounded, available_units), (rounded, it.limit.units), (available_units, it.limit.units)]:
        p.order(a, b, it.limit.unit)
        p.order(a, b, it.limit.secs)
    return it, amount, now, result, units


@theorem(
    "bucket/start",
    "A limit that is accepted is one, rounds the amount down by less than a unit, and a bucket starts within it",
    Model,
    {"the capacity is rounded up": CapacityRoundedUp},
)
def start(p, m):
    capacity, secs, amount, now = any_amount(p, "capacity"), any_time(p, "secs"), any_amount(p), any_time(p)
    accepted, limit = m.limit(capacity, secs)
    p.know(accepted)
    p.show("the limit is one", is_limit(limit))
    whole = m.capacity(limit)
    p.show("it is rounded down", both(whole <= capacity, capacity < whole + limit.unit))
    p.show("by less than one part in 2^63", implies(limit.unit > 1, (capacity - whole) * 2**63 < capacity))
    p.show("below 2^64 it is exact", implies(capacity <= MAX64, both(limit.unit == 1, whole == capacity)))
    held = m.holding_down(limit, amount)
    p.order(div_down(least(amount, whole), limit.unit), limit.units, limit.unit)
    p.order(div_down(least(amount, whole), limit.unit), limit.units, limit.secs)
    p.show("what it is made to hold", is_bucket(m.with_held(limit, held, now)))
    p.show("a full one", is_bucket(m.with_held(limit, m.full(limit), now)))


@theorem(
    "bucket/step",
    "An amount passes exactly when, rounded up to a unit, it is at most what is available; the level stays within the"
    " capacity; what passes is at most what is taken; a refusal changes nothing",
    Model,
    {
        "amounts are rounded down": AmountsRoundedDown,
        "the level is not cut at the capacity": NotCutAtTheCapacity,
        "equality is refused": EqualityRefused,
        "an amount is not multiplied by the seconds": TakesSecondsForUnits,
    },
)
def step(p, m):
    it, amount, now, result, units = consumed(p, m)
    p.hunt(it.limit.units <= 9, it.limit.unit <= 4, it.limit.secs <= 9, now <= 9)
    rounded_up = units * it.limit.unit
    available = m.available_down(it, now)
    p.show("the level stays within the capacity", is_bucket(m.settled(it, now)))
    p.show("and after a request too", is_bucket(result.bucket))
    p.show("it passes exactly when it is available", result.passed == (rounded_up <= available))
    p.show("rounding up does not matter to that", result.passed == (amount <= available))
    p.show("what is said to be available is", result.available == available)
    p.show("a refusal changes nothing", implies(no(result.passed), same(result.bucket, it)))
    taken = m.settled(it, now).held - result.bucket.held
    # In unit-seconds times wei, so that nothing is divided.
    p.show(
        "what passes is at most what is taken",
        implies(result.passed, amount * it.limit.secs <= taken * it.limit.unit),
    )
    p.show(
        "and less than a unit less",
        implies(result.passed, taken * it.limit.unit < (amount + it.limit.unit) * it.limit.secs),
    )
    p.show("time does not go back", result.bucket.touched_at >= it.touched_at)


@theorem(
    "bucket/split",
    "It does not matter in how many pieces time passes, nor that some of it seems to go back",
    Model,
    {"each touch rounds to whole units": EachTouchRounded, "a time that goes back is remembered": BackwardsRefills},
)
def split(p, m):
    it, first, second = any_bucket(p), any_time(p, "first"), any_time(p, "second")
    p.hunt(it.limit.units <= 9, it.limit.secs <= 9, first <= 9, second <= 9)
    pieces = m.settled(m.settled(it, first), second)
    p.show("two touches are one", same(pieces, m.settled(it, most(first, second))))
    p.show("back is standing still", implies(second <= first, same(pieces, m.settled(it, first))))


class WaitRoundedDown(Model):
    def div_up_by_search(self, target, step, bits):
        return div_down(target, step)


class WaitsFromNow(Model):
    def retry_at(self, settled, wait, now):
        return now + wait


class WithoutTheEndOfTime(Model):
    """No variant of the code but of the theorem: the promise without its condition, see docs/PROOFS.md."""

    beyond_the_end = True


@theorem(
    "bucket/retry",
    "A refusal's time is the first at which the request passes, when that is before the forty bits of time end; it"
    " names none exactly when the request is more than the capacity, and then no time lets it pass",
    Model,
    {
        "the wait is rounded down": WaitRoundedDown,
        "the wait counts from a time that went back": WaitsFromNow,
        "(the promise made for times after the year 36,812 too)": (WithoutTheEndOfTime, "but then"),
    },
)
def retry(p, m):
    it, amount, now, result, units = consumed(p, m)
    other = any_time(p, "other")
    p.hunt(it.limit.unit <= 4, it.limit.secs <= 9, it.limit.units <= 9)
    limit, settled = it.limit, m.settled(it, now)
    p.know(no(result.passed))
    p.show("none when it is more than the capacity", result.has_retry == (amount <= m.capacity(limit)))
    later = m.consume(it, amount, other)
    p.show("and then never", implies(no(result.has_retry), no(later.passed)))
    if not hasattr(m, "beyond_the_end"):
        p.know(result.retry_at <= LATEST)
    # Elapsed until the other time, beside the wait.
    for time in [least(other, LATEST), result.retry_at]:
        p.order(time - it.touched_at, result.retry_at - it.touched_at, limit.units)
    p.show("it is in the future", implies(result.has_retry, result.retry_at > settled.touched_at))
    p.show("not before", implies(both(result.has_retry, other < result.retry_at), no(later.passed)))
    p.show("but then", implies(both(result.has_retry, other == result.retry_at), later.passed))


class TimeNotCut(Model):
    def settled(self, it, now):
        later = now > it.touched_at
        with when(later):
            held = fits(it.held + self.refilled(it.limit, now - it.touched_at), 128, "what is held and refilled")
        return it._replace(held=choose(later, least(held, self.full(it.limit)), it.held))


@theorem(
    "bucket/no-overflow",
    "Every number fits the type that the code computes it in: nothing wraps, is cut or saturates where it should not",
    Model,
    {"time is not cut at forty bits": TimeNotCut},
)
def no_overflow(p, m):
    it, amount, now, _, _ = consumed(p, m)
    to = any_limit(p, bucket.Limit, "_to")
    m.bound(it.limit, any_time(p, "window"))
    p.order(it.limit.units, MAX64, least(now, LATEST) - it.touched_at)
    p.order(it.limit.units, MAX64, any_time(p, "window"))
    kind = p.integer("kind", UNSET, OPEN)
    m.reconfigure(Slot(kind, it), to, now)
    m.close(Slot(kind, it), now)
    p.show_duties()
