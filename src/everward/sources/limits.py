"""How much reading may cost. Every limit is a setting: what honest input needs can be allowed, by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from everward.values import UsageError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may make of itself. The numbers are ours: far above any workload seen, far below harm."""

    nesting: int = 500
    """How deep expressions, blocks and values may stand in one another."""
    modules: int = 64
    """How deep modules may call one another."""
    expansion: int = 10_000
    """Instances of one block, as `count` and `for_each` make them."""
    instances: int = 200_000
    """Instances in one root, all blocks together."""
    steps: int = 1_000_000
    """Elements that all comprehensions and functions of one root may go through."""
    elements: int = 250_000
    """Elements of one value, at all depths."""
    text: int = 32_000_000
    """Characters of one text."""
    expression: int = 131_072
    """Characters of one expression of a template; Azure takes 24,576."""
    copies: int = 800
    """Turns of one loop of a template, as many as Azure makes."""
    deployments: int = 40
    """How deep deployments may stand in one another; Azure's own templates reach about ten."""
    calls: int = 64
    """How deep functions of a template's author may call one another; Azure lets none call itself."""
    blanks: int = 10_000
    """Blanks in a row in a file of Terraform, or as much in several long rows: the grammar takes their square."""
    source_bytes: int = 8 * 1024 * 1024
    """Bytes of a file of Terraform."""
    file_bytes: int = 64 * 1024 * 1024
    """Bytes of a file that is read into a value."""
    unpacked_bytes: int = 1024 * 1024 * 1024
    """Bytes that a packed file, or one in UTF-16, may hold: a small file must not fill the disk."""

    @classmethod
    def given(cls, pairs: Iterable[tuple[str, str]]) -> Limits:
        """The limits with some of them set, as typed: `steps`, `5000000`.

        Raises:
            UsageError: when there is no such limit, or the number is none.

        """
        names = {item.name.replace("_", "-"): item.name for item in fields(cls)}
        changes: dict[str, int] = {}
        for name, text in pairs:
            if name not in names:
                raise UsageError(f"there is no limit `{name}`", help=f"the limits are {', '.join(sorted(names))}")
            digits = text.replace("_", "")
            if not (digits.isascii() and digits.isdigit() and 0 < len(digits) < 16 and int(digits)):
                raise UsageError(
                    f"`{text}` is no number for the limit `{name}`", help="write a whole number, 1 or more"
                )
            changes[names[name]] = int(digits)
        return replace(cls(), **changes)


def limit_help(name: str) -> str:
    """What to do when a limit is met, in a sentence. `name` is a field of `Limits`."""
    return f"if the input is meant so, raise the limit: `--limit {name.replace('_', '-')}=N`"
