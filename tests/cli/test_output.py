import io
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from everward.cli.output import Target, TargetType, check_targets, colours, deliver, width
from everward.values import UsageError

FORMS = TargetType(("text", "json"))


def convert(value: object) -> Target:
    return FORMS.convert(value, None, None)


def test_a_format_goes_to_standard_output_or_to_a_file(tmp_path: Path) -> None:
    assert convert("text") == Target("text")
    assert convert(f"json={tmp_path / 'a=b.json'}") == Target("json", tmp_path / "a=b.json")
    assert convert(Target("json")) == Target("json")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("yaml", "there is no format `yaml`; choose from text, json"),
        ("json=", "`json=` names no file"),
        ("json=FOLDER", "is a folder"),
        ("json=FOLDER/nowhere/a.json", "there is no folder"),
    ],
)
def test_what_cannot_become_a_report_is_refused_before_any_work(value: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter) as caught:
        convert(value.replace("FOLDER", str(tmp_path)))
    assert message in caught.value.message


def test_two_reports_in_one_place_are_refused(tmp_path: Path) -> None:
    assert check_targets(()) == (Target("text"),)
    both = (Target("text"), Target("json", tmp_path / "a"))
    assert check_targets(both) == both
    with pytest.raises(click.UsageError, match="same place"):
        check_targets((Target("text"), Target("json")))
    with pytest.raises(click.UsageError, match="same place"):
        check_targets((Target("text", tmp_path / "a"), Target("json", tmp_path / "a")))


def test_a_file_gets_the_bytes(tmp_path: Path) -> None:
    deliver(iter([b"a\n", b"\xc3\xa4\n"]), Target("text", tmp_path / "a.txt"))
    assert (tmp_path / "a.txt").read_bytes() == b"a\n\xc3\xa4\n"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        deliver([b"x"], Target("text", tmp_path / "nowhere" / "a.txt"))


def capture(monkeypatch: pytest.MonkeyPatch, encoding: str) -> io.BytesIO:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, write_through=True))
    return raw


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8"])
def test_a_terminal_in_utf8_gets_utf8(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = capture(monkeypatch, encoding)
    deliver(["tür\n".encode()], Target("text"))
    assert raw.getvalue().decode() == "tür\n"


def test_another_terminal_gets_what_it_can_show_and_machines_get_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = capture(monkeypatch, "ascii")
    deliver(["tür\n".encode()], Target("text"))
    assert raw.getvalue() == b"t?r\n"
    raw = capture(monkeypatch, "latin-1")
    deliver(["tür ☃\n".encode()], Target("text"))
    assert raw.getvalue() == b"t\xfcr ?\n"
    raw = capture(monkeypatch, "ascii")
    deliver(['{"a":"tür"}'.encode()], Target("json"))
    assert raw.getvalue().decode() == '{"a":"tür"}'


def test_a_reader_that_goes_away_ends_the_output_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        deliver((b"x" * 100_000 for _ in range(100)), Target("text"))


def test_the_width_is_kept_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, expected in (("20", 40), ("80", 80), ("400", 110)):
        monkeypatch.setenv("COLUMNS", columns)
        assert width() == expected


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_only_on_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not colours(Target("text"))
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert colours(Target("text"))
    assert not colours(Target("text", tmp_path / "a"))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours(Target("text"))
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not colours(Target("text"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full here")
def test_an_output_that_is_full_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "azurerm_resource_group" "g" {\n  name = "g"\n  location = "x"\n}\n')
    for arguments in (["assess", str(tmp_path)], ["criteria", "list"]):
        with open("/dev/full", "wb") as full:
            command = [sys.executable, "-m", "everward", *arguments]
            run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert run.returncode == 2
        assert "cannot write to standard output: no space left on device" in run.stderr
        assert "internal" not in run.stderr


def test_two_spellings_of_one_file_are_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").write_text("")
    (tmp_path / "link").symlink_to("b")
    (tmp_path / "hard").hardlink_to(tmp_path / "b")
    for one, other in ((Path("a"), tmp_path / "a"), (Path("b"), Path("link")), (Path("b"), Path("hard"))):
        with pytest.raises(click.UsageError, match="same place"):
            check_targets((Target("json", one), Target("sarif", other)))
    assert len(check_targets((Target("json", Path("a")), Target("sarif", Path("b"))))) == 2


def test_a_closed_standard_output_takes_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(click.UsageError, match="standard output is closed"):
        check_targets(())
    assert check_targets((Target("json", tmp_path / "a"),)) == (Target("json", tmp_path / "a"),)
