"""`python -m tests.conformance FILE…`: every failure with its id, then `passed N of M`.

Ends with 1 when a case fails that `deviations.yaml` does not list. A listed one counts as failed all the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from tests.conformance.cases import run_file
from tests.conformance.kinds import KINDS

DEVIATIONS: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("deviations.yaml").read_text())


def main(paths: list[str]) -> int:
    passed = total = unlisted = 0
    for name in paths:
        count, failures = run_file(Path(name), KINDS)
        for failure in failures:
            listed = failure.id in DEVIATIONS
            unlisted += not listed
            note = " (a listed deviation)" if listed else ""
            print(f"{failure.id}: expected {failure.expected}, got {failure.answer}{note}")  # noqa: T201
        if len(paths) > 1:
            print(f"{name}: {count - len(failures)} of {count}")  # noqa: T201
        total += count
        passed += count - len(failures)
    print(f"passed {passed} of {total}")  # noqa: T201
    return 1 if unlisted or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
