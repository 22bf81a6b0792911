"""From JSON to the parsed form of a rule: conditions, effect and details.

Keys compare without case. Every complaint names the place in the document; `definition` adds file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from everward.expressions import Expression, ExpressionError, is_expression, parse_expression, unescape
from everward.policy.nodes import (
    AllOf,
    AnyOf,
    Computed,
    Condition,
    Existence,
    Field,
    FieldCount,
    Leaf,
    Not,
    Operand,
    Rule,
    Subject,
    ValueCount,
)
from everward.policy.operators import NAMES, OPERATORS
from everward.policy.positions import JsonPath
from everward.policy.problem import did_you_mean

MAX_DEPTH: Final = 240
"""Conditions within conditions."""
MAX_VALUE_DEPTH: Final = 100
"""Values within values of one operand."""
MAX_COUNT_DEPTH: Final = 16
"""Counts within counts."""
MAX_CONDITIONS: Final = 4096
"""Conditions in `if`."""
MAX_EXISTENCE_CONDITIONS: Final = 128
"""Conditions in `existenceCondition`."""

EFFECTS: Final = (
    "audit",
    "deny",
    "disabled",
    "append",
    "modify",
    "auditIfNotExists",
    "deployIfNotExists",
    "denyAction",
    "manual",
    "auditAction",
    "addToNetworkGroup",
    "mutate",
    "enforceRegoPolicy",
    "enforceOPAConstraint",
    "enforceSetting",
)
"""The effects of the language, as documented."""

EFFECT_NAMES: Final = {name.lower(): name for name in EFFECTS}
"""Lower-case effects to their documented spelling."""

EXISTENCE_EFFECTS: Final = frozenset({"auditIfNotExists", "deployIfNotExists"})
"""Effects that look for a related resource."""

_SUBJECTS: Final = ("field", "value", "count")
_LOGICAL: Final = ("allof", "anyof", "not")
_JOINING: Final = frozenset(_LOGICAL)
DEFAULT_LABEL: Final = "default"
"""The label of a value count that has no name."""


class Fault(Exception):
    """Something wrong at a place of the document."""

    def __init__(self, message: str, path: JsonPath, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.help = help


def keys_of(node: Mapping[str, Any], path: JsonPath) -> dict[str, str]:
    """Lower-case keys to their spelling.

    Raises:
        Fault: when two keys differ in case only.

    """
    keys = {key.lower(): key for key in node}
    if len(keys) == len(node):
        return keys
    keys = {}
    for key in node:
        lowered = key.lower()
        if lowered in keys:
            raise Fault(
                f"`{keys[lowered]}` and `{key}` are the same key", (*path, key), "keys compare without case: keep one"
            )
        keys[lowered] = key
    return keys


def part(node: Mapping[str, Any], keys: Mapping[str, str], key: str) -> Any:
    """The value of a lower-case key; None when there is none."""
    return node[keys[key]] if key in keys else None


@dataclass(slots=True)
class RuleParser:
    """Reads one rule, counting its conditions."""

    limit: int = MAX_CONDITIONS
    count: int = 0
    counts: int = 0
    """How many counts are around what is being read."""
    labels: list[str] = field(default_factory=list)
    """Names of the value counts among them."""

    def rule(self, node: Any, path: JsonPath) -> Rule:
        """Read `{"if": …, "then": …}`; other keys beside them are ignored, as Azure does."""
        keys = keys_of(_object(node, path, "a policy rule"), path)
        for needed in ("if", "then"):
            if needed not in keys:
                raise Fault(f"the rule has no `{needed}`", path, "a rule is an object with `if` and `then`")
        condition = self.condition(node[keys["if"]], (*path, keys["if"]), 0)
        return _then(condition, node[keys["then"]], (*path, keys["then"]))

    def condition(self, node: Any, path: JsonPath, depth: int) -> Condition:
        """Read a condition."""
        if depth > MAX_DEPTH:
            raise Fault(
                f"conditions are nested deeper than {MAX_DEPTH} levels",
                path[:8],
                "flatten `allOf` in `allOf` and `anyOf` in `anyOf`",
            )
        self.count += 1
        if self.count > self.limit:
            raise Fault(
                f"there are more than {self.limit} conditions", path, "use `in` with a list, or split the definition"
            )
        keys = keys_of(_object(node, path, "a condition"), path)
        if _JOINING.isdisjoint(keys):
            return self._leaf(node, keys, path, depth)
        logical = next(key for key in _LOGICAL if key in keys)
        if len(keys) > 1:
            other = next(key for key in keys if key != logical)
            raise Fault(
                f"`{keys[other]}` cannot stand beside `{keys[logical]}`",
                (*path, keys[other]),
                f"an object with `{keys[logical]}` has no other key",
            )
        below = (*path, keys[logical])
        value = node[keys[logical]]
        if logical == "not":
            return Not(self.condition(value, below, depth + 1))
        if not isinstance(value, list):
            raise Fault(f"`{keys[logical]}` is not an array of conditions", below, "write the conditions in brackets")
        parts = tuple(self.condition(part, (*below, index), depth + 1) for index, part in enumerate(value))
        return AllOf(parts) if logical == "allof" else AnyOf(parts)

    def _leaf(self, node: Mapping[str, Any], keys: dict[str, str], path: JsonPath, depth: int) -> Leaf:
        operator = _one_operator(keys, path)
        subject = self._subject(node, keys, path, depth)
        key = keys[operator.lower()]
        return Leaf(subject, operator, operand(node[key], (*path, key)), path)

    def _subject(self, node: Mapping[str, Any], keys: dict[str, str], path: JsonPath, depth: int) -> Subject:
        key = next(keys[name] for name in _SUBJECTS if name in keys)
        below = (*path, key)
        if key.lower() == "field":
            return Field(_field_name(node[key], below))
        if key.lower() == "value":
            return Computed(operand(node[key], below))
        return self._count(node[key], below, depth)

    def _count(self, node: Any, path: JsonPath, depth: int) -> Subject:
        keys = keys_of(_object(node, path, "`count`"), path)
        for key, spelt in keys.items():
            if key not in ("field", "value", "name", "where"):
                raise Fault(f"`{spelt}` is unknown in `count`", (*path, spelt), "known are field, value, name, where")
        if ("field" in keys) == ("value" in keys):
            raise Fault(
                "`count` needs either `field` or `value`",
                path,
                "give `field` for an array of the resource, `value` for any other",
            )
        if "field" in keys:
            if "name" in keys:
                raise Fault(
                    "`name` goes with `value`, not with `field`",
                    (*path, keys["name"]),
                    "leave it out: `current()` is the element",
                )
            target = (*path, keys["field"])
            counted = _field_name(node[keys["field"]], target)
            if counted.expression is None and "[*]" not in str(counted.raw):
                raise Fault(f"`{counted.raw}` has no `[*]`: a count goes over elements", target, "add `[*]`")
            return FieldCount(counted, self._where(node, keys, path, depth))
        name = node[keys["name"]] if "name" in keys else DEFAULT_LABEL
        if not isinstance(name, str) or not name:
            raise Fault(
                "the name of a count is not a text",
                (*path, keys["name"]),
                "name it by a text: `current('name')` is its element",
            )
        if name.lower() in self.labels:
            raise Fault(f"a count named `{name}` stands around this one", path, "give each count its own `name`")
        value = operand(node[keys["value"]], (*path, keys["value"]))
        self.labels.append(name.lower())
        where = self._where(node, keys, path, depth)
        self.labels.pop()
        return ValueCount(value, name, where)

    def _where(self, node: Mapping[str, Any], keys: dict[str, str], path: JsonPath, depth: int) -> Condition | None:
        if "where" not in keys:
            return None
        if self.counts >= MAX_COUNT_DEPTH:
            raise Fault(
                f"counts are nested deeper than {MAX_COUNT_DEPTH} levels", path[:8], "count over fewer arrays at once"
            )
        self.counts += 1
        condition = self.condition(node[keys["where"]], (*path, keys["where"]), depth + 1)
        self.counts -= 1
        return condition


def _one_operator(keys: dict[str, str], path: JsonPath) -> str:
    if len(keys) == 2:
        one, two = keys
        operator = NAMES.get(two if one in _SUBJECTS else one)
        if operator is not None and (one in _SUBJECTS or two in _SUBJECTS):
            return operator
    subjects = [keys[key] for key in _SUBJECTS if key in keys]
    operators = [key for key in keys if key in NAMES]
    for key, spelt in keys.items():
        if key == "source":
            raise Fault(
                "`source` conditions are no longer part of the language", (*path, spelt), "use `field` or `value`"
            )
        if key not in NAMES and key not in _SUBJECTS:
            raise Fault(f"`{spelt}` is no operator", (*path, spelt), did_you_mean(spelt, tuple(OPERATORS)))
    if len(subjects) != 1:
        stated = " and ".join(f"`{key}`" for key in subjects) or "none of them"
        raise Fault(
            f"a condition has one of `field`, `value`, `count`, this one has {stated}",
            path,
            "name what is compared, once",
        )
    if not operators:
        raise Fault("the condition has no operator", path, f"add one of {', '.join(OPERATORS)}")
    if len(operators) > 1:
        one, two, *_ = (keys[key] for key in operators)
        raise Fault(
            f"`{one}` and `{two}` stand in one condition", (*path, two), "a condition has one operator: use `allOf`"
        )
    return NAMES[operators[0]]


def _field_name(value: Any, path: JsonPath) -> Operand:
    if not isinstance(value, str) or not value:
        raise Fault("`field` is not the name of a field", path, "name a field or an alias, as a text")
    return operand(value, path)


def operand(value: Any, path: JsonPath) -> Operand:
    """Read a value in which expressions may stand."""
    if isinstance(value, str):
        if is_expression(value):
            return Operand(value, expression(value, path))
        return Operand(unescape(value))
    if isinstance(value, list | dict):
        if _holds_expressions(value, path, 0):
            return Operand(value, tree=True)
        return Operand(_unescaped(value))
    return Operand(value)


def expression(text: str, path: JsonPath) -> Expression:
    """Parse an expression of a rule.

    Raises:
        Fault: when it does not follow the grammar.

    """
    try:
        return parse_expression(text)
    except ExpressionError as error:
        raise Fault(error.message, path, error.help) from None


def _holds_expressions(value: Any, path: JsonPath, depth: int) -> bool:
    """Whether expressions stand inside, at any depth; each is parsed, so that faults show when the policy is loaded."""
    if depth > MAX_VALUE_DEPTH:
        raise Fault(f"values are nested deeper than {MAX_VALUE_DEPTH} levels", path[:8], "flatten the value")
    if isinstance(value, str):
        if not is_expression(value):
            return False
        expression(value, path)
        return True
    if isinstance(value, list):
        return _some_hold(enumerate(value), path, depth)
    if isinstance(value, dict):
        return _some_hold((*value.items(), *((key, key) for key in value)), path, depth)
    return False


def _some_hold(items: Iterable[tuple[str | int, Any]], path: JsonPath, depth: int) -> bool:
    found = False
    for step, item in items:
        # Lists of hundreds of plain texts are common, so a place is only made for what may be wrong there.
        if item.__class__ is str and not is_expression(item):
            continue
        # Every item is looked at, also behind the first expression.
        found |= _holds_expressions(item, (*path, step), depth + 1)
    return found


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    if isinstance(value, dict):
        return {key: _unescaped(item) for key, item in value.items()}
    return value


def _then(condition: Condition, node: Any, path: JsonPath) -> Rule:
    keys = keys_of(_object(node, path, "`then`"), path)
    if "effect" not in keys:
        raise Fault("`then` has no `effect`", path, f"known effects are {', '.join(EFFECTS)}")
    where = (*path, keys["effect"])
    value = node[keys["effect"]]
    if not isinstance(value, str):
        raise Fault(
            "the effect is not a text", where, "name an effect, or the parameter that does: `[parameters('effect')]`"
        )
    effect = operand(value, where)
    named: str | None = None
    if effect.expression is None:
        named = EFFECT_NAMES.get(value.lower())
        if named is None:
            raise Fault(f"`{value}` is no effect", where, did_you_mean(value, EFFECTS))
    details = node[keys["details"]] if "details" in keys else None
    below = (*path, keys.get("details", "details"))
    existence = None
    if named in EXISTENCE_EFFECTS or (named is None and _names_related(details, below)):
        existence = _existence(details, below)
    return Rule(condition, effect, path, details, existence)


def _names_related(details: Any, path: JsonPath) -> bool:
    """Where a parameter decides the effect, the shape of the details says which family of effects is meant."""
    return isinstance(details, dict) and "type" in keys_of(details, path) and "operations" not in keys_of(details, path)


def _existence(details: Any, path: JsonPath) -> Existence:
    keys = keys_of(_object(details, path, "`details`"), path)
    parts: dict[str, Operand] = {}
    for key in ("type", "name", "kind", "resourcegroupname", "existencescope"):
        if key not in keys:
            continue
        value = details[keys[key]]
        below = (*path, keys[key])
        if not isinstance(value, str):
            raise Fault(f"`{keys[key]}` is not a text", below, "write a text in quotes")
        parts[key] = operand(value, below)
    if "type" not in parts:
        raise Fault(
            "the details name no `type` of related resource", path, "add `type`: that of the resource which is to exist"
        )
    scope = parts.get("existencescope")
    if scope is not None and scope.literal and str(scope.raw).lower() not in ("subscription", "resourcegroup"):
        raise Fault(
            f"`{scope.raw}` is no existence scope",
            (*path, keys["existencescope"]),
            "known are ResourceGroup, Subscription",
        )
    condition = None
    if part(details, keys, "existencecondition"):
        parser = RuleParser(MAX_EXISTENCE_CONDITIONS)
        condition = parser.condition(details[keys["existencecondition"]], (*path, keys["existencecondition"]), 0)
    return Existence(
        parts["type"],
        parts.get("name"),
        parts.get("kind"),
        parts.get("resourcegroupname"),
        scope,
        condition,
    )


def _object(node: Any, path: JsonPath, what: str) -> Mapping[str, Any]:
    if not isinstance(node, dict):
        raise Fault(f"{what} is not an object", path, "write an object in braces")
    return node
