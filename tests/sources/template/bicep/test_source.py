"""Templates with parameter files of Bicep, from discovery to resources."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.bicep.test_compiler import program
from tests.sources.template.support import OPTIONS, parameters, template, write

from everward.estate import Reading
from everward.sources import ReadOptions, read_workload
from everward.values import Unknown

MAIN: dict[str, Any] = template(
    ({"type": "A.B/c", "name": "[parameters('name')]", "properties": {"key": "[parameters('key')]"}},),
    parameters={
        "name": {"type": "string"},
        "key": {"type": "securestring", "defaultValue": ""},
        "size": {"type": "int", "defaultValue": 1, "maxValue": 3},
    },
)


@pytest.fixture(autouse=True)
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


def names(readings: list[Reading]) -> list[str]:
    return [resource.name for reading in readings for resource in reading.resources]


def test_the_compiled_form_takes_the_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "main.bicep", "param name string")
    write(tmp_path, "main.json", MAIN)
    write(tmp_path, "main.bicepparam", "using 'main.bicep'\n\nparam name = 'x'\nparam size = 7\n")
    (reading,) = read_workload([Path()], OPTIONS)
    assert names([reading]) == ["x"]
    assert [(item.path, item.used) for item in reading.inputs] == [("main.json", True), ("main.bicepparam", True)]
    (problem,) = reading.unresolved
    assert str(problem.origin) == "main.bicepparam:4"
    assert "above the maximum of 3" in problem.reason


def test_every_file_is_a_deployment_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "infra/main.json", MAIN)
    for stage in ("int", "prod"):
        write(tmp_path, f"infra/params/{stage}.bicepparam", f"using '../main.json'\nparam name = '{stage}'\n")
    write(tmp_path, "infra/params/shared.bicepparam", "using none\nparam name = 'shared'\n")
    assert names(read_workload([tmp_path], OPTIONS)) == ["prod", "int"]
    one = ReadOptions(subscription=OPTIONS.subscription, resource_group="rg", environment="int")
    assert names(read_workload([tmp_path], one)) == ["int"]


@pytest.mark.parametrize("target", ["main.bicep", "main.json"])
def test_a_named_file_is_read_with_the_template_that_it_names(tmp_path: Path, target: str) -> None:
    write(tmp_path, "main.bicep", "")
    write(tmp_path, "main.json", MAIN)
    write(tmp_path, "params/a.bicepparam", f"using '../{target}'\nparam name = 'a'\n")
    write(tmp_path, "params/b.bicepparam", "using '../main.json'\nparam name = 'b'\n")
    (reading,) = read_workload([tmp_path / "params" / "a.bicepparam"], OPTIONS)
    assert names([reading]) == ["a"]
    assert not reading.unresolved
    # A folder that holds parameter files only.
    assert sorted(names(read_workload([tmp_path / "params"], OPTIONS))) == ["a", "b"]


def test_a_named_bicep_file_is_read_in_its_compiled_form(tmp_path: Path) -> None:
    path = write(tmp_path, "main.bicep", "")
    write(tmp_path, "main.json", MAIN)
    write(tmp_path, "main.bicepparam", "using 'main.bicep'\nparam name = 'x'\n")
    assert names(read_workload([path], OPTIONS)) == ["x"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("using 'none.bicep'\n", "there is no file `none.bicep`"),
        ("param name = 'x'\n", "names no template"),
        ("using none\n", "it is for no template"),
        ("\0", "is not text in UTF-8"),
    ],
)
def test_a_file_without_its_template_is_incomplete(tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path, "main.bicepparam", text)
    readings = read_workload([path], OPTIONS)
    assert readings[0].incomplete
    assert reason in readings[0].unresolved[0].reason
    assert readings[0].unresolved[0].help


def test_what_is_only_extended_is_nobodys_business(tmp_path: Path) -> None:
    write(tmp_path, "main.json", MAIN)
    write(tmp_path, "main.parameters.json", parameters(name="x"))
    write(tmp_path, "shared.bicepparam", "using none\nparam name = 'y'\n")
    readings = read_workload([tmp_path], OPTIONS)
    assert names(readings) == ["x"]
    assert not any(reading.unresolved for reading in readings)


def test_a_parameter_file_that_the_user_names(tmp_path: Path) -> None:
    path = write(tmp_path, "main.json", MAIN)
    write(tmp_path, "main.parameters.json", parameters(name="beside"))
    file = write(tmp_path, "other.bicepparam", "using 'main.json'\nparam name = 'named'\n")
    strange = write(tmp_path, "strange.bicepparam", "using none\nparam else = 'x'\n")
    options = ReadOptions(subscription=OPTIONS.subscription, resource_group="rg", var_files=(strange, file))
    (reading,) = read_workload([path], options)
    assert names([reading]) == ["named"]
    assert [(Path(item.path).name, item.used, item.detail) for item in reading.inputs[1:]] == [
        ("other.bicepparam", True, "named by the user"),
        ("main.parameters.json", False, "another file was named"),
    ]


def test_secrets_are_holes(tmp_path: Path) -> None:
    write(tmp_path, "main.json", MAIN)
    for given in ("az.getSecret('s', 'g', 'v', 'n')", "'planted'", "readEnvironmentVariable('NONE')"):
        write(tmp_path, "main.bicepparam", f"using 'main.json'\nparam name = 'x'\nparam key = {given}\n")
        (reading,) = read_workload([tmp_path], OPTIONS)
        (resource,) = reading.resources
        assert isinstance(resource.get("properties.key"), Unknown)


def test_what_is_made_of_a_secret_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "planted1")
    made = template(
        ({"type": "A.B/c", "name": "x", "properties": "[createObject('a', parameters('a'), 'b', parameters('b'))]"},),
        parameters={
            "a": {"type": "object"},
            "b": {"type": "string"},
            "secretOne": {"type": "securestring"},
            "adminPassword": {"type": "string"},
        },
    )
    write(tmp_path, "main.json", made)
    text = (
        "using 'main.json'\nparam secretOne = 'planted2'\nparam adminPassword = 'planted3'\nvar apiKey = 'planted4'\n"
        "param a = { one: '${secretOne}!', two: toUpper(adminPassword), three: base64(apiKey), four: 'plain' }\n"
        "param b = readEnvironmentVariable('API_TOKEN')\n"
    )
    write(tmp_path, "main.bicepparam", text)
    (reading,) = read_workload([tmp_path], OPTIONS)
    assert not reading.unresolved
    found = reading.resources[0].properties
    assert isinstance(found, dict)
    assert "planted" not in repr(found).lower()
    holes = [found["a"]["one"], found["a"]["two"], found["a"]["three"], found["b"]]  # type: ignore[index,call-overload]
    assert all(isinstance(hole, Unknown) and hole.secret for hole in holes)
    assert found["a"]["four"] == "plain"  # type: ignore[index,call-overload]


def test_the_environment_that_gave_values_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "main.json", MAIN)
    write(tmp_path, "main.bicepparam", "using 'main.json'\nparam name = readEnvironmentVariable('WORKLOAD')\n")
    monkeypatch.setenv("WORKLOAD", "x")
    (reading,) = read_workload([tmp_path], OPTIONS)
    assert names([reading]) == ["x"]
    assert reading.inputs[1].detail == "values from the environment: WORKLOAD"


def test_what_is_wrong_in_a_file_has_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "main.json", MAIN)
    write(tmp_path, "main.bicepparam", "using 'main.json'\nparam name = int('x')\nparam size = [\n")
    (reading,) = read_workload([Path()], OPTIONS)
    assert sorted((str(item.origin), item.incomplete) for item in reading.unresolved) == [
        ("main.bicepparam:2", False),
        ("main.bicepparam:4", True),
    ]
    assert len(reading.resources) == 1


def compiling(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setenv("PATH", str(program(folder / "bin", "bicep", body).parent))


def test_bicep_is_compiled_by_the_compiler_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiling(tmp_path, monkeypatch, f"print({json.dumps(json.dumps(MAIN))})")
    root = tmp_path / "w"
    write(root, "main.bicep", "param name string")
    write(root, "main.bicepparam", "using 'main.bicep'\nparam name = 'x'\n")
    monkeypatch.chdir(root)
    (reading,) = read_workload([Path()], OPTIONS)
    assert names([reading]) == ["x"]
    assert reading.inputs[0].path == "main.bicep"
    assert reading.inputs[0].detail == "compiled by `bicep`"
    origin = reading.resources[0].origin
    # What the compiler made stands in no line of the file.
    assert (origin.file, origin.line, origin.address) == ("main.bicep", None, "resources[0]")
    assert names(read_workload([root / "main.bicepparam"], OPTIONS)) == ["x"]


def test_what_the_compiler_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "w"
    path = write(root, "main.bicep", "param name\n")
    said = f"{path}(1,11) : Error BCP014: Expected a parameter type."
    compiling(tmp_path, monkeypatch, f"sys.stderr.write({said!r}); sys.exit(1)")
    monkeypatch.chdir(root)
    (reading,) = read_workload([Path()], OPTIONS)
    assert reading.incomplete
    assert [(str(item.origin), item.reason) for item in reading.unresolved] == [
        ("main.bicep", "`bicep` gives an error"),
        ("main.bicep:1", "BCP014: Expected a parameter type"),
    ]


@pytest.mark.parametrize("made", ["[1]", '{"a": ', "{}"])
def test_a_compiler_that_gives_nonsense_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: str) -> None:
    compiling(tmp_path, monkeypatch, f"print({made!r})")
    path = write(tmp_path / "w", "main.bicep", "")
    readings = read_workload([path], OPTIONS)
    assert any(reading.incomplete for reading in readings)
    assert names(readings) == []


def test_the_compiler_runs_once_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    compiling(tmp_path, monkeypatch, f"open({str(log)!r}, 'a').write('x'); print({json.dumps(json.dumps(MAIN))})")
    root = tmp_path / "w"
    write(root, "main.bicep", "")
    for stage in ("a", "b"):
        write(root, f"params/{stage}/x.bicepparam", f"using '../../main.bicep'\nparam name = '{stage}'\n")
    assert sorted(names(read_workload([root], OPTIONS))) == ["a", "b"]
    assert log.read_text() == "x"


def test_without_a_compiler_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "main.bicep", "")
    write(tmp_path, "main.bicepparam", "using 'main.bicep'\nparam name = 'x'\n")
    (reading,) = read_workload([Path()], OPTIONS)
    assert reading.incomplete
    (problem,) = reading.unresolved
    assert (
        problem.reason == "Bicep is read in its compiled form: there is no template beside it, and no compiler in PATH"
    )
    assert problem.help == "install Bicep (`az bicep install`), or compile it to JSON: `bicep build main.bicep`"


def test_a_parameter_file_in_json_belongs_to_bicep_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiling(tmp_path, monkeypatch, f"print({json.dumps(json.dumps(MAIN))})")
    root = tmp_path / "w"
    write(root, "main.bicep", "")
    write(root, "main.parameters.json", parameters(name="x"))
    assert names(read_workload([root], OPTIONS)) == ["x"]


MODULE = "module m 'x.bicep' = {\n  name: 'm'\n}\n"


def test_modules_are_read_with_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiling(tmp_path, monkeypatch, f"print({json.dumps(json.dumps(MAIN))})")
    root = tmp_path / "w"
    write(root, "main.bicep", MODULE + "import {\n  a\n} from './lib/b c.bicep'\nimport 'other.bicep' as o\n")
    write(root, "x.bicep", "// see 'main.bicep', copied from 'main.bicep'\n/* module a 'main.bicep' */\n")
    write(root, "other.bicep", "var text = 'main.bicep'\n")
    write(root, "lib/b c.bicep", "")
    (reading,) = read_workload([root], OPTIONS)
    assert reading.label.endswith("main.bicep")


def test_files_that_name_each_other_in_a_circle_are_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, other in (("a", "b"), ("b", "a"), ("self", "self")):
        write(tmp_path, f"{name}.bicep", MODULE.replace("x.bicep", f"{other}.bicep"))
    readings = read_workload([Path()], OPTIONS)
    assert [reading.label for reading in readings] == ["a.bicep", "self.bicep"]
    assert all(reading.incomplete for reading in readings)


@pytest.mark.parametrize("beside", ['{"name": "x", "version": "1"}', "[]", ""])
def test_other_json_beside_a_file_is_not_its_compiled_form(
    beside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiling(tmp_path, monkeypatch, f"print({json.dumps(json.dumps(MAIN))})")
    root = tmp_path / "w"
    write(root, "main.bicep", "")
    write(root, "main.parameters.json", parameters(name="x"))
    write(root, "main.json", beside)
    assert names(read_workload([root], OPTIONS)) == ["x"]
