"""`everward policy lint PATH...`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from everward.cli.output import Target, check_targets, deliver, output_option, width
from everward.values import ProblemError, clean

if TYPE_CHECKING:
    from everward.policy.lint import Linter, Remark
    from everward.policy.lint.files import PolicyFile


@click.command("lint", short_help="Find what is wrong in definitions and initiatives.")
@click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="Repair what can be repaired safely; the layout of the file is kept.")
@click.option("--rule", "rules", metavar="ID", multiple=True, help="Look for this only. Repeatable.")
@click.option("--ignore", metavar="ID", multiple=True, help="Do not look for this. Repeatable.")
@click.option(
    "--known",
    metavar="PATH",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="More definitions to find duplicates of and deprecated references to, beside the library. Repeatable.",
)
@click.option(
    "--library/--no-library", default=True, help="Compare with the definitions of the library (`policy library add`)."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="warning",
    show_default=True,
    help="End with 1 when a remark is at least this severe.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), help="The same as -o.")
@click.option("--list", "list_rules", is_flag=True, help="List the rules and end.")
@output_option("text", "json")
def lint_command(
    paths: tuple[Path, ...],
    fix: bool,
    rules: tuple[str, ...],
    ignore: tuple[str, ...],
    known: tuple[Path, ...],
    library: bool,
    fail_on: str,
    form: str | None,
    list_rules: bool,
    targets: tuple[Target, ...],
) -> int:
    """Find what is wrong in policy definitions and initiatives: where, why, and what to do.

    PATH is a file, or a folder that is searched for definitions. Ends with 3 when a file cannot be read.
    """
    if form is not None:
        targets = (*targets, Target(form))
    outputs = check_targets(targets)
    if list_rules:
        for target in outputs:
            deliver(_rules_json() if target.form == "json" else _rules_text(), target)
        return 0
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    from everward.policy.lint import RANK, Linter
    from everward.policy.lint.files import read_known, registered

    held = read_known(known, registered(paths) if library else None)
    linter = Linter(only=rules, without=ignore, known=held if len(held) else None)
    run = _Run(linter, fix)
    run.read(paths)
    for target in outputs:
        deliver(run.as_json() if target.form == "json" else run.as_text(), target)
    if run.unread:
        return 3
    worst = min((RANK[remark.severity] for remark in run.remarks), default=len(RANK))
    return int(fail_on != "never" and worst <= RANK[fail_on])


class _Run:
    """What one run found."""

    def __init__(self, linter: Linter, fix: bool) -> None:
        self.linter = linter
        self.fix = fix
        self.files = 0
        self.fixed = 0
        self.remarks: list[Remark] = []
        self.unread: list[ProblemError] = []

    def read(self, paths: tuple[Path, ...]) -> None:
        """Lint every policy below the paths, and say on standard error which could not be read."""
        from everward.policy.lint.files import policy_files

        for file in policy_files(paths):
            try:
                if isinstance(file, ProblemError):
                    raise file
                self.remarks.extend(self._one(file))
                self.files += 1
            except ProblemError as problem:
                self.unread.append(problem)
                click.echo(f"error: {clean(str(problem))}", err=True)
                if problem.help:
                    click.echo(f"help: {clean(problem.help)}", err=True)

    def _one(self, file: PolicyFile) -> list[Remark]:
        from everward.policy.lint import apply_fixes
        from everward.policy.lint.files import write_text

        text = file.text
        if self.fix:
            text, applied = apply_fixes(self.linter, text, file.shown)
            if applied:
                write_text(file.path, text, file.path.read_bytes())
                self.fixed += applied
        return self.linter.remarks(text, file.shown)

    def as_json(self) -> Iterator[bytes]:
        """The report for machines."""
        import msgspec

        document = {
            "schema": "everward/policy-lint/1",
            "remarks": self.remarks,
            "unread": [{"message": str(problem), "help": problem.help} for problem in self.unread],
            "summary": {"files": self.files, "fixed": self.fixed, **self._counts()},
        }
        yield msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"

    def as_text(self) -> Iterator[bytes]:
        """The report for people."""
        from textwrap import wrap

        for remark in self.remarks:
            place = f"{clean(remark.file)}:{remark.line}"
            yield f"{place}: {remark.severity}: {clean(remark.message)} [{remark.rule}]\n".encode()
            if remark.path:
                yield f"  at    {clean(remark.path)}\n".encode()
            if remark.help:
                lines = wrap(clean(remark.help), width() - 8, break_long_words=False, break_on_hyphens=False)
                yield ("  help  " + "\n        ".join(lines) + "\n").encode()
            if remark.fix:
                yield f"  fix   {clean(remark.fix)} (with --fix)\n".encode()
        yield f"{self._summary()}\n".encode()

    def _counts(self) -> dict[str, int]:
        counts = {"error": 0, "warning": 0, "info": 0}
        for remark in self.remarks:
            counts[remark.severity] += 1
        return counts

    def _summary(self) -> str:
        counts = self._counts()
        said = ", ".join(f"{number} {_plural(name, number)}" for name, number in counts.items() if number)
        files = f"{self.files} {_plural('file', self.files)}"
        out = f"{said or 'nothing to say'} in {files}"
        if self.fixed:
            out += f"; {self.fixed} repaired"
        left = sum(remark.fixable for remark in self.remarks)
        if left and not self.fix:
            out += f"; --fix repairs {left}"
        return out


def _plural(name: str, number: int) -> str:
    return name if number == 1 or name == "info" else f"{name}s"


def _rules_text() -> Iterator[bytes]:
    from everward.policy.lint import RULES

    for rule in RULES.values():
        yield f"{rule.id:<22} {rule.severity:<8} {rule.title}\n".encode()


def _rules_json() -> Iterator[bytes]:
    import msgspec

    from everward.policy.lint import RULES

    listed = [
        {"id": rule.id, "severity": rule.severity, "title": rule.title, "kinds": sorted(rule.kinds)}
        for rule in RULES.values()
    ]
    yield msgspec.json.format(msgspec.json.encode({"schema": "everward/policy-lint-rules/1", "rules": listed})) + b"\n"
