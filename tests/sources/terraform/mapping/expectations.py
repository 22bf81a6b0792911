"""Expected bodies, written from the provider's source: loading them, and comparing them with a reading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.sources.terraform.workspace import write

from everward.estate import Reading, Resource
from everward.sources.interface import ReadOptions
from everward.sources.terraform.mapping.table import Table
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree
from everward.values import Unknown

FOLDER = Path(__file__).parent / "bodies"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
PROVIDERS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers"
UNKNOWN = "$unknown"

CITATION = re.compile(
    r"source internal/\S+\.go#\w+ v\d+\.\d+\.\d+"
    r"|sdk \S+#\w+ v\d+\.\d+\.\d+"
    r"|schema \S+ v\d+\.\d+\.\d+"
    r"|recorded \d+\.\d+\.\d+ /\S+"
    r"|rest Microsoft\.\S+ \d{4}-\d\d-\d\d(-preview)?"
    r"|page https://\S+"
)
"""A function of the provider, a field of its client, a default of its schema, a recorded body, a reference page."""


@dataclass(frozen=True)
class Leaf:
    """One line of an expected body."""

    path: str
    value: Any
    cited: str


@dataclass(frozen=True)
class Expected:
    """One resource that a configuration must make."""

    type: str
    name: str
    leaves: tuple[Leaf, ...]
    absent: tuple[Leaf, ...]
    gaps: tuple[Leaf, ...] = ()
    """What the provider sends and the mapping cannot say, yet."""
    id: str | None = None
    below: str = ""
    gap: str | None = None
    """The citation of a resource that the provider makes and the mapping does not."""


@dataclass(frozen=True)
class Case:
    """One configuration of one type of the provider, and all that it must make."""

    subject: str
    provider: str
    terraform: str
    expected: tuple[Expected, ...]
    beside: tuple[str, ...]
    none: str | None
    sources: tuple[str, ...]

    def read(self, folder: Path) -> Reading:
        """What the public Terraform source makes of the configuration."""
        provider = self.subject.partition("_")[0]
        version = f'{provider} = {{ source = "hashicorp/{provider}", version = "{self.provider}" }}'
        head = f"terraform {{\n  required_providers {{\n    {version}\n  }}\n}}\n"
        source, tree = TerraformSource(), Tree(write(folder, {"main.tf": head + _spelt(self.terraform)}))
        (item,) = source.find(tree)
        return source.read(item, tree, ReadOptions(subscription=SUBSCRIPTION))


def _spelt(text: Any) -> Any:
    if isinstance(text, list):
        return [_spelt(one) for one in text]
    return text.replace("@rg/", f"{PROVIDERS}/") if isinstance(text, str) else text


def cases_of(path: Path) -> list[Case]:
    """The cases of one file, one a YAML document.

    Raises:
        AssertionError: for a file that is not in the format.

    """
    return [_case(path.stem, document) for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def _case(subject: str, document: dict[str, Any]) -> Case:
    unknown = document.keys() - {"provider", "terraform", "sources", "expect", "beside", "none"}
    assert not unknown, f"{subject}: {unknown}"
    sources = document.get("sources", {})
    expected: list[Expected] = []
    for one in document.get("expect", []):
        expected.append(_expected(one, sources, expected))
    return Case(
        subject,
        str(document["provider"]),
        document["terraform"],
        tuple(expected),
        tuple(document.get("beside", [])),
        document.get("none"),
        tuple(sources.values()),
    )


def _expected(one: dict[str, Any], sources: dict[str, str], others: list[Expected]) -> Expected:
    unknown = one.keys() - {"type", "name", "id", "below", "body", "also", "absent", "gaps", "gap", "mirror"}
    assert not unknown, f"{one['type']}: {unknown}"
    lines = [*one.get("body", []), *one.get("also", [])]
    if mirror := one.get("mirror"):
        kind, above, cited = mirror
        (other,) = (each for each in others if each.type == kind)
        lines += [line for leaf in other.leaves if (line := _mirrored(leaf, above, cited))]
    leaves = _leaves(lines, sources)
    gap = one.get("gap", "")
    return Expected(
        one["type"],
        one["name"],
        leaves,
        _leaves([(path, None, cited) for path, cited in one.get("absent", [])], sources),
        _leaves(one.get("gaps", []), sources),
        one.get("id"),
        one.get("below", ""),
        sources.get(gap, gap) or None,
    )


def _mirrored(leaf: Leaf, above: str, cited: str) -> list[Any]:
    if leaf.path != above and not leaf.path.startswith(f"{above}."):
        return []
    return [f"properties{leaf.path.removeprefix(above)}", leaf.value, cited]


def _leaves(lines: Iterable[Any], sources: dict[str, str]) -> tuple[Leaf, ...]:
    return tuple(Leaf(str(path), value, sources.get(cited, cited)) for path, value, cited in lines)


def mapped_types() -> frozenset[str]:
    """Every type of the providers that the mapping knows."""
    return frozenset(Table.load())


def written() -> list[Path]:
    """The files with expected bodies."""
    return sorted(FOLDER.glob("azure*_*.yaml"))


def pending() -> list[str]:
    """Types that have no expected body that holds, yet."""
    lines = (FOLDER / "pending.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def differences(case: Case, reading: Reading) -> list[str]:
    """How a reading differs from what was expected, one sentence a difference."""
    wrong = []
    left = [one for one in reading.resources if one.type not in case.beside]
    for expected in case.expected:
        found = [one for one in left if _is(expected, one)]
        if expected.gap and not found:
            continue
        if len(found) != 1:
            there = ", ".join(f"{one.type} {one.name}" for one in left)
            wrong.append(f"{expected.type} {expected.name} is there {len(found)} times among: {there}")
            continue
        left.remove(found[0])
        if expected.gap:
            wrong.append(f"{expected.type} {expected.name} is no gap any more")
            continue
        wrong += [f"{expected.type} {expected.name}: {text}" for text in _of_body(expected, found[0])]
    wrong += [f"{one.type} {one.name} was not expected" for one in left]
    return wrong + [f"unresolved: {one}" for one in reading.unresolved]


def _is(expected: Expected, resource: Resource) -> bool:
    if expected.id is not None and _spelt(expected.id).lower() != resource.key:
        return False
    return (expected.type.lower(), expected.name.lower()) == (resource.type_key, resource.name.lower())


def _of_body(expected: Expected, resource: Resource) -> Iterator[str]:
    body = {key: value for key, value in resource.body.items() if key != "name"}
    actual = {path: value for path, value in leaves_of(body) if _within(path, expected.below)}
    meant: dict[str, Any] = {}
    for path, value in _spelt_out(expected.leaves):
        if path in meant:
            yield f"`{path}` is expected twice"
        meant[path] = value
    for path, value in meant.items():
        if path not in actual:
            over = [one for one in actual if path.startswith(f"{one}.")]
            yield f"`{path}` is {'below a hole' if over else 'absent'}, not {value!r}"
        elif not _same(value, actual[path]):
            yield f"`{path}` is {actual[path]!r}, not {value!r}"
    known = {path for path, value in actual.items() if not isinstance(value, Unknown)}
    yield from (f"`{path}` is {actual[path]!r}, and was not expected" for path in sorted(known - meant.keys()))
    yield from (f"`{path}` is no gap any more" for path, _ in _spelt_out(expected.gaps) if path in known)
    for leaf in expected.absent:
        if any(_within(path, leaf.path) for path in actual):
            yield f"`{leaf.path}` is there, and must be absent"


def _spelt_out(leaves: Iterable[Leaf]) -> Iterator[tuple[str, Any]]:
    for leaf in leaves:
        for path, value in leaves_of(leaf.value, _spelt(leaf.path).lower()):
            yield path, _spelt(value)


def _within(path: str, above: str) -> bool:
    return not above or path == above.lower() or path.startswith(f"{above.lower()}.")


def leaves_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a value by lower-case path; a list of scalars is one, an empty object too, nothing else empty."""
    if isinstance(value, dict) and (value or "." not in path):
        for key, inner in value.items():
            name = str(key).replace(".", "\\.").lower()
            yield from leaves_of(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(one, (dict, list, Unknown)) for one in value):
        for index, inner in enumerate(value):
            yield from leaves_of(inner, f"{path}.{index}")
    elif value not in (None, "", []):
        yield path, value


def _same(expected: Any, actual: Any) -> bool:
    if expected == UNKNOWN:
        return isinstance(actual, Unknown)
    if isinstance(expected, list) and isinstance(actual, list):
        return Counter(map(repr, map(_plain, expected))) == Counter(map(repr, map(_plain, actual)))
    return type(_plain(expected)) is type(_plain(actual)) and _plain(expected) == _plain(actual)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.lower() if isinstance(value, str) and value.startswith("/") else value
