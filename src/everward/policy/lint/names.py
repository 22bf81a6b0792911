"""Rules about names: aliases, types, parameters that are used, and the spelling of what the language knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from everward.expressions import (
    POLICY,
    Call,
    Expression,
    ExpressionError,
    Literal,
    calls_in,
    is_expression,
    parse_expression,
)
from everward.policy.fields import resolve_field
from everward.policy.lint.document import Document, Member, member_of
from everward.policy.lint.known import is_deprecated
from everward.policy.lint.registry import BOTH, Surroundings, rule
from everward.policy.lint.remark import Complaint, Edit, Fix, Severity
from everward.policy.lint.tree import LOGICAL, Node, subject_key
from everward.policy.nodes import Field, FieldCount, Leaf
from everward.policy.operators import NAMES
from everward.policy.parameters import TYPES
from everward.policy.parser import EFFECT_NAMES
from everward.policy.positions import JsonPath
from everward.policy.problem import did_you_mean
from everward.values import data_file

MAX_SUGGESTED: Final = 100
"""Unknown aliases of one file for which one that is meant is looked for."""
ALMOST: Final = 0.85
"""How alike a segment of a type must be to be taken for a slip, 1 being equal."""
FIELDS: Final = "fields are type, name, fullName, kind, id, location, identity.type, tags, and aliases of the type"


@rule("unknown-alias", Severity.ERROR, "Every field is a field of the language or an alias")
def unknown_alias(document: Document, around: Surroundings) -> Iterator[Complaint]:
    """Azure rejects a definition that names an alias which does not exist."""
    if document.of_provider:
        return
    seen: set[tuple[str, JsonPath]] = set()
    for name, path in field_names(document):
        if (name, path) in seen or resolve_field(name, "", around.aliases) is not None:
            continue
        seen.add((name, path))
        # What names hundreds of aliases that do not exist is no slip of one.
        near = around.aliases.suggest(name) if len(seen) <= MAX_SUGGESTED else None
        yield Complaint(f"`{name}` is no field and no alias", path, f"did you mean `{near}`?" if near else FIELDS)


def field_names(document: Document) -> Iterator[tuple[str, JsonPath]]:
    """Every field that is named in plain text: in conditions, in `field()` and `current()`, in what effects write."""
    for root in document.conditions:
        for node, leaf in root.leaves():
            name = plain_field(leaf)
            if name is not None:
                yield name, field_path(node, leaf)
    for operation in operations(document):
        found = member_of(operation.value, "field", operation.path)
        if found is not None and isinstance(found.value, str) and not is_expression(found.value):
            yield found.value, found.path
    for call, path in calls(document):
        given = text_argument(call)
        name = call.name.lower()
        if given is not None and (name == "field" or (name == "current" and "/" in given)):
            yield given, path


def plain_field(leaf: Leaf) -> str | None:
    """The name of the field that a leaf reads or counts, when it is written as it is."""
    subject = leaf.subject
    if isinstance(subject, Field):
        return str(subject.name.raw) if subject.name.literal else None
    if isinstance(subject, FieldCount):
        return str(subject.field.raw) if subject.field.literal else None
    return None


def field_path(node: Node, leaf: Leaf) -> JsonPath:
    """Where the name of a leaf's field stands."""
    found = member_of(node.raw, subject_key(leaf), node.path)
    if found is None:
        return node.path
    if isinstance(leaf.subject, FieldCount):
        inner = member_of(found.value, "field", found.path)
        return inner.path if inner is not None else found.path
    return found.path


def operations(document: Document) -> Iterator[Member]:
    """What modify and append write: the operations, or the list of fields."""
    details = document.details
    listed = details if details is not None and isinstance(details.value, list) else document.detail("operations")
    if listed is not None and isinstance(listed.value, list):
        for index, item in enumerate(listed.value):
            if isinstance(item, dict):
                yield Member("", item, (*listed.path, index))


def expressions(document: Document) -> Iterator[tuple[Expression, JsonPath]]:
    """Every expression that the policy engine evaluates; those that do not parse are told as malformed."""
    for text, path in document.texts():
        if is_expression(text):
            try:
                yield parse_expression(text), path
            except ExpressionError:
                continue


def calls(document: Document) -> Iterator[tuple[Call, JsonPath]]:
    """Every function call of these."""
    for expression, path in expressions(document):
        for call in calls_in(expression):
            yield call, path


def text_argument(call: Call) -> str | None:
    """The only argument of a call, when it is a text."""
    if len(call.arguments) == 1:
        only = call.arguments[0]
        if isinstance(only, Literal) and isinstance(only.value, str):
            return only.value
    return None


@rule("unknown-type", Severity.WARNING, "Every type that is compared with exists")
def unknown_type(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A type that is almost one that exists is a slip; one like no other may be new, and is left alone."""
    if document.of_provider:
        return
    known = _types()
    for leaf, kind, path in type_comparisons(document):
        key = kind.lower()
        if key in known or leaf.operator not in ("equals", "notEquals", "in", "notIn"):
            continue
        near = _almost(key, known)
        if near is not None:
            yield Complaint(f"no resource type `{kind}` is known", path, f"did you mean `{known[near]}`?")


@lru_cache(maxsize=1)
def _types() -> dict[str, str]:
    """Every resource type that Azure lists: lower case to its spelling."""
    lines = data_file("resource-types.txt").read_text(encoding="utf-8").splitlines()
    return {line.lower(): line for line in lines if "/" in line and not line.startswith("#")}


def _almost(key: str, known: dict[str, str]) -> str | None:
    """The type that differs from `key` by a slip in one segment."""
    from difflib import SequenceMatcher

    parts = key.split("/")
    best, chosen = ALMOST, None
    for kind in known:
        others = kind.split("/")
        differing = [pair for pair in zip(parts, others, strict=False) if pair[0] != pair[1]]
        if len(others) != len(parts) or len(differing) != 1:
            continue
        ratio = SequenceMatcher(None, *differing[0]).ratio()
        if ratio >= best:
            best, chosen = ratio, kind
    return chosen


def type_comparisons(document: Document) -> Iterator[tuple[Leaf, str, JsonPath]]:
    """Every resource type that a condition compares the type with."""
    for root in document.conditions:
        for node, leaf in root.leaves():
            if (plain_field(leaf) or "").lower() != "type" or not leaf.expected.literal:
                continue
            found = next(
                (Member(key, value, (*node.path, key)) for key, value in node.raw.items() if key.lower() in NAMES), None
            )
            if found is None:
                continue
            listed = isinstance(found.value, list)
            for index, value in enumerate(found.value if listed else [found.value]):
                if isinstance(value, str) and "/" in value:
                    yield leaf, value, (*found.path, index) if listed else found.path


@rule("undeclared-parameter", Severity.ERROR, "Every parameter that is used is declared", *BOTH)
def undeclared_parameter(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Azure rejects the use of a parameter that is not declared."""
    if document.kind == "rule":
        return
    declared = document.parameters
    known = tuple(item.key for item in declared.values())
    seen: set[tuple[str, JsonPath]] = set()
    for call, path in calls(document):
        given = text_argument(call)
        if call.name.lower() != "parameters" or given is None or given.lower() in declared or (given, path) in seen:
            continue
        seen.add((given, path))
        yield Complaint(
            f"the parameter `{given}` is not declared",
            path,
            did_you_mean(given, known) if known else "declare it under `parameters`",
        )


@rule("unused-parameter", Severity.WARNING, "Every declared parameter is used", *BOTH)
def unused_parameter(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A parameter that nothing reads asks people for a value that changes nothing."""
    used: set[str] = set()
    for call, _ in calls(document):
        if call.name.lower() == "parameters":
            given = text_argument(call)
            if given is None:
                return  # computed names could be any of them
            used.add(given.lower())
    for key, found in document.parameters.items():
        metadata = member_of(found.value, "metadata", found.path)
        data = metadata.value if metadata is not None and isinstance(metadata.value, dict) else {}
        # One that is kept for assignments of the past says so.
        if key not in used and not is_deprecated(data.get("displayName"), data):
            yield Complaint(
                f"nothing uses the parameter `{found.key}`",
                found.path,
                "remove it, unless assignments already give it a value: then Azure refuses to remove it",
            )


_SPELLINGS: Final = {
    **{name.lower(): name for name in ("if", "then", "field", "value", "count", "where", "name", "effect", "details")},
    **LOGICAL,
    **NAMES,
}
_MODES: Final = {"all": "All", "indexed": "Indexed"}


@rule("name-case", Severity.INFO, "Names of the language are spelt as they are documented")
def name_case(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Names compare without case; one spelling is easier to search for."""
    for path in _keys(document):
        spelt = str(path[-1])
        wanted = _SPELLINGS[spelt.lower()]
        if spelt != wanted:
            edit = document.replace_key(path, wanted)
            yield Complaint(f"`{spelt}` is written `{wanted}`", path, fix=_fix(f"write `{wanted}`", edit))
    effect = document.effect
    if effect is not None and not is_expression(effect.value):
        yield from _value_case(document, effect, EFFECT_NAMES)
    mode = document.part("mode") if document.kind == "definition" else None
    if mode is not None and isinstance(mode.value, str):
        yield from _value_case(document, mode, _MODES)
    yield from _function_case(document)


def _value_case(document: Document, found: Member, spellings: dict[str, str]) -> Iterator[Complaint]:
    wanted = spellings.get(found.value.lower())
    # Deny and Audit stand in shipped definitions as often as deny and audit.
    if wanted is None or found.value in (wanted, wanted[:1].upper() + wanted[1:]):
        return
    edit = document.replace_value(found.path, wanted)
    yield Complaint(f"`{found.value}` is written `{wanted}`", found.path, fix=_fix(f"write `{wanted}`", edit))


def _keys(document: Document) -> Iterator[JsonPath]:
    """Keys that the language knows: of the rule, of `then`, of conditions and counts."""
    if document.rule is not None:
        for key in document.rule.value:
            if key.lower() in ("if", "then"):
                yield (*document.rule.path, key)
    if document.then is not None:
        for key in document.then.value:
            if key.lower() in ("effect", "details"):
                yield (*document.then.path, key)
    for root in document.conditions:
        for node in root.walk():
            for key, value in node.raw.items():
                if key.lower() in _SPELLINGS:
                    yield (*node.path, key)
                if key.lower() == "count" and isinstance(value, dict):
                    yield from ((*node.path, key, inner) for inner in value if inner.lower() in _SPELLINGS)


_OF_CONTEXT: Final = (
    "field", "current", "parameters", "policy", "claims", "subscription", "requestContext", "resourceGroup"
)  # fmt: skip


def spellings() -> dict[str, str]:
    """The functions of policies by lower-case name, as they are documented."""
    known = {name: function.name for name, function in POLICY.functions.items()}
    return {**known, **{name.lower(): name for name in _OF_CONTEXT}}


def _function_case(document: Document) -> Iterator[Complaint]:
    known = spellings()
    for expression, path in expressions(document):
        wrong = {
            call.name: known[call.name.lower()]
            for call in calls_in(expression)
            if call.name.lower() in known and call.name != known[call.name.lower()]
        }
        for spelt, wanted in wrong.items():
            yield Complaint(
                f"`{spelt}` is written `{wanted}`",
                path,
                fix=_fix(f"write `{wanted}`", _rename(document, path, expression, spelt, wanted)),
            )


def _rename(document: Document, path: JsonPath, expression: Expression, spelt: str, wanted: str) -> Edit | None:
    """The edit that renames a function at every call of an expression."""
    place = document.at(path)
    written = document.text[place.start : place.end]
    # Only where the text is written without escapes do positions in the value hold in the file.
    if written != f'"{expression.text}"':
        return None
    found = [call for call in calls_in(expression) if call.name == spelt]
    starts = sorted({call.at for call in found})
    if any(expression.text[at : at + len(spelt)] != spelt for at in starts):
        return None
    out = list(expression.text)
    for at in starts:
        out[at : at + len(spelt)] = wanted
    return Edit(place.start, place.end, '"' + "".join(out) + '"')


def _fix(summary: str, edit: Edit | None) -> Fix | None:
    return Fix(summary, (edit,)) if edit is not None else None


def type_name(value: Any) -> str | None:
    """A parameter type as documented."""
    return next((name for name in TYPES if isinstance(value, str) and name.lower() == value.lower()), None)
