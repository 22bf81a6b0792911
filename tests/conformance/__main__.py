"""`python -m tests.conformance FILE…`: every failure with its id, then `passed N of M`.

It ends with 0 when nothing fails but what `deviations.yaml` lists, and with 1 when another case fails, or a listed
one passes. A listed case counts as failed in the last line.
"""

import sys
from pathlib import Path

from tests.conformance.cases import run_file
from tests.conformance.deviations import read_deviations
from tests.conformance.kinds import KINDS, reader_of


def main(paths: list[str]) -> int:
    listed = read_deviations()
    passed = total = 0
    wrong = False
    missing = [name for name in paths if not Path(name).is_file()]
    if missing or not paths:
        print(f"no such file: {', '.join(missing)}" if missing else "give files of cases", file=sys.stderr)  # noqa: T201
        return 2
    for name in paths:
        reader = reader_of(Path(name))
        if reader is None:
            print(f"nobody reads cases from such a file: {name}", file=sys.stderr)  # noqa: T201
            return 2
        run = run_file(Path(name), KINDS, reader)
        for failure in run.failures:
            print(f"{failure.id}: expected {failure.expected}, got {failure.answer}")  # noqa: T201
            if failure.id in listed:
                print(f"  listed: {listed[failure.id]}")  # noqa: T201
        failed = {failure.id for failure in run.failures}
        for case in sorted((run.ids - failed) & listed.keys()):
            print(f"{case}: passes, but is listed as a deviation")  # noqa: T201
            wrong = True
        wrong = wrong or not failed <= listed.keys()
        if len(paths) > 1:
            print(f"{name}: {run.total - len(run.failures)} of {run.total}")  # noqa: T201
        total += run.total
        passed += run.total - len(run.failures)
    print(f"passed {passed} of {total}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
