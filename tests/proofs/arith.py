"""Arithmetic that can be read in two ways.

The models in `model/` are written once, with the functions of this file. Called with Python's integers they compute, and
what they compute is compared with the Rust code (`vectors.py`). Called with z3's terms the same lines build a formula,
and that is what is proved. So nothing stands between what is tested against the code and what is proved.

Numbers are integers without a width. That is the code's arithmetic as long as nothing overflows, which is not assumed:
where Rust computes in a type, the model says so with `fits`, and each of those is a duty that is proved (with terms) or
checked (with numbers). Where Rust cuts off on purpose (`min`, `saturating_sub`) the model does.
"""

from contextlib import contextmanager

import z3

MAX64 = 2**64 - 1
MAX256 = 2**256 - 1


class Trace:
    """What is known, and what has to be shown, about the terms that were made while it was the current one."""

    def __init__(self):
        self.facts = []
        self.duties = []
        self.path = []
        self.names = 0
        self.known_terms = {}

    def fresh(self, name):
        self.names += 1
        return z3.Int(f"{name}!{self.names}")


_current = [Trace()]


def trace():
    return _current[-1]


@contextmanager
def tracing():
    _current.append(Trace())
    try:
        yield _current[-1]
    finally:
        _current.pop()


def is_term(*values):
    return any(isinstance(value, z3.ExprRef) for value in values)


@contextmanager
def when(condition):
    """What is computed here counts only if the condition holds: Rust gets here only then."""
    trace().path.append(condition)
    try:
        yield
    finally:
        trace().path.pop()


def require(what, fact):
    """A duty: it holds whenever the code gets here."""
    path = trace().path
    if is_term(fact, *path):
        trace().duties.append((what, implies(both(*path), fact)))
    elif all(path):
        assert fact, what


def fits(value, bits, what):
    """The value, which Rust computes in a type of this many bits."""
    require(f"{what} fits {bits} bits", both(value >= 0, value < 2**bits))
    return value


# --- Logic and choice ---


def both(*conditions):
    if is_term(*conditions):
        return z3.And(*conditions)
    return all(conditions)


def either(*conditions):
    if is_term(*conditions):
        return z3.Or(*conditions)
    return any(conditions)


def no(condition):
    return z3.Not(condition) if is_term(condition) else not condition


def implies(condition, then):
    return either(no(condition), then)


def same(a, b):
    """Whether two things are equal: numbers, conditions, or tuples of them."""
    if isinstance(a, (tuple, list)):
        return both(*(same(x, y) for x, y in zip(a, b, strict=True)))
    return a == b


def choose(condition, then, otherwise):
    if isinstance(then, tuple) and hasattr(then, "_fields"):
        return type(then)(*(choose(condition, x, y) for x, y in zip(then, otherwise, strict=True)))
    if isinstance(then, (tuple, list)):
        return [choose(condition, x, y) for x, y in zip(then, otherwise, strict=True)]
    if is_term(condition):
        if not is_term(then, otherwise) and then == otherwise:
            return then
        return z3.If(condition, then, otherwise)
    return then if condition else otherwise


def least(a, b):
    return choose(a <= b, a, b)


def most(a, b):
    return choose(a >= b, a, b)


def minus_or_zero(a, b):
    """Rust's `saturating_sub`."""
    return choose(a >= b, a - b, 0)


# --- Division ---


def div_down(dividend, divisor):
    """The quotient, rounded down. As a term it is a new number, with what defines it as a fact: there is exactly one
    such number for every dividend and every divisor above zero."""
    if not is_term(dividend, divisor):
        return dividend // divisor
    return _quotient("down", dividend, divisor, lambda whole: both(whole <= dividend, dividend < whole + divisor))


def div_up(dividend, divisor):
    """The quotient, rounded up: the same with the least number that is enough."""
    if not is_term(dividend, divisor):
        return -(-dividend // divisor)
    return _quotient("up", dividend, divisor, lambda whole: both(whole >= dividend, whole < dividend + divisor))


def _quotient(rounding, dividend, divisor, definition):
    # The same division is the same number. The key holds the terms, so that they keep their identity.
    key = (rounding, *(value if isinstance(value, int) else value.get_id() for value in (dividend, divisor)))
    if key not in trace().known_terms:
        quotient = trace().fresh(f"quotient_{rounding}")
        trace().facts.append(implies(divisor > 0, definition(quotient * divisor)))
        # It follows from the line above, and is said because z3 has to multiply to see it.
        trace().facts.append(implies(both(divisor > 0, dividend >= 0), both(quotient >= 0, quotient <= dividend)))
        trace().known_terms[key] = (quotient, dividend, divisor)
    return trace().known_terms[key][0]


def named(term, name):
    """A name for a term, so that z3 multiplies one number and not the whole term. A number is its own name."""
    if not is_term(term):
        return term
    key = ("named", term.get_id())
    if key not in trace().known_terms:
        short = trace().fresh(name)
        trace().facts.append(short == term)
        trace().known_terms[key] = (short, term)
    return trace().known_terms[key][0]


# --- Bits: z3's bit vectors, or Python's integers ---


def shr(word, bits):
    """Rust's `>>` on an unsigned number."""
    return z3.LShR(word, bits) if is_term(word) else word >> bits


def low(word, bits):
    """Rust's `as` to a narrower type."""
    return z3.Extract(bits - 1, 0, word) if is_term(word) else word & (2**bits - 1)


def wide(word, bits):
    """Rust's `from` to a wider type."""
    return z3.ZeroExt(bits - word.size(), word) if is_term(word) else word
