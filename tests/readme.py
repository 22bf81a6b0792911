"""Fills the console blocks of the README with what the commands print: `python -m tests.readme` rewrites them."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from everward.cli.run import everward

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ everward(?P<arguments>.*)\n(?P<body>(?:(?!^```$).*\n)*)^```$", re.MULTILINE)
CUT = "…"
"""The last line of a block that shows only the beginning."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One block: a command and the output that the README claims."""

    arguments: tuple[str, ...]
    body: str

    @property
    def name(self) -> str:
        """How the block is called in a test's name."""
        return " ".join(self.arguments)

    def printed(self) -> str:
        """What the command prints today, cut where the README cuts it."""
        runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"})
        output = runner.invoke(everward, self.arguments, prog_name="everward", terminal_width=80).output
        lines = output.rstrip().splitlines()
        shown = self.body.rstrip("\n").splitlines()
        if shown[-1:] == [CUT] and len(lines) >= len(shown):
            lines = [*lines[: len(shown) - 1], CUT]
        return "".join(f"{line}\n" for line in lines)


def blocks() -> Iterator[Shown]:
    """The blocks of the README that show a command of ours."""
    for match in BLOCK.finditer(README.read_text(encoding="utf-8")):
        yield Shown(tuple(shlex.split(match["arguments"])), match["body"])


def main() -> int:
    """Rewrite the blocks; blocks that are cut keep their length."""

    def fill(match: re.Match[str]) -> str:
        block = Shown(tuple(shlex.split(match["arguments"])), match["body"])
        return f"```console\n$ everward{match['arguments']}\n{block.printed()}```"

    README.write_text(BLOCK.sub(fill, README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
