"""What no source claims: found to be none of our business, or said, so that a broken input never vanishes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from everward.estate import Reading, Unresolved
from everward.sources.interface import Input
from everward.sources.jsontext import decode_text, load
from everward.sources.tree import Tree, display, display_entry
from everward.values import Origin, UnreadableError

MAX_BYTES: Final = 64 * 1024 * 1024
"""Larger files are not searched whole to tell what they were meant to be: only their beginning is."""
_HEAD_BYTES: Final = 1024 * 1024

_TERRAFORM: Final = (".tf", ".tf.json", ".tofu", ".tofu.json")
_TERRAGRUNT: Final = ("terragrunt.hcl", "terragrunt.hcl.json", "terragrunt.stack.hcl")
_STATES: Final = (".tfstate",)
_LINES: Final = (".jsonl", ".ndjson")
_PACKED: Final = tuple(plain + packed for packed in (".gz", ".zst") for plain in (".json", *_LINES))
_PACKED_TABLES: Final = (".csv.gz", ".csv.zst")
"""Told when they cannot be unpacked; of whole ones, most are other people's tables."""
_JSON: Final = (".json", ".jsonc")
_NAMED_OURS: Final = (*_TERRAFORM, *_STATES, *_LINES, *_PACKED)
_BICEP: Final = (".bicep", ".bicepparam")
_OURS: Final = (*_NAMED_OURS, *_PACKED_TABLES, *_JSON, *_BICEP)

_INPUTS: Final = (
    "name Terraform (*.tf), a plan or state as JSON, an ARM template, or an inventory (JSON, JSON lines, CSV)"
)
"""What to do where nothing says more."""
_HINT = re.compile(
    rb"deployment(?:template|parameters)|schema\.management\.azure\.com|/subscriptions/"
    rb'|"(?:format_version|terraform_version|resource_changes|planned_values|lineage|resources)"'
    rb'|"type"\s*:\s*"microsoft\.',
    re.IGNORECASE,
)
"""What a template, a plan, a state or an inventory has somewhere, however broken it is."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Why a file was not read."""

    reason: str
    incomplete: bool
    line: int | None = None
    help: str | None = None


def unread(tree: Tree, claimed: Sequence[Input], readings: Sequence[Reading]) -> Reading:
    """What no source could be asked to read, as a reading without resources.

    A file that should have been an input makes it incomplete: by its name, or because it is broken JSON that has a
    trace of one. Other broken JSON is only listed; whole JSON of another kind is nobody's business.
    """
    reading = Reading(source="files", label=display(tree.root))
    reading.unresolved += _folders(tree)
    if tree.root.is_dir():
        # A file that came with another, as linked templates do, was read or complained about there.
        told = {item.origin.file for one in readings for item in one.unresolved if item.origin is not None}
        told |= {item.path for one in readings for item in one.inputs}
        found = (*_entries(tree), *_files(tree, claimed))
        reading.unresolved += [item for item in found if item.subject not in told]
    if not claimed and not reading.incomplete:
        reading.unresolved.append(_nothing(tree))
    return reading


def _folders(tree: Tree) -> Iterator[Unresolved]:
    # The folders are listed when the files are asked for.
    _ = tree.files
    for folder, reason in tree.unreadable:
        yield Unresolved(
            subject=display(folder),
            reason=f"the folder cannot be listed: {reason}",
            origin=Origin(source="files", file=display(folder)),
            help="check that you may read it",
            incomplete=True,
        )


def _entries(tree: Tree) -> Iterator[Unresolved]:
    for path, reason in tree.lost:
        if path.name.lower().endswith(_OURS):
            shown = display_entry(path)
            origin = Origin(source="files", file=shown)
            yield Unresolved(shown, reason, origin, help="mend or remove it", incomplete=True)


def _files(tree: Tree, claimed: Sequence[Input]) -> Iterator[Unresolved]:
    taken = {path for item in claimed for path in (item.path, *item.files)}
    for path in tree.files:
        left = judge(path, tree) if path not in taken else None
        if left is not None:
            shown = display(path)
            origin = Origin(source="files", file=shown, line=left.line)
            yield Unresolved(
                shown, left.reason, origin, help=left.help or "mend the file, or remove it", incomplete=left.incomplete
            )


def judge(path: Path, tree: Tree) -> Leftover | None:
    """Why a file that nobody claimed was not read; None when it is none of ours."""
    name = path.name.lower()
    if name in _TERRAGRUNT:
        return Leftover(
            "Terragrunt is not read: which module it deploys, and with which inputs, is missing",
            incomplete=True,
            help="run `terragrunt plan -out=FILE` and `terragrunt show -json FILE > plan.json` there, and assess that",
        )
    if not name.endswith(_OURS) or name.startswith("."):
        return None
    if name.endswith(_TERRAFORM):
        return _terraform(path)
    if name.endswith(_BICEP):
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            return _large(path, tree)
        content = _content(path, tree)
    except UnreadableError as problem:
        return Leftover(problem.message, incomplete=True, help=problem.help)
    except OSError as error:
        return Leftover(f"cannot be read: {(error.strerror or 'error').lower()}", incomplete=True)
    return None if name.endswith(_PACKED_TABLES) else _content_of(name, content, display(path))


def _terraform(path: Path) -> Leftover | None:
    """Terraform itself reads no `X.TF` where case matters, and reads it where it does not."""
    if path.name.endswith(_TERRAFORM):
        # Their folder is a root or a module: who reads that says what is wrong with it.
        return None
    return Leftover("its ending is in capital letters, so it is not read as Terraform", True, help="rename it to `.tf`")


def _large(path: Path, tree: Tree) -> Leftover | None:
    if path.name.lower().endswith(_NAMED_OURS) or _HINT.search(tree.head(path, _HEAD_BYTES)):
        return Leftover("it is too large to tell what it is", incomplete=True, help="split it, or name it by itself")
    return None


def _content(path: Path, tree: Tree) -> bytes:
    if path.name.lower().endswith((*_PACKED, *_PACKED_TABLES)):
        from everward.sources.inventory.content import read_content

        return bytes(read_content(path, tree))
    return tree.read(path)


def _content_of(name: str, content: bytes, shown: str) -> Leftover | None:
    named_ours = name.endswith(_NAMED_OURS)
    problem = _problem(name, content, shown)
    if problem is not None:
        traced = named_ours or _HINT.search(_plain(content)) is not None
        line = problem.origin.line if problem.origin is not None else None
        return Leftover(problem.message, traced, line, help=problem.help)
    if name.endswith(_STATES):
        return Leftover("it is not a state of Terraform in version 4", True, help="write it with a newer Terraform")
    if named_ours:
        empty = not content.strip()
        return Leftover("it is empty" if empty else "no rows of resources were found in it", incomplete=empty)
    return None


def _problem(name: str, content: bytes, shown: str) -> UnreadableError | None:
    """What is wrong with JSON, or with the first broken row of JSON lines."""
    try:
        if name.removesuffix(".gz").removesuffix(".zst").endswith(_LINES):
            _check_rows(content, shown)
        else:
            load(content, source="files", file=shown)
    except UnreadableError as problem:
        return problem
    return None


def _check_rows(content: bytes, shown: str) -> None:
    for number, row in enumerate(_plain(content).splitlines(), 1):
        try:
            if row.strip():
                msgspec.json.decode(row, type=msgspec.Raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableError(
                f"`{shown}` has a row that is not readable as JSON",
                origin=Origin(source="files", file=shown, line=number),
                help="mend the row",
            ) from error


def _plain(content: bytes) -> bytes:
    try:
        return decode_text(content).encode()
    except ValueError:
        return content


def _nothing(tree: Tree) -> Unresolved:
    """Why a path gave nothing at all."""
    shown = display(tree.root)
    if tree.root.is_dir():
        count = len(tree.files)
        reason = f"nothing to read among its {count} files" if count else "nothing to read: no files in it"
        left = Leftover(reason, incomplete=True)
    else:
        left = _why_unclaimed(tree)
    return Unresolved(
        subject=shown,
        reason=left.reason,
        origin=Origin(source="files", file=shown, line=left.line),
        help=left.help or _INPUTS,
        incomplete=True,
    )


def _why_unclaimed(tree: Tree) -> Leftover:
    """Why no source claims a named file: it cannot be read, it is broken JSON, or it is something else."""
    left = judge(tree.root, tree)
    if left is not None:
        return left
    try:
        tree.text(tree.root)
    except UnreadableError as problem:
        return Leftover(problem.message, incomplete=True, help=problem.help)
    return Leftover("no kind of input that can be read", incomplete=True)
