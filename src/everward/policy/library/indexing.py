"""Indexing a folder: only what changed since the last time is read, and only new content is worked out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from everward.estate import Estate, Resource, Unresolved
from everward.policy.aliases import shipped_aliases
from everward.policy.applicability import static_types
from everward.policy.assignment import load_assignment
from everward.policy.context import EvaluationContext
from everward.policy.documents import last_segment
from everward.policy.engine import Bound
from everward.policy.exemption import load_exemption
from everward.policy.initiative import load_initiative
from everward.policy.library.entries import Entry, FileRecord, Index, Kind
from everward.policy.library.formats import PACKED, SOURCE, Found, Template, is_of_interest, read_content
from everward.policy.nodes import Definition
from everward.policy.parameters import bind_parameters
from everward.policy.shelf import hold_definition
from everward.sources import ReadOptions, Tree, read_workload
from everward.values import Origin, ProblemError, Unknown, UnreadableError, member

TERRAFORM: Final = "*.tf"
"""What stands for the Terraform of a folder in place of a file's name."""
_CODE: Final = (".tf", ".tf.json")
_INPUTS: Final = (*_CODE, ".tfvars", ".json", ".jsonc", ".yaml", ".yml", ".tftpl", ".tpl")
"""Files that decide what Terraform code makes."""
_POLICY_WORDS: Final = (b"policy_definition", b"policy_set_definition", b"policy_assignment", b"policy_exemption")
_POLICY: Final = b"polic"
_POLICY_TYPE: Final = b"microsoft.authorization/policy"

KIND_OF_TYPE: Final[Mapping[str, Kind]] = {
    "microsoft.authorization/policydefinitions": Kind.DEFINITION,
    "microsoft.authorization/policysetdefinitions": Kind.INITIATIVE,
    "microsoft.authorization/policyassignments": Kind.ASSIGNMENT,
    "microsoft.authorization/policyexemptions": Kind.EXEMPTION,
}

_LOADERS: Final[Mapping[Kind, Callable[..., Any]]] = {
    Kind.INITIATIVE: load_initiative,
    Kind.ASSIGNMENT: load_assignment,
    Kind.EXEMPTION: load_exemption,
}


def index_root(root: Path, before: Index | None = None) -> tuple[Index, bool]:
    """The index of everything below a root, and whether it differs from the one before.

    Raises:
        UsageError: when the root does not exist.

    """
    tree = Tree(root)
    known = {record.path: record for record in before.files} if before is not None else {}
    by_digest = {(record.path, record.digest): record for record in known.values()}
    files: list[FileRecord] = []
    changed = before is None
    for path in tree.files:
        name = path.name.lower()
        if not is_of_interest(name):
            continue
        relative = _relative(path, root)
        record = known.get(relative)
        status = _status(path)
        if record is None or (record.size, record.modified) != status:
            changed = True
            record = _file(path, relative, status, by_digest)
        files.append(record)
    code = _terraform(root, tree, known)
    if code is not None:
        files.append(code)
        changed = changed or code is not known.get(code.path)
    for folder, reason in tree.unreadable:
        problem = Unresolved(subject=f"folder `{folder}`", reason=reason, incomplete=True)
        files.append(FileRecord(f"{_relative(folder, root)}/", 0, 0, b"", [], [problem]))
    changed = changed or len(files) != len(known)
    return Index(str(root), files), changed


def _relative(path: Path, root: Path) -> str:
    # INVARIANT: the tree lists paths that begin with its root as given. Texts, as path objects cost ten times more.
    text, above = path.as_posix(), root.as_posix()
    return path.name if text == above else text[len(above) :].lstrip("/")


def _status(path: Path) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def _file(
    path: Path, relative: str, status: tuple[int, int], by_digest: Mapping[tuple[str, bytes], FileRecord]
) -> FileRecord:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = Unresolved(
            subject=f"file `{relative}`", reason=(error.strerror or "it cannot be read").lower(), incomplete=True
        )
        # A size that no file has: the next run looks again.
        return FileRecord(relative, -1, -1, b"", [], [problem])
    digest = hashlib.sha256(content).digest()
    same = by_digest.get((relative, digest))
    if same is not None:
        return FileRecord(relative, *status, digest, same.entries, same.problems)
    record = FileRecord(relative, *status, digest, [], [])
    try:
        for found in read_content(content, relative):
            if isinstance(found, Template):
                if _POLICY_TYPE in content.lower():
                    _from_estate(path, record, lambda reading: reading == "template")
            else:
                _add(record, found)
    except UnreadableError as problem:
        # Folders hold much that only looks like JSON: what does not speak of policy is not missed.
        if relative.lower().endswith(PACKED) or _POLICY in content.lower():
            record.problems.append(_problem(f"file `{relative}`", problem))
    return record


def _add(record: FileRecord, found: Found) -> None:
    try:
        record.entries.append(make_entry(found, record.path))
    except ProblemError as problem:
        reason = UnreadableError(found.lost) if found.lost else problem
        record.problems.append(_problem(f"{found.kind} `{_title(found)}`", reason, file=record.path))
        return
    if found.lost:
        record.problems.append(
            Unresolved(
                subject=f"{found.kind} `{_title(found)}`",
                reason=found.lost,
                origin=Origin(source=SOURCE, file=record.path, address=found.address or None),
                incomplete=True,
            )
        )


def _title(found: Found) -> str:
    for name in ("name", "id"):
        text = member(found.document, name)
        if isinstance(text, str) and text:
            return last_segment(text)
    return found.address or "without a name"


def _problem(subject: str, problem: ProblemError, *, file: str | None = None) -> Unresolved:
    origin = problem.origin
    if origin is None and file is not None:
        origin = Origin(source=SOURCE, file=file)
    return Unresolved(subject=subject, reason=problem.message, origin=origin, help=problem.help, incomplete=True)


def make_entry(found: Found, file: str) -> Entry:
    """What the index keeps of a policy object; reading it shows whether it is valid.

    Raises:
        ProblemError: when it is not.

    """
    document = found.document
    inner = member(document, "properties")
    body = inner if isinstance(inner, dict) else document
    types: tuple[str, ...] | None = None
    if found.kind is Kind.DEFINITION:
        definition, _ = hold_definition(document, file=file)
        types = types_of(definition)
    else:
        _LOADERS[found.kind](document, file=file)
    metadata = member(body, "metadata")
    facts = metadata if isinstance(metadata, dict) else {}
    id_ = _text(document, "id")
    version = _text(body, "version") or _text(facts, "version") or _text(body, "definitionVersion")
    return Entry(
        kind=found.kind,
        id=id_,
        name=_text(document, "name") or last_segment(id_) or _from_file(file),
        display_name=_text(body, "displayName"),
        version=version,
        category=_text(facts, "category"),
        policy_type=_text(body, "policyType"),
        mode=_text(body, "mode"),
        types=types,
        deprecated=facts.get("deprecated") is True,
        address=found.address,
        body=_encoded(document),
    )


def _text(node: dict[str, Any], name: str) -> str:
    value = member(node, name)
    return value if isinstance(value, str) else ""


def _from_file(file: str) -> str:
    """Azure's own JSON may have no name: then the file's name is one."""
    return file.rpartition("/")[2].split(".", 1)[0]


def _encoded(document: Any) -> bytes:
    try:
        return msgspec.json.encode(document)
    except (TypeError, RecursionError, UnicodeEncodeError):
        # YAML has dates and other values that JSON does not.
        raise UnreadableError("a value in it cannot be written as JSON") from None


def types_of(definition: Definition) -> tuple[str, ...] | None:
    """The lower-case types that a definition can be about whatever its parameters are; None when any."""
    open_parameters = {
        parameter.name: Unknown(reason="any value", decided_by=(parameter.name,))
        for parameter in definition.parameters.values()
    }
    bound = Bound(definition, bind_parameters(definition, open_parameters), EvaluationContext(), shipped_aliases())
    types = static_types(definition.rule.condition, bound)
    return None if types is None else tuple(sorted(types))


def _terraform(root: Path, tree: Tree, known: Mapping[str, FileRecord]) -> FileRecord | None:
    """The policy objects that Terraform code makes, as one record for the whole folder; None without such code."""
    code = [path for path in tree.files if path.name.lower().endswith(_CODE)]
    if not any(_mentions_policy(path) for path in code):
        return None
    digest = hashlib.sha256()
    for path in tree.files:
        if path.name.lower().endswith(_INPUTS):
            # Code may take whole objects from the files beside it.
            digest.update(f"{path}:{_status(path)}\n".encode())
    before = known.get(TERRAFORM)
    if before is not None and before.digest == digest.digest():
        return before
    record = FileRecord(TERRAFORM, 0, 0, digest.digest(), [], [])
    _from_estate(root, record, lambda source: source == "terraform")
    return record


def _mentions_policy(path: Path) -> bool:
    try:
        content = path.read_bytes().lower()
    except OSError:
        return False
    return _POLICY_TYPE in content or any(word in content for word in _POLICY_WORDS)


def _from_estate(path: Path, record: FileRecord, wanted: Callable[[str], bool]) -> None:
    """The policy objects among the resources of templates or Terraform code."""
    readings = [reading for reading in read_workload([path], ReadOptions()) if wanted(reading.source)]
    for reading in readings:
        record.problems.extend(item for item in reading.unresolved if item.incomplete)
    for resource in Estate(readings):
        kind = KIND_OF_TYPE.get(resource.type_key)
        if kind is not None:
            _add_resource(record, resource, kind)


def _add_resource(record: FileRecord, resource: Resource, kind: Kind) -> None:
    holes: list[Unknown] = []
    document = _settled({**resource.body, "id": resource.id, "name": resource.name}, holes)
    if holes or resource.opaque:
        names = tuple(dict.fromkeys(name for hole in holes for name in hole.decided_by))
        record.problems.append(
            Unresolved(
                subject=f"{kind} `{resource.name}`",
                reason=holes[0].reason if holes else "its source has no mapping for it",
                origin=resource.origin,
                decided_by=names,
                incomplete=True,
            )
        )
        return
    _add(record, Found(kind, document, resource.origin.address or ""))


def _settled(value: Any, holes: list[Unknown]) -> Any:
    """A value in which ids that are known to come stand as ids; other holes are told."""
    if isinstance(value, Unknown):
        if value.reference is None:
            holes.append(value)
        return value.reference
    if isinstance(value, dict):
        return {key: _settled(item, holes) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item, holes) for item in value]
    return value


def problems_of(index: Index) -> Iterator[Unresolved]:
    """What could not be indexed."""
    for record in index.files:
        yield from record.problems
