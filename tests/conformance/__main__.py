"""`python -m tests.conformance FILE…`: every failure with its id, then `passed N of M`; ends with 1 on failures."""

import sys
from pathlib import Path

from tests.conformance.cases import run_file
from tests.conformance.kinds import KINDS


def main(paths: list[str]) -> int:
    passed = total = 0
    for name in paths:
        count, failures = run_file(Path(name), KINDS)
        for failure in failures:
            print(f"{failure.id}: expected {failure.expected}, got {failure.answer}")  # noqa: T201
        if len(paths) > 1:
            print(f"{name}: {count - len(failures)} of {count}")  # noqa: T201
        total += count
        passed += count - len(failures)
    print(f"passed {passed} of {total}")  # noqa: T201
    return 0 if passed == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
