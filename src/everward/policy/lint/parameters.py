"""Rules about the parameters that a definition or an initiative declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.policy.lint.document import Document, Member, member_of
from everward.policy.lint.names import type_name
from everward.policy.lint.registry import BOTH, Surroundings, rule
from everward.policy.lint.remark import Complaint, Fix, Severity
from everward.policy.nodes import Parameter
from everward.policy.operators import as_number, same
from everward.policy.parameters import TYPES, check_value
from everward.policy.problem import did_you_mean

_SYNONYMS: Final = {
    "str": "String", "text": "String", "bool": "Boolean", "int": "Integer", "number": "Float", "double": "Float",
    "list": "Array", "dict": "Object", "map": "Object", "date": "DateTime",
}  # fmt: skip
"""What other languages call the types."""


@rule("parameter-type", Severity.ERROR, "Every parameter has a type of the language", *BOTH)
def parameter_type(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A parameter without a type, or with one that does not exist, is rejected."""
    declared = document.part("parameters")
    if declared is not None and not isinstance(declared.value, dict | None):
        yield Complaint("`parameters` is not an object", declared.path, "give an object: name to declaration")
        return
    if declared is not None and declared.value is not None:
        for name, value in declared.value.items():
            if not isinstance(value, dict):
                yield Complaint(f"the parameter `{name}` is not an object", (*declared.path, name))
    for found in document.parameters.values():
        kind = member_of(found.value, "type", found.path)
        if kind is None:
            yield Complaint(
                f"the parameter `{found.key}` has no type", found.path, f"add `type`: one of {', '.join(TYPES)}"
            )
        elif type_name(kind.value) is None:
            yield _no_type(document, found, kind)


def _no_type(document: Document, found: Member, kind: Member) -> Complaint:
    wanted = _SYNONYMS.get(kind.value.lower()) if isinstance(kind.value, str) else None
    if wanted is None:
        advice = did_you_mean(str(kind.value), TYPES)
        return Complaint(f"`{kind.value}` is no type of a parameter", kind.path, advice)
    parameter = _parameter(found, wanted)
    fits = (
        not parameter.has_default
        or check_value(parameter, parameter.default) is None
        or _better(parameter, parameter.default) is not None
    )
    edit = document.replace_value(kind.path, wanted) if fits else None
    return Complaint(
        f"`{kind.value}` is no type of a parameter",
        kind.path,
        f"write `{wanted}`",
        fix=Fix(f"write `{wanted}`", (edit,)) if edit is not None else None,
    )


def _parameter(found: Member, kind: str) -> Parameter:
    default = member_of(found.value, "defaultValue", found.path)
    allowed = member_of(found.value, "allowedValues", found.path)
    return Parameter(
        name=found.key,
        type=kind.lower(),
        default=default.value if default is not None else None,
        has_default=default is not None,
        allowed=tuple(allowed.value)
        if allowed is not None and isinstance(allowed.value, list) and allowed.value
        else None,
    )


def declared(document: Document) -> Iterator[tuple[Member, Parameter]]:
    """The parameters that have a type."""
    for found in document.parameters.values():
        kind = member_of(found.value, "type", found.path)
        name = type_name(kind.value) if kind is not None else None
        if name is not None:
            yield found, _parameter(found, name)


@rule("parameter-default", Severity.ERROR, "Every default is of the parameter's type and allowed", *BOTH)
def parameter_default(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A default of another type, or one that is not among the allowed values, is rejected."""
    for found, parameter in declared(document):
        default = member_of(found.value, "defaultValue", found.path)
        if default is None:
            continue
        problem = check_value(parameter, default.value)
        if problem is None:
            continue
        better = _better(parameter, default.value)
        edit = document.replace_value(default.path, better) if better is not None else None
        if better is not None:
            advice = f"write {_json(better)}"
        elif "not allowed" in problem:
            advice = "choose one of them, or add it to `allowedValues`"
        else:
            advice = f"give a default of type {parameter.type}, or mend the type"
        yield Complaint(
            f"the default of `{found.key}` {problem}",
            default.path,
            advice,
            fix=Fix(advice, (edit,)) if edit is not None else None,
        )


def _better(parameter: Parameter, value: Any) -> Any:
    """The value that was meant, when only one can have been: a quoted number or boolean, or another case."""
    candidates: list[Any] = []
    if isinstance(value, str):
        if parameter.type == "boolean" and value.lower() in ("true", "false"):
            candidates = [value.lower() == "true"]
        elif parameter.type in ("integer", "float"):
            number = as_number(value)
            candidates = [number] if number is not None else []
        elif parameter.type == "string" and parameter.allowed:
            candidates = [item for item in parameter.allowed if isinstance(item, str) and item.lower() == value.lower()]
    elif parameter.type == "string" and isinstance(value, bool | int | float):
        candidates = [_json(value)]
    fitting = [item for item in candidates if check_value(parameter, item) is None]
    return fitting[0] if len(fitting) == 1 else None


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


@rule("parameter-allowed", Severity.ERROR, "Allowed values are of the parameter's type, and each stands once", *BOTH)
def parameter_allowed(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A value that can never be given asks for what does not work."""
    for found, parameter in declared(document):
        allowed = member_of(found.value, "allowedValues", found.path)
        if allowed is None or allowed.value is None:
            continue
        if not isinstance(allowed.value, list):
            yield Complaint(
                f"`allowedValues` of `{found.key}` is not an array", allowed.path, "give an array of values"
            )
            continue
        free = Parameter(parameter.name, parameter.type)
        seen: list[Any] = []
        for index, item in enumerate(allowed.value):
            where = (*allowed.path, index)
            # For an array parameter the allowed values are those of its elements, or whole arrays.
            problem = None if parameter.type == "array" else check_value(free, item)
            if problem is not None:
                yield Complaint(
                    f"the allowed value `{item}` of `{found.key}` {problem}", where, f"give a {parameter.type}"
                )
            elif any(same(item, other) for other in seen):
                yield Complaint(
                    f"`{item}` stands twice in `allowedValues` of `{found.key}`",
                    where,
                    "keep one of them",
                    Severity.WARNING,
                )
            seen.append(item)


@rule("parameter-description", Severity.INFO, "Every parameter says in its metadata what it is", *BOTH)
def parameter_description(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """The portal shows the display name and the description where values are asked for."""
    for found in document.parameters.values():
        metadata = member_of(found.value, "metadata", found.path)
        missing = [name for name in ("displayName", "description") if member_of(_value(metadata), name, ()) is None]
        if missing:
            yield Complaint(
                f"the parameter `{found.key}` has no {' and no '.join(f'`{name}`' for name in missing)}",
                metadata.path if metadata is not None else found.path,
                "say in `metadata` what it means to whoever assigns the policy",
            )


def _value(found: Member | None) -> Any:
    return found.value if found is not None else None
