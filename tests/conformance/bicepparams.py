"""Parameter files of Bicep, and the JSON that its compiler makes of them."""

import json
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.conformance.cases import Answer, Case

from everward.expressions import quote
from everward.sources.template.bicep import ParameterFile
from everward.sources.tree import Tree
from everward.values import Unknown, UnreadableError, is_known

SOURCE = "parameters.bicepparam"
RESULT = "parameters.json"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
ENVIRONMENT = {"stringEnvVariableName": "test", "intEnvVariableName": "100", "boolEnvironmentVariable": "true"}
"""The variables that the tests of the compiler set."""


def pairs(path: Path) -> Iterator[Case]:
    """The folders of an archive that hold a parameter file and its JSON."""
    folders: dict[str, dict[str, str]] = {}
    with tarfile.open(path) as archive:
        for entry in archive.getmembers():
            content = archive.extractfile(entry)
            if content is not None:
                folder, _, name = entry.name.removeprefix("./").rpartition("/")
                folders.setdefault(folder, {})[name] = content.read().decode("utf-8")
    for folder, files in sorted(folders.items()):
        if SOURCE in files:
            yield {
                "id": folder,
                "kind": "bicepparam",
                "expect": json.loads(files.pop(RESULT).removeprefix("\ufeff")),
                "files": files,
                "environment": ENVIRONMENT,
            }


def parameters(case: Case, _folder: Path) -> Answer:
    """The JSON of a parameter file; nothing for one that is wrong, as the compiler has it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in case["files"].items():
            Path(folder, name).write_text(text, encoding="utf-8", newline="")
        path = Path(folder, SOURCE)
        try:
            file = ParameterFile(path, Tree(path), case["environment"])
        except UnreadableError as error:
            return {"error": "parse", "message": str(error)}
        document = _document(file)
    if file.problems:
        return {"value": {}, "message": "; ".join(f"{item.origin}: {item.reason}" for item in file.problems)}
    return {"value": document}


def judge(answer: Answer, expected: Any) -> bool:
    """Equality of JSON."""
    return "value" in answer and json.dumps(answer["value"], sort_keys=True) == json.dumps(expected, sort_keys=True)


def _document(file: ParameterFile) -> dict[str, Any]:
    entries = {name: _entry(entry) for name, entry in file.entries().items()}
    out: dict[str, Any] = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": entries}
    deployment = file.deployment()
    if deployment is not None:
        out["usingConfig"] = _entry({"value": deployment})
    extensions = file.extensions()
    if extensions:
        out["extensionConfigs"] = {
            name: {key: _entry(value) for key, value in settings.items()} for name, settings in extensions.items()
        }
    if file.external:
        out["externalInputDefinitions"] = file.external
    return out


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with expressions in the place of holes."""
    if "value" in entry:
        value = entry["value"]
        return entry if is_known(value) else {"expression": f"[{_written(value)}]"}
    return {key: _filled(value) for key, value in entry.items()}


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    return value.text if isinstance(value, Unknown) else value


def _written(value: Any) -> str:
    """A value as an expression that makes it."""
    if isinstance(value, Unknown):
        return (value.text or "[]")[1:-1]
    if isinstance(value, dict):
        return f"createObject({', '.join(f'{quote(key)}, {_written(item)}' for key, item in value.items())})"
    if isinstance(value, list):
        return _array(value)
    if value is None or isinstance(value, bool):
        return f"{json.dumps(value)}()"
    return quote(value) if isinstance(value, str) else json.dumps(value)


def _array(items: list[Any]) -> str:
    """An array; what may be any number of elements was spread into it."""
    groups: list[str] = []
    for spread, group in groupby(items, lambda item: isinstance(item, Unknown) and item.many):
        written = [_written(item) for item in group]
        groups.extend(written if spread else [f"createArray({', '.join(written)})"])
    if not any(isinstance(item, Unknown) and item.many for item in items):
        return "".join(groups) or "createArray()"
    return f"flatten(createArray({', '.join(groups)}))"
