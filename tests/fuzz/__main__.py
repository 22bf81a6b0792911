"""Feeds made definitions and expressions to the policy engine: `python -m tests.fuzz --seconds 600`.

Prints how many inputs there were, keeps those that failed with `--keep FOLDER`, and exits with 1 when some did.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
from pathlib import Path

from tests.fuzz.running import FOUND, run

MEMORY = 2 * 1024**3
"""Bytes: an input that needs more is a failure as well."""


def main() -> int:
    """Run for as long as was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1, help="the same inputs for the same number")
    parser.add_argument("--keep", type=Path, default=FOUND, help="where inputs that failed are kept")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    cases, failures = run(given.seconds, given.seed)
    shown: set[str] = set()
    for failure in failures:
        if failure.what not in shown and len(shown) < 40:
            shown.add(failure.what)
            given.keep.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(failure.content).hexdigest()[:12]
            (given.keep / f"{name}.json").write_bytes(failure.content)
            sys.stderr.write(f"{name}: {failure.what}\n")
    sys.stdout.write(f"{cases} inputs in {given.seconds:g} s, {len(failures)} failed\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
