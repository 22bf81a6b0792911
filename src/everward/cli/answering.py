"""What every answer about a whole estate owes: that something was not read may change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.estate import Estate

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN: Final = 5


def incomplete_option(command: F) -> F:
    """Add `--allow-incomplete`."""
    return click.option(
        "--allow-incomplete", is_flag=True, help="Let what could not be read not decide the exit code."
    )(command)


@contextmanager
def nothing_hidden(estate: Estate) -> Iterator[None]:
    """Tell what could not be read, where a name is not found: what is called so may stand there."""
    try:
        yield
    except UsageError:
        end(estate, allow_incomplete=True)
        raise


def end(estate: Estate, code: int = 0, *, allow_incomplete: bool) -> int:
    """The exit code of an answer; what may have been missed is told on standard error.

    An answer that holds whatever was missed (`code` is not 0) stands; one that says "nobody" or "nothing" does not.
    """
    from everward.assessment import Exit
    from everward.reports.words import count, place_text

    missed = [item for item in estate.unresolved if item.incomplete]
    if missed:
        places = count(len(missed), "thing")
        click.echo(f"warning: {places} could not be read: the answer may miss what stands there", err=True)
        for item in missed[:_SHOWN]:
            place = "" if item.origin is None else f"{place_text(item.origin)}: "
            click.echo(clean(f"  {place}{item.subject}: {item.reason}"), err=True)
        if len(missed) > _SHOWN:
            click.echo(f"  and {len(missed) - _SHOWN} more: `everward estate show` lists them", err=True)
        if not code and not allow_incomplete:
            return int(Exit.INCOMPLETE)
    return code
