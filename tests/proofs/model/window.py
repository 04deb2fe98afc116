"""contracts/core/src/window: limit.rs, ring.rs, window.rs and slot.rs, with amounts and times as integers.

The ring is a list of sixteen numbers, the youngest first; `theorems/words.py` proves that the shifts of ring.rs on a
word of 256 bits do to its sixteen parts what is done to the list here.
"""

from typing import Any, NamedTuple

from arith import (
    MAX256,
    both,
    choose,
    div_down,
    div_up,
    either,
    fits,
    least,
    minus_or_zero,
    most,
    named,
    no,
    same,
    when,
)

from model.units import LATEST, LONGEST_SECS, Units

UNSET, CLOSED, OPEN = 0, 1, 2
TICKS = 16
QUANTA = 2**16 - 1


class Limit(NamedTuple):
    units: Any
    unit: Any
    secs: Any


class Window(NamedTuple):
    limit: Limit
    touched_at: Any
    current: Any
    ring: Any


class Consumed(NamedTuple):
    passed: Any
    window: Window
    available: Any
    has_retry: Any
    retry_at: Any


class Slot(NamedTuple):
    """`window` is there when it is open; its time is the slot's, as in the words."""

    kind: Any
    window: Window


class Reconfigured(NamedTuple):
    slot: Slot
    previous_available: Any
    available: Any
    loosened: Any


class Model(Units):
    # --- limit.rs ---

    def limit(self, amount, secs):
        """Limit::new: whether it is accepted, and the limit."""
        unit = self.unit_of(amount)
        units = self.units_down(unit, amount)
        return both(units >= 1, secs >= 1, secs <= LONGEST_SECS), Limit(units, unit, secs)

    def amount(self, limit):
        return self.wei(limit.unit, limit.units)

    def tick_secs(self, limit):
        return div_up(limit.secs, TICKS)

    def ticks(self, limit, tick_secs):
        return fits(div_up(limit.secs, most(tick_secs, 1)), 8, "the number of ticks")

    def longest_wait_secs(self, limit):
        tick_secs = self.tick_secs(limit)
        return fits((self.ticks(limit, tick_secs) + 1) * tick_secs, 64, "the longest wait")

    def bound(self, limit, secs):
        windows = fits(div_down(secs, limit.secs + 1) + 1, 64, "the number of windows")
        units = fits(limit.units * windows, 128, "the bound in units")
        larger = units > div_down(MAX256, limit.unit)
        with when(no(larger)):
            whole = fits(units * limit.unit, 256, "the bound in wei")
        return choose(larger, MAX256, whole)

    def is_looser_than(self, limit, other):
        return either(self.amount(limit) > self.amount(other), limit.secs < other.secs)

    def quantum(self, limit):
        return div_up(limit.units, QUANTA)

    def quanta_up(self, units, quantum):
        return fits(least(div_up(units, most(quantum, 1)), QUANTA), 16, "a closed tick")

    def tick_at(self, time, tick_secs):
        return div_down(time, most(tick_secs, 1))

    # --- ring.rs ---

    def closed(self, ring, quanta, idle):
        """Ring::closed, for whatever number of idle ticks."""
        empty = [0] * TICKS
        result = empty
        for count in range(TICKS):
            result = choose(idle == count, self.shifted(ring, quanta, count), result)
        return choose(idle > 15, empty, result)

    def shifted(self, ring, quanta, idle):
        """The same for a number that is known."""
        return ([0] * idle + [quanta] + list(ring))[:TICKS]

    def sum(self, ring, ticks):
        youngest = [choose(index < ticks, quanta, 0) for index, quanta in enumerate(ring)]
        return named(fits(sum(youngest), 32, "the sum of the ring"), "sum")

    # --- window.rs ---

    def with_used(self, limit, used, now):
        return Window(limit, least(now, LATEST), used, [0] * TICKS)

    def with_available_down(self, limit, available, now):
        units = least(self.units_down(limit.unit, available), limit.units)
        return self.with_used(limit, fits(limit.units - units, 64, "what is used"), now)

    def closed_by(self, window, tick, tick_secs, quantum):
        """What counts in the tick of this number; the time is not moved."""
        passed = tick - self.tick_at(window.touched_at, tick_secs)
        return self.closed_after(window, passed, quantum)

    def closed_after(self, window, passed, quantum):
        moved = passed >= 1
        with when(moved):
            quanta = self.quanta_up(window.current, quantum)
        return window._replace(
            current=choose(moved, 0, window.current),
            ring=choose(moved, self.closed(window.ring, quanta, passed - 1), window.ring),
        )

    def settled(self, window, now):
        touched_at = self.touched_next(window, now)
        tick_secs, quantum = self.tick_secs(window.limit), self.quantum(window.limit)
        tick = self.tick_at(touched_at, tick_secs)
        return self.closed_by(window, tick, tick_secs, quantum)._replace(touched_at=touched_at)

    def touched_next(self, window, now):
        return most(window.touched_at, least(now, LATEST))

    def available(self, window, quantum, ticks):
        closed = fits(self.sum(window.ring, ticks) * quantum, 128, "what closed ticks hold")
        used = fits(closed + window.current, 128, "what is used")
        return minus_or_zero(window.limit.units, used)

    def numbers(self, limit):
        """The length of a tick, how many count, and a quantum."""
        tick_secs = self.tick_secs(limit)
        return tick_secs, self.ticks(limit, tick_secs), self.quantum(limit)

    def available_down(self, window, now):
        _, ticks, quantum = self.numbers(window.limit)
        return self.wei(window.limit.unit, self.available(self.settled(window, now), quantum, ticks))

    def next_change_at(self, window, now):
        return self.next_change_of_settled(self.settled(window, now))

    def next_change_of_settled(self, settled):
        tick_secs, ticks, quantum = self.numbers(settled.limit)
        some = self.available(settled, quantum, ticks) < settled.limit.units
        return some, self.tick_starts_at(settled, 1, tick_secs)

    def tick_starts_at(self, window, ahead, tick_secs):
        tick = fits(self.tick_at(window.touched_at, tick_secs) + ahead, 64, "a tick's number")
        return fits(tick * tick_secs, 64, "the start of a tick")

    def consume(self, window, amount, now):
        result = self.consume_settled(self.settled(window, now), amount)
        return result._replace(window=choose(result.passed, result.window, window))

    def consume_settled(self, settled, amount):
        limit = settled.limit
        _, ticks, quantum = self.numbers(limit)
        available = self.available(settled, quantum, ticks)
        some, cost = self.units_up(limit.unit, amount)
        possible = both(some, cost <= limit.units)
        enough, after = self.passing(settled, available, cost)
        passed = both(possible, enough)
        refused = both(possible, no(enough))
        found, retry_at = self.frees(settled, cost)
        return Consumed(
            passed,
            choose(passed, after, settled),
            self.wei(limit.unit, available),
            both(refused, found),
            retry_at,
        )

    def passing(self, settled, available, cost):
        passed = cost <= available
        with when(both(cost >= 0, passed)):
            current = fits(settled.current + cost, 64, "the current tick")
        return passed, settled._replace(current=current)

    def frees(self, window, cost):
        tick_secs, ticks, quantum = self.numbers(window.limit)
        found, at = False, 0
        for ahead in range(TICKS + 1, 0, -1):
            then = self.closed_after(window, ahead, quantum)
            here = both(ahead <= ticks + 1, cost <= self.available(then, quantum, ticks))
            at = choose(here, self.tick_starts_at(window, ahead, tick_secs), at)
            found = either(here, found)
        return found, at

    # --- slot.rs: `slot` is open, closed or unset; `to` is a limit ---

    def reconfigure(self, slot, to, now):
        opened = slot.kind == OPEN
        before = slot.window
        with when(opened):
            available_before = self.available_down(before, now)
            used = fits(self.amount(before.limit) - available_before, 256, "what is used, in wei")
        previous = choose(opened, available_before, 0)
        now = self.not_before(slot, now)
        available = choose(opened, self.kept(previous, self.amount(to), used), 0)
        after = choose(
            slot.kind == UNSET,
            self.with_used(to, 0, now),
            choose(
                both(opened, same(before.limit, to)),
                self.settled(before, now),
                self.with_available_down(to, available, now),
            ),
        )
        return Reconfigured(
            Slot(OPEN, after),
            previous,
            self.available_down(after, now),
            choose(opened, self.is_looser_than(to, before.limit), True),
        )

    def kept(self, available, amount, used):
        return least(available, minus_or_zero(amount, used))

    def not_before(self, slot, now):
        return most(now, choose(slot.kind == UNSET, 0, slot.window.touched_at))

    def close(self, slot, now):
        """Slot::reconfigure without a limit. What a closed window counts means nothing."""
        opened = slot.kind == OPEN
        with when(opened):
            available = self.available_down(slot.window, now)
        now = least(self.not_before(slot, now), LATEST)
        at = choose(slot.kind == UNSET, 0, now)
        kind = choose(slot.kind == UNSET, UNSET, CLOSED)
        window = slot.window._replace(touched_at=at)
        return Reconfigured(Slot(kind, window), choose(opened, available, 0), 0, False)
