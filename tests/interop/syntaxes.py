"""Files that are well formed and files that are not: both must say so of the same ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from tests.interop import making

from everward.sources.terraform.syntax import parse_file

WRITTEN = Path(__file__).parent / "written" / "syntax"
_TOKEN = re.compile(r"\n|[ \t]+|[A-Za-z_][\w-]*|\d+|[$%]\{|.", re.DOTALL)
_PIECES = (
    "\n", " ", "{", "}", "(", ")", "[", "]", '"', "${", "%{", "~", ",", ":", "=", ".", "*", "?", "...", "=>", "<<EOT\n",
    "EOT\n", "#", "/*", "*/", "!", "-", "1", "a", "if", "for", "in", "$", "%", "\\", "==", "&&", "1.5", "null",
    "%{ endif }", "%{ if true }", "${a}", "[*]", ".*", ".0", "\t", "\r\n", "//", "|", "&", ";", "'",
)  # fmt: skip

ACCEPTED = {
    r"::": "that `a::b` lacks its parentheses is said when it is worked out, and not before",
    r"\b(true|false|null)\s*\(": "that `true(…)` is no function is said when it is worked out, and not before",
    r"\.\s*\d+\.?[eE]\d": "a position such as `x.1e3` is refused when it is read, and not when it is worked out",
    r"\d\.\s*\*": "`1.*` is refused when it is read, and not when it is worked out",
}
"""Where we alone may find a file wrong, and why: it is wrong for Terraform as well, a step later."""


def written() -> list[str]:
    """The files of the collection; `===` stands before each."""
    return [
        text.strip("\n") + "\n"
        for path in sorted(WRITTEN.glob("*.txt"))
        for text in re.split(r"^===\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]


def mutants(seed: int, count: int) -> Iterator[str]:
    """Files with a few pieces lost, doubled, swapped or put in."""
    draw = random.Random(f"{seed}:mutants")
    base = written()
    base += [f"locals {{\n  a = {text}\n}}\n" for text in making.nested(seed, 300) if len(text) < 300]
    for _ in range(count):
        tokens = _TOKEN.findall(draw.choice(base))
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            _mutate(tokens, draw)
        yield "".join(tokens)


def _mutate(tokens: list[str], draw: random.Random) -> None:
    if not tokens:
        tokens.append("\n")
    at, chance = draw.randrange(len(tokens)), draw.random()
    if chance < 0.3:
        del tokens[at]
    elif chance < 0.5 and at + 1 < len(tokens):
        tokens[at], tokens[at + 1] = tokens[at + 1], tokens[at]
    elif chance < 0.65:
        tokens.insert(at, draw.choice(tokens))
    else:
        tokens.insert(at, draw.choice(_PIECES))


def is_broken(text: str) -> bool:
    """Whether we find something wrong in a file."""
    return bool(parse_file(text.encode(), "file.tf").problems)


def reason(text: str, *, broken: bool) -> str | None:
    """Why we may say another thing than Terraform; None when we may not. `broken` is what Terraform says."""
    if broken:
        return None
    return next((why for pattern, why in ACCEPTED.items() if re.search(pattern, text)), None)
