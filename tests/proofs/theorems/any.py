"""Any bucket, any window: what a reachable state satisfies, and nothing else.

That every state that can be reached does satisfy it is part of the theorems: the constructors establish it
(`bucket/start`, `window/start`) and every operation keeps it (`bucket/step`, `window/step`, the changes of limit).
"""

from arith import MAX64, MAX256, both
from model import bucket, window
from model.units import LATEST, LONGEST_SECS


def any_limit(p, kind, name=""):
    units = p.integer(f"units{name}", 1, MAX64)
    unit = p.integer(f"unit{name}", 1, 2**192)
    secs = p.integer(f"secs{name}", 1, LONGEST_SECS)
    p.know(units * unit <= MAX256)
    return kind(units, unit, secs)


def is_limit(limit):
    return both(
        limit.units >= 1,
        limit.units <= MAX64,
        limit.unit >= 1,
        limit.unit <= 2**192,
        limit.secs >= 1,
        limit.secs <= LONGEST_SECS,
        limit.units * limit.unit <= MAX256,
    )


def any_bucket(p, name=""):
    limit = any_limit(p, bucket.Limit, name)
    held = p.integer(f"held{name}")
    touched_at = p.integer(f"touched_at{name}", 0, LATEST)
    p.know(held <= limit.units * limit.secs)
    return bucket.Bucket(limit, held, touched_at)


def is_bucket(it):
    return both(
        it.held >= 0,
        it.held <= it.limit.units * it.limit.secs,
        it.touched_at >= 0,
        it.touched_at <= LATEST,
    )


def any_time(p, name="now"):
    return p.integer(name, 0, MAX64)


def any_amount(p, name="amount"):
    return p.integer(name, 0, MAX256)


def any_window(p, name=""):
    limit = any_limit(p, window.Limit, name)
    touched_at = p.integer(f"touched_at{name}", 0, LATEST)
    current = p.integer(f"current{name}")
    p.know(current <= limit.units)
    ring = [p.integer(f"closed{name}_{index + 1}", 0, 2**16 - 1) for index in range(window.TICKS)]
    return window.Window(limit, touched_at, current, ring)


def is_window(it):
    return both(
        it.current >= 0,
        it.current <= it.limit.units,
        it.touched_at >= 0,
        it.touched_at <= LATEST,
        *(both(quanta >= 0, quanta < 2**16) for quanta in it.ring),
    )
