"""Objects of policy documents, read without regard to case and with complaints that name the place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from everward.policy.parser import Fault, keys_of
from everward.policy.positions import JsonPath, format_json_path, line_of, plain
from everward.policy.problem import DefinitionError
from everward.values import Origin, Unknown

SOURCE: Final = "policy"
"""The kind of source that origins of policy documents name."""


class Shape:
    """One object of a document. What is absent and what is null are the same."""

    __slots__ = ("_keys", "node", "path")

    def __init__(self, node: Any, path: JsonPath, what: str) -> None:
        """
        Raises:
            Fault: when `node` is no object, or two of its keys differ in case only.

        """
        if isinstance(node, Unknown):
            raise _open(what, node, path)
        if not isinstance(node, Mapping):
            raise Fault(f"{what} is not an object", path, "write an object in braces")
        self.node = node
        self.path = path
        self._keys = keys_of(node, path)

    def __contains__(self, name: str) -> bool:
        return self.value(name) is not None

    def at(self, name: str) -> JsonPath:
        """The path of a member, as it is spelt."""
        return (*self.path, self._keys.get(name.lower(), name))

    def value(self, name: str) -> Any:
        """A member as written, or None."""
        key = self._keys.get(name.lower())
        return None if key is None else self.node[key]

    def label(self, name: str) -> str:
        """A text for people: empty when it is absent, is no text, or is not known."""
        found = self.value(name)
        if isinstance(found, Unknown):
            return found.text or ""
        return found if isinstance(found, str) else ""

    def text(self, name: str, default: str = "") -> str:
        """A text that something depends on; the id that a hole is known to become counts as one.

        Raises:
            Fault: when it is no text, or is not known.

        """
        found = self.value(name)
        if found is None:
            return default
        return _text(found, name, self.at(name))

    def required(self, name: str) -> str:
        """A text that must be there.

        Raises:
            Fault: when it is not, or is empty.

        """
        found = self.text(name)
        if not found:
            raise Fault(f"`{name}` is missing", self.path, "add it")
        return found

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """One of the options as they are documented, the first when there is none.

        Raises:
            Fault: when it is another text.

        """
        found = self.text(name, options[0])
        known = {option.lower(): option for option in options}.get(found.lower())
        if known is None:
            raise Fault(f"`{found}` is no `{name}`", self.at(name), f"known are {', '.join(options)}")
        return known

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object; empty when it is absent.

        Raises:
            Fault: when it is something else.

        """
        found = self.value(name)
        return {} if found is None else Shape(found, self.at(name), f"`{name}`").node

    def loose(self, name: str) -> Mapping[str, Any]:
        """An object that nothing depends on; empty when it is something else."""
        found = self.value(name)
        return found if isinstance(found, Mapping) else {}

    def texts(self, name: str) -> tuple[str, ...]:
        """An array of texts; empty when it is absent.

        Raises:
            Fault: when it is something else.

        """
        return tuple(_text(item, name, path) for item, path in self._items(name))

    def shapes(self, name: str) -> Iterator[Shape]:
        """The objects of an array; none when it is absent.

        Raises:
            Fault: when it is something else.

        """
        for item, path in self._items(name):
            yield Shape(item, path, f"an element of `{name}`")

    def _items(self, name: str) -> Iterator[tuple[Any, JsonPath]]:
        found = self.value(name)
        path = self.at(name)
        if isinstance(found, Unknown):
            raise _open(f"`{name}`", found, path)
        if found is not None and not isinstance(found, list):
            raise Fault(f"`{name}` is not an array", path, "write a list in brackets")
        for index, item in enumerate(found or ()):
            yield item, (*path, index)


def _text(value: Any, name: str, path: JsonPath) -> str:
    if isinstance(value, Unknown):
        known = value.reference or value.text
        if known is None:
            raise _open(f"`{name}`", value, path)
        return known
    if not isinstance(value, str):
        raise Fault(f"`{name}` is not a text", path, "write a text in quotes")
    return value


def _open(what: str, hole: Unknown, path: JsonPath) -> Fault:
    deciders = ", ".join(f"`{name}`" for name in hole.decided_by)
    return Fault(f"{what} is not known yet: {hole.reason}", path, f"{deciders} would decide it" if deciders else None)


def body_of(document: Any, what: str) -> tuple[Shape, Shape]:
    """A resource and its `properties`; both are the same object where only the properties were given.

    Raises:
        Fault: when it is no object.

    """
    outer = Shape(document, (), what)
    inner = outer.value("properties")
    return outer, outer if inner is None else Shape(inner, outer.at("properties"), "`properties`")


@contextmanager
def told(file: str | None, origin: Origin | None = None) -> Iterator[None]:
    """Tell what is wrong with a document as a problem with a place: `origin`, else the path in the file.

    Raises:
        DefinitionError: in place of the faults of what runs inside.

    """
    try:
        yield
    except Fault as fault:
        path = format_json_path(fault.path)
        place = origin if origin is not None else Origin(source=SOURCE, file=file, address=path or None)
        problem = DefinitionError(fault.message, path=path, origin=place, help=fault.help)
        problem.steps = fault.path
        raise problem from None


@contextmanager
def lines_of(text: str) -> Iterator[None]:
    """Add the line to what is told of a document that was read from a text."""
    try:
        yield
    except DefinitionError as problem:
        origin = problem.origin
        if problem.steps and origin is not None and origin.line is None:
            problem.origin = Origin(
                source=origin.source,
                file=origin.file,
                line=line_of(plain(text), problem.steps),
                address=origin.address,
            )
        raise


def last_segment(id: str) -> str:
    """The name at the end of an id."""
    return id.rstrip("/").rpartition("/")[2]
