"""Theorems: what is known, what is to be shown, and variants of the model that are wrong on purpose.

A goal is proved when z3 finds that what is known and the goal's contrary contradict each other (`unsat`). Anything else,
"unknown" after the time limit too, is a failure. A theorem's broken variants are run through the same lines, and for
each z3 has to find numbers for which a goal is false: that is how one sees that the theorem says something.
"""

import time
from dataclasses import dataclass, field

import z3
from arith import implies, is_term, tracing

SECONDS_FOR_A_GOAL = 60
THEOREMS = {}


@dataclass
class Theorem:
    name: str
    says: str
    proof: object
    model: object
    broken: dict


@dataclass
class Outcome:
    """What came of a theorem, or of one of its broken variants."""

    held: bool
    text: str
    seconds: float
    goals: int = 0
    example: dict = field(default_factory=dict)


class Proof:
    """What a theorem's function is handed, to say what is known and what is to be shown."""

    def __init__(self, trace, hunting):
        self.trace = trace
        self.hunting = hunting
        self.goals = []
        self.given = {}

    def integer(self, name, lowest=0, highest=None):
        """Any integer between the two, both included; without a bound where that is none."""
        term = z3.Int(name)
        self.given[name] = term
        if lowest is not None:
            self.know(term >= lowest)
        if highest is not None:
            self.know(term <= highest)
        return term

    def bits(self, name, width):
        self.given[name] = z3.BitVec(name, width)
        return self.given[name]

    def know(self, *facts):
        self.trace.facts += [z3.BoolVal(fact) if isinstance(fact, bool) else fact for fact in facts]

    def show(self, what, goal):
        """Has to follow from what is known by now."""
        self.goals.append((what, goal, len(self.trace.facts)))

    def lemma(self, what, goal):
        """A step on the way: is shown, and then known. A broken variant has to fail at what the theorem says."""
        if not self.hunting:
            self.show(what, goal)
            self.know(goal)

    def show_duties(self):
        """Everything that `fits` and `require` asked for: nothing overflows."""
        seen = set()
        for what, goal in self.trace.duties:
            if goal.get_id() not in seen:
                seen.add(goal.get_id())
                self.show(what, goal)

    def order(self, a, b, factor):
        """Multiplying with a factor that is not negative keeps the order: `theorems/lemmas.py`, at these three terms."""
        self.know(*order_of_products(a, b, factor))

    def hunt(self, *small):
        """Where to look for a counterexample to a broken variant. The proof itself does not see it."""
        if self.hunting:
            self.know(*small)


def order_of_products(a, b, factor):
    return [
        implies(a <= b, a * factor <= b * factor),
        implies(a > b, a * factor >= b * factor + factor),
    ]


def theorem(name, says, model=None, broken=None):
    """Registers a function as the proof of a theorem about `model`, with the variants that it has to tell from it."""

    def register(function):
        assert name not in THEOREMS, name
        assert broken, f"{name}: nothing shows that it can fail"
        THEOREMS[name] = Theorem(name, says, function, model, broken)
        return function

    return register


def _goals(name, model, hunting):
    with tracing() as trace:
        proof = Proof(trace, hunting)
        THEOREMS[name].proof(proof, model())
        assert proof.goals, f"{name} shows nothing"
        return trace.facts, proof


def _check(facts, goal):
    solver = z3.Solver()
    solver.set("timeout", SECONDS_FOR_A_GOAL * 1000)
    solver.add(*facts)
    solver.add(z3.Not(goal) if is_term(goal) else z3.BoolVal(not goal))
    return solver.check(), solver


def _example(solver, given):
    model = solver.model()
    return {name: model.eval(term, model_completion=True).as_long() for name, term in given.items()}


def prove(name):
    begun = time.monotonic()
    facts, proof = _goals(name, THEOREMS[name].model, False)
    for what, goal, known in proof.goals:
        answer, solver = _check(facts[:known], goal)
        if answer == z3.unsat:
            continue
        text = f"z3 did not decide '{what}' ({solver.reason_unknown()})"
        example = {}
        if answer == z3.sat:
            example = _example(solver, proof.given)
            text = f"'{what}' is false for {shown(example)}"
        return Outcome(False, text, time.monotonic() - begun, len(proof.goals), example)
    # Facts that contradict each other would prove anything.
    solver = z3.Solver()
    solver.set("timeout", 3_000)
    solver.add(*facts)
    if solver.check() == z3.unsat:
        return Outcome(False, "what is assumed contradicts itself", time.monotonic() - begun)
    return Outcome(True, THEOREMS[name].says, time.monotonic() - begun, len(proof.goals))


def refute(name, variant):
    begun = time.monotonic()
    model, where = _variant(THEOREMS[name].broken[variant])
    facts, proof = _goals(name, model, True)
    for what, goal, _ in proof.goals:
        if not what.startswith(where):
            continue
        answer, solver = _check(facts, goal)
        if answer == z3.sat:
            example = _example(solver, proof.given)
            return Outcome(True, what, time.monotonic() - begun, len(proof.goals), example)
        if answer == z3.unknown:
            text = f"z3 did not decide '{what}' ({solver.reason_unknown()})"
            return Outcome(False, text, time.monotonic() - begun, len(proof.goals))
    return Outcome(False, "no goal tells it from the model", time.monotonic() - begun, len(proof.goals))


def _variant(broken):
    """A broken model, and how the goal begins that it breaks: any goal, where the theorem does not say."""
    return broken if isinstance(broken, tuple) else (broken, "")


def shown(example):
    return ", ".join(f"{name} = {value}" for name, value in example.items())
