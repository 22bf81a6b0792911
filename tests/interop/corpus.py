"""All expressions that are compared: calls of every function, nested ones of a grammar, what was written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.interop import making
from tests.interop.recipes import CALLS

WRITTEN = Path(__file__).parent / "written"
_FENCE = "---"
_PLACEHOLDER = "(null)"

IMPURE = {
    "timestamp": "the moment at which a plan is applied: both say that it is not known",
    "uuid": "drawn when a plan is applied: both say that it is not known",
    "bcrypt": "salted anew at each call",
    "plantimestamp": "the moment of the plan: known to Terraform, which makes one, and not to us, who only read",
    "abspath": "names a folder of the machine that Terraform runs on",
    "base64gzip": "the bytes depend on the compressor of Go: ours are not known",
}
"""Functions whose values cannot be compared, and why. That they take and refuse the same arguments is compared."""

_ARGUMENTS = (
    "", "null", '"a"', "1", "true", "[]", '["a"]', "{}", '{a = "b"}', 'sensitive("a")', "toset([1, 2])",
    "null, null", '"a", "b"', '["a"], ["b"]', '{a = 1}, "a"', '"a", 1, 1', '"a", "b", "c"', "1, 2, 3, 4",
    "[1]...", "[[1], [2]]...", 'tostring(null), "a"',
)  # fmt: skip
"""What every function is called with, whatever it wants: most of it is an error, and should be for both."""


@dataclass(frozen=True, slots=True)
class Case:
    """An expression, and the function or the subject that it is there for."""

    subject: str
    expression: str


def cases(seed: int, each: int, nested: int) -> list[Case]:
    """Every expression once: up to `each` calls of every function from recipes, `nested` ones from the grammar."""
    made = [
        *(Case(name, text) for name, text in making.calls(seed, each)),
        *systematic(),
        *written(),
        *(Case("nested", text) for text in making.nested(seed, nested)),
    ]
    return list({case.expression: case for case in reversed(made)}.values())[::-1]


def systematic() -> Iterator[Case]:
    """Every function with the same arguments: numbers and types of arguments that it takes, marks, nulls."""
    for name in CALLS:
        for arguments in _ARGUMENTS:
            yield Case(name, f"{name}({arguments})")


def written() -> Iterator[Case]:
    """The expressions of the files, by the name of the file: one a line, or the lines between two fences."""
    for path in sorted(WRITTEN.glob("*.txt")):
        block: list[str] | None = None
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line == _FENCE:
                if block:
                    yield Case(path.stem, "\n".join(block))
                block = []
            elif block is not None:
                block.append(line)
            elif line and not line.startswith("# "):
                yield Case(path.stem, line)


def functions_in(expression: str) -> set[str]:
    """The functions that an expression calls, as far as its letters tell."""
    return set(re.findall(r"(?<![\w.:-])((?:provider::\w+::)?[a-z]\w*)\(", expression)) & CALLS.keys()
