"""Command lines in scripts of a shell or of PowerShell, split into words."""

from __future__ import annotations

import re
import shlex
from typing import Final

_CONTINUED: Final = re.compile(r"[\\`][ \t]*\r?\n[ \t]*")
_EXPRESSION: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def join_lines(script: str) -> str:
    """A script in which commands that go on over several lines stand on one."""
    return _CONTINUED.sub(" ", script)


def split_words(line: str) -> list[str]:
    """Split a command line as a shell does; an expression of the pipeline stays one word, without its spaces."""
    line = _EXPRESSION.sub(lambda match: "${{" + "".join(match[1].split()) + "}}", line)
    try:
        return shlex.split(line, comments=False, posix=True)
    except ValueError:
        return line.split()
