"""contracts/core/src/granule.rs, wide.rs and time.rs: units of a power of two, and how the code divides.

A unit is a number here and not its logarithm: `shl(x, log2)` is `x * unit` and `shr(x, log2)` is `x / unit`, which
`theorems/words.py` proves of the 256-bit shifts.
"""

from arith import (
    MAX64,
    choose,
    div_down,
    div_up,
    fits,
    implies,
    is_term,
    least,
    trace,
)

LATEST = 2**40 - 1
LONGEST_SECS = 10 * 365 * 24 * 60 * 60
UNIT_BITS = 64


class Units:
    """Granule, and the divisions of wide.rs as what they come to (`theorems/wide.py` proves that they do)."""

    def unit_of(self, largest):
        """Granule::of. As a term: what `theorems/words.py` proves of it, for every amount."""
        if not is_term(largest):
            return 1 << max(0, largest.bit_length() - UNIT_BITS)
        unit = trace().fresh("unit")
        trace().facts += [
            unit >= 1,
            unit <= 2**192,
            largest < 2**64 * unit,
            implies(unit > 1, largest >= 2**63 * unit),
        ]
        return unit

    def wei(self, unit, units):
        return fits(units * unit, 256, "an amount in wei")

    def units_down(self, unit, amount):
        return least(div_down(amount, unit), MAX64)

    def units_up(self, unit, amount):
        """Whether there is such a number, and it."""
        down = self.units_down(unit, amount)
        whole = self.wei(unit, down) >= amount
        up = choose(whole, down, down + 1)
        return up <= MAX64, up

    def div_up_by_search(self, target, step, bits):
        return least(div_up(target, step), 2**bits)
