"""From arguments to an exit code. Whatever goes wrong is told in words, never as a traceback."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from everward import __version__
from everward.cli.group import MainGroup
from everward.values import ProblemError, UsageError, clean, scrub

USAGE: Final = 2
INCOMPLETE: Final = 3
INTERNAL: Final = 4
INTERRUPTED: Final = 130
TRACEBACK: Final = "EVERWARD_TRACEBACK"


@click.command(
    cls=MainGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 findings, 2 usage, 3 incomplete, 4 internal error, 5 external service.",
)
@click.version_option(__version__, prog_name="everward", message="%(prog)s %(version)s")
def everward() -> None:
    """Judge whether a mission-critical workload on Azure is secure enough to stay up."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    # A command makes many objects that live until it ends; looking for cycles among them takes a third of its time.
    gc.disable()
    try:
        code = everward.main(args=arguments, prog_name="everward", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except ProblemError as problem:
        _tell(problem)
        return USAGE if isinstance(problem, UsageError) else INCOMPLETE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        _silence_output()
        return 0
    except Exception as error:  # the last line of defence: a fault of ours is told as one
        if os.environ.get(TRACEBACK):
            raise
        _admit(error)
        return INTERNAL
    return code if isinstance(code, int) else 0


def _tell(problem: ProblemError) -> None:
    click.echo(f"error: {clean(scrub(str(problem)))}", err=True)
    # A file may be a single line: what is wrong in a policy is also told by its path.
    path = getattr(problem, "path", "")
    if path:
        click.echo(f"at: {clean(scrub(path))}", err=True)
    if problem.help:
        click.echo(f"help: {clean(scrub(problem.help))}", err=True)


def _admit(error: Exception) -> None:
    text = clean(scrub(f"{type(error).__name__}: {error}"))[:200]
    click.echo(f"internal error: {text}", err=True)
    click.echo(f"help: this is a fault of everward, not of your input; set {TRACEBACK}=1 to see where", err=True)


def _silence_output() -> None:
    """Point standard output at nothing, so that closing it at the end does not complain again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
