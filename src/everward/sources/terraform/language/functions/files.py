"""Functions over files of the workload, and over paths."""

from __future__ import annotations

import base64
import os
import posixpath
import re
from pathlib import Path
from typing import Any

from everward.sources.terraform.language.functions.registry import Context, function, hole_of_call
from everward.sources.terraform.language.types import STRING
from everward.sources.terraform.language.values import Data, SetValue, ValueProblem, holes_of, shorten
from everward.values import Unknown

_MOST_FILES = 100_000


def _text(content: bytes | Unknown, path: str) -> Data:
    if isinstance(content, Unknown):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueProblem(f"`{shorten(path)}` is not text in UTF-8") from None


@function("file", "s", context=True)
def file(context: Context, path: str) -> Data:
    """The text of a file."""
    return _text(context.read(path), path)


@function("filebase64", "s", context=True)
def filebase64(context: Context, path: str) -> Data:
    """The content of a file in base64."""
    content = context.read(path)
    return content if isinstance(content, Unknown) else base64.b64encode(content).decode()


@function("fileexists", "s", context=True)
def fileexists(context: Context, path: str) -> Data:
    """Whether there is such a file."""
    place = context.locate(path)
    if isinstance(place, Unknown):
        return place
    try:
        if place.is_dir():
            raise ValueProblem(f"`{shorten(path)}` is a folder")
        return place.is_file()
    except (OSError, ValueError):
        return False


@function("fileset", "ss", context=True)
def fileset(context: Context, path: str, pattern: str) -> Data:
    """The files below a folder whose path fits a pattern."""
    base = context.locate(path)
    if isinstance(base, Unknown):
        return base
    expression = glob(pattern)
    depth = None if "**" in pattern else pattern.count("/") + 1
    found = [name for name in _below(base, depth) if expression.fullmatch(name)]
    return SetValue(sorted(found), STRING)


def glob(pattern: str) -> re.Pattern[str]:
    """A pattern with `*`, `**`, `?`, `[…]` and `{a,b}` as a regular expression.

    Raises:
        ValueProblem: when it is not well formed.

    """
    out: list[str] = []
    position, braces = 0, 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        if char == "*":
            if pattern.startswith("*", position):
                position += 1
                if pattern.startswith("/", position):
                    position += 1
                    out.append("(?:.*/)?")
                else:
                    out.append(".*")
            else:
                out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            end = pattern.find("]", position + 1)
            if end < 0:
                raise ValueProblem(f"`{shorten(pattern)}` is not a pattern")
            body = pattern[position:end].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[^{body[1:]}]" if body[0] in "!^" else f"[{body}]")
            position = end + 1
        elif char == "{":
            braces += 1
            out.append("(?:")
        elif char == "}" and braces:
            braces -= 1
            out.append(")")
        elif char == "," and braces:
            out.append("|")
        else:
            out.append(re.escape(char))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        raise ValueProblem(f"`{shorten(pattern)}` is not a pattern") from None


def _below(base: Path, depth: int | None) -> list[str]:
    """Files below a folder as paths from it; links are followed, each real folder once."""
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    pending: list[tuple[str, str, int]] = [(str(base), "", 1)]
    while pending:
        folder, prefix, level = pending.pop()
        try:
            status = os.stat(folder)
            entries = list(os.scandir(folder))
        except (OSError, ValueError):
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir():
                if depth is None or level < depth:
                    pending.append((entry.path, f"{name}/", level + 1))
            elif entry.is_file():
                found.append(name)
                if len(found) > _MOST_FILES:
                    raise ValueProblem(f"more than {_MOST_FILES} files")
    return found


@function("templatefile", "sA", "raw", context=True)
def templatefile(context: Context, path: Any, variables: Data) -> Data:
    """A file as a template with its variables filled in."""
    holes = [item for item in (path, variables) if isinstance(item, Unknown)]
    if holes:
        return hole_of_call("templatefile", [path, variables], holes)
    if not isinstance(path, str) or not isinstance(variables, dict):
        raise ValueProblem("a path and a map are needed")
    text = _text(context.read(path), path)
    if isinstance(text, Unknown):
        return hole_of_call("templatefile", [path, variables], [text, *holes_of([variables])])
    return context.render(text, path, variables)


@function("basename", "s")
def basename(path: str) -> Data:
    """The last part of a path."""
    return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")


@function("dirname", "s")
def dirname(path: str) -> Data:
    """A path without its last part."""
    return posixpath.normpath(posixpath.dirname(path)) if path else "."


@function("abspath", "s", context=True)
def abspath(_context: Context, path: str) -> Data:
    """A path from the root of the machine that runs Terraform."""
    if path.startswith("/"):
        return posixpath.normpath(path)
    return Unknown(reason="depends on the machine that runs Terraform", present=True)


@function("pathexpand", "s")
def pathexpand(path: str) -> Data:
    """A path with `~` made the home folder of who runs Terraform."""
    if path.startswith("~"):
        return Unknown(reason="depends on the machine that runs Terraform", present=True)
    return path
