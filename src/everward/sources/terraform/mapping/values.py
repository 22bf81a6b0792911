"""How single values change on their way from the provider to ARM."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from everward.sources.terraform.mapping.ids import id_of
from everward.sources.terraform.mapping.table import Rule
from everward.values import Unknown, Value, combine

_FIELD = re.compile(r"\{([^{}]*)\}")
_LEAD = re.compile(r"\{([^{}]*)\}(?:/|$)")
_INTEGER = re.compile(r"-?\d+")


def coerce(value: Value, kind: str) -> Value:
    """A value as Terraform converts it to an attribute's type: `1` to `"1"` for text, `"true"` to true."""
    convert = _SCALARS.get(kind)
    if convert is not None:
        return convert(value)
    if kind.startswith(("list(", "set(")):
        return _list(value, kind)
    if kind.startswith("map(") and isinstance(value, dict):
        convert = _SCALARS.get(kind[4:-1])
        if convert is not None:
            return {key: convert(item) for key, item in value.items() if item is not None}
    return value


def _list(value: Value, kind: str) -> Value:
    if not isinstance(value, list):
        return value
    convert = _SCALARS.get(kind[kind.index("(") + 1 : -1])
    items = [convert(item) for item in value] if convert is not None else value
    if kind.startswith("set("):
        return _set(items)
    return items


def _set(items: list[Value]) -> Value:
    """Each value once, texts in order, as Terraform keeps sets; holes come last."""
    texts = sorted({item for item in items if isinstance(item, str)})
    rest: list[Value] = []
    for item in items:
        if not isinstance(item, str) and (isinstance(item, Unknown) or item not in rest):
            rest.append(item)
    return [*texts, *rest]


def _text(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    return value


def number_text(value: float) -> str:
    """A number as Terraform writes it in text: without a fraction when it has none."""
    if value == value // 1 and abs(value) < 1e21:
        return str(int(value))
    return str(value)


def _number(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        if _INTEGER.fullmatch(value) and len(value) < 300:
            return int(value)
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _bool(value: Value) -> Value:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


_SCALARS: dict[str, Callable[[Value], Value]] = {
    "string": _text,
    "bool": _bool,
    "int": _number,
    "float": _number,
}


def table_key(value: Value) -> str:
    """How a value is written in a value table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def transform(rule: Rule, value: Value) -> Value:
    """A configured value as ARM has it; None when the provider does not send it.

    Raises:
        ValueError: when the value is not what the attribute can hold, such as text that is not JSON.

    """
    if isinstance(value, Unknown):
        return _hole(rule, value)
    if rule.omit and any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in rule.omit):
        return None
    if isinstance(value, str):
        value = _of_text(rule, value)
    elif isinstance(value, bool):
        value = value != rule.negate
    elif isinstance(value, (int, float)):
        value = _number(value * rule.times)
    elif isinstance(value, dict) and rule.pairs:
        name, content = rule.pairs
        value = [{name: key, content: item} for key, item in value.items()]
    if rule.values is not None:
        value = _look_up(rule.values, value)
    if isinstance(value, list):
        value = _of_list(rule, value)
    elif rule.each is not msgspec.UNSET and value is not None:
        value = [_wrap(rule.each, value)]
    return value if rule.whole is msgspec.UNSET or value is None else [_wrap(rule.whole, value)]


def _of_text(rule: Rule, text: str) -> Value:
    if rule.split is not None:
        return [part.strip() for part in text.split(rule.split) if part.strip()]
    if rule.json:
        return _json(text)
    if rule.match is not None:
        found = re.search(rule.match, text)
        if found is None:
            return None
        return _number(found[1]) if rule.number else found[1]
    if rule.last:
        return text.rpartition("/")[2]
    if rule.epoch:
        return epoch(text)
    return text.replace(" ", "").lower() if rule.region else text


def _hole(rule: Rule, hole: Unknown) -> Value:
    """A hole goes through a rule as a hole, without the promises that the rule breaks."""
    templates = (rule.each, rule.whole)
    changes = (rule.split, rule.match, rule.values, rule.json, rule.epoch, rule.negate, rule.keys, rule.times != 1)
    if any(template is not msgspec.UNSET for template in templates) or any(changes):
        hole = msgspec.structs.replace(hole, reference=None, text=None)
    if rule.last and hole.text is not None:
        hole = msgspec.structs.replace(hole, text=hole.text.rpartition("/")[2])
    if rule.omit or rule.first:
        hole = msgspec.structs.replace(hole, present=False)
    return hole


def _look_up(table: dict[str, Any], value: Value) -> Value:
    if isinstance(value, list):
        return [_look_up(table, one) for one in value]
    if isinstance(value, (Unknown, dict)):
        return value
    return table.get(table_key(value), value)


def _json(text: str) -> Value:
    try:
        result: Value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("not readable JSON") from error
    return result


def epoch(text: str) -> int:
    """Seconds since 1970 of a time in RFC 3339.

    Raises:
        ValueError: when it is no such time.

    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return int(time.timestamp())


def _of_list(rule: Rule, items: list[Value]) -> Value:
    if rule.first:
        return items[0] if items else None
    if rule.keys:
        return keyed(items)
    if rule.each is not msgspec.UNSET:
        return [_wrap(rule.each, item) for item in items]
    if rule.join is not None:
        holes = [item for item in items if isinstance(item, Unknown)]
        return combine(holes) if holes else rule.join.join(table_key(item) for item in items)
    return items


def keyed(items: list[Value]) -> Value:
    """A list of ids as an object with these ids as keys, as `identity.userAssignedIdentities` has them."""
    result: dict[str, Value] = {}
    for item in items:
        name = id_of(item)
        if name is None and isinstance(item, Unknown):
            return combine([one for one in items if isinstance(one, Unknown)])
        result[name if name is not None else table_key(item)] = {}
    return result


def _wrap(template: Any, item: Value) -> Value:
    if isinstance(item, Unknown) and item.many:
        return item
    if template == "$":
        return item
    if isinstance(template, dict) and "$match" in template:
        part = _part(template["$match"], item)
        return _number(part) if template.get("$number") else part
    if isinstance(template, dict):
        return {key: _wrap(inner, item) for key, inner in template.items()}
    if isinstance(template, list):
        return [_wrap(inner, item) for inner in template]
    constant: Value = template
    return constant


def _part(expression: str, item: Value) -> Value:
    """The first group of an expression in a text; what is left of a hole is a hole."""
    if isinstance(item, Unknown):
        return msgspec.structs.replace(item, reference=None, text=None)
    found = re.search(expression, item) if isinstance(item, str) else None
    return found[1] if found is not None else None


def flagged(flags: dict[str, Any], read: Callable[[str], Value]) -> Value:
    """The list that several booleans make; a hole when one of them is a hole."""
    values = {name: read(name) for name in flags}
    holes = [value for value in values.values() if isinstance(value, Unknown)]
    if holes:
        return combine(holes)
    return [element for name, element in flags.items() if values[name] is True or values[name] == "true"]


def formatted(template: str, read: Callable[[str], Value]) -> Value:
    """Text made of several attributes; None when one of them has no value, a hole when one is a hole.

    What begins with the id of a resource refers to that resource, also while the id is a hole.
    """
    values = {name: read(name) for name in _FIELD.findall(template)}
    if any(value is None for value in values.values()):
        return None
    holes = [value for value in values.values() if isinstance(value, Unknown)]

    lead = _LEAD.match(template)
    first = values[lead[1]] if lead is not None else None
    known = first.reference if isinstance(first, Unknown) else None

    def part(found: re.Match[str]) -> str:
        value = values[found[1]]
        if isinstance(value, Unknown):
            if known is not None and not found.start():
                return known
            return value.text or "{" + ",".join(value.decided_by) + "}"
        return table_key(value)

    text = _FIELD.sub(part, template)
    refers = known is not None or (lead is not None and (lead[1] == "@id" or id_of(first) is not None))
    reference = text if refers else None
    return combine(holes, text=text, present=True, reference=reference) if holes else text
