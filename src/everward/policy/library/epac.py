"""Assignments and exemptions as Enterprise Policy as Code keeps them, brought into the shape that Azure has.

An assignment is a tree: what a node says holds for the nodes below it, and each leaf is assigned to every scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

ASSIGNMENT_MARK: Final = "nodeName"
EXEMPTION_MARK: Final = "exemptions"

_PREFIX: Final = "/providers/Microsoft.Authorization/"
_MERGED: Final = ("parameters", "metadata", "scope", "notScopes", "notScope", "managedIdentityLocations")
"""Objects that a node adds to what the nodes above it say."""
_LISTS: Final = ("nonComplianceMessages", "overrides")
"""Arrays to which a node adds."""
_TEXTS: Final = ("name", "displayName", "description")
ALL_ENVIRONMENTS: Final = "*"
MAX_DEPTH: Final = 64
"""Nodes below nodes."""


class Made(NamedTuple):
    """A document, the node that it comes from, and what of the node could not be brought into it."""

    node: str
    document: dict[str, Any]
    lost: str = ""


def assignments_in(tree: Mapping[str, Any]) -> Iterator[Made]:
    """The assignments of a tree."""
    pending: list[tuple[Mapping[str, Any], dict[str, Any], int]] = [(tree, {}, 0)]
    while pending:
        node, above, depth = pending.pop(0)
        state = _inherit(above, node)
        below = node.get("children")
        lost = _lost_below(below, depth)
        if lost:
            # What cannot be read of a tree is told, and the node above it is no leaf.
            yield Made(str(state.get(ASSIGNMENT_MARK, "")), {}, lost)
        elif below:
            pending.extend((child, state, depth + 1) for child in below)
        elif not state.get("ignoreBranch"):
            yield from _leaf(state)


def _lost_below(children: Any, depth: int) -> str:
    """Why the nodes below a node cannot be read; empty when they can, or when there are none."""
    if not children and (children is None or isinstance(children, list)):
        return ""
    if not isinstance(children, list):
        return "its `children` are not an array"
    if depth >= MAX_DEPTH:
        return f"its nodes are more than {MAX_DEPTH} deep"
    return "" if all(isinstance(child, Mapping) for child in children) else "one of its `children` is not an object"


def _inherit(above: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    state = dict(above)
    for key, value in node.items():
        if key == "children":
            continue
        before = above.get(key)
        if key == ASSIGNMENT_MARK:
            state[key] = f"{before or ''}{value}"
        elif key in _MERGED and isinstance(before, Mapping) and isinstance(value, Mapping):
            state[key] = {**before, **value}
        elif key in _LISTS and isinstance(before, list) and isinstance(value, list):
            state[key] = [*before, *value]
        elif key == "assignment" and isinstance(before, Mapping) and isinstance(value, Mapping):
            # Names and descriptions grow along the branch.
            state[key] = {part: f"{before.get(part, '')}{value.get(part, '')}" for part in _TEXTS}
        else:
            state[key] = value
    return state


def _leaf(state: Mapping[str, Any]) -> Iterator[Made]:
    assignment = state.get("assignment")
    base = assignment if isinstance(assignment, Mapping) else {}
    entries = state.get("definitionEntryList")
    if isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, Mapping):
                yield from _scoped(state, entry, _joined(base, entry.get("assignment")))
            else:
                node = str(state.get(ASSIGNMENT_MARK, ""))
                yield Made(node, {}, "an element of its `definitionEntryList` is not an object")
    elif isinstance(state.get("definitionEntry"), Mapping):
        yield from _scoped(state, state["definitionEntry"], base)


def _joined(base: Mapping[str, Any], own: Any) -> Mapping[str, Any]:
    if not isinstance(own, Mapping):
        return base
    first, second = (own, base) if own.get("append") is False else (base, own)
    return {part: f"{first.get(part, '')}{second.get(part, '')}" for part in _TEXTS}


def _scoped(state: Mapping[str, Any], entry: Mapping[str, Any], assignment: Mapping[str, Any]) -> Iterator[Made]:
    scopes = state.get("scope")
    node = str(state.get(ASSIGNMENT_MARK, ""))
    table = state.get("parameterFile")
    lost = f"its parameters stand in `{table}`, a table that is not read" if table else ""
    seen: set[str] = set()
    for environment, places in (scopes if isinstance(scopes, Mapping) else {}).items():
        for scope in places if isinstance(places, list) else ():
            if isinstance(scope, str) and scope not in seen:
                seen.add(scope)
                # Said once, however many scopes there are.
                yield Made(
                    node, _document(state, entry, assignment, str(environment), scope), lost if len(seen) == 1 else ""
                )


def _document(
    state: Mapping[str, Any], entry: Mapping[str, Any], assignment: Mapping[str, Any], environment: str, scope: str
) -> dict[str, Any]:
    name = str(assignment.get("name", ""))
    parameters, overrides = state.get("parameters"), state.get("overrides")
    properties: dict[str, Any] = {
        "displayName": assignment.get("displayName"),
        "description": assignment.get("description"),
        "policyDefinitionId": target_of(entry),
        "definitionVersion": entry.get("definitionVersion"),
        "scope": scope,
        "notScopes": _not_scopes(state, environment),
        "enforcementMode": state.get("enforcementMode"),
        "metadata": state.get("metadata"),
        "parameters": {key: {"value": value} for key, value in parameters.items()}
        if isinstance(parameters, Mapping)
        else None,
        "nonComplianceMessages": entry.get("nonComplianceMessages") or state.get("nonComplianceMessages"),
        "resourceSelectors": state.get("resourceSelectors"),
        # What is no array is kept as it is: reading the assignment says what is wrong with it.
        "overrides": [_override(item) if isinstance(item, Mapping) else item for item in overrides]
        if isinstance(overrides, list)
        else overrides,
    }
    locations = state.get("managedIdentityLocations")
    location = _of_environment(locations, environment)
    document: dict[str, Any] = {
        "id": f"{scope}{_PREFIX}policyAssignments/{name}",
        "name": name,
        "type": "Microsoft.Authorization/policyAssignments",
        "properties": {key: value for key, value in properties.items() if value not in (None, [], {})},
    }
    if isinstance(location, str):
        document["location"] = location
        document["identity"] = {"type": "SystemAssigned"}
    return document


def target_of(entry: Mapping[str, Any]) -> str:
    """What an entry names: an id, or the name of a definition or an initiative of the same folders."""
    for key in ("policySetId", "policyId"):
        if isinstance(entry.get(key), str):
            return str(entry[key])
    if isinstance(entry.get("policySetName"), str):
        return f"{_PREFIX}policySetDefinitions/{entry['policySetName']}"
    return f"{_PREFIX}policyDefinitions/{entry.get('policyName', '')}"


def _not_scopes(state: Mapping[str, Any], environment: str) -> list[Any]:
    found: list[Any] = []
    for key in ("notScopes", "notScope"):
        places = state.get(key)
        for name in (ALL_ENVIRONMENTS, environment):
            listed = places.get(name) if isinstance(places, Mapping) else None
            if isinstance(listed, list):
                # Patterns of names select by what only Azure knows.
                found.extend(item for item in listed if item not in found)
    return found


def _of_environment(value: Any, environment: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return value.get(environment, value.get(ALL_ENVIRONMENTS))


def _override(item: Mapping[str, Any]) -> dict[str, Any]:
    """An override by effect; one that is written as Azure has it stays as it is."""
    if "kind" in item:
        return dict(item)
    references = item.get("policyDefinitionReferences")
    made: dict[str, Any] = {"kind": "policyEffect", "value": item.get("effect")}
    if isinstance(references, list):
        made["selectors"] = [{"kind": "policyDefinitionReferenceId", "in": references}]
    elif isinstance(item.get("selectors"), list):
        made["selectors"] = item["selectors"]
    return made


def exemptions_in(document: Mapping[str, Any]) -> Iterator[Made]:
    """The exemptions of a file: one for each scope that it names."""
    for index, item in enumerate(document[EXEMPTION_MARK]):
        node = f"{EXEMPTION_MARK}[{index}]"
        if not isinstance(item, Mapping):
            yield Made(node, {}, "it is not an object")
            continue
        scopes = item["scopes"] if item.get("scopes") is not None else [item.get("scope")]
        listed = scopes if isinstance(scopes, list) and scopes else [None]
        for scope in listed:
            if isinstance(scope, str) and scope:
                yield Made(node, _exemption(item, scope))
            else:
                yield Made(node, {"name": item.get("name")}, "it names no scope, or one that is no text")


def _exemption(item: Mapping[str, Any], scope: str) -> dict[str, Any]:
    name = str(item.get("name", ""))
    # A scope may carry a name of its own: `name:/subscriptions/…`.
    place = scope[scope.find("/") :] if "/" in scope else scope
    kept = {
        key: value for key, value in item.items() if key not in ("name", "scopes", "scope") and value not in ("", None)
    }
    return {"id": f"{place}{_PREFIX}policyExemptions/{name}", "name": name, "properties": {**kept, "scope": place}}
