"""wide.rs and limit.rs: that the code's ways to divide and compare are division and comparison."""

from arith import both, choose, div_down, implies
from engine import theorem


class Division:
    """div_down: long division in digits of 32 bits."""

    def step(self, remainder, digit, divisor):
        part = remainder * 2**32 + digit
        quotient = div_down(part, divisor)
        return quotient, part - quotient * divisor


class ForgetsTheRemainder(Division):
    def step(self, remainder, digit, divisor):
        quotient = div_down(digit, divisor)
        return quotient, digit - quotient * divisor


@theorem(
    "wide/division",
    "Long division in digits of 32 bits is division, for every number of 128 bits and every divisor of 32",
    Division,
    {"the remainder is not carried": ForgetsTheRemainder},
)
def division(p, m):
    divisor = p.integer("divisor", 1, 2**32 - 1)
    digits = [p.integer(f"digit_{index}", 0, 2**32 - 1) for index in range(4)]
    dividend, quotient, remainder = 0, 0, 0
    for digit in digits:
        previous = remainder
        part, remainder = m.step(previous, digit, divisor)
        dividend, quotient = dividend * 2**32 + digit, quotient * 2**32 + part
        p.order(part, 2**32, divisor)
        p.lemma("a digit fits, and the remainder", both(part >= 0, part < 2**32, remainder >= 0, remainder < divisor))
    p.show("the quotient", both(quotient * divisor <= dividend, dividend < (quotient + 1) * divisor))


class Search:
    """div_up_by_search: one bit at a time. `half` is the bit's value, and `short` has none of it or below."""

    def step(self, target, step, short, half):
        longer = short + half
        return choose(step * longer < target, longer, short)


class SearchTakesEquality(Search):
    def step(self, target, step, short, half):
        longer = short + half
        return choose(step * longer <= target, longer, short)


@theorem(
    "wide/search",
    "The search bit by bit finds the least number that is enough, when there is one within its bits",
    Search,
    {"equality is taken for too little": SearchTakesEquality},
)
def search(p, m):
    target, step = p.integer("target", 1, 2**128 - 1), p.integer("step", 1, 2**64 - 1)
    short, half = p.integer("short"), p.integer("half", 1)
    # Before a bit: `short` is too little, and with twice the bit it is enough.
    p.know(step * short < target, target <= step * (short + 2 * half))
    p.hunt(target <= 20, step <= 5, half <= 4)
    after = m.step(target, step, short, half)
    p.show("after it, with the bit", both(step * after < target, target <= step * (after + half)))
    p.show("the first bit", implies(target <= step * 2**32, both(step * 0 < target, target <= step * (0 + 2 * 2**31))))
    # After the last bit, whose value is one.
    last = implies(half == 1, both(step * after < target, target <= step * (after + 1)))
    p.show("the last bit: one more is the least that is enough", last)


class Comparison:
    """`exceeds`, of numbers whose units are `ratio` apart."""

    def exceeds(self, a, b, ratio, a_is_coarser):
        coarse = a > div_down(b, ratio)
        fine = both(a != 0, div_down(a - 1, ratio) >= b)
        return choose(a_is_coarser, coarse, fine)


class RoundsBoth(Comparison):
    def exceeds(self, a, b, ratio, a_is_coarser):
        return choose(a_is_coarser, a > div_down(b, ratio), div_down(a, ratio) > b)


@theorem(
    "wide/comparison",
    "Two refills in different units are compared exactly",
    Comparison,
    {"the finer one is rounded down": RoundsBoth},
)
def comparison(p, m):
    a, b, ratio = p.integer("a", 0, 2**128 - 1), p.integer("b", 0, 2**128 - 1), p.integer("ratio", 1, 2**255)
    p.hunt(a <= 20, b <= 20, ratio <= 4)
    p.order(a, div_down(b, ratio), ratio)
    p.order(div_down(a - 1, ratio), b, ratio)
    p.order(b, div_down(a - 1, ratio), ratio)
    p.show("in a coarser unit", m.exceeds(a, b, ratio, True) == (a * ratio > b))
    p.show("in a finer unit", m.exceeds(a, b, ratio, False) == (a > b * ratio))
    # A shift by 128 bits or more is none in the code, and zero.
    p.show("a shift that leaves nothing", implies(ratio >= 2**128, div_down(b, ratio) == 0))
