"""The words of bucket/slot.rs and window/slot.rs, and the shifts of ring.rs, granule.rs and wide.rs, bit by bit.

With z3's bit vectors or Python's integers; `low` is Rust's `as` to a narrower type, `wide` its `from` to a wider one.
"""

from arith import is_term, low, shr, wide

SEEN = 1 << 63
LATEST = 2**40 - 1
TICKS = 16


class Model:
    TIME_BITS = 40
    RING_STEP = 16

    def limbs(self, word):
        return [low(shr(word, 64 * index), 64) for index in range(4)]

    def word(self, limbs):
        whole = wide(limbs[0], 256)
        for index in range(1, 4):
            whole = whole | wide(limbs[index], 256) << 64 * index
        return whole

    def bucket_to_word(self, units, held, secs, touched_at, log2):
        middle = low(shr(held, 64), 64) | wide(secs, 64) << 32
        high = SEEN | wide(log2, 64) << self.TIME_BITS | touched_at
        return self.word([units, low(held, 64), middle, high])

    def bucket_from_word(self, word):
        units, held_low, middle, high = self.limbs(word)
        held = wide(held_low, 128) | wide(low(middle, 32), 128) << 64
        return units, held, low(shr(middle, 32), 32), high & LATEST, low(shr(high, 40), 8)

    def window_to_word(self, units, current, secs, touched_at, log2):
        high = SEEN | wide(log2, 64) << self.TIME_BITS | touched_at
        return self.word([units, current, wide(secs, 64) << 32, high])

    def window_from_word(self, word):
        units, current, middle, high = self.limbs(word)
        return units, current, low(shr(middle, 32), 32), high & LATEST, low(shr(high, 40), 8)

    def closed_to_word(self, at):
        zero = at & 0
        return self.word([zero, zero, zero, SEEN | at])

    def ring_closed(self, ring, quanta, idle):
        """Ring::closed for up to fifteen idle ticks, a number that is known."""
        return ((ring << self.RING_STEP) | wide(quanta, 256)) << (16 * idle)

    def ring_part(self, ring, index):
        return low(shr(ring, 16 * index), 16)


def pack_ring(ring):
    """The word of sixteen numbers, the youngest lowest."""
    assert not is_term(*ring)
    return sum(quanta << 16 * index for index, quanta in enumerate(ring))
