"""contracts/core/src/cap.rs and net.rs, with amounts as integers: what counts within a transaction."""

from typing import Any, NamedTuple

from arith import MAX256, both, choose, fits, minus_or_zero, most


class Actor(NamedTuple):
    brought_in: Any
    taken_out: Any


class Tally(NamedTuple):
    counted: Any
    charged: Any


class Model:
    # --- cap.rs ---

    def spend(self, cap, used, amount):
        """Whether it passes, and what is used then."""
        total = self.checked_sum(used, amount)
        passed = both(total <= MAX256, total <= cap)
        return passed, choose(passed, total, used)

    def checked_sum(self, a, b):
        """`checked_add`: more than 256 bits is none, which the caller asks."""
        return a + b

    def cap_available(self, cap, used):
        return minus_or_zero(cap, used)

    # --- net.rs ---

    def deficit(self, actor):
        return minus_or_zero(actor.taken_out, actor.brought_in)

    def moved(self, before, after, tally):
        """Whether it is counted, and the tally then."""
        others = tally.counted - self.deficit(before)
        counted = others + self.deficit(after)
        sound = both(after.brought_in <= MAX256, after.taken_out <= MAX256, others >= 0, counted <= MAX256)
        return sound, Tally(counted, tally.charged)

    def bring_in(self, actor, tally, amount):
        after = Actor(actor.brought_in + amount, actor.taken_out)
        return after, *self.moved(actor, after, tally)

    def take_out(self, actor, tally, amount):
        after = Actor(actor.brought_in, actor.taken_out + amount)
        return after, *self.moved(actor, after, tally)

    def due(self, tally):
        due = fits(minus_or_zero(tally.counted, tally.charged), 256, "what is due")
        return due, Tally(tally.counted, most(tally.charged, tally.counted))
