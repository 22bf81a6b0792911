"""From arguments to exit codes: whatever goes wrong is told in words."""

import subprocess
import sys
from typing import Any

import click
import pytest

from everward import __version__
from everward.cli import main, run
from everward.values import Origin, ProblemError, UnreadableError, UsageError


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for word in ("assess", "estate", "criteria", "Exit codes: 0 clean"):
        assert word in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys; from everward.cli import main; main(['--help']);"
        "heavy = {'jinja2', 'yaml', 'rich', 'tree_sitter', 'asyncio', 'everward.assessment',"
        " 'everward.sources', 'everward.policy', 'everward.criteria', 'everward.estate'} & set(sys.modules);"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"everward {__version__}\n"


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "everward", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"everward {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["asses", "."], "Did you mean `assess`?"),
        (["zzz"], "No such command `zzz`."),
        (["estate", "shw"], "Did you mean `show`?"),
        (["--nothing"], "No such option"),
        (["assess"], "Missing argument"),
        (["assess", ".", "--nothing"], "No such option"),
        (["assess", ".", "--var", "x"], "`x` is not NAME=VALUE"),
        (["assess", ".", "--var", "=x"], "`...` is not NAME=VALUE"),
        (["assess", ".", "--var", "password:hunter2"], "`...` is not NAME=VALUE"),
        (["assess", ".", "--subscription", "mine"], "not the id of a subscription"),
        (["assess", ".", "--var-file", "does-not-exist.tfvars"], "does not exist"),
        (["assess", ".", "--fail-on", "terrible"], "is not one of"),
        (["assess", ".", "--edition", "2023"], "is not one of"),
        (["assess", ".", "-o", "pdf"], "there is no format `pdf`"),
        (["assess", ".", "-o", "json", "-o", "text"], "same place"),
    ],
)
def test_usage_errors_end_with_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def ending(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(run.everward, "main", fail)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("there is no `x`", help="look again"), 2),
        (UnreadableError("it is `broken`", origin=Origin(source="terraform", file="a.tf", line=3)), 3),
        (ProblemError("it is odd"), 3),
    ],
)
def test_problems_are_told_with_place_and_help(
    error: ProblemError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ending(monkeypatch, error)
    assert main([]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: {error}\n")
    assert ("help: look again" in captured.err) == (error.help is not None)


def test_a_name_in_an_error_cannot_colour_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ending(monkeypatch, UsageError("there is no `\x1b[31m\nx`"))
    assert main([]) == 2
    assert capsys.readouterr().err == "error: there is no `\\u001b[31m x`\n"


def test_a_fault_of_ours_is_one_line_and_says_how_to_see_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EVERWARD_TRACEBACK", raising=False)
    ending(monkeypatch, ZeroDivisionError("division by zero"))
    assert main([]) == 4
    err = capsys.readouterr().err
    assert err.startswith("internal error: ZeroDivisionError: division by zero\n")
    assert "EVERWARD_TRACEBACK=1" in err
    monkeypatch.setenv("EVERWARD_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main([])


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_ends_with_130(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ending(monkeypatch, error)
    assert main([]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_reader_that_went_away_is_no_error() -> None:
    code = (
        "import sys; from everward.cli import run\n"
        "def gone(**_): raise BrokenPipeError\n"
        "run.everward.main = gone\n"
        "sys.exit(run.main([]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_output_without_a_file_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr(sys, "stdout", io.StringIO())
    ending(monkeypatch, BrokenPipeError())
    assert main([]) == 0


def test_a_command_without_a_code_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.everward, "main", lambda **_: None)
    assert main([]) == 0
