"""Reading policy definitions: from a file or an object to `Definition`, with precise complaints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from everward.policy.aliases import Aliases
from everward.policy.checks import check_definition
from everward.policy.effects.details import read_details
from everward.policy.nodes import Definition, Parameter
from everward.policy.parameters import TYPES, check_value
from everward.policy.parser import Fault, RuleParser, keys_of, part
from everward.policy.positions import JsonPath, first_duplicate, format_json_path, line_of, plain
from everward.policy.problem import DefinitionError, did_you_mean
from everward.values import Origin

SOURCE: Final = "policy"
"""The kind of source that origins of definitions name."""

_TYPE_NAMES: Final = frozenset(known.lower() for known in TYPES)

_PARTS: Final = ("displayname", "description", "mode", "parameters", "policyrule", "policytype", "metadata", "version")


def load_definition(
    content: bytes | str | Mapping[str, Any],
    *,
    file: str | None = None,
    aliases: Aliases | None = None,
    strict: bool = True,
) -> Definition:
    """Read a policy definition: a whole resource with `properties`, its properties, or a bare `{if, then}` rule.

    In strict mode every alias must be known (of `aliases`, by default the shipped catalogue) and every function must
    be one that policies may call; otherwise such a definition loads and applies to nothing, as in Azure.

    Raises:
        DefinitionError: with the JSON path, and the line when text was given.

    """
    text: str | None = None
    document: Any = content
    try:
        if isinstance(content, bytes | str):
            text, document = _patient(_decode(content))
        definition = _definition(document, file)
        if strict:
            check_definition(definition, aliases)
    except Fault as fault:
        line = line_of(text, fault.path) if text is not None and fault.path else None
        path = format_json_path(fault.path)
        place = Origin(source=SOURCE, file=file, line=line, address=path or None)
        raise DefinitionError(fault.message, path=path, origin=place, help=fault.help) from None
    except DefinitionError as error:
        if error.origin is not None and error.origin.file is None and file is not None:
            error.origin = Origin(source=SOURCE, file=file, line=error.origin.line)
        raise
    return definition


def _patient(text: str) -> tuple[str, Any]:
    """The value of a text, with the text that it was read from: comments and trailing commas are passed over."""
    try:
        return text, _parse(text)
    except DefinitionError as error:
        bare = plain(text)
        if bare == text:
            raise
        try:
            return bare, _parse(bare)
        except DefinitionError as behind:
            # What is wrong behind the first comment is told, not the comment.
            raise behind from error


def _decode(content: bytes | str) -> str:
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionError(
            "the definition is not text in UTF-8", origin=Origin(source=SOURCE), help="save the file as UTF-8"
        ) from None


class _DuplicateKeyError(Exception):
    pass


def _parse(text: str) -> Any:
    # The standard reader, because it can be asked whether a key stands twice; definitions are small.
    import json

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) != len(items):
            raise _DuplicateKeyError
        return made

    def constant(name: str) -> Any:
        raise _unreadable(f"`{name}` is not JSON", None)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise _unreadable(f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.lineno) from None
    except _DuplicateKeyError:
        found = first_duplicate(text)
        # The reader saw a duplicate, so the search finds one too.
        path, line = found if found is not None else ((), 1)
        raise DefinitionError(
            f"`{path[-1]}` stands twice in one object",
            path=format_json_path(path),
            origin=Origin(source=SOURCE, line=line, address=format_json_path(path)),
            help="keep one of them",
        ) from None
    except RecursionError:
        raise _unreadable("the definition is nested too deeply", None) from None
    except ValueError:
        raise _unreadable("a number has too many digits", None) from None


def _unreadable(message: str, line: int | None) -> DefinitionError:
    return DefinitionError(message, origin=Origin(source=SOURCE, line=line), help="a definition is one JSON object")


def _definition(document: Any, file: str | None) -> Definition:
    if not isinstance(document, dict):
        raise Fault("a policy definition is not an object", (), "give a policy definition, or its `policyRule`")
    keys = keys_of(document, ())
    if "properties" in keys:
        body = document[keys["properties"]]
        path: JsonPath = (keys["properties"],)
        if not isinstance(body, dict):
            raise Fault("`properties` is not an object", path, "put `mode`, `parameters` and `policyRule` in it")
        inner = keys_of(body, path)
        for one in _PARTS:
            if one in keys and one in inner:
                raise Fault(f"`{keys[one]}` stands beside `properties` and in it", (keys[one],), "keep the inner one")
    elif "policyrule" in keys:
        body, path, inner = document, (), keys
    elif "if" in keys or "then" in keys:
        bare = RuleParser().rule(document, ())
        return Definition("", "", "", "All", {}, bare, file=file, bare=True, details=read_details(bare))
    else:
        raise Fault(
            "this is no policy definition: it has neither `properties` nor `policyRule` nor `if`",
            (),
            "give a policy definition, or its `policyRule`",
        )
    if "policyrule" not in inner:
        raise Fault("the definition has no `policyRule`", path, "add `policyRule`: an object with `if` and `then`")
    values = {key: body[spelt] for key, spelt in inner.items()}
    parameters = read_parameters(values.get("parameters"), (*path, inner.get("parameters", "parameters")))
    rule = RuleParser().rule(values["policyrule"], (*path, inner["policyrule"]))
    named = part(document, keys, "name") or part(document, keys, "id")
    metadata = values.get("metadata")
    return Definition(
        name=_text(named),
        display_name=_text(values.get("displayname")),
        description=_text(values.get("description")),
        mode=_mode(values.get("mode"), (*path, inner.get("mode", "mode"))),
        parameters=parameters,
        rule=rule,
        metadata=metadata if isinstance(metadata, dict) else {},
        version=_text(values.get("version")),
        policy_type=_text(values.get("policytype")),
        file=file,
        details=read_details(rule),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mode(value: Any, path: JsonPath) -> str:
    # Azure takes a definition without a mode for Indexed.
    if value is None or value == "":
        return "Indexed"
    if not isinstance(value, str):
        raise Fault(
            "the mode is not a text", path, "known are All, Indexed, and modes of providers that end in `.Data`"
        )
    known = {"all": "All", "indexed": "Indexed"}.get(value.lower())
    if known is None and not value.lower().endswith(".data"):
        raise Fault(f"`{value}` is no mode", path, "known are All, Indexed, and modes of providers that end in `.Data`")
    return known or value


def read_parameters(node: Any, path: JsonPath, *, defaults: bool = True) -> dict[str, Parameter]:
    """The declared parameters by lower-case name; with `defaults`, what they are by default must fit.

    Raises:
        Fault: when one is not declared as parameters are.

    """
    if node is None:
        return {}
    if not isinstance(node, dict):
        raise Fault(
            "`parameters` is not an object", path, 'write each parameter by its name: `{"effect": {"type": "String"}}`'
        )
    keys_of(node, path)
    return {name.lower(): _parameter(name, value, (*path, name), defaults) for name, value in node.items()}


def _parameter(name: str, node: Any, path: JsonPath, defaults: bool) -> Parameter:
    if not isinstance(node, dict):
        raise Fault(
            f"the parameter `{name}` is not an object",
            path,
            "write an object with `type`, and perhaps `defaultValue`, `allowedValues`, `metadata`",
        )
    keys = keys_of(node, path)
    kind = node[keys["type"]] if "type" in keys else None
    if not isinstance(kind, str):
        raise Fault(f"the parameter `{name}` has no type", path, f"known are {', '.join(TYPES)}")
    if kind.lower() not in _TYPE_NAMES:
        raise Fault(f"`{kind}` is no type", (*path, keys["type"]), did_you_mean(kind, TYPES))
    allowed = part(node, keys, "allowedvalues")
    if allowed is not None and not isinstance(allowed, list):
        raise Fault(
            "`allowedValues` is not an array", (*path, keys["allowedvalues"]), "list the values that are allowed"
        )
    metadata = part(node, keys, "metadata")
    parameter = Parameter(
        name=name,
        type=kind.lower(),
        default=part(node, keys, "defaultvalue"),
        has_default="defaultvalue" in keys,
        # An empty list restricts nothing: shipped definitions have one beside a default.
        allowed=tuple(allowed) if allowed else None,
        metadata=metadata if isinstance(metadata, dict) else {},
    )
    if defaults and parameter.has_default:
        problem = check_value(parameter, parameter.default)
        if problem is not None:
            raise Fault(
                f"the default of `{name}` {problem}",
                (*path, keys["defaultvalue"]),
                "give another default, or mend the type or the allowed values",
            )
    return parameter
