"""The window: what one operation does, for every limit, ring, amount and time.

The model is `model/window.py`, in integers without bounds; that they fit the code's types is `window/no-overflow`. The
ring is sixteen numbers; that a shift of the code's word is a move of them is `words/ring`. How many ticks have ended is a
number of its own in each goal, 0 to 16 and "more", so that every way in which the ring can move is proved by itself.
"""

from arith import MAX64, both, choose, div_down, div_up, fits, implies, least, most, no, same
from engine import theorem
from model import window
from model.units import LATEST
from model.window import QUANTA, TICKS, Model

from theorems.any import any_amount, any_limit, any_time, any_window, is_window


class TicksRoundedDown(Model):
    def tick_secs(self, limit):
        return most(div_down(limit.secs, TICKS), 1)


class OneTickLess(Model):
    def ticks(self, limit, tick_secs):
        return super().ticks(limit, tick_secs) - 1


class QuantaRoundedDown(Model):
    def quanta_up(self, units, quantum):
        return div_down(units, quantum)


class FifteenTicks(Model):
    """The ring loses its sixteenth."""

    def shifted(self, ring, quanta, idle):
        return [*super().shifted(ring, quanta, idle)[:15], 0]

    def sum(self, ring, ticks):
        return super().sum([*ring[:15], 0], ticks)


class QuantumRoundedDown(Model):
    def quantum(self, limit):
        return most(div_down(limit.units, QUANTA), 1)


class CurrentNotCounted(Model):
    def available(self, it, quantum, ticks):
        return most(it.limit.units - self.sum(it.ring, ticks) * quantum, 0)


class AmountsRoundedDown(Model):
    def units_up(self, unit, amount):
        return True, self.units_down(unit, amount)


class CurrentIsLost(Model):
    def closed_after(self, it, passed, quantum):
        after = super().closed_after(it, passed, quantum)
        return after._replace(ring=choose(passed >= 1, self.closed(it.ring, 0, passed - 1), it.ring))


@theorem(
    "window/ticks",
    "At most sixteen ticks cover the window, and an amount counts for more than it and at most a tick longer than they do",
    Model,
    {"a tick is rounded down": TicksRoundedDown, "a tick less is counted": OneTickLess},
)
def ticks(p, m):
    limit, passed_at = any_limit(p, window.Limit), p.integer("passed_at", 0, LATEST)
    tick, count, _ = m.numbers(limit)
    p.show("a tick is a second at least", tick >= 1)
    p.show("from one to sixteen", both(count >= 1, count <= TICKS))
    p.show("they cover the window", count * tick >= limit.secs)
    p.show("and no fewer would", (count - 1) * tick < limit.secs)
    # It stops counting when `count` more ticks than its own have ended.
    freed_at = (m.tick_at(passed_at, tick) + count + 1) * tick
    p.show("more than the window", freed_at - passed_at > limit.secs)
    p.show("at most the longest wait", freed_at - passed_at <= m.longest_wait_secs(limit))
    sixteenth = div_down(limit.secs, TICKS)
    whole = limit.secs == TICKS * sixteenth
    p.show("of sixteen seconds: W", implies(whole, count * tick == limit.secs))
    p.show("to 17/16 W", implies(whole, 16 * m.longest_wait_secs(limit) == 17 * limit.secs))


@theorem(
    "window/rounding",
    "A closed tick counts at least what passed in it and less than a quantum more; all sixteen hold back less than one"
    " part in 4,095 of the limit; limits of up to 65,535 units are exact",
    Model,
    {"a closed tick is rounded down": QuantaRoundedDown, "a quantum is rounded down": QuantumRoundedDown},
)
def rounding(p, m):
    limit = any_limit(p, window.Limit)
    passed = p.integer("passed")
    p.know(passed <= limit.units)
    quantum = m.quantum(limit)
    closed = m.quanta_up(passed, quantum)
    p.order(div_up(passed, most(quantum, 1)), QUANTA, quantum)
    p.show("at least what passed", closed * quantum >= passed)
    p.show("less than a quantum more", closed * quantum < passed + quantum)
    p.show("it has sixteen bits", both(closed >= 0, closed <= QUANTA))
    p.show("all sixteen", 16 * (quantum - 1) * 4_095 < limit.units)
    p.show("small limits", implies(limit.units <= QUANTA, quantum == 1))


def consumed(p, m):
    """One request to any window that has been settled; `window/split` says that nothing else needs looking at."""
    it, amount = any_window(p), any_amount(p)
    limit = it.limit
    result = m.consume_settled(it, amount)
    units = div_up(amount, limit.unit)
    some, rounded = m.units_up(limit.unit, amount)
    p.order(units, limit.units, limit.unit)
    p.order(div_down(amount, limit.unit), limit.units, limit.unit)
    p.order(units, div_down(amount, limit.unit), limit.unit)
    p.lemma("an amount is rounded up", implies(amount <= limit.units * limit.unit, both(some, rounded == units)))
    p.lemma("or is more than the limit", implies(amount > limit.units * limit.unit, units > limit.units))
    p.lemma("and none then", implies(both(some, rounded <= limit.units), rounded == units))
    return it, amount, result, units, rounded


@theorem(
    "window/step",
    "An amount passes exactly when, rounded up to a unit, it is at most what is available, and then all that counts is at"
    " most the limit; a refusal changes nothing",
    Model,
    {"amounts are rounded down": AmountsRoundedDown, "the current tick is not counted": CurrentNotCounted},
)
def step(p, m):
    it, amount, result, units, rounded = consumed(p, m)
    limit = it.limit
    p.hunt(limit.units <= 9, limit.unit <= 3, limit.secs <= 16, it.touched_at <= 99)
    tick, count, quantum = m.numbers(limit)
    available = m.available(it, quantum, count)
    p.order(rounded, available, limit.unit)
    p.order(available, limit.units, limit.unit)
    p.show("it passes exactly when it is available", result.passed == (units <= available))
    p.show("rounding up does not matter to that", result.passed == (amount <= available * limit.unit))
    p.show("what is said to be available is", result.available == available * limit.unit)
    after = result.window
    counted = after.current + m.sum(after.ring, count) * quantum
    # An amount of nothing passes also where rounding has brought what counts above the limit.
    p.show("all that counts is at most the limit", implies(both(result.passed, amount > 0), counted <= limit.units))
    charged = after.current - it.current
    p.show("what passes is at most what is counted", implies(result.passed, amount <= charged * limit.unit))
    p.show("and less than a unit less", implies(result.passed, charged * limit.unit < amount + limit.unit))
    p.show("it is a window again", is_window(after))
    p.show("a refusal changes nothing", implies(no(result.passed), same(result.window, it)))
    unused = implies(both(it.current == 0, *(quanta == 0 for quanta in it.ring)), available == limit.units)
    p.show("an unused window has all of it", unused)


@theorem(
    "window/split",
    "It does not matter in how many pieces time passes: ticks closed one after another are closed at once",
    Model,
    {"the current tick is lost": type("Lost", (Model,), {"quanta_up": lambda self, units, quantum: 1})},
)
def split(p, m):
    it = any_window(p)
    quantum = m.quantum(it.limit)
    after = [m.closed_after(it, ended, quantum) for ended in range(TICKS + 2)]
    for first in range(TICKS + 2):
        pieces = [m.closed_after(after[first], second, quantum) for second in range(TICKS + 2)]
        at_once = [after[min(first + second, TICKS + 1)] for second in range(TICKS + 2)]
        p.show(f"{first} ticks and then others", both(*(same(a, b) for a, b in zip(pieces, at_once, strict=True))))
    more = p.integer("more", TICKS + 1)
    p.show("more than seventeen are seventeen", same(m.closed_after(it, more, quantum), after[TICKS + 1]))
    # What the code asks: the number of ticks between two times.
    for ended in range(TICKS + 1):
        general = m.closed_after(it, more - TICKS - 1, quantum)
        p.show(f"{ended} ticks", implies(more - TICKS - 1 == ended, same(general, after[ended])))
    p.show("it is a window", both(*(is_window(window) for window in after)))
    first, second = any_time(p, "first"), any_time(p, "second")
    a = it._replace(touched_at=m.touched_next(it, first))
    p.show("time", m.touched_next(a, second) == m.touched_next(it, most(first, second)))
    tick, _, _ = m.numbers(it.limit)
    t0, t1 = m.tick_at(it.touched_at, tick), m.tick_at(a.touched_at, tick)
    p.order(t0, t1, tick)
    p.show("ticks do not go back", t1 >= t0)


class SearchesOneTickTooFar(Model):
    def frees(self, it, cost):
        found, at = super().frees(it, cost)
        tick_secs = self.tick_secs(it.limit)
        return found, at + tick_secs


class SearchesOneTickTooFew(Model):
    def frees(self, it, cost):
        tick_secs, count, quantum = self.numbers(it.limit)
        found, at = super().frees(it, cost)
        return both(found, at <= self.tick_starts_at(it, count, tick_secs)), at


class WithoutTheEndOfTime(Model):
    """No variant of the code but of the theorem: the promise without its condition, see docs/PROOFS.md."""

    beyond_the_end = True


@theorem(
    "window/retry",
    "A refusal's time is the first from now on at which the request passes, when that is before the forty bits of time"
    " end; it names none exactly when the request is more than the limit, and then no time lets it pass",
    Model,
    {
        "it waits a tick too long": (SearchesOneTickTooFar, "not before (1)"),
        "it looks a tick too few ahead": SearchesOneTickTooFew,
        "(the promise made for times after the year 36,812 too)": (WithoutTheEndOfTime, "but then (0)"),
    },
)
def retry(p, m):
    it, amount, result, units, rounded = consumed(p, m)
    limit = it.limit
    p.hunt(limit.units <= 9, limit.unit <= 2, limit.secs <= 32)
    tick_secs, count, quantum = m.numbers(limit)
    tick = m.tick_at(it.touched_at, tick_secs)
    p.know(no(result.passed))
    p.lemma("at most sixteen ticks", both(count >= 1, count <= TICKS, tick_secs >= 1))
    p.show("none when it is more than the limit", result.has_retry == (amount <= limit.units * limit.unit))
    available = [m.available(m.closed_after(it, ended, quantum), quantum, count) for ended in range(TICKS + 2)]
    for ended in range(TICKS + 2):
        p.show(f"and then never ({ended})", implies(no(result.has_retry), units > available[ended]))
    other = p.integer("other")
    p.know(other >= it.touched_at)
    if not hasattr(m, "beyond_the_end"):
        p.know(result.retry_at <= LATEST)
    then = m.tick_at(least(other, LATEST), tick_secs)
    for ended in range(TICKS + 3):
        p.order(then, tick + ended, tick_secs)
    p.show("it is in the future", implies(result.has_retry, result.retry_at > it.touched_at))
    for ended in range(TICKS + 2):
        refused = implies(both(other < result.retry_at, then - tick == ended), units > available[ended])
        p.show(f"not before ({ended})", implies(result.has_retry, refused))
        passes = implies(both(other == result.retry_at, then - tick == ended), units <= available[ended])
        p.show(f"but then ({ended})", implies(result.has_retry, passes))
    by_then = implies(other <= result.retry_at, then - tick <= TICKS + 1)
    p.show("within seventeen ticks", implies(result.has_retry, by_then))


class ChangesWithinATick(Model):
    def tick_starts_at(self, it, ahead, tick_secs):
        return super().tick_starts_at(it, ahead, tick_secs) + 1


@theorem(
    "window/next-change",
    "Nothing is freed before the time that next_change_at names; none is named exactly when all of it is available",
    Model,
    {"it names a second too late": ChangesWithinATick},
)
def next_change(p, m):
    it, other = any_window(p), any_time(p, "other")
    p.hunt(it.limit.secs <= 32)
    tick_secs, count, quantum = m.numbers(it.limit)
    some, at = m.next_change_of_settled(it)
    available = m.available(it, quantum, count)
    tick, then = m.tick_at(it.touched_at, tick_secs), m.tick_at(m.touched_next(it, other), tick_secs)
    p.order(then, tick, tick_secs)
    p.order(tick, then, tick_secs)
    p.show("none when all is available", some == (available < it.limit.units))
    p.show("the same tick before it", implies(other < at, then == tick))
    p.show("the next one at it", implies(both(other == at, at <= LATEST), then == tick + 1))


class QuantaNotCut(Model):
    def closed_after(self, it, passed, quantum):
        fits(it.current + it.limit.units, 64, "the current tick and the limit")
        return super().closed_after(it, passed, quantum)


@theorem(
    "window/no-overflow",
    "Every number fits the type that the code computes it in, for any window, and closing ticks makes windows"
    " (`window/split`): nothing wraps, is cut or saturates where it should not",
    Model,
    {"the limit is added to the current tick in 64 bits": QuantaNotCut},
)
def no_overflow(p, m):
    it, amount, now = any_window(p), any_amount(p), any_time(p)
    limit, to = it.limit, any_limit(p, window.Limit, "_to")
    tick_secs, count, quantum = m.numbers(limit)
    p.lemma("at most sixteen ticks", both(count >= 1, count <= TICKS, tick_secs >= 1))
    p.lemma("a tick", tick_secs <= 19_710_000)
    some = m.sum(it.ring, count)
    p.lemma("a sum has twenty bits", both(some >= 0, some < 2**20))
    p.order(some, 2**20, quantum)
    p.order(div_down(amount, limit.unit), MAX64, limit.unit)
    p.order(MAX64, div_down(amount, limit.unit), limit.unit)
    # What a request does. It and `frees` also close ticks, and then do the same with another window.
    is_some, cost = m.units_up(limit.unit, amount)
    m.passing(it, m.available(it, quantum, count), choose(is_some, cost, MAX64))
    m.closed_after(it, 1, quantum)
    ahead = p.integer("ahead", 1, TICKS + 1)
    m.tick_starts_at(it, ahead, tick_secs)
    p.order(m.tick_at(it.touched_at, tick_secs) + ahead, LATEST + TICKS + 1, tick_secs)
    secs = any_time(p, "interval")
    m.bound(limit, secs)
    p.order(limit.units, MAX64, div_down(secs, limit.secs + 1) + 1)
    m.longest_wait_secs(limit)
    # A change of limit, of a window that was settled for it.
    with_all = m.amount(limit)
    available = m.available(it, quantum, count)
    p.order(available, limit.units, limit.unit)
    used = fits(with_all - m.wei(limit.unit, available), 256, "what is used, in wei")
    kept = m.kept(m.wei(limit.unit, available), m.amount(to), used)
    m.with_available_down(to, kept, now)
    p.order(div_down(kept, to.unit), to.units, to.unit)
    p.show_duties()
