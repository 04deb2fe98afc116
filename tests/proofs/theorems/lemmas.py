"""What the other proofs use of multiplication, proved once for all integers."""

from arith import both
from engine import order_of_products, theorem


class Products:
    def facts(self, a, b, factor):
        return order_of_products(a, b, factor)


class StrictProducts(Products):
    """Would be wrong for a factor of zero."""

    def facts(self, a, b, factor):
        return [*order_of_products(a, b, factor), (a < b) == (a * factor < b * factor)]


@theorem(
    "lemma/order",
    "Multiplying with a factor that is not negative keeps the order of two numbers",
    Products,
    {"strictly, also with zero": StrictProducts},
)
def order(p, m):
    a, b = p.integer("a", None), p.integer("b", None)
    factor = p.integer("factor")
    p.show("for all integers", both(*m.facts(a, b, factor)))
