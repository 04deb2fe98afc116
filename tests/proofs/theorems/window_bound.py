"""The window over time: in any closed interval of `W` seconds at most the limit passes, also through changes of limit.

By induction over the requests in an interval. It begins, in the window's own time, at `started_at`, when the limit was
`allowed` (in wei). `passed` is what has passed in it. A reference tick is carried along: that of `started_at`, and after
a change of limit that of the change. `since` ticks have ended since, and `counted` is the current tick and the youngest
`since` closed ones. What is carried from request to request:

    passed + max(0, limit - counted) * unit <= allowed

Between the reference and now lie at most `W` seconds, so no more ticks than the window counts (`window/interval-ticks`):
`counted` never loses anything, and the code, which counts at least that, lets no more through than is left. With `max`
never below zero it says: passed <= allowed.
"""

from arith import MAX256, both, choose, div_down, either, implies, least, most, same
from engine import theorem
from model import window
from model.units import LATEST
from model.window import CLOSED, OPEN, TICKS, UNSET, Model, Slot

from theorems.any import any_limit, any_time, any_window, is_window
from theorems.window import (
    AmountsRoundedDown,
    CurrentIsLost,
    FifteenTicks,
    OneTickLess,
    QuantaRoundedDown,
    consumed,
)


def counted(it, m, since, quantum):
    return it.current + m.sum(it.ring, since) * quantum


def left(it, m, since, quantum):
    return most(0, it.limit.units - counted(it, m, since, quantum)) * it.limit.unit


class BackwardsReleases(Model):
    def touched_next(self, it, now):
        return least(now, LATEST)


@theorem(
    "window/interval-ticks",
    "In W seconds no more ticks end than the window counts, also when the clock goes back",
    Model,
    {
        "a tick less is counted": OneTickLess,
        "a time that goes back is remembered": BackwardsReleases,
    },
)
def interval_ticks(p, m):
    it, now, begins = any_window(p), any_time(p), any_time(p, "begins")
    length = p.integer("length", 0)
    p.know(length <= it.limit.secs)
    started_at = p.integer("started_at", 0, LATEST)
    # The hypothesis about times, as the bucket's.
    p.know(now >= begins, now <= begins + length, started_at >= least(begins, LATEST))
    p.know(it.touched_at >= started_at, it.touched_at <= most(started_at, begins + length))
    p.hunt(it.limit.secs <= 32)
    after = m.touched_next(it, now)
    p.show("the times", both(after >= it.touched_at, after <= most(started_at, begins + length)))
    p.show("the elapsed time", after - started_at <= length)
    tick, count, _ = m.numbers(it.limit)
    reference, then = m.tick_at(started_at, tick), m.tick_at(after, tick)
    p.order(reference + count + 1, then, tick)
    p.order(reference, then, tick)
    p.show("the ticks", both(then - reference >= 0, then - reference <= count))


@theorem(
    "window/interval-time",
    "As time passes, all that has passed in the interval goes on being counted, each tick as at least what passed in it",
    Model,
    {
        "a closed tick is rounded down": QuantaRoundedDown,
        "the ring has fifteen ticks": (FifteenTicks, "16 ticks"),
        "the current tick is lost": CurrentIsLost,
    },
)
def time(p, m):
    it = any_window(p)
    quantum = m.quantum(it.limit)
    since = p.integer("since", 0, TICKS)
    before = m.sum(it.ring, since)
    for ended in range(TICKS + 1):
        after = m.closed_after(it, ended, quantum)
        total = m.sum(after.ring, since + ended)
        closed = m.quanta_up(it.current, quantum)
        fits = since + ended <= TICKS
        if ended:
            p.lemma(f"the ring's sum after {ended}", implies(fits, total == before + closed))
            p.order(total, before + closed, quantum)
            p.order(before + closed, total, quantum)
        p.show(
            f"{ended} ticks",
            implies(fits, after.current + total * quantum >= it.current + before * quantum),
        )


@theorem(
    "window/interval",
    "A request lets through no more than the limit that was set when the interval began; so at most that passes in it",
    Model,
    {
        "amounts are rounded down": AmountsRoundedDown,
        "a tick less is counted": OneTickLess,
    },
)
def interval(p, m):
    it, amount, result, units, rounded = consumed(p, m)
    limit = it.limit
    tick, count, quantum = m.numbers(limit)
    p.hunt(limit.units <= 9, limit.unit <= 2, limit.secs <= 17)
    started_at, since = p.integer("started_at", 0, LATEST), p.integer("since", 0)
    p.know(since == m.tick_at(it.touched_at, tick) - m.tick_at(started_at, tick))
    p.know(it.touched_at >= started_at, it.touched_at - started_at <= limit.secs)
    p.lemma("`window/interval-ticks`", since <= count)
    passed, allowed = p.integer("passed"), p.integer("allowed", 0, MAX256)
    p.know(passed + left(it, m, since, quantum) <= allowed)
    p.lemma("the ring counts them", m.sum(it.ring, since) <= m.sum(it.ring, count))
    p.order(m.sum(it.ring, since), m.sum(it.ring, count), quantum)
    after = result.window
    p.lemma("what passes is counted", implies(result.passed, after.current == it.current + rounded))
    room = limit.units - counted(it, m, since, quantum)
    p.lemma("what passes had room", implies(both(result.passed, rounded > 0), rounded <= room))
    p.order(rounded, room, limit.unit)
    p.show(
        "at most what was allowed",
        passed + left(after, m, since, quantum) + choose(result.passed, amount, 0) <= allowed,
    )
    p.show("so what passed", passed <= allowed)


class ForgetsWhatLeft(Model):
    def kept(self, available, amount, used):
        return least(available, amount)


class AddsTheDifference(Model):
    def kept(self, available, amount, used):
        return most(amount - used, 0)


class ChangesGoBack(Model):
    def not_before(self, slot, now):
        return now


class ChangesEmptyTheWindow(Model):
    def with_available_down(self, limit, available, now):
        return self.with_used(limit, 0, now)


@theorem(
    "window/change",
    "A change of limit adds nothing to what is available and forgets nothing that counted; the same limit changes nothing",
    Model,
    {
        "it forgets what has left": ForgetsWhatLeft,
        "what a larger limit adds is there at once": AddsTheDifference,
        "it takes a time that went back": ChangesGoBack,
        "nothing counts after it": ChangesEmptyTheWindow,
    },
)
def change(p, m):
    it, to, now = any_window(p), any_limit(p, window.Limit, "_to"), any_time(p)
    p.hunt(it.limit.units <= 9, it.limit.unit <= 2, it.limit.secs <= 16, it.touched_at <= 20, now <= 20)
    p.hunt(to.units <= 9, to.unit <= 2, to.secs <= 16)
    # A window that has been settled for the change, which is the first that it does; and a clock that stands or goes back.
    p.know(now <= it.touched_at)
    limit = it.limit
    _, count, quantum = m.numbers(limit)
    previous = m.available(it, quantum, count) * limit.unit
    p.order(m.available(it, quantum, count), limit.units, limit.unit)
    amount = to.units * to.unit
    used = limit.units * limit.unit - previous
    kept = m.kept(previous, amount, used)
    after = m.with_available_down(to, kept, m.not_before(Slot(OPEN, it), now))
    _, count_to, quantum_to = m.numbers(to)
    available = m.available(after, quantum_to, count_to) * to.unit
    p.order(div_down(kept, to.unit), to.units, to.unit)
    allowed = least(previous, most(0, amount - used))
    p.lemma("what is kept", kept == allowed)
    p.show("it is a window again", is_window(after))
    p.show("nothing is added", available <= previous)
    p.show("what had left counts", available <= allowed)
    p.show("and no more than that, but for a unit", available > allowed - to.unit)
    p.show("nothing is rounded into the ring", both(*(quanta == 0 for quanta in after.ring)))
    p.show("time does not go back", after.touched_at >= it.touched_at)
    # The hypothesis of `window/interval`, before and after: the tick of the change is the reference from now on.
    passed, wei = p.integer("passed"), p.integer("allowed", 0, MAX256)
    since = p.integer("since", 0)
    p.know(since <= count, passed + left(it, m, since, quantum) <= wei)
    p.lemma("the ring counts them", m.sum(it.ring, since) <= m.sum(it.ring, count))
    p.order(m.sum(it.ring, since), m.sum(it.ring, count), quantum)
    room = most(0, limit.units - counted(it, m, since, quantum))
    p.order(m.available(it, quantum, count), room, limit.unit)
    p.lemma("what is available was left", passed + previous <= wei)
    p.show("what passed in the interval still counts", passed + left(after, m, 0, quantum_to) <= wei)
    p.show(
        "closed and opened again: nothing is available",
        m.available(m.with_available_down(to, 0, now), quantum_to, count_to) == 0,
    )


class NeverTheSame(Model):
    def reconfigure(self, slot, to, now):
        changed = super().reconfigure(slot, to, now)
        return changed._replace(slot=Slot(OPEN, self.with_used(to, 0, now)))


@theorem(
    "window/change-kinds",
    "The code's change is that of a window that was settled for it; the same limit only settles; unset opens with all of"
    " it and closed with nothing",
    Model,
    {"the same limit empties it": NeverTheSame},
)
def change_kinds(p, m):
    it, to, now = any_window(p), any_limit(p, window.Limit, "_to"), any_time(p)
    p.hunt(it.limit.secs <= 16, it.touched_at <= 20, now <= 20)
    settled = m.settled(it, now)
    same_limit = m.reconfigure(Slot(OPEN, it), it.limit, now)
    p.show("the same limit only settles", same(same_limit.slot.window, settled))
    tick, count, quantum = m.numbers(it.limit)
    previous = m.available(settled, quantum, count) * it.limit.unit
    kept = m.kept(previous, to.units * to.unit, it.limit.units * it.limit.unit - previous)
    changed = m.reconfigure(Slot(OPEN, it), to, now)
    expected = m.with_available_down(to, kept, settled.touched_at)
    p.show("another one", either(same(it.limit, to), same(changed.slot.window, expected)))
    unset = m.reconfigure(Slot(UNSET, it), to, now)
    p.show("unset opens unused", same(unset.slot.window, m.with_used(to, 0, now)))
    closed = m.reconfigure(Slot(CLOSED, it), to, now)
    after = most(now, it.touched_at)
    p.show("closed opens used up", same(closed.slot.window, m.with_used(to, to.units, after)))
    at = m.close(Slot(OPEN, it), now).slot
    p.show("closing does not go back", both(at.kind == CLOSED, at.window.touched_at >= it.touched_at))
    p.show("what was never set stays so", m.close(Slot(UNSET, it), now).slot.kind == UNSET)


class BoundOfOpenIntervals(Model):
    """Counts the windows of W seconds that fit, and not the second by which a closed interval is longer."""

    def bound(self, limit, secs):
        return least(limit.units * div_down(secs + limit.secs, limit.secs + 1) * limit.unit, MAX256)


@theorem(
    "window/bound",
    "An interval of S seconds is covered by floor(S / (W + 1)) + 1 of W seconds, so that at most Limit::bound passes in it",
    Model,
    {"the last window begun is not counted": BoundOfOpenIntervals},
)
def bound(p, m):
    limit, secs = any_limit(p, window.Limit), any_time(p, "secs_of_interval")
    p.hunt(limit.secs <= 9, limit.units <= 9, limit.unit <= 2, secs <= 30)
    covering = div_down(secs, limit.secs + 1) + 1
    offset, other = p.integer("offset"), p.integer("other")
    p.know(offset <= secs, other <= secs)
    mine, theirs = div_down(offset, limit.secs + 1), div_down(other, limit.secs + 1)
    p.order(mine, covering, limit.secs + 1)
    p.show("each second is in one of them", both(mine >= 0, mine < covering))
    p.show(
        "each is of W seconds",
        implies(mine == theirs, both(other - offset <= limit.secs, offset - other <= limit.secs)),
    )
    # What passed in some of them is at most that many limits: one more adds at most one more.
    some, before, now = p.integer("some"), p.integer("before"), p.integer("in_the_next")
    one = limit.units * limit.unit
    p.know(some < covering, before <= some * one, now <= one)
    p.show("they add up", before + now <= (some + 1) * one)
    published = m.bound(limit, secs)
    p.order(limit.units * covering, div_down(MAX256, limit.unit), limit.unit)
    p.show("the formula", published == least(covering * one, MAX256))
