"""Writes what the models compute, one operation a line, for contracts/core/tests/proof_vectors.rs to compare with the code.

The numbers come from a fixed seed and from `CORNERS`, which are taken from counterexamples that z3 found to broken variants of the models. A line is
an operation, its arguments and what comes out, in hexadecimal. States are the words that are stored, so that every field is
compared.
"""

import random

from arith import MAX64, MAX256
from model import bucket, flows, window, words
from model.units import LATEST, LONGEST_SECS

SEED = 20_231_125
ROUNDS = 120

# (units, unit, secs, level, touched_at, amount, now): where z3 told a broken variant from the model.
CORNERS = [
    (1, 2, 9, 9, 8, 1, 9),
    (2, 1, 1, 1, 0, 1, 2),
    (9, 2, 9, 81, LATEST - 1, 17, 9),
    (5, 2, 7, 0, 0, 5, 2),
    (2, 2, 2, 3, 0, 1, 1),
    (3, 4, 8, 0, LATEST - 2, 2, LATEST + 7),
    (2, 2, 3, 0, 5, 1, 0),
    (9, 4, 1, 0, LATEST, 31, LATEST),
    (18446744073394191618, 2, LONGEST_SECS, 5817365192638300123596848387, 0, 2**65, MAX64),
    (4, 4, 2, 2, 0, 1, 0),
    (9, 1, 4, 32, 1, 3, 0),
    (65537, 1, 1, 1, 1, 65537, 3),
    (2**64 - 1, 2**192, 1, 2**63, LATEST, 1, 0),
]


class Numbers(random.Random):
    """Every length as likely as another, and often just beside a power of two."""

    def bits(self, most_bits):
        length = self.randrange(most_bits + 1)
        number = self.getrandbits(length) if length else 0
        beside = min(max(0, (1 << length) + self.randrange(-1, 2)), (1 << most_bits) - 1)
        return beside if self.randrange(4) == 0 else number

    def near(self, number, largest):
        """It, one beside it, a part of it, or anything."""
        choices = [number, number - 1, number + 1, number >> self.randrange(1, 8), self.bits(256)]
        return min(max(0, self.choice(choices)), largest)

    def secs(self):
        if self.randrange(2):
            return self.randrange(1, 40)
        return min(1 + self.bits(29), LONGEST_SECS)

    def time(self, touched_at, secs):
        """Around the last touch, within about two windows, or anywhere."""
        choices = [
            touched_at,
            touched_at + self.randrange(2 * secs + 2),
            touched_at - self.randrange(100),
            self.bits(64),
        ]
        return min(max(0, self.choice(choices)), MAX64)


def line(*fields):
    print(",".join(field if isinstance(field, str) else f"{int(field):x}" for field in fields))


def log2(unit):
    return unit.bit_length() - 1


B, W, F, BITS = bucket.Model(), window.Model(), flows.Model(), words.Model()


def bucket_word(slot):
    it = slot.bucket
    if slot.kind == bucket.OPEN:
        return BITS.bucket_to_word(it.limit.units, it.held, it.limit.secs, it.touched_at, log2(it.limit.unit))
    return BITS.closed_to_word(it.touched_at) if slot.kind == bucket.CLOSED else 0


def window_words(slot):
    it = slot.window
    if slot.kind == window.OPEN:
        limit = it.limit
        head = BITS.window_to_word(limit.units, it.current, limit.secs, it.touched_at, log2(limit.unit))
        return head, words.pack_ring(it.ring)
    return (BITS.closed_to_word(it.touched_at) if slot.kind == window.CLOSED else 0), 0


def bucket_lines(it, amount, now, capacity_to, secs_to, other):
    open_word = bucket_word(bucket.Slot(bucket.OPEN, it))
    capacity = B.capacity(it.limit)
    line("bucket-limit", open_word, capacity, it.limit.secs, B.bound(it.limit, other), other)
    line(
        "bucket-settled",
        open_word,
        now,
        bucket_word(bucket.Slot(bucket.OPEN, B.settled(it, now))),
        B.available_down(it, now),
    )
    result = B.consume(it, amount, now)
    after = bucket_word(bucket.Slot(bucket.OPEN, result.bucket))
    retry = result.retry_at if result.has_retry else "none"
    line(
        "bucket-consume",
        open_word,
        amount,
        now,
        result.passed,
        after,
        "none" if result.passed else result.available,
        retry,
    )
    accepted, to = B.limit(capacity_to, secs_to)
    line("bucket-new", capacity_to, secs_to, accepted, *(to if accepted else (0, 0, 0)))
    holding = B.holding(it.limit, amount, now)
    line("bucket-holding", open_word, amount, now, bucket_word(bucket.Slot(bucket.OPEN, holding)))
    for kind in (bucket.UNSET, bucket.CLOSED, bucket.OPEN):
        slot = bucket.Slot(kind, it)
        if accepted:
            change = B.reconfigure(slot, to, now)
            line("bucket-change", bucket_word(slot), now, capacity_to, secs_to, bucket_word(change.slot), *change[1:])
        change = B.close(slot, now)
        line("bucket-close", bucket_word(slot), now, bucket_word(change.slot), *change[1:])


def window_lines(it, amount, now, amount_to, secs_to, other):
    state = window_words(window.Slot(window.OPEN, it))
    limit = it.limit
    tick, count, _ = W.numbers(limit)
    facts = [W.amount(limit), limit.secs, tick, count, W.longest_wait_secs(limit), W.bound(limit, other), other]
    line("window-limit", *state, *facts)
    after = window_words(window.Slot(window.OPEN, W.settled(it, now)))
    some, at = W.next_change_at(it, now)
    line("window-settled", *state, now, *after, W.available_down(it, now), at if some else "none")
    result = W.consume(it, amount, now)
    after = window_words(window.Slot(window.OPEN, result.window))
    retry = result.retry_at if result.has_retry else "none"
    line(
        "window-consume",
        *state,
        amount,
        now,
        result.passed,
        *after,
        "none" if result.passed else result.available,
        retry,
    )
    accepted, to = W.limit(amount_to, secs_to)
    line("window-new", amount_to, secs_to, accepted, *(to if accepted else (0, 0, 0)))
    for kind in (window.UNSET, window.CLOSED, window.OPEN):
        slot = window.Slot(kind, it)
        if accepted:
            change = W.reconfigure(slot, to, now)
            line("window-change", *window_words(slot), now, amount_to, secs_to, *window_words(change.slot), *change[1:])
        change = W.close(slot, now)
        line("window-close", *window_words(slot), now, *window_words(change.slot), *change[1:])


def flow_lines(numbers):
    cap, used = max(1, numbers.bits(256)), numbers.bits(256)
    amount = numbers.near(max(0, cap - used), MAX256)
    passed, after = F.spend(cap, used, amount)
    line("cap-spend", cap, used, amount, passed, after, F.cap_available(cap, used))
    actor = flows.Actor(numbers.bits(256), numbers.bits(256))
    tally = flows.Tally(numbers.near(F.deficit(actor), MAX256), numbers.bits(256))
    amount = numbers.near(abs(actor.brought_in - actor.taken_out), MAX256)
    for name, move in [("net-in", F.bring_in), ("net-out", F.take_out)]:
        moved, sound, then = move(actor, tally, amount)
        line(name, *actor, *tally, amount, sound, *((*moved, *then) if sound else (0, 0, 0, 0)))
    due, then = F.due(tally)
    line("net-due", *tally, due, *then)


def limit_of(numbers, model):
    while True:
        accepted, limit = model.limit(numbers.bits(256), numbers.secs())
        if accepted:
            return limit


def random_lines(numbers):
    limit = limit_of(numbers, B)
    full = limit.units * limit.secs
    held = numbers.choice([0, full, numbers.randrange(full + 1), numbers.bits(96) % (full + 1)])
    touched_at = numbers.bits(40)
    it = bucket.Bucket(limit, held, touched_at)
    now = numbers.time(touched_at, limit.secs)
    amount = numbers.near(B.available_down(it, now), MAX256)
    secs_to = numbers.choice([limit.secs, numbers.secs(), numbers.bits(64)])
    bucket_lines(it, amount, now, numbers.near(B.capacity(limit), MAX256), secs_to, numbers.bits(64))

    limit = limit_of(numbers, W)
    quantum = W.quantum(limit)
    ring = [0 if numbers.randrange(3) else numbers.bits(16) for _ in range(window.TICKS)]
    if numbers.randrange(2):
        # As windows are: what counts is about the limit and not many times it.
        ring = [min(quanta, limit.units // quantum // 20) for quanta in ring]
    current = numbers.choice([0, limit.units, numbers.randrange(limit.units + 1), numbers.bits(64) % (limit.units + 1)])
    it = window.Window(limit, touched_at, current // numbers.choice([1, 1, 4]), ring)
    now = numbers.time(touched_at, limit.secs)
    amount = numbers.near(W.available_down(it, now), MAX256)
    amount_to = W.amount(limit) if numbers.randrange(3) == 0 else numbers.near(W.amount(limit), MAX256)
    window_lines(it, amount, now, amount_to, secs_to if numbers.randrange(2) else limit.secs, numbers.bits(64))
    flow_lines(numbers)


def corner_lines(corner):
    units, unit, secs, level, touched_at, amount, now = corner
    if units * unit > MAX256:
        units = MAX256 // unit
    it = bucket.Bucket(bucket.Limit(units, unit, secs), min(level, units * secs), touched_at)
    bucket_lines(it, amount, now, amount, secs, now)
    ring = [level % 3, 0, 1, *[0] * 12, 65535 if level % 2 else 0]
    it = window.Window(window.Limit(units, unit, secs), touched_at, min(level, units), ring)
    window_lines(it, amount, now, units * unit, secs, now)


if __name__ == "__main__":
    for corner in CORNERS:
        corner_lines(corner)
    numbers = Numbers(SEED)
    for _ in range(ROUNDS):
        random_lines(numbers)
