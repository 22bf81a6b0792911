"""Asks the product the cases of a file: `python -m tests.bench.ask_everward CASES`, by the adapters of conformance.

Prints JSON, as for the peers: the version, and an answer for each case; null where there is none.
"""

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.conformance.kinds import KINDS


def answers(cases: list[dict[str, Any]]) -> list[Any]:
    """What the adapters answer; None for an error, and for a kind that nobody answers."""
    found = []
    for case in cases:
        adapter = KINDS.get(case["kind"])
        found.append(None if adapter is None else adapter[0](case, Path()).get("value"))
    return found


def main() -> None:
    """Answer."""
    cases = json.loads(Path(sys.argv[1]).read_text("utf-8"))["cases"]
    try:
        own = version("everward")
    except PackageNotFoundError:
        own = "checkout"
    sys.stdout.write(json.dumps({"version": own, "answers": answers(cases)}) + "\n")


if __name__ == "__main__":
    main()
