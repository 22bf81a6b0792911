"""Rules about other definitions: deprecated ones, ones that say the same, and what an initiative refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from everward.policy.lint.document import Document, Member, member_of
from everward.policy.lint.known import is_deprecated
from everward.policy.lint.registry import BOTH, Surroundings, rule
from everward.policy.lint.remark import Complaint, Severity
from everward.policy.problem import did_you_mean

MIN_CONDITIONS: Final = 2
"""Conditions from which on equal rules are no accident: a condition on the type alone is shared by many."""
_VERSION: Final = re.compile(r"(?:\d+|\*)\.(?:\d+|\*)\.(?:\d+|\*)(?:-\w+)?")
_ID: Final = re.compile(
    r"(?:/subscriptions/[^/]+|/providers/microsoft\.management/managementgroups/[^/]+)?"
    r"/providers/microsoft\.authorization/policydefinitions/[^/]+",
    re.IGNORECASE,
)


@rule("deprecated", Severity.WARNING, "Nothing is deprecated", *BOTH)
def deprecated(document: Document, around: Surroundings) -> Iterator[Complaint]:
    """A deprecated definition gets no more changes, and its successor tests what it should."""
    title, metadata = document.part("displayName"), document.part("metadata")
    data = metadata.value if metadata is not None and isinstance(metadata.value, dict) else {}
    if is_deprecated(title.value if title is not None else None, data):
        marked = member_of(data, "deprecated", metadata.path if metadata is not None else ())
        place = marked or title
        yield Complaint(
            "it says of itself that it is deprecated", place.path if place is not None else (), "use its successor"
        )
    if around.known is None:
        return
    for item in references(document):
        name = member_of(item.value, "policyDefinitionId", item.path)
        name = name or member_of(item.value, "policyDefinitionName", item.path)
        found = around.known.find(str(name.value)) if name is not None else None
        if found is not None and found.deprecated and name is not None:
            successor = f"use `{found.superseded_by}`" if found.superseded_by else "remove it, or use its successor"
            yield Complaint(f"`{found.display_name or found.name}` is deprecated", name.path, successor)


@rule("duplicate-of-builtin", Severity.WARNING, "No known definition says the same")
def duplicate_of_builtin(document: Document, around: Surroundings) -> Iterator[Complaint]:
    """A copy of a built-in misses the fixes that the original gets."""
    if around.known is None or document.rule is None:
        return
    own = member_of(document.value, "name", ())
    mine = str(own.value).lower() if own is not None else ""
    conditions = sum(len(list(root.leaves())) for root in document.conditions)
    if conditions < MIN_CONDITIONS or "manual" in document.effects:
        return
    for entry in around.known.same_rule(document.rule.value):
        if entry.name.lower() != mine:
            yield Complaint(
                f"the rule is that of `{entry.display_name or entry.name}` ({entry.name})",
                document.rule.path,
                "assign that one instead, unless yours is to change",
            )
            return


def references(document: Document) -> Iterator[Member]:
    """The policies of an initiative."""
    found = document.part("policyDefinitions") if document.kind == "initiative" else None
    if found is not None and isinstance(found.value, list):
        for index, item in enumerate(found.value):
            if isinstance(item, dict):
                yield Member("", item, (*found.path, index))


@rule("initiative", Severity.ERROR, "Every policy of an initiative is named, once, in declared groups", "initiative")
def initiative(document: Document, around: Surroundings) -> Iterator[Complaint]:
    """What Azure rejects when an initiative is created."""
    listed = document.part("policyDefinitions")
    if listed is None or not isinstance(listed.value, list):
        yield Complaint("`policyDefinitions` is not an array", listed.path if listed is not None else ())
        return
    for index, item in enumerate(listed.value):
        if not isinstance(item, dict):
            yield Complaint("a policy of the initiative is not an object", (*listed.path, index))
    groups = _groups(document)
    seen: dict[str, str] = {}
    for item in references(document):
        yield from _reference(item, around)
        name = member_of(item.value, "policyDefinitionReferenceId", item.path)
        if name is not None and isinstance(name.value, str):
            if name.value.lower() in seen:
                yield Complaint(f"the reference id `{name.value}` stands twice", name.path, "give each policy its own")
            seen[name.value.lower()] = name.value
        named = member_of(item.value, "groupNames", item.path)
        if named is not None and isinstance(named.value, list):
            for index, group in enumerate(named.value):
                if str(group).lower() not in groups:
                    yield Complaint(
                        f"the group `{group}` is not declared",
                        (*named.path, index),
                        did_you_mean(str(group), tuple(groups.values()))
                        if groups
                        else "declare it in `policyDefinitionGroups`",
                    )


def _groups(document: Document) -> dict[str, str]:
    found = document.part("policyDefinitionGroups")
    out: dict[str, str] = {}
    for item in found.value if found is not None and isinstance(found.value, list) else ():
        name = member_of(item, "name", ())
        if name is not None:
            out[str(name.value).lower()] = str(name.value)
    return out


def _reference(item: Member, around: Surroundings) -> Iterator[Complaint]:
    target = member_of(item.value, "policyDefinitionId", item.path)
    # Enterprise Policy as Code names definitions of its own folder.
    by_name = member_of(item.value, "policyDefinitionName", item.path) if target is None else None
    target = target or by_name
    if target is None or not isinstance(target.value, str):
        yield Complaint(
            "a policy of the initiative has no `policyDefinitionId`", item.path, "name the definition by its id"
        )
        return
    if by_name is None and not _ID.fullmatch(target.value) and not target.value.startswith("["):
        yield Complaint(
            f"`{target.value}` is not the id of a definition",
            target.path,
            "write `/providers/Microsoft.Authorization/policyDefinitions/` and its name",
        )
    version = member_of(item.value, "definitionVersion", item.path)
    if version is not None and not _VERSION.fullmatch(str(version.value)):
        yield Complaint(f"`{version.value}` is no version", version.path, "write `1.*.*`, `1.2.*` or `1.*.*-preview`")
    yield from _passed(item, target, around, str(version.value) if version is not None else "")


def _passed(item: Member, target: Member, around: Surroundings, version: str) -> Iterator[Complaint]:
    """The parameters that are passed to a policy: each with a value, and declared there when that is known."""
    passed = member_of(item.value, "parameters", item.path)
    if passed is None or not isinstance(passed.value, dict):
        return
    found = around.known.find(target.value) if around.known is not None else None
    for name, value in passed.value.items():
        where = (*passed.path, name)
        if not _has_value(value):
            yield Complaint(f"the parameter `{name}` has no `value`", where, 'write {"value": …}')
        # Another major version may have other parameters.
        alike = found is not None and version.split(".")[0] in ("", "*", found.version.split(".")[0])
        if found is not None and alike and name.lower() not in found.parameters:
            yield Complaint(
                f"`{found.display_name or found.name}` has no parameter `{name}`",
                where,
                did_you_mean(name, tuple(sorted(found.parameters))) if found.parameters else "it has no parameters",
            )


def _has_value(value: Any) -> bool:
    return member_of(value, "value", ()) is not None
