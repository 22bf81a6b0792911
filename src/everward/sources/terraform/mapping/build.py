"""Compiles `types/*.yaml` into the table that ships: `python -m everward.sources.terraform.mapping.build`.

Compiling keeps YAML out of every run (reading it costs a hundred times what the table costs) and finds mistakes in
the rules: an unknown option, a bad path, a type that is mapped twice.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from everward.sources.terraform.mapping.table import TABLE_FILE, Rule, TypeMapping
from everward.values import data_file

FOLDER = Path(__file__).resolve().parent / "types"
COMMON = "_common.yaml"
_COMMENT = re.compile(r"\s+# (.+)$")
_NOWHERE = re.compile(r"\s+[a-z][a-z0-9_|]*:\s*$")
_TYPE_OPTIONS = frozenset(TypeMapping.__struct_fields__) | {"use"}
_RULE_OPTIONS = (frozenset(Rule.__struct_fields__) - {"values", "negate"}) | {"bool", "enum", "not"}


def compile_table(folder: Path = FOLDER) -> bytes:
    """The table as JSON, types in order.

    Raises:
        ValueError: when a rule is not well formed; the message names file, type and rule.

    """
    import yaml

    common = yaml.load(_with_reasons((folder / COMMON).read_text(encoding="utf-8")), yaml.CSafeLoader)
    table: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == COMMON:
            continue
        for name, source in (
            yaml.load(_with_reasons(path.read_text(encoding="utf-8")), yaml.CSafeLoader) or {}
        ).items():
            if name.startswith("."):
                continue
            if name in table:
                raise ValueError(f"{path.name}: `{name}` is mapped twice")
            try:
                table[name] = compile_type(source, common)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"{path.name}: {name}: {error}") from error
    # One type a line: changes can be read, and types are decoded one by one.
    lines = [
        f"{msgspec.json.encode(name).decode()}:{msgspec.json.encode(table[name]).decode()}" for name in sorted(table)
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _with_reasons(text: str) -> str:
    """The source with its comments as reasons: a comment above attributes that go nowhere says why they do.

    It holds for all such attributes that follow one another.
    """
    lines = text.splitlines()
    reason: list[str] = []
    level = 0
    for index, line in enumerate(lines):
        comment = _COMMENT.match(line)
        if comment is not None:
            continues = index > 0 and _COMMENT.match(lines[index - 1]) is not None
            reason, level = [*(reason if continues else []), comment[1]], _indent(line)
            continue
        if _NOWHERE.match(line) and _indent(line) == level and not _has_more(lines, index):
            if reason:
                lines[index] = f"{line.rstrip()} {{why: {json.dumps(' '.join(reason).rstrip('.'))}}}"
        else:
            reason = []
    return "\n".join(lines) + "\n"


def _has_more(lines: list[str], index: int) -> bool:
    """Whether a line's key has a value on the lines below."""
    below = (line for line in lines[index + 1 :] if line.strip() and not line.lstrip().startswith("#"))
    return _indent(next(below, "")) > _indent(lines[index])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def compile_type(source: dict[str, Any], common: dict[str, Any]) -> TypeMapping:
    """One type from its YAML form.

    Raises:
        ValueError: when it is not well formed.

    """
    unknown = source.keys() - _TYPE_OPTIONS
    if unknown:
        raise ValueError(f"unknown options {sorted(unknown)}")
    fields = {key: value for key, value in source.items() if key not in ("use", "map", "children", "merge", "append")}
    fields["map"] = _rules({".use": source.get("use", []), **(source.get("map") or {})}, common)
    fields["const"] = _constants(source.get("const"))
    fields["children"] = [
        {
            **child,
            "map": _rules(child.get("map") or {}, common),
            "const": _constants(child.get("const")),
            "embed": _path(child.get("embed", "")),
        }
        for child in source.get("children", [])
    ]
    if "merge" in source:
        merge = source["merge"]
        paths = {key: _path(merge.get(key, "")) for key in ("append", "items")}
        fields["merge"] = {**merge, **paths}
    if "append" in source:
        append = source["append"]
        fields["append"] = {**append, "to": _path(append["to"])}
    return msgspec.convert(fields, TypeMapping)


def _rules(source: dict[str, Any], common: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules in order; `.use` stands for groups of common rules, `group@path` for a group below a path."""
    rules: dict[str, dict[str, Any]] = {}
    for group in source.get(".use", []):
        name, _, below = group.partition("@")
        for attribute, spec in common[name].items():
            rules[attribute] = _rule(attribute, spec, common, _path(below))
    for attribute, spec in source.items():
        if attribute != ".use":
            rules[attribute] = _rule(attribute, spec, common, [])
    return list(rules.values())


def _rule(name: str, spec: Any, common: dict[str, Any], below: list[str]) -> dict[str, Any]:
    if not isinstance(spec, dict):
        spec = {} if spec is None else {"to": spec}
    unknown = spec.keys() - _RULE_OPTIONS
    if unknown:
        raise ValueError(f"rule `{name}`: unknown options {sorted(unknown)}")
    rule: dict[str, Any] = {
        key: value for key, value in spec.items() if key not in ("to", "bool", "enum", "not", "one", "many")
    }
    rule["attr"] = str(spec.get("attr", name)).split("|")
    targets = spec.get("to", [])
    rule["to"] = [below + _path(one) for one in (targets if isinstance(targets, list) else [targets])]
    if "bool" in spec:
        yes, no = spec["bool"]
        rule["values"] = {"true": yes, "false": no}
    elif "enum" in spec:
        rule["values"] = spec["enum"]
    if "not" in spec:
        rule["negate"] = bool(spec["not"])
    rule["single"] = below + _path(spec["single"]) if "single" in spec else []
    rule["const"] = _constants(spec.get("const"))
    rule["absent"] = [(below + path, value) for path, value in _constants(spec.get("absent"))]
    for nested in ("one", "many"):
        if nested in spec:
            rule[nested] = _rules(spec[nested] or {}, common)
    return rule


def _constants(source: dict[str, Any] | None) -> list[tuple[list[str], Any]]:
    return [(_path(path), value) for path, value in (source or {}).items()]


def _path(text: str) -> list[str]:
    r"""Keys of a dotted path; `\.` is a dot inside a key, as in `odata\.type`."""
    if not text:
        return []
    keys = [key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", text)]
    if not all(keys):
        raise ValueError(f"empty key in path `{text}`")
    return keys


def main() -> None:
    """Write the compiled table."""
    data_file(TABLE_FILE).write_bytes(compile_table())


if __name__ == "__main__":  # pragma: no cover
    main()
