"""Functions over files of the workload, and over paths."""

from __future__ import annotations

import base64
import posixpath

from everward.sources.terraform.language.functions.globbing import files_below
from everward.sources.terraform.language.functions.registry import Context, function, open_call
from everward.sources.terraform.language.types import STRING
from everward.sources.terraform.language.values import (
    Data,
    SetValue,
    ValueProblem,
    is_null,
    kind_name,
    nfc,
    shorten,
)
from everward.values import Unknown


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
        if place.exists() and not place.is_file():
            raise ValueProblem(f"`{shorten(path)}` is not a regular file")
        return place.is_file()
    except (OSError, ValueError):
        return False


@function("fileset", "ss", context=True)
def fileset(context: Context, path: str, pattern: str) -> Data:
    """The files below a folder whose path fits a pattern."""
    cleaned = clean(pattern) if pattern else "."
    up = 0
    parts = [part for part in cleaned.split("/") if part not in ("", ".")]
    while up < len(parts) and parts[up] == "..":
        up += 1
    base = context.locate("/".join([path or ".", *parts[:up]]))
    if isinstance(base, Unknown):
        return base
    found = files_below(base, parts[up:], context.spend) if len(parts) > up else ["."] if base.is_file() else []
    if up and not isinstance(found, Unknown):
        start = context.locate(path or ".")
        below = start.relative_to(base).as_posix() if not isinstance(start, Unknown) else "."
        found = [posixpath.relpath(name, below) for name in found]
    return SetValue(sorted(map(nfc, found)), STRING)


@function("templatefile", "sa", "raw", context=True)
def templatefile(context: Context, path: str | Unknown, variables: Data) -> Data:
    """A file as a template with its variables filled in."""
    if isinstance(path, Unknown) or isinstance(variables, Unknown):
        return open_call("templatefile", path, variables)
    if not isinstance(variables, dict):
        raise ValueProblem(f"a map is needed, not a {kind_name(variables)}")
    text = _text(context.read(path), path)
    if isinstance(text, Unknown):
        return open_call("templatefile", text, variables)
    result = context.render(nfc(text), path, variables, files=True)
    if is_null(result):
        raise ValueProblem("the template gives null")
    return result


# Paths


def clean(path: str) -> str:
    """A path without what leads nowhere: `a/../b//c/.` is `b/c`."""
    normal = posixpath.normpath(path) if path else "."
    return "/" + normal.lstrip("/") if path.startswith("/") else normal


@function("basename", "s")
def basename(path: str) -> Data:
    """The last part of a path."""
    return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")


@function("dirname", "s")
def dirname(path: str) -> Data:
    """A path without its last part."""
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)


@function("abspath", "s")
def abspath(path: str) -> Data:
    """A path from the root of the machine that runs Terraform."""
    if path.startswith("/"):
        return clean(path)
    return Unknown(reason="depends on the machine that runs Terraform", present=True)


@function("pathexpand", "s")
def pathexpand(path: str) -> Data:
    """A path with `~` made the home folder of who runs Terraform."""
    if not path.startswith("~"):
        return path
    if len(path) > 1 and path[1] not in "/\\":
        raise ValueProblem("the home folder of another user is not looked for")
    return Unknown(reason="depends on the machine that runs Terraform", present=True)
