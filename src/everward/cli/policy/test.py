"""`everward policy test PATH...`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from everward.cli.output import Target, check_targets, deliver, output_option
from everward.values import ProblemError, UsageError, clean

if TYPE_CHECKING:
    from everward.policy.testing import SuiteRun


@click.command("test", short_help="Run the test files that stand beside definitions.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-k", "--case", "only", metavar="TEXT", help="Run cases with this text in their name only.")
@click.option("--coverage", is_flag=True, help="Show which conditions no case has seen to hold, or not to.")
@click.option("--watch", is_flag=True, help="Run again whenever a file changes, until interrupted.")
@click.option("-v", "--verbose", is_flag=True, help="Name the cases that pass as well.")
@output_option("text", "json", "junit")
def test_command(
    paths: tuple[Path, ...],
    only: str | None,
    coverage: bool,
    watch: bool,
    verbose: bool,
    targets: tuple[Target, ...],
) -> int:
    """Run the cases of test files, and explain those that fail.

    PATH is a test file (YAML), a definition with tests beside it, or a folder. Ends with 1 when a case fails, with 3
    when a file or a case could not be run.
    """
    outputs = check_targets(targets)
    from everward.facts.analyses import add_facts
    from everward.policy.testing import find_tests, run_suite

    folders: set[Path] = set(_places(paths))

    def once() -> int:
        runs = [run_suite(path, only=only, coverage=coverage, derive=add_facts) for path in find_tests(paths)]
        if only is not None and not any(run.cases or run.problem for run in runs):
            raise UsageError(f"no case has `{only}` in its name", help="-v names the cases")
        folders.update(folder for run in runs for folder in run.folders)
        for target in outputs:
            deliver(_report(runs, target.form, verbose), target)
        return _code(runs)

    if not watch:
        return once()
    from everward.policy.testing.watching import changes

    _watched(once)
    for changed in changes(lambda: folders):
        click.echo(f"changed: {', '.join(clean(path.name) for path in changed[:5])}", err=True)
        _watched(once)
    return 0  # pragma: no cover - watching ends by interruption


def _watched(once: object) -> None:
    """Run once; while people type, files are broken at times."""
    try:
        if callable(once):
            once()
    except ProblemError as problem:
        click.echo(f"error: {clean(str(problem))}", err=True)
        if problem.help:
            click.echo(f"help: {clean(problem.help)}", err=True)


def _places(paths: Iterable[Path]) -> Iterator[Path]:
    """Where changes matter: the folders of everything that was named."""
    for path in paths:
        yield path if path.is_dir() else path.parent


def _report(runs: list[SuiteRun], form: str, verbose: bool) -> Iterator[bytes]:
    from everward.policy.testing.report import as_document, lines_of

    if form == "junit":
        from everward.policy.testing.junit import junit

        yield from junit(runs)
    elif form == "json":
        import msgspec

        yield msgspec.json.format(msgspec.json.encode(as_document(runs)), indent=2) + b"\n"
    else:
        for line in lines_of(runs, verbose=verbose):
            yield f"{line}\n".encode()


def _code(runs: list[SuiteRun]) -> int:
    if any(run.problem is not None or any(case.problem is not None for case in run.cases) for run in runs):
        return 3
    return int(not all(run.passed for run in runs))
