"""contracts/core/src/bucket: limit.rs, bucket.rs and slot.rs, with amounts and times as integers."""

from typing import Any, NamedTuple

from arith import (
    MAX64,
    MAX256,
    both,
    choose,
    div_down,
    fits,
    least,
    minus_or_zero,
    most,
    no,
    require,
    when,
)

from model.units import LATEST, LONGEST_SECS, Units

UNSET, CLOSED, OPEN = 0, 1, 2


class Limit(NamedTuple):
    units: Any
    unit: Any
    secs: Any


class Bucket(NamedTuple):
    limit: Limit
    held: Any
    touched_at: Any


class Consumed(NamedTuple):
    passed: Any
    bucket: Bucket
    available: Any
    has_retry: Any
    retry_at: Any


class Slot(NamedTuple):
    """`bucket` is there when it is open; its time is the slot's, as in the word."""

    kind: Any
    bucket: Bucket


class Reconfigured(NamedTuple):
    slot: Slot
    previous_available: Any
    available: Any
    loosened: Any


class Model(Units):
    # --- limit.rs ---

    def limit(self, capacity, secs):
        """Limit::new: whether it is accepted, and the limit."""
        unit = self.unit_of(capacity)
        units = self.units_down(unit, capacity)
        return both(units >= 1, secs >= 1, secs <= LONGEST_SECS), Limit(units, unit, secs)

    def capacity(self, limit):
        return self.wei(limit.unit, limit.units)

    def in_unit_secs(self, limit, units):
        return fits(units * limit.secs, 96, "units times seconds")

    def full(self, limit):
        return self.in_unit_secs(limit, limit.units)

    def refilled(self, limit, secs):
        return fits(limit.units * secs, 128, "a refill")

    def bound(self, limit, window_secs):
        refilled = div_down(self.refilled(limit, window_secs), limit.secs)
        units = fits(refilled + limit.units, 128, "the bound in units")
        larger = units > div_down(MAX256, limit.unit)
        with when(no(larger)):
            whole = fits(units * limit.unit, 256, "the bound in wei")
        return choose(larger, MAX256, whole)

    def secs_to_refill_up(self, limit, unit_secs):
        require("the wait is of at most a full bucket", unit_secs <= self.full(limit))
        return self.div_up_by_search(unit_secs, limit.units, 32)

    def cost_up(self, limit, amount):
        within = amount <= self.capacity(limit)
        with when(within):
            some, units = self.units_up(limit.unit, amount)
            with when(some):
                cost = self.in_unit_secs(limit, units)
        return both(within, some), cost

    def amount_down(self, limit, unit_secs):
        units = fits(div_down(unit_secs, limit.secs), 64, "an amount in units")
        return self.wei(limit.unit, units)

    def holding_down(self, limit, amount):
        cut = least(amount, self.capacity(limit))
        return self.in_unit_secs(limit, self.units_down(limit.unit, cut))

    def is_looser_than(self, limit, other):
        ours = fits(limit.units * other.secs, 96, "a rate")
        theirs = fits(other.units * limit.secs, 96, "a rate")
        larger = self.capacity(limit) > self.capacity(other)
        return choose(larger, True, self.exceeds(ours, limit.unit, theirs, other.unit))

    def exceeds(self, a, a_unit, b, b_unit):
        """What `exceeds` of limit.rs decides; `theorems/wide.py` proves that it does."""
        return a * a_unit > b * b_unit

    # --- bucket.rs ---

    def with_held(self, limit, held, now):
        return Bucket(limit, held, least(now, LATEST))

    def holding(self, limit, amount, now):
        return self.with_held(limit, self.holding_down(limit, amount), now)

    def settled(self, bucket, now):
        now = least(now, LATEST)
        later = now > bucket.touched_at
        with when(later):
            secs = fits(now - bucket.touched_at, 64, "seconds since the last touch")
            held = fits(bucket.held + self.refilled(bucket.limit, secs), 128, "what is held and refilled")
        return Bucket(
            bucket.limit,
            choose(later, least(held, self.full(bucket.limit)), bucket.held),
            choose(later, now, bucket.touched_at),
        )

    def available_down(self, bucket, now):
        return self.amount_down(bucket.limit, self.settled(bucket, now).held)

    def consume(self, bucket, amount, now):
        limit, settled = bucket.limit, self.settled(bucket, now)
        possible, cost = self.cost_up(limit, amount)
        passed = both(possible, self.enough(settled.held, cost))
        refused = both(possible, no(passed))
        with when(passed):
            left = fits(settled.held - cost, 128, "what is left")
        with when(refused):
            short = fits(cost - settled.held, 128, "what is short")
            wait = self.secs_to_refill_up(limit, short)
            retry_at = self.retry_at(settled, wait, now)
        return Consumed(
            passed,
            choose(passed, Bucket(limit, left, settled.touched_at), bucket),
            self.amount_down(limit, settled.held),
            refused,
            retry_at,
        )

    def enough(self, held, cost):
        return held >= cost

    def retry_at(self, settled, wait, now):
        return least(settled.touched_at + wait, MAX64)

    # --- slot.rs: `slot` is open, closed or unset; `to` is a limit ---

    def reconfigure(self, slot, to, now):
        opened = slot.kind == OPEN
        before = slot.bucket
        with when(opened):
            available_before = self.available_down(before, now)
            missing = fits(self.capacity(before.limit) - available_before, 256, "what is missing")
        previous = choose(opened, available_before, 0)
        now = self.not_before(slot, now)
        available = choose(
            opened,
            self.kept(previous, self.capacity(to), missing),
            choose(slot.kind == UNSET, self.capacity(to), 0),
        )
        after = self.holding(to, available, now)
        return Reconfigured(
            Slot(OPEN, after),
            previous,
            self.available_down(after, now),
            choose(opened, self.is_looser_than(to, before.limit), True),
        )

    def kept(self, available, capacity, missing):
        return least(available, minus_or_zero(capacity, missing))

    def not_before(self, slot, now):
        return most(now, choose(slot.kind == UNSET, 0, slot.bucket.touched_at))

    def close(self, slot, now):
        """Slot::reconfigure without a limit. What is held means nothing in a closed slot."""
        opened = slot.kind == OPEN
        with when(opened):
            available = self.available_down(slot.bucket, now)
        now = least(self.not_before(slot, now), LATEST)
        at = choose(slot.kind == UNSET, 0, now)
        kind = choose(slot.kind == UNSET, UNSET, CLOSED)
        bucket = slot.bucket._replace(touched_at=at)
        return Reconfigured(Slot(kind, bucket), choose(opened, available, 0), 0, False)
