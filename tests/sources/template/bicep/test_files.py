"""What a parameter file names: templates, files it extends, imports, contents, the environment."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.bicep.support import opened, problems, reasons, value, values, written

from everward.sources.template.bicep import ParameterFile
from everward.sources.template.bicep.workspace import MAX_BYTES
from everward.sources.tree import Tree
from everward.values import Unknown, UnreadableError


def test_variables_and_functions_are_imported(tmp_path: Path) -> None:
    written(
        tmp_path,
        "@export()\nvar size = { sku: '${prefix}1' }\nvar prefix = 'P'\n"
        "@export()\nfunc greet(name string) string => '${prefix}-${name}'\n@export()\ntype t = string\nvar own = 1\n",
        "shared/lib.bicep",
    )
    text = (
        "import { size as s, greet, t } from 'shared/lib.bicep'\nimport * as lib from 'shared/lib.bicep'\n"
        "param a = s.sku\nparam b = lib.size.sku\nparam c = greet('x')\nparam d = lib.greet('y')\n"
        "var v t = 'z'\nparam e = v\n"
    )
    assert values(tmp_path, text) == {"a": "P1", "b": "P1", "c": "P-x", "d": "P-y", "e": "z"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import { own } from 'lib.bicep'\nparam a = own\n", "3: `own` has no value here: it is not exported"),
        ("import * as l from 'lib.bicep'\nparam a = l.own\n", "3: `own` has no value here: it is not exported"),
        ("import * as l from 'lib.bicep'\nparam a = l.p\n", "3: `p` has no value here: it is the parameter of"),
        ("import * as l from 'lib.bicep'\nparam a = l.siz\n", "3: the name `siz` is not declared"),
        ("import * as l from 'lib.bicep'\nparam a = l.own()\n", "3: `lib.bicep` exports no function `own`"),
        ("import * as l from 'lib.bicep'\nparam a = l\n", "3: `l` has no value here: it is a namespace"),
        ("import { broken } from 'lib.bicep'\nparam a = broken\n", "lib.bicep:6: "),
    ],
)
def test_what_cannot_be_imported_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(
        tmp_path,
        "param p string\nvar own = 1\n@export()\nvar size = 1\n@export()\nvar broken = int('x')\n",
        "lib.bicep",
    )
    (found,) = problems(tmp_path, "using none\n" + text)
    shown = f"{found.origin.line if found.origin else ''}: {found.reason}"
    assert shown.startswith(reason) or f"{found.origin}: ".startswith(reason)


@pytest.mark.parametrize(
    ("written_path", "reason"),
    [
        ("br:example.azurecr.io/x:v1", "stands in a registry, which is not asked"),
        ("none.bicep", "there is no file `none.bicep`"),
        ("main.json", "only Bicep is imported from, not `main.json`"),
    ],
)
def test_an_import_that_is_not_read_is_said_once(tmp_path: Path, written_path: str, reason: str) -> None:
    text = f"using none\nimport {{ a, b }} from '{written_path}'\nparam x = a\nparam y = b()\nparam z = 1\n"
    file = opened(tmp_path, text)
    entries = file.entries()
    said = [item.reason for item in file.problems]
    assert sum(reason in item for item in said) == 1
    assert entries["z"] == {"value": 1}
    assert isinstance(entries["x"]["value"], Unknown)
    assert isinstance(entries["y"]["value"], Unknown)


def test_imports_in_a_circle_end(tmp_path: Path) -> None:
    written(tmp_path, "import { b } from 'b.bicep'\n@export()\nvar a = b\n", "a.bicep")
    written(tmp_path, "import { a } from 'a.bicep'\n@export()\nvar b = a\n", "b.bicep")
    (reason,) = reasons(tmp_path, "using none\nimport { a } from 'a.bicep'\nparam x = a\n")
    assert "a cycle" in reason


def test_a_file_extends_another(tmp_path: Path) -> None:
    written(tmp_path, "using none\nparam a = 'far'\nparam c = { x: 1 }\nparam d = 4\n", "far.bicepparam")
    written(tmp_path, "using none\nextends 'far.bicepparam'\nparam b = 'near'\nparam d = 5\n", "near.bicepparam")
    text = "extends 'near.bicepparam'\nparam a = 'own'\nparam c = { ...base.c, y: 2 }\n"
    assert values(tmp_path, text) == {"a": "own", "c": {"x": 1, "y": 2}, "b": "near", "d": 5}


def test_files_that_extend_one_another_in_a_circle_are_said(tmp_path: Path) -> None:
    written(tmp_path, "using none\nextends 'main.bicepparam'\n", "other.bicepparam")
    (found,) = problems(tmp_path, "using none\nextends 'other.bicepparam'\nparam a = 1\n")
    assert "in a circle" in found.reason
    assert found.incomplete


def test_the_template_of_the_file_it_extends_is_meant(tmp_path: Path) -> None:
    template = written(tmp_path, "", "t/main.bicep")
    written(tmp_path, "using 'main.bicep'\n", "t/shared.bicepparam")
    assert opened(tmp_path, "extends 't/shared.bicepparam'\n").template() == template.resolve()


CONTENTS: list[tuple[str, Any]] = [
    ("loadTextContent('a.txt')", "Grüße\n"),
    ("loadTextContent('latin.txt', 'iso-8859-1')", "Grüße"),
    ("loadFileAsBase64('a.txt')", base64.b64encode("Grüße\n".encode()).decode()),
    ("loadJsonContent('a.json')", {"a": {"b c": [1, 2.5]}}),
    ("loadJsonContent('a.json', 'a')", {"b c": [1, 2.5]}),
    ("loadJsonContent('a.json', '$.a[\\'b c\\'][1]')", 2.5),
    ("loadYamlContent('a.yaml')", {"a": ["x", True, None], "1": "2026-01-01", "n": "nan"}),
    ("loadYamlContent('a.yaml', '.a[0]')", "x"),
]


@pytest.fixture
def contents(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_bytes("Grüße\n".encode())
    (tmp_path / "latin.txt").write_bytes("Grüße".encode("latin-1"))
    (tmp_path / "a.json").write_text('{"a": {"b c": [1, 2.5]}} // c')
    (tmp_path / "a.yaml").write_text("a:\n- x\n- true\n- null\n1: 2026-01-01\nn: .nan\n")
    (tmp_path / "alias.yaml").write_text("a: &a [1]\nb: *a\n")
    return tmp_path


@pytest.mark.parametrize(("expression", "expected"), CONTENTS)
def test_contents_are_loaded(contents: Path, expression: str, expected: Any) -> None:
    assert value(contents, expression) == expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("loadTextContent('none.txt')", "there is no file `none.txt`"),
        ("loadTextContent('/etc/passwd')", "`/etc/passwd` is no relative path"),
        ("loadTextContent('../../../../../../../../../etc/passwd')", "leads out of the workload"),
        ("loadTextContent('a\\\\b')", "is no relative path"),
        ("loadTextContent('latin.txt')", "is not text in utf-8"),
        ("loadTextContent('a.txt', 'klingon')", "there is no encoding `klingon`"),
        ("loadTextContent(1)", "must be strings"),
        ("loadJsonContent('a.txt')", "`a.txt` is not JSON"),
        ("loadJsonContent('a.json', 'a.x')", "`a.json` has nothing at `a.x`"),
        ("loadJsonContent('a.json', 'a..x')", "the path `a..x` is not read"),
        ("loadYamlContent('latin.txt')", "is not text in utf-8"),
        ("loadYamlContent('alias.yaml')", "has aliases, which are not read"),
        ("loadYamlContent('a.yaml', '[9]')", "has nothing at `[9]`"),
        ("loadDirectoryFileInfo('.')", "the function `loadDirectoryFileInfo` does not exist"),
    ],
)
def test_contents_that_cannot_be_loaded_are_said(contents: Path, expression: str, reason: str) -> None:
    (found,) = reasons(contents, f"using none\nparam a = {expression}\n")
    assert reason in found


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    (found,) = reasons(tmp_path, "using none\nparam a = loadTextContent('big.txt')\n")
    assert "is larger than 4 MiB" in found


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "x", "a.txt")
    path.chmod(0)
    (found,) = reasons(tmp_path, "using none\nparam a = loadTextContent('a.txt')\n")
    assert "permission denied" in found


def test_a_link_out_of_the_workload_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b" / "c" / "d"
    root.mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("x")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (found,) = reasons(root, "using none\nparam a = loadTextContent('link.txt')\n")
    assert "leads out of the workload" in found


def test_a_repository_is_the_workload_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    written(tmp_path, "x", "a.txt")
    assert value(tmp_path / "b" / "c" / "d" / "e" / "f", "loadTextContent('../../../../../a.txt')") == "x"
    inner = tmp_path / "b" / ".git"
    inner.mkdir()
    (found,) = reasons(tmp_path / "b" / "c", "using none\nparam a = loadTextContent('../../a.txt')\n")
    assert "leads out of the workload" in found


def test_the_environment_gives_values(tmp_path: Path) -> None:
    text = "param a = readEnvironmentVariable('A')\nparam b = readEnvironmentVariable('B', 'b')\n"
    assert values(tmp_path, text, A="x") == {"a": "x", "b": "b"}
    assert values(tmp_path, text, A="x", B="") == {"a": "x", "b": ""}


def test_a_variable_of_the_environment_without_value_is_a_hole(tmp_path: Path) -> None:
    found = value(tmp_path, "{ a: '${readEnvironmentVariable('A')}!', b: bool(readEnvironmentVariable('B')) }")
    assert found["a"].decided_by == ("environment variable A",)
    assert found["b"].decided_by == ("environment variable B",)


def test_a_secret_of_a_vault_is_a_reference_and_elsewhere_a_hole(tmp_path: Path) -> None:
    secret = "az.getSecret('s', 'g', 'v', 'n'"
    text = f"using none\nparam a = {secret})\nparam b = {{ c: {secret}, '1') }}\n"
    entries = opened(tmp_path, text).entries()
    vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
    assert entries["a"] == {"reference": {"keyVault": {"id": vault}, "secretName": "n"}}
    hole = entries["b"]["value"]["c"]
    assert isinstance(hole, Unknown)
    assert hole.present


def test_the_template_must_be_there(tmp_path: Path) -> None:
    for text, reason in (
        ("param a = 1\n", "names no template"),
        ("using 'none.bicep'\n", "there is no file `none.bicep`"),
        ("using 'br:example.azurecr.io/x:v1'\n", "stands in a registry"),
        ("using 'ts:sub/rg/spec:1'\n", "stands in a registry"),
    ):
        with pytest.raises(UnreadableError, match=reason) as raised:
            opened(tmp_path, text).template()
        assert raised.value.origin is not None
        assert raised.value.origin.line == 1
        assert raised.value.help
    assert opened(tmp_path, "using none\n").template() is None


def test_how_it_is_deployed(tmp_path: Path) -> None:
    assert opened(tmp_path, "using none with {\n  mode: '${'st'}ack'\n}\n").deployment() == {"mode": "stack"}
    assert opened(tmp_path, "using none\n").deployment() is None
    file = opened(tmp_path, "using none with int('x')\n")
    assert isinstance(file.deployment(), Unknown)
    assert len(file.problems) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"using none\0\n"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.bicepparam"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="is not text in UTF-8"):
        ParameterFile(path, Tree(path))
