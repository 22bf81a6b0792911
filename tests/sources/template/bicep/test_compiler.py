"""The user's own compiler: how it is found, called, and heard. A script stands in for it here."""

import json
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from everward.sources.template.bicep import CompileError, Compiler, find_compiler

TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "resources": [],
}


def program(folder: Path, name: str, body: str) -> Path:
    """An executable that runs `body` in Python."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "w" / "main.bicep"
    path.parent.mkdir()
    path.write_text("param x string\n")
    return path


def test_bicep_is_taken_before_az(tmp_path: Path) -> None:
    bicep = program(tmp_path / "b", "bicep", "")
    az = program(tmp_path / "a", "az", "")
    program(tmp_path / "home" / ".azure" / "bin", "bicep", "")
    environ = {"PATH": f"{az.parent}{os.pathsep}{bicep.parent}", "HOME": str(tmp_path / "home")}
    assert find_compiler(environ) == Compiler("bicep", (str(bicep), "build", "--stdout", "--no-restore"))
    only = find_compiler({**environ, "PATH": str(az.parent)})
    assert only is not None
    assert only.name == "az bicep"
    assert only.command[:2] == (str(az), "bicep")
    assert only.command[-1] == "--file"


def test_az_without_bicep_is_not_asked_for_it_would_download_one(tmp_path: Path) -> None:
    az = program(tmp_path / "a", "az", "")
    assert find_compiler({"PATH": str(az.parent), "HOME": str(tmp_path)}) is None
    program(tmp_path / "config" / "bin", "bicep", "")
    assert find_compiler({"PATH": str(az.parent), "AZURE_CONFIG_DIR": str(tmp_path / "config")}) is not None


def test_a_compiler_beside_what_is_judged_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "bicep", "")
    monkeypatch.chdir(tmp_path)
    assert find_compiler({"PATH": f".{os.pathsep}{os.pathsep}../{tmp_path.name}"}) is None
    assert find_compiler({"PATH": ""}) is None
    assert find_compiler({}) is None


def test_it_is_called_with_the_file_alone_and_without_a_shell(tmp_path: Path, source: Path) -> None:
    odd = source.rename(source.with_name("a $(touch x); 'b'.bicep"))
    body = f"print(json.dumps({{**{TEMPLATE!r}, 'argv': sys.argv[1:], 'in': sys.stdin.read()}}))"
    found = find_compiler({"PATH": str(program(tmp_path / "bin", "bicep", body).parent)})
    assert found is not None
    made = json.loads(found.compile(odd))
    assert made["argv"] == ["build", "--stdout", "--no-restore", str(odd)]
    assert made["in"] == ""
    assert sorted(path.name for path in source.parent.iterdir()) == [odd.name]


def compiler(folder: Path, body: str) -> Compiler:
    return Compiler("bicep", (str(program(folder, "bicep", body)),))


def test_its_errors_are_told_with_their_places(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(source.parent)
    said = [
        f"{source}(1,7) : Warning no-unused-params: Parameter is never used. [https://aka.ms/x]",
        f'{source}(2,3) : Error BCP057: The name "y" does not exist. [https://aka.ms/bicep/core-diagnostics#BCP057]',
        f"ERROR: {source.parent}/mod.bicep(4,1) : Error BCP018: Expected the character here.",
        f'{source}(2,9) : Error BCP057: The name "y" does not exist. [https://aka.ms/bicep/core-diagnostics#BCP057]',
        "something else",
    ]
    faulty = compiler(tmp_path / "bin", f"sys.stderr.write({chr(10).join(said)!r}); sys.exit(1)")
    with pytest.raises(CompileError) as raised:
        faulty.compile(source)
    assert raised.value.message == "`bicep` gives 2 errors"
    assert raised.value.help == "mend them; `bicep build main.bicep` says more"
    assert [(str(error.origin), error.message) for error in raised.value.errors] == [
        ("main.bicep:2", 'BCP057: The name "y" does not exist'),
        ("mod.bicep:4", "BCP018: Expected the character here"),
    ]


def test_modules_that_were_never_fetched_are_not_fetched_but_told(tmp_path: Path, source: Path) -> None:
    said = f'{source}(1,1) : Error BCP190: The artifact with reference "br:x" has not been restored.'
    with pytest.raises(CompileError, match="gives an error") as raised:
        compiler(tmp_path / "bin", f"sys.stderr.write({said!r}); sys.exit(1)").compile(source)
    assert raised.value.help is not None
    assert raised.value.help.startswith("fetch its modules: `bicep restore ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sys.exit(3)", "`bicep` gives no template: it ended with 3"),
        ("print('hello')", "`bicep` gives no template: it ended with 0"),
        ("sys.stderr.write('\\n  cannot start\\n'); sys.exit(1)", "`bicep` gives no template: cannot start"),
        ("os.kill(os.getpid(), 9)", "`bicep` gives no template: it ended with -9"),
    ],
)
def test_what_gives_no_template_is_told(tmp_path: Path, source: Path, body: str, reason: str) -> None:
    with pytest.raises(CompileError) as raised:
        compiler(tmp_path / "bin", body).compile(source)
    assert raised.value.message == reason
    assert raised.value.origin is not None


def test_it_has_its_time_and_leaves_nothing_running(tmp_path: Path, source: Path) -> None:
    mark = tmp_path / "mark"
    child = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    body = f"import subprocess\nsubprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(30)"
    with pytest.raises(CompileError, match="did not compile it in 1 s"):
        compiler(tmp_path / "bin", body).compile(source, seconds=1)
    time.sleep(2)
    assert not mark.exists()


def test_what_cannot_be_run_is_told(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "bicep"
    path.write_bytes(b"\x00\x01")
    path.chmod(0o755)
    with pytest.raises(CompileError, match="cannot be run: exec format error"):
        Compiler("bicep", (str(path),)).compile(source)
