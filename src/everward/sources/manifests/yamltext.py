"""YAML and JSON of Kubernetes: documents with the line of every part, within limits.

Events are read one by one and put together without recursion, so that depth, size and aliases are counted before they
cost anything: an alias counts as all that stands behind it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from everward.sources.limits import Limits, limit_help
from everward.sources.manifests.placed import PlacedList, PlacedMap, Spot
from everward.sources.manifests.scalars import resolve as resolve_scalar
from everward.values import Origin, UnreadableError

SOURCE: Final = "kubernetes"
"""The name of the source in origins, readings and reports."""

_MERGE: Final = "<<"
_TAG: Final = "tag:yaml.org,2002:"
_DEEP: Final = re.compile(r"[\[{]")
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that YAML does not allow. They are looked for first, so that it can be said where they stand."""


@dataclass(slots=True)
class Document:
    """One document of a stream."""

    value: Any
    spot: Spot
    end: int
    """The line on which it ends."""
    repeated: list[tuple[str, Spot]] = field(default_factory=list)
    """Keys that stand twice in one object, at their second place; the later one counts."""


@dataclass(slots=True)
class _Open:
    """A collection that is not finished."""

    value: Any
    anchor: str | None
    before: int
    """How many elements the document had before it."""
    height: int = 1
    """How many levels it has so far, itself included."""
    key: Any = None
    has_key: bool = False
    key_spot: Spot = ("", 0)
    merges: list[Any] = field(default_factory=list)


def read_documents(
    text: str,
    file: str,
    limits: Limits,
    lines: Sequence[int] | None = None,
    *,
    resolve: Callable[[str], Any] = resolve_scalar,
) -> Iterator[Document]:
    """The documents of a stream, in order. Those before a mistake are given before it is raised.

    `lines` tells for each line of a text that was made, from which line of `file` it comes; 0 where that is not said.

    Raises:
        UnreadableError: on a mistake in the syntax, or when a limit is met; it says which.

    """
    import yaml

    if len(text) > limits.file_bytes:
        raise _limit("file-bytes", "file_bytes", f"it is longer than {limits.file_bytes:,} characters", file, 1)
    _check_flow(text, file, limits)
    bad = _UNREADABLE.search(text)
    if bad is not None:
        line = text.count("\n", 0, bad.start()) + 1
        raise _broken("it has a character that no text may have", file, line)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(file, limits, lines, resolve)
    try:
        for event in yaml.parse(text, Loader=loader):
            document = reader.take(event)
            if document is not None:
                yield document
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML"
        raise _broken(str(what).lower(), file, reader.line(mark.line + 1) if mark is not None else None) from error


def _broken(what: str, file: str, line: int | None) -> UnreadableError:
    return UnreadableError(
        f"not readable as YAML: {what}",
        origin=Origin(source=SOURCE, file=file, line=line),
        help="mend the file; `kubectl apply --dry-run=client -f` refuses it too",
    )


def _check_flow(text: str, file: str, limits: Limits) -> None:
    """Brackets in one another are counted first: the reader of YAML takes long over very many of them."""
    if len(_DEEP.findall(text)) <= limits.nesting:
        return
    depth = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if match[0] in "[{" else max(0, depth - 1)
        # Brackets in texts count as well, so there is room before it is said.
        if depth > 4 * limits.nesting:
            line = text.count("\n", 0, match.start()) + 1
            raise _limit("nesting", "nesting", f"more than {limits.nesting:,} levels in one another", file, line)


def _limit(name: str, attribute: str, what: str, file: str, line: int) -> UnreadableError:
    return UnreadableError(
        f"the limit `{name}` is met: {what}",
        origin=Origin(source=SOURCE, file=file, line=line),
        help=limit_help(attribute),
    )


class _Reader:
    """Puts events together to documents."""

    def __init__(self, file: str, limits: Limits, lines: Sequence[int] | None, resolve: Callable[[str], Any]) -> None:
        self.resolve = resolve
        self.file = file
        self.limits = limits
        self.lines = lines
        self._start()

    def line(self, number: int) -> int:
        """The line of the file that a line of the text comes from: its own, or the closest before it."""
        if self.lines is None:
            return number
        number = min(number, len(self.lines))
        while number > 1 and not self.lines[number - 1]:
            number -= 1
        return self.lines[number - 1] or 1

    def _start(self) -> None:
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int, int]] = {}
        self.count = 0
        self.root: Any = None
        self.spot: Spot = (self.file, 1)
        self.repeated: list[tuple[str, Spot]] = []

    def take(self, event: Any) -> Document | None:
        """Take one event; a document when it ends one."""
        kind = event.__class__.__name__
        if kind == "ScalarEvent":
            self._add(_scalar(event, self.resolve), event, event.anchor)
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind == "MappingStartEvent":
            self._begin(PlacedMap(self._spot(event)), event)
        elif kind == "SequenceStartEvent":
            self._begin(PlacedList(self._spot(event)), event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._end(event)
        elif kind == "DocumentStartEvent":
            self._start()
        elif kind == "DocumentEndEvent":
            end = max(self.spot[1], self.line(event.start_mark.line or 1))
            return Document(self.root, self.spot, end, self.repeated)
        return None

    def _spot(self, event: Any) -> Spot:
        return (self.file, self.line(event.start_mark.line + 1))

    def _check_depth(self, height: int, event: Any) -> None:
        if len(self.open) + height > self.limits.nesting:
            what = f"more than {self.limits.nesting:,} levels in one another"
            raise _limit("nesting", "nesting", what, self.file, self.line(event.start_mark.line + 1))

    def _begin(self, value: Any, event: Any) -> None:
        self._check_depth(1, event)
        self._count(1, event)
        if event.anchor:
            # Until it ends, it can only stand for itself, which nothing could hold.
            self.anchors.pop(event.anchor, None)
        self.open.append(_Open(value, event.anchor, self.count - 1))

    def _end(self, event: Any) -> None:
        done = self.open.pop()
        if isinstance(done.value, PlacedMap):
            _merge(done)
            done.value.last = max(done.value.spot[1], self.line(event.start_mark.line or 1))
        if done.anchor:
            self.anchors[done.anchor] = (done.value, self.count - done.before, done.height)
        self._place(done.value, done.value.spot, done.height)

    def _alias(self, event: Any) -> None:
        found = self.anchors.get(event.anchor)
        if found is None:
            raise UnreadableError(
                f"the alias `*{event.anchor}` stands for nothing before it",
                origin=Origin(source=SOURCE, file=self.file, line=self.line(event.start_mark.line + 1)),
                help="write the anchor before the alias, and not around it",
            )
        value, weight, height = found
        self._check_depth(height, event)
        self._count(weight, event)
        self._place(value, self._spot(event), height)

    def _add(self, value: Any, event: Any, anchor: str | None) -> None:
        self._count(1, event)
        if anchor:
            self.anchors[anchor] = (value, 1, 0)
        self._place(value, self._spot(event), 0)

    def _count(self, weight: int, event: Any) -> None:
        self.count += weight
        if self.count > self.limits.elements:
            what = (
                f"more than {self.limits.elements:,} elements in one document, aliases counted as what they stand for"
            )
            raise _limit("elements", "elements", what, self.file, self.line(event.start_mark.line + 1))

    def _place(self, value: Any, spot: Spot, height: int) -> None:
        if not self.open:
            self.root, self.spot = value, spot
            return
        holder = self.open[-1]
        holder.height = max(holder.height, height + 1)
        if isinstance(holder.value, PlacedList):
            holder.value.add(value, spot)
        elif not holder.has_key:
            holder.key, holder.key_spot, holder.has_key = value, spot, True
        else:
            holder.has_key = False
            self._put(holder, value)

    def _put(self, holder: _Open, value: Any) -> None:
        key = _key(holder.key, self.file, holder.key_spot)
        if key == _MERGE and isinstance(holder.key, _MergeKey):
            holder.merges.append(value)
            return
        target = cast("PlacedMap", holder.value)
        if key in target:
            self.repeated.append((key, holder.key_spot))
        target.put(key, value, holder.key_spot)


class _MergeKey(str):
    """The plain `<<`, which is no key but takes in another object."""

    __slots__ = ()


def _key(key: Any, file: str, spot: Spot) -> str:
    """A key as JSON has it: a text."""
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, dict | list):
        raise UnreadableError(
            "a key is an object or a list",
            origin=Origin(source=SOURCE, file=file, line=spot[1]),
            help="write a text as the key",
        )
    return "null" if key is None else str(key)


def _merge(done: _Open) -> None:
    """Take in what `<<` names: what the object has itself wins, and so does an earlier one."""
    for merged in done.merges:
        for source in merged if isinstance(merged, list) else [merged]:
            if isinstance(source, PlacedMap):
                for key, value in source.items():
                    if key not in done.value:
                        done.value.put(key, value, source.spot_of(key))


def _scalar(event: Any, resolve: Callable[[str], Any]) -> Any:
    tag, text = event.tag, event.value
    if tag is None or tag == "!":
        if not event.implicit[0] or tag == "!":
            return text
        return _MergeKey(text) if text == _MERGE else resolve(text)
    kind = tag.removeprefix(_TAG)
    if kind == "binary":
        try:
            return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return text
    if kind in ("int", "float", "bool", "null"):
        return resolve(text)
    return text
