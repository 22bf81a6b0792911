"""Which files hold definitions and initiatives, and writing repaired ones back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from everward.policy.lint.document import is_policy
from everward.policy.lint.known import Known
from everward.policy.problem import DefinitionError
from everward.sources.jsontext import JsonError, decode_text, load
from everward.sources.jsontext import parse as parse_json
from everward.sources.tree import Tree, display
from everward.values import Origin, UnreadableError

_MARKS = (b"policyrule", b"policydefinitions")


class PolicyFile(NamedTuple):
    """A file that holds a policy, or was named by the user."""

    path: Path
    shown: str
    text: str


def policy_files(paths: Sequence[Path]) -> Iterator[PolicyFile | DefinitionError]:
    """The files that were named, and every definition and initiative in folders that were.

    What cannot be read comes as a problem, so that the others are read all the same; so does a folder without any.

    Raises:
        UsageError: when a path does not exist.

    """
    done: set[Path] = set()
    for root in [Tree(path) for path in paths]:
        found = False
        for path in root.files:
            named = root.root.is_file()
            real = path.resolve()
            if not (named or path.suffix.lower() == ".json"):
                continue
            if real in done:
                found = True
                continue
            done.add(real)
            content = _content(root, path)
            if isinstance(content, DefinitionError):
                found = True
                yield content
            elif named or _holds_policy(content):
                found = True
                yield _decoded(path, content)
        if not found:
            yield DefinitionError(
                f"`{display(root.root)}` holds no definition and no initiative",
                help="name a folder with JSON files that have `policyRule` or `policyDefinitions`",
            )


def _content(tree: Tree, path: Path) -> bytes | DefinitionError:
    try:
        return tree.read(path)
    except UnreadableError as error:
        return DefinitionError(error.message, origin=error.origin, help=error.help)


def _decoded(path: Path, content: bytes) -> PolicyFile | DefinitionError:
    shown = display(path)
    try:
        return PolicyFile(path, shown, decode_text(content))
    except ValueError:
        return DefinitionError(
            "not text in UTF-8", origin=Origin(source="policy", file=shown), help="save the file as UTF-8"
        )


def _holds_policy(content: bytes) -> bool:
    """Whether a file of a folder is one: broken files count when they speak of a rule."""
    lowered = content.lower()
    if not any(mark in lowered for mark in _MARKS):
        return False
    try:
        return is_policy(parse_json(decode_text(content))[0])
    except (JsonError, ValueError):
        return True


def write_text(path: Path, text: str, like: bytes) -> None:
    """Replace the text of a file at once, in the encoding that it has.

    Raises:
        UnreadableError: when it cannot be written.

    """
    import codecs
    import os

    if like.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = text.encode("utf-16")
    else:
        content = text.encode("utf-8-sig" if like.startswith(codecs.BOM_UTF8) else "utf-8")
    beside = path.with_name(f".{path.name}.everward")
    try:
        beside.write_bytes(content)
        beside.chmod(path.stat().st_mode)
        os.replace(beside, path.resolve())
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UnreadableError(
            f"cannot write `{display(path)}`: {(error.strerror or 'error').lower()}", help="check that you may write it"
        ) from error


def read_known(paths: Sequence[Path], known: Known | None = None) -> Known:
    """Every definition below the paths, from JSON (one, or a list) and JSON lines, added to what is known already.

    Raises:
        UsageError: when a path does not exist.

    """
    known = known if known is not None else Known()
    for tree in [Tree(path) for path in paths]:
        for path in tree.files:
            suffix = path.suffix.lower()
            if suffix == ".jsonl":
                for line in tree.read(path).splitlines():
                    _add(known, line, path)
            elif suffix == ".json":
                _add(known, tree.read(path), path)
    return known


def registered(linted: Sequence[Path]) -> Known:
    """Every definition of the folders that the user added to the library, except in files that are linted.

    INVARIANT: a definition is never taken for a copy of itself.
    """
    from everward.policy.library import Library
    from everward.policy.library.entries import Kind

    own = tuple(path.resolve() for path in linted)
    known = Known()
    for item in Library.load().of_kind(Kind.DEFINITION):
        file = item.root if item.root.name == item.file else item.root / item.file
        if not any(file.is_relative_to(path) for path in own):
            known.add(item.entry.document)
    return known


def _add(known: Known, content: bytes, path: Path) -> None:
    try:
        value = load(content, source="policy", file=display(path))
    except UnreadableError:
        return  # a library may hold other files
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            inner = item.get("definition")
            known.add(inner if isinstance(inner, dict) else item)
