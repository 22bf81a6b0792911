"""Feeds made inputs to the product: `python -m tests.fuzz --only policy --seconds 600`.

Prints how many inputs there were, keeps those that failed with `--keep FOLDER`, and exits with 1 when some did.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
from pathlib import Path

from tests.fuzz.running import FOUND, Failure, Target, run
from tests.fuzz.targets import TARGETS, target

MEMORY = 2 * 1024**3
"""Bytes: an input that needs more is a failure as well."""
SHOWN = 40
"""Different failures that are kept and told."""


def keep(failures: list[Failure], of: Target, folder: Path) -> None:
    """Write down one input for each different failure."""
    shown: set[str] = set()
    for failure in failures:
        if failure.what in shown or len(shown) >= SHOWN:
            continue
        shown.add(failure.what)
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(failure.content).hexdigest()[:12]
        (folder / f"{name}{of.suffix}").write_bytes(failure.content)
        sys.stderr.write(f"{name}: {failure.what}\n")


def main() -> int:
    """Run for as long as was asked, every target in its turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", choices=sorted(TARGETS), action="append", help="just this target; repeatable")
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1, help="the same inputs for the same number")
    parser.add_argument("--keep", type=Path, default=FOUND, help="where inputs that failed are kept, a folder a target")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    failed = False
    for name in given.only or TARGETS:
        fed = target(name)
        cases, failures = run(fed, given.seconds, given.seed)
        keep(failures, fed, given.keep / name)
        sys.stdout.write(f"{name}: {cases} inputs in {given.seconds:g} s, {len(failures)} failed\n")
        failed = failed or bool(failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
