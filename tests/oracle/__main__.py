"""Compares the policy engine with the second evaluator: `python -m tests.oracle --cases 100000`.

Prints what was compared and exits with 1 when something does not hold.
"""

from __future__ import annotations

import argparse
import random
import sys

from tests.oracle.comparing import Tally, compare
from tests.oracle.making import Maker


def main() -> int:
    """Compare as many cases as were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the first case; each case is made of its own number")
    parser.add_argument("--show", type=int, default=5, help="how many of what does not hold is shown")
    given = parser.parse_args()
    tally = Tally()
    failed = 0
    for number in range(given.seed, given.seed + given.cases):
        rng = random.Random(number)
        problem = compare(Maker(rng).case(), rng, tally)
        if problem is not None:
            failed += 1
            if failed <= given.show:
                sys.stderr.write(f"case {number}: {problem}\n\n")
    states = ", ".join(f"{count} {state}" for state, count in tally.states.most_common())
    sys.stdout.write(f"{tally.cases} cases, {tally.comparisons} comparisons ({states}): {failed} disagree\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
