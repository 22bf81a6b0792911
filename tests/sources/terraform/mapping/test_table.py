"""The mapping as data: compiled as written, complete against the provider's schema, and true to ARM."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.sources.terraform.golden import workload
from tests.sources.terraform.mapping.cited import ADDRESSES, CITED
from tests.sources.terraform.mapping.evidence import ENVELOPE, known_paths, written_paths

from everward.sources.terraform.mapping import build, table
from everward.sources.terraform.mapping.build import COMMON, FOLDER, compile_table, compile_type
from everward.sources.terraform.mapping.facts import EDITIONS, AttributeFact, Facts
from everward.sources.terraform.mapping.table import TABLE_FILE, Rule, Table, TypeMapping
from everward.sources.terraform.mapping.types_of_arm import arm_type
from everward.values import UnreadableError, data_file


def mappings() -> Iterator[tuple[str, TypeMapping]]:
    """Every mapping of the shipped table."""
    shipped = Table.load()
    for name in shipped:
        found = shipped.of(name)
        assert found is not None
        yield name, found


def all_facts() -> list[Facts]:
    """The schemas of all editions of both providers."""
    return [*(Facts.load(major) for major in EDITIONS), Facts.of_directory()]


def test_shipped_table_is_what_the_sources_say() -> None:
    assert data_file(TABLE_FILE).read_bytes() == compile_table()


def test_every_type_decodes() -> None:
    assert len(list(mappings())) > 100


def test_every_attribute_that_can_be_set_is_mapped_or_named() -> None:
    missing: dict[str, list[str]] = defaultdict(list)
    checked = 0
    for name, mapping in mappings():
        if not mapping.arm and mapping.merge is None:
            continue
        for facts in (source.of(name) for source in all_facts()):
            if facts is None:
                continue
            checked += 1
            known = {*mapping.known, *mapping.identifying, "name", "resource_group_name"}
            missing[name] += [one for one in unmapped(mapping.map, facts.attributes, "") if one not in known]
            for child in mapping.children:
                if child.each is not None and child.each in facts.attributes:
                    named = set(re.findall(r"{(\w+)", child.name))
                    rest = unmapped(child.map, facts.attributes, f"{child.each}.")
                    missing[name] += [one for one in rest if one.rpartition(".")[2] not in named]
    assert checked > 250
    assert {name: paths for name, paths in missing.items() if paths} == {}


def unmapped(rules: list[Rule], facts: dict[str, AttributeFact], prefix: str) -> Iterator[str]:
    """The attributes below a prefix for which there is no rule."""
    by_name: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for name in rule.attr:
            by_name[name].append(rule)
    for name in sorted({path[len(prefix) :].split(".")[0] for path in facts if path.startswith(prefix)}):
        fact = facts[prefix + name]
        if not fact.optional and not fact.required:
            continue
        if name not in by_name:
            yield prefix + name
            continue
        nested = [inner for rule in by_name[name] for inner in [*(rule.one or []), *(rule.many or [])]]
        if fact.is_block and nested:
            below = next((f"{name}.{rule.nest}" for rule in by_name[name] if rule.nest), name)
            yield from unmapped(nested, facts, f"{prefix}{below}.")


def test_every_mapped_type_is_known_to_the_provider() -> None:
    strangers = [name for name, _ in mappings() if all(facts.of(name) is None for facts in all_facts())]
    assert strangers == []


# Where the other catalogue is wrong: the provider's id is that of the cluster, not of its database; and settings are
# key-values of their store, which the catalogue names as the provider's own id does.
CORRECTED = {"azurerm_app_configuration_key", "azurerm_managed_redis"}


def test_arm_types_are_those_that_others_know() -> None:
    differ = {}
    for name, mapping in mappings():
        other = arm_type(name)
        if (
            name not in CORRECTED
            and mapping.merge is None
            and mapping.arm
            and other is not None
            and other.lower() != mapping.arm.lower()
        ):
            differ[name] = (mapping.arm, other)
    assert differ == {}


def test_every_path_stands_in_arm() -> None:
    known = known_paths()
    missing: dict[str, set[str]] = defaultdict(set)
    count = 0
    for _name, arm, path in written_paths(Table.load()):
        count += 1
        if path not in ENVELOPE and not path.startswith("tags.") and path not in known.get(arm, ()):
            missing[arm].add(path)
    assert count > 2000
    assert missing == CITED


def test_documents_are_addresses() -> None:
    assert all(one.startswith("https://learn.microsoft.com/") for one in ADDRESSES)


def test_every_type_of_the_workload_is_mapped() -> None:
    shipped = Table.load()
    used = set()
    for root in ("globalresources", "releaseunit"):
        for path in workload(root).rglob("*.tf"):
            used.update(re.findall(r'^resource "(azurerm_\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(used) > 40
    assert [name for name in sorted(used) if shipped.of(name) is None] == []


def test_no_value_of_the_workload_is_in_the_mapping() -> None:
    content = data_file(TABLE_FILE).read_text(encoding="utf-8").lower()
    assert not [word for word in ("afprod", "catalogservice", "backendapis", "mission-critical") if word in content]


def test_an_attribute_has_one_rule_unless_further_ones_are_named() -> None:
    checked = 0
    for path in sorted(FOLDER.glob("*.yaml")):
        for name, source in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            written = source.get("map") or {} if name.startswith("azure") else {}
            # A rule whose name begins with `=` fills a further place with an attribute that another rule has.
            attributes = [one for key in written if not key.startswith("=") for one in key.split("|")]
            checked += len(attributes)
            assert not {one for one in attributes if attributes.count(one) > 1}, (name, path.name)
    assert checked > 1000


COMMON_RULES: dict[str, Any] = {"tags": {"tags": "tags"}, "pool": {"size": "vmSize", "one": {"to": "a", "nil": 1}}}


def compiled(source: dict[str, Any]) -> TypeMapping:
    return compile_type({"arm": "Microsoft.Test/things", **source}, COMMON_RULES)


def test_short_forms() -> None:
    mapping = compiled({"use": ["tags"], "map": {"a|b": "x.y", "c": ["p", "q"], "d": None, "e": {"to": r"a\.b.c"}}})
    rules = {rule.attr[0]: rule for rule in mapping.map}
    assert rules["tags"].to == [["tags"]]
    assert rules["a"].attr == ["a", "b"]
    assert rules["a"].to == [["x", "y"]]
    assert rules["c"].to == [["p"], ["q"]]
    assert rules["d"].to == []
    assert rules["e"].to == [["a.b", "c"]]


def test_group_below_a_path() -> None:
    mapping = compiled({"use": ["pool@properties"], "map": {"size": "properties.other"}})
    assert {rule.attr[0]: rule.to for rule in mapping.map} == {
        "size": [["properties", "other"]],
        "one": [["properties", "a"]],
    }


def test_values_of_rules() -> None:
    mapping = compiled({"map": {"a": {"to": "x", "bool": ["On", "Off"]}, "b": {"to": "y", "enum": {"1": "one"}}}})
    assert mapping.map[0].values == {"true": "On", "false": "Off"}
    assert mapping.map[1].values == {"1": "one"}


@pytest.mark.parametrize(
    "source",
    [
        {"mapp": {}},
        {"map": {"a": {"to": "x", "colour": "red"}}},
        {"map": {"a": "x..y"}},
        {"map": {"a": {"to": "x", "omit": 3}}},
        {"children": [{"arm": "Microsoft.Test/things/parts"}]},
    ],
)
def test_mistakes_in_the_sources(source: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        compiled(source)


def write(folder: Path, **files: str) -> Path:
    (folder / COMMON).write_text("tags: {tags: tags}\n", encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return folder


def test_mistakes_name_their_place(tmp_path: Path) -> None:
    write(tmp_path, one="azurerm_a: {arm: A/b, map: {x: {too: y}}}\n")
    with pytest.raises(ValueError, match=r"one\.yaml: azurerm_a: rule `x`: unknown options \['too'\]"):
        compile_table(tmp_path)


def test_a_type_is_mapped_once(tmp_path: Path) -> None:
    write(tmp_path, one="azurerm_a: {arm: A/b}\n", two=".anchor: {}\nazurerm_a: {arm: A/c}\n")
    with pytest.raises(ValueError, match=r"two\.yaml: `azurerm_a` is mapped twice"):
        compile_table(tmp_path)


def test_writing_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "data_file", lambda name: tmp_path / name)
    build.main()
    assert (tmp_path / TABLE_FILE).read_bytes() == compile_table()


def test_table_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "data_file", lambda name: tmp_path / name)
    with pytest.raises(UnreadableError, match=TABLE_FILE):
        table._load.__wrapped__()
    (tmp_path / TABLE_FILE).write_bytes(b"[]")
    with pytest.raises(UnreadableError):
        table._load.__wrapped__()


def test_comments_above_what_goes_nowhere_are_reasons(tmp_path: Path) -> None:
    source = """\
azurerm_a:
  arm: A/b
  map:
    # Not about these.
    x: y
    first:
    # Carries
    # keys.
    second:
    third:
    z: {to: z}
    fourth:
    # About a block.
    block:
      to: b
      one:
        # Inside.
        inner:
    last:
"""
    write(tmp_path, one=source)
    rules = {rule["attr"][0]: rule for rule in json.loads(compile_table(tmp_path))["azurerm_a"]["map"]}
    assert {name: rule.get("why") for name, rule in rules.items()} == {
        "x": None, "first": None, "second": "Carries keys", "third": "Carries keys", "z": None, "fourth": None,
        "block": None, "last": None,
    }  # fmt: skip
    assert rules["block"]["one"][0]["why"] == "Inside"
