"""Whether a condition holds, for what is known of a request. What is not known gives a hole that names the attribute.

Rules of operators and quantifiers: MicrosoftDocs/azure-docs role-based-access-control/conditions-format, read 2026-11.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from everward.facts.access.conditions.nodes import (
    Attribute,
    Bool,
    Both,
    Comparison,
    Condition,
    Exists,
    Function,
    Listed,
    Matches,
    Name,
    Node,
    Not,
    Null,
    Number,
    Operand,
    Text,
)
from everward.facts.access.patterns import covers
from everward.values import MISSING, Missing, Truth, Unknown, all_of, any_of, combine, negate


@dataclass(frozen=True)
class Context:
    """What is known of a request."""

    action: str = ""
    """The operation: `Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read`."""
    suboperation: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By source (`Resource`, `Request`, `Principal`, `Environment`) and full name; names compare without case."""
    complete: bool = False
    """Whether an attribute that is not named is absent; otherwise it is not known."""

    def value(self, attribute: Attribute) -> Any:
        """The value of an attribute, a hole, or `MISSING`."""
        held = self.attributes.get(attribute.source, {})
        wanted = attribute.full_name.lower()
        for name, value in held.items():
            if name.lower() == wanted:
                return value
        if self.complete:
            return MISSING
        shown = f"@{attribute.source}[{attribute.full_name}]"
        return Unknown(reason="an attribute of the request is not known", decided_by=(shown,))


def evaluate(condition: Condition, context: Context) -> Truth:
    """Whether a condition holds."""
    return _truth(condition.root, context)


def _truth(node: Node, context: Context) -> Truth:
    if isinstance(node, Both):
        parts = (_truth(node.left, context), _truth(node.right, context))
        return all_of(parts) if node.operator == "And" else any_of(parts)
    if isinstance(node, Not):
        return negate(_truth(node.part, context))
    if isinstance(node, Matches):
        return _matches(node.kind, node.patterns, context)
    if isinstance(node, Exists):
        found = _value(node.operand, context)
        there: Truth = found if isinstance(found, Unknown) else not isinstance(found, Missing) and found is not None
        return negate(there) if node.negated else there
    if isinstance(node, Comparison):
        return _compared(node, context)
    found = _value(node, context)
    if isinstance(found, bool | Unknown):
        return found
    return False


def _matches(kind: str, patterns: Iterable[str], context: Context) -> Truth:
    if kind == "ActionMatches":
        return any(covers(pattern, context.action) for pattern in patterns)
    if context.suboperation is None:
        return False
    return any(covers(pattern, context.suboperation) for pattern in patterns)


def _value(operand: Operand, context: Context) -> Any:
    if isinstance(operand, Attribute):
        return context.value(operand)
    if isinstance(operand, Text | Number | Bool):
        return operand.value
    if isinstance(operand, Null):
        return None
    if isinstance(operand, Listed):
        return [_value(item, context) for item in operand.items]
    if isinstance(operand, Function):
        return _called(operand, context)
    return _named(operand, context)


def _named(name: Name, context: Context) -> Any:
    known = {"suboperationname": context.suboperation, "actionname": context.action}
    return known.get(name.name.lower(), MISSING)


def _called(call: Function, context: Context) -> Any:
    values = [_value(item, context) for item in call.arguments]
    holes = [value for value in values if isinstance(value, Unknown)]
    if holes:
        return combine(holes)
    if any(isinstance(value, Missing) for value in values):
        return MISSING
    try:
        return _CALLS[call.name](*values)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return MISSING


def _moment(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _time(value: Any) -> time:
    return value if isinstance(value, time) else time.fromisoformat(str(value))


_CALLS: Final[dict[str, Callable[..., Any]]] = {
    "ToLower": lambda text: text.lower(),
    "ToUpper": lambda text: text.upper(),
    "Trim": lambda text: text.strip(),
    "AddDays": lambda moment, days: _moment(moment) + timedelta(days=days),
    "ToTime": _time,
    "NormalizeList": list,
    "NormalizeSet": lambda items: list(dict.fromkeys(items)),
}


def _compared(node: Comparison, context: Context) -> Truth:
    left, right = _value(node.left, context), _value(node.right, context)
    if node.operator in ("ActionMatches", "SubOperationMatches"):
        return isinstance(left, str) and isinstance(right, str) and covers(right, left)
    quantifier = node.quantifier or (node.operator if node.operator in _OVER else None)
    if quantifier is not None:
        operator = node.operator if node.quantifier is not None else "StringEquals"
        return _quantified(quantifier, operator, left, right)
    return _apply(node.operator, left, right)


_OVER: Final[dict[str, tuple[Callable[[Iterable[Truth]], Truth], Callable[[Iterable[Truth]], Truth]]]] = {
    "ForAnyOfAnyValues": (any_of, any_of),
    "ForAllOfAnyValues": (all_of, any_of),
    "ForAnyOfAllValues": (any_of, all_of),
    "ForAllOfAllValues": (all_of, all_of),
}


def _quantified(quantifier: str, operator: str, left: Any, right: Any) -> Truth:
    holes = [value for value in (left, right) if isinstance(value, Unknown)]
    if holes:
        return combine(holes)
    if isinstance(left, Missing) or isinstance(right, Missing):
        return False
    outer, inner = _OVER[quantifier]
    return outer([inner([_apply(operator, one, two) for two in _many(right)]) for one in _many(left)])


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _apply(operator: str, left: Any, right: Any) -> Truth:
    holes = [value for value in (left, right) if isinstance(value, Unknown)]
    if isinstance(right, list):
        holes += [value for value in right if isinstance(value, Unknown)]
    if holes:
        return combine(holes)
    negative = "Not" in operator and operator != "NotExists"
    positive = operator.replace("Not", "", 1) if negative else operator
    if isinstance(left, Missing) or isinstance(right, Missing):
        if negative:
            # The page does not say what a negated comparison with nothing is.
            return Unknown(reason="an attribute of a negated comparison is absent")
        return False
    try:
        answer = _TESTS[positive](left, right)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False
    if isinstance(answer, Unknown):
        return answer
    return not answer if negative else answer


def _text(test: Callable[[str, str], Truth], *, fold: bool = False) -> Callable[[Any, Any], Truth]:
    def apply(left: Any, right: Any) -> Truth:
        if not isinstance(left, str) or not isinstance(right, str):
            return left is None and right is None and test is _same
        return test(left.casefold(), right.casefold()) if fold else test(left, right)

    return apply


def _same(left: str, right: str) -> Truth:
    return left == right


def like(text: str, pattern: str) -> bool:
    """`*` is any run of characters, `?` any one; a backslash takes the meaning from the character behind it.

    Works without backtracking over more than the last star, so hostile patterns cost no more than their length.
    """
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    at = place = 0
    star, kept = -1, 0
    while at < len(text):
        if place < len(parts) and (parts[place] == "?" or (parts[place][-1] == text[at] and parts[place] != "*")):
            at, place = at + 1, place + 1
        elif place < len(parts) and parts[place] == "*":
            star, kept = place, at
            place += 1
        elif star >= 0:
            kept += 1
            at, place = kept, star + 1
        else:
            return False
    return all(part == "*" for part in parts[place:])


_NESTED: Final = re.compile(r"[+*}]\)?[+*{]|\([^)]*[+*}][^)]*\)[+*{]")


def _searched(text: str, pattern: str) -> Truth:
    """Whether a regular expression is found. One that could take exponential time is not tried."""
    if _NESTED.search(pattern) or len(pattern) > 512 or len(text) > 65_536:
        return Unknown(reason=f"the pattern `{pattern[:40]}` is too costly to try")
    return re.search(pattern, text) is not None


def _guid(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.replace("-", "").strip("{}").lower()


def _address(value: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(str(value))


def _in_network(left: Any, right: Any) -> bool:
    return _address(left) in ipaddress.ip_network(str(right), strict=False)


def _in_addresses(left: Any, right: Any) -> bool:
    if not isinstance(right, list):
        return _in_network(left, right)
    low, high = (_address(item) for item in right)
    own = _address(left)
    return own.version == low.version == high.version and int(low) <= int(own) <= int(high)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return value


def _ordered(kind: Callable[[Any], Any]) -> dict[str, Callable[[Any, Any], bool]]:
    return {
        "Equals": lambda left, right: bool(kind(left) == kind(right)),
        "LessThan": lambda left, right: bool(kind(left) < kind(right)),
        "LessThanEquals": lambda left, right: bool(kind(left) <= kind(right)),
        "GreaterThan": lambda left, right: bool(kind(left) > kind(right)),
        "GreaterThanEquals": lambda left, right: bool(kind(left) >= kind(right)),
        "InRange": lambda left, right: bool(kind(right[0]) <= kind(left) <= kind(right[1])),
    }


def _held(left: Any, right: Any) -> bool:
    """Whether a list has a value, or every value of a list."""
    return all(item in left for item in _many(right)) if isinstance(left, list) else False


_TEXTS: Final[dict[str, Callable[[str, str], Truth]]] = {
    "Equals": _same,
    "Like": like,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
    "Contains": lambda left, right: right in left,
    "Matches": _searched,
}
_TESTS: Final[dict[str, Callable[[Any, Any], Truth]]] = {
    **{f"String{name}": _text(test) for name, test in _TEXTS.items()},
    **{f"String{name}IgnoreCase": _text(test, fold=True) for name, test in _TEXTS.items()},
    **{f"Numeric{name}": test for name, test in _ordered(_number).items()},
    **{f"DateTime{name}": test for name, test in _ordered(_moment).items()},
    **{f"TimeOfDay{name}": test for name, test in _ordered(_time).items()},
    "BoolEquals": lambda left, right: isinstance(left, bool) and left is right,
    "GuidEquals": lambda left, right: _guid(left) == _guid(right),
    "IpMatch": _in_network,
    "IpInRange": _in_addresses,
    "ListContains": _held,
}
