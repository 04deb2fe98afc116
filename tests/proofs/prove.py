"""Proves every theorem, and finds a counterexample to every variant that is broken on purpose. `scripts/prove` runs it."""

import importlib
import os
import sys
import time
from multiprocessing import Pool
from pathlib import Path

import engine

HERE = Path(__file__).parent
for file in sorted((HERE / "theorems").glob("*.py")):
    if file.stem not in ("__init__", "any"):
        importlib.import_module(f"theorems.{file.stem}")


def work(task):
    name, variant = task
    try:
        return task, engine.prove(name) if variant is None else engine.refute(name, variant)
    except Exception as error:  # One theorem that cannot be stated must not hide the others.
        return task, engine.Outcome(False, f"{type(error).__name__}: {error}", 0.0)


def main(only):
    begun = time.monotonic()
    tasks = []
    for name, theorem in engine.THEOREMS.items():
        if only in name:
            tasks += [(name, None), *((name, variant) for variant in theorem.broken)]
    if not tasks:
        sys.exit(f"error: no theorem's name contains '{only}'.")
    proved = refuted = goals = 0
    failures = []
    with Pool(min(os.cpu_count() or 1, 4)) as pool:
        for (name, variant), outcome in pool.imap(work, tasks):
            if variant is None:
                word = "proved" if outcome.held else "NOT PROVED"
                print(f"{word:10}  {outcome.seconds:5.1f} s  {name}: {outcome.text}", flush=True)
                proved += outcome.held
                goals += outcome.goals
            else:
                word = "counterexample found" if outcome.held else "NO COUNTEREXAMPLE"
                example = {name: value for name, value in outcome.example.items() if value}
                text = f"to '{outcome.text}': {engine.shown(example)[:120]}" if outcome.held else outcome.text
                print(f"{'':10}  {outcome.seconds:5.1f} s    broken on purpose, {variant}: {word} {text}", flush=True)
                refuted += outcome.held
            if not outcome.held:
                failures.append(name if variant is None else f"{name} ({variant})")
    seconds = time.monotonic() - begun
    print(f"{proved} theorems of {goals} goals proved, {refuted} broken variants refuted, in {seconds:.0f} s.")
    if failures:
        sys.exit(f"error: {len(failures)} failed: {', '.join(failures)}.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
