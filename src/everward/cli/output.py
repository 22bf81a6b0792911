"""Where reports go: standard output or files, as the terminal can take it."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from everward.values import UsageError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Target:
    """A form of report and where it goes; standard output when there is no path."""

    form: str
    path: Path | None = None


class TargetType(click.ParamType):  # type: ignore[type-arg]  # generic in later versions only
    """`FORMAT[=PATH]`."""

    name = "format"

    def __init__(self, forms: Sequence[str]) -> None:
        self.forms = forms

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """Check the format, and that the path can become a file, before any work is done."""
        if isinstance(value, Target):
            return value
        form, equals, path = str(value).partition("=")
        if form not in self.forms:
            self.fail(f"there is no format `{form}`; choose from {', '.join(self.forms)}", param, ctx)
        if not equals:
            return Target(form)
        if not path:
            self.fail(f"`{value}` names no file", param, ctx)
        target = Path(path)
        if target.is_dir():
            self.fail(f"`{path}` is a folder", param, ctx)
        if not target.parent.is_dir():
            self.fail(f"there is no folder `{target.parent}`", param, ctx)
        return Target(form, target)


def output_option(*forms: str) -> Callable[[F], F]:
    """The option `-o FORMAT[=PATH]` for a command with these forms of report; it arrives as `targets`."""
    names = f"{', '.join(forms[:-1])} or {forms[-1]}"
    return click.option(
        "-o",
        "--output",
        "targets",
        metavar="FORMAT[=PATH]",
        multiple=True,
        type=TargetType(forms),
        help=f"{names}, to standard output or a file; {forms[0]} by default. Repeatable.",
    )


def check_targets(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets, or text on standard output when there are none.

    Raises:
        click.UsageError: when two reports would go to one place, or standard output is closed.

    """
    chosen = targets or (Target("text"),)
    if sys.stdout is None and any(target.path is None for target in chosen):
        raise click.UsageError("standard output is closed; name a file: FORMAT=PATH")
    places = [_place(target.path) for target in chosen]
    if len(set(places)) < len(places):
        raise click.UsageError("two reports would go to the same place; give each its own: FORMAT=PATH")
    return chosen


def _place(path: Path | None) -> object:
    """What is the same for all names of one file: those with links in them, and several that are the file's own."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return os.path.realpath(path)
    return status.st_dev, status.st_ino


def deliver(pieces: Iterable[bytes], target: Target) -> None:
    """Write a report.

    Raises:
        UsageError: when the file, or standard output, cannot be written.

    """
    if target.path is None:
        _to_standard_output(pieces, as_text=target.form == "text")
        return
    try:
        with target.path.open("wb") as stream:
            stream.writelines(pieces)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise UsageError(f"cannot write `{target.path}`: {reason}", help="name a file that you may write") from error


def _to_standard_output(pieces: Iterable[bytes], *, as_text: bool) -> None:
    stream = sys.stdout
    encoding = (stream.encoding or "utf-8").lower().replace("_", "-")
    stream.flush()
    try:
        for piece in pieces:
            if as_text and encoding not in ("utf-8", "utf8"):
                stream.buffer.write(piece.decode("utf-8").encode(encoding, "replace"))
            else:
                stream.buffer.write(piece)
        stream.buffer.flush()
    except BrokenPipeError:
        # `everward … | head`: the reader has what it wanted, and the exit code still tells the truth.
        _give_up(stream.fileno())
    except OSError as error:
        _give_up(stream.fileno())
        reason = (error.strerror or "error").lower()
        raise UsageError(f"cannot write to standard output: {reason}", help="make room, or name a file") from error


def _give_up(descriptor: int) -> None:
    """Point standard output at nothing, so that what is left in its buffers does not fail once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def width() -> int:
    """Columns of the terminal, kept between what can be read and what is pleasant to read."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 40), 110)


def wrapped(text: str, first: str, then: str) -> Iterator[bytes]:
    """Text in lines as wide as the terminal, with what the first and the other lines begin with."""
    for line in textwrap.wrap(text, width(), initial_indent=first, subsequent_indent=then, break_on_hyphens=False):
        yield line.encode() + b"\n"


def colours(target: Target) -> bool:
    """Whether a report may use colours: on a terminal that has them, unless the user objects."""
    if target.path is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
