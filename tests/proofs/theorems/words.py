"""What is stored comes back, and what the other models say of shifts is so, in bit vectors of the code's widths."""

import z3
from arith import both, implies, low, shr
from engine import theorem
from model.words import LATEST, SEEN, TICKS, Model


class TimeOfThirtyNineBits(Model):
    TIME_BITS = 39


class RingOfFifteenBits(Model):
    RING_STEP = 15


@theorem(
    "words/bucket",
    "An open bucket's word gives back its five numbers; a closed one's its time; no two states share a word",
    Model,
    {"the unit lies in the time's highest bit": TimeOfThirtyNineBits},
)
def bucket(p, m):
    units, held, secs = p.bits("units", 64), p.bits("held", 128), p.bits("secs", 32)
    touched_at, log2 = p.bits("touched_at", 64), p.bits("log2", 8)
    # The bounds of `bucket/start` and `bucket/step`.
    p.know(units != 0, secs != 0, z3.ULT(held, z3.BitVecVal(2**96, 128)), z3.ULE(touched_at, LATEST))
    word = m.bucket_to_word(units, held, secs, touched_at, log2)
    back = m.bucket_from_word(word)
    for what, a, b in zip(["units", "held", "secs", "time", "unit"], back, [units, held, secs, touched_at, log2]):
        p.show(what, a == b)
    p.show("it is told from the others", both(low(word, 64) != 0, word != 0))
    _closed(p, m, touched_at)


@theorem(
    "words/window",
    "An open window's head gives back its five numbers; a closed one's its time; no two states share a word",
    Model,
    {"the unit lies in the time's highest bit": TimeOfThirtyNineBits},
)
def window(p, m):
    units, current, secs = p.bits("units", 64), p.bits("current", 64), p.bits("secs", 32)
    touched_at, log2 = p.bits("touched_at", 64), p.bits("log2", 8)
    p.know(units != 0, secs != 0, z3.ULE(touched_at, LATEST))
    word = m.window_to_word(units, current, secs, touched_at, log2)
    back = m.window_from_word(word)
    for what, a, b in zip(["units", "current", "secs", "time", "unit"], back, [units, current, secs, touched_at, log2]):
        p.show(what, a == b)
    p.show("it is told from the others", both(low(word, 64) != 0, word != 0))
    _closed(p, m, touched_at)


def _closed(p, m, touched_at):
    word = m.closed_to_word(touched_at)
    limbs = m.limbs(word)
    p.show("closed: its time", limbs[3] & LATEST == touched_at)
    p.show("closed: told from the others", both(limbs[0] == 0, limbs[3] & SEEN != 0))


@theorem(
    "words/ring",
    "Closing ticks moves the ring's sixteen numbers up, the closed one in, the oldest out, for each number of idle ticks",
    Model,
    {"a tick takes fifteen bits": RingOfFifteenBits},
)
def ring(p, m):
    word, quanta = p.bits("ring", 256), p.bits("quanta", 16)
    for idle in range(TICKS):
        moved = m.ring_closed(word, quanta, idle)
        parts = [m.ring_part(word, index) for index in range(TICKS)]
        expected = ([z3.BitVecVal(0, 16)] * idle + [quanta] + parts)[:TICKS]
        p.show(f"{idle} idle", both(*(m.ring_part(moved, index) == expected[index] for index in range(TICKS))))


class BitLengths:
    BITS = 64

    def log2(self, amount, length):
        """Granule::of, of an amount of this many bits."""
        return max(0, length - self.BITS)


class OneBitMore(BitLengths):
    BITS = 65


@theorem(
    "words/unit",
    "An amount of any length is less than 2^64 units, at least 2^63 when a unit is more than a wei; shifting by a unit's"
    " logarithm divides and multiplies",
    BitLengths,
    {"65 bits are left": OneBitMore},
)
def unit(p, m):
    amount = p.bits("amount", 256)
    for length in range(257):
        log2 = m.log2(amount, length)
        below = z3.BoolVal(True) if length == 256 else z3.ULT(amount, z3.BitVecVal(1 << length, 256))
        least = z3.UGE(amount, z3.BitVecVal(1 << length - 1, 256)) if length else amount == 0
        units = shr(amount, log2)
        one = z3.BitVecVal(1 << log2, 256)
        rest = amount & (one - 1)
        # amount = units * 2^log2 + rest, without loss, and the rest is less than a unit; what has no bit in common is
        # added by `|`.
        added = both((units << log2) | rest == amount, (units << log2) & rest == 0)
        divided = both(units << log2 == units * one, added, z3.ULT(rest, one))
        lossless = both(z3.ULE(units << log2, amount), shr(units << log2, log2) == units)
        few = shr(units, 64) == 0
        many = z3.BoolVal(True) if log2 == 0 else shr(units, 63) != 0
        p.show(f"{length} bits", implies(both(below, least), both(divided, lossless, few, many, log2 <= 192)))
