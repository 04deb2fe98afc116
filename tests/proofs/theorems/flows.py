"""Caps and net counting within a transaction, for all amounts of 256 bits. By induction over what moves.

There is any number of actors. One moves at a time; `others` are all the rest, of whom the hypothesis says that together
they have taken out no more, net, than the sum of their deficits, which is so because it is so of each
(`flows/one-actor`).
"""

from arith import MAX256, both, choose, implies, most, no, same
from engine import theorem
from model.flows import Actor, Model, Tally

from theorems.any import any_amount


class WrappingSum(Model):
    def checked_sum(self, a, b):
        return choose(a + b > MAX256, a + b - MAX256 - 1, a + b)


@theorem(
    "cap/transaction",
    "In a transaction at most the cap passes, in whichever pieces; a piece is refused only when it would be more",
    Model,
    {"the sum wraps": WrappingSum},
)
def transaction(p, m):
    cap, used, amount = p.integer("cap", 1, MAX256), any_amount(p, "used"), any_amount(p)
    passed, after = m.spend(cap, used, amount)
    moved = used + choose(passed, amount, 0)
    p.show("what is used is what passed", after == moved)
    p.show("at most the cap", implies(used <= cap, moved <= cap))
    p.show("exactly when it is available", implies(used <= cap, passed == (amount <= m.cap_available(cap, used))))
    p.show("nothing passes beyond", implies(used > cap, no(passed)))


class CountsGross(Model):
    def deficit(self, actor):
        return actor.taken_out


class DeficitsPayForEachOther(Model):
    """Nets over actors: a surplus lowers what the others' deficits count."""

    def deficit(self, actor):
        return actor.taken_out - actor.brought_in


class NeverMadeGood(Model):
    def moved(self, before, after, tally):
        sound, _ = super().moved(before, after, tally)
        more = most(self.deficit(after) - self.deficit(before), 0)
        return sound, tally._replace(counted=tally.counted + more)


@theorem(
    "flows/one-actor",
    "An actor's deficit is what it took out beyond what it brought in, or nothing: never less than it took out net",
    Model,
    {"gross is counted": CountsGross, "a surplus counts against others": DeficitsPayForEachOther},
)
def one_actor(p, m):
    actor = Actor(any_amount(p, "brought_in"), any_amount(p, "taken_out"))
    p.show("the deficit", m.deficit(actor) == most(actor.taken_out - actor.brought_in, 0))


@theorem(
    "flows/tally",
    "What counts is exactly the sum of all actors' deficits, so never less than what left net; what does not fit is refused",
    Model,
    {
        "gross is counted": CountsGross,
        "a surplus counts against others": DeficitsPayForEachOther,
        "what is made good goes on counting": NeverMadeGood,
    },
)
def tally(p, m):
    def deficit(actor):
        return most(actor.taken_out - actor.brought_in, 0)

    actor = Actor(any_amount(p, "brought_in"), any_amount(p, "taken_out"))
    amount, charged = any_amount(p), any_amount(p, "charged")
    others_net, others = p.integer("others_net", None), p.integer("others_deficits")
    before = Tally(others + deficit(actor), charged)
    p.know(others_net <= others, before.counted <= MAX256)
    for what, move in [("in", m.bring_in), ("out", m.take_out)]:
        after, sound, then = move(actor, before, amount)
        exact = others + deficit(after)
        p.show(f"{what}: the sum of the deficits", implies(sound, then.counted == exact))
        net = others_net + after.taken_out - after.brought_in
        p.show(f"{what}: never less than what left net", implies(sound, then.counted >= net))
        room = both(after.brought_in <= MAX256, after.taken_out <= MAX256, exact <= MAX256)
        p.show(f"{what}: refused only when it does not fit", sound == room)
        p.show(f"{what}: nothing is charged by it", then.charged == charged)


class ForgetsWhatWasCharged(Model):
    def due(self, tally):
        due, _ = super().due(tally)
        return due, tally


class GivesBack(Model):
    """Forgets what was charged when a deficit is made good, so that it is charged again."""

    def due(self, tally):
        due, after = super().due(tally)
        return due, after._replace(charged=tally.counted)


@theorem(
    "flows/due",
    "At each exit all charges together are at least what counts, and exactly the most that ever counted at one: nothing is"
    " left out and nothing charged twice",
    Model,
    {"it forgets what was charged": ForgetsWhatWasCharged, "what is made good is given back": GivesBack},
)
def due(p, m):
    counted, paid = any_amount(p, "counted"), any_amount(p, "paid")
    # By induction: what limiters were charged so far, and the most that counted at an exit, are `charged`.
    owed, after = m.due(Tally(counted, paid))
    p.show("at least what counts", paid + owed >= counted)
    p.show("the most that ever counted", paid + owed == most(paid, counted))
    p.show("it is remembered", after.charged == paid + owed)
    p.show("nothing else changes", after.counted == counted)
    p.show("a second exit charges nothing", same(m.due(after)[0], 0))
    p.show_duties()
