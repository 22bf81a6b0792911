"""ARM templates with their parameter files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from everward.estate import Reading, ReadInput, Unresolved
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.template.bicep import is_bicep, uncompiled, unread
from everward.sources.template.document import SOURCE, Document, Site, open_document
from everward.sources.template.expansion import expand_document
from everward.sources.template.linking import linked_files
from everward.sources.template.pairing import choose, pair, variant_of
from everward.sources.template.parameters import Given
from everward.sources.template.problems import Problems
from everward.sources.template.sniff import ENDINGS, Kind, kind_of
from everward.sources.tree import Tree, display
from everward.values import Origin, UnreadableError, member


class TemplateSource(Source):
    """Resources as ARM templates declare them."""

    name = SOURCE

    def find(self, tree: Tree) -> Iterable[Input]:
        """One input a template, with its parameter files; linked templates come with their parents."""
        kinds = {path: kind_of(path, tree) for path in _candidates(tree)}
        templates = [path for path, kind in kinds.items() if kind is Kind.TEMPLATE]
        parameters = [path for path, kind in kinds.items() if kind is Kind.PARAMETERS]
        pairs = pair(templates, parameters, tree)
        named = tree.root if tree.root.is_file() else None
        linked = set() if named is not None else linked_files(templates, tree)
        for path in templates:
            if named == path or (named is None and path not in linked):
                yield Input(source=self.name, path=path, files=tuple(pairs.get(path, ())))
        if named is not None and kinds.get(named) is Kind.PARAMETERS:
            template = next((template for template, files in pairs.items() if named in files), None)
            yield Input(source=self.name, path=named, files=(template,) if template is not None else ())
        for path in uncompiled(tree):
            yield Input(source=self.name, path=path)

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Expand one template, once for every parameter file that is meant. What is wrong in it is said, not raised."""
        if is_bicep(item.path):
            return unread(item.path)
        template, files = _split(item, tree)
        reading = Reading(source=self.name, label=display(item.path))
        if template is None:
            _unreadable(reading, item.path, UnreadableError("there is no template beside the parameter file"))
            return reading
        try:
            document = open_document(template, tree)
        except UnreadableError as error:
            _unreadable(reading, template, error)
            return reading
        if document is None:
            # It named the schema of a template, so it is an object: only a file that changed meanwhile gets here.
            _unreadable(reading, template, UnreadableError("the template is no object"))
            return reading
        reading.inputs.append(ReadInput(path=document.shown, role="template"))
        problems = Problems(reading)
        chosen = _choose(document, files, tree, options, reading)
        typed = _typed(document, options.variables)
        for variant, given in chosen:
            values = {name: value for name, value in given.items() if name.lower() not in typed}
            values.update(typed)
            expand_document(document, reading, tree, options, values, problems=problems, variant=variant)
        return reading


def _candidates(tree: Tree) -> Iterator[Path]:
    """The files that may be templates or parameter files; beside a named file, those next to it."""
    files: Iterable[Path] = tree.files
    if tree.root.is_file():
        try:
            beside = sorted(path for path in tree.root.parent.iterdir() if path.is_file() and path != tree.root)
        except OSError:
            beside = []
        yield tree.root
        files = beside
    for path in files:
        if path.name.lower().endswith(ENDINGS):
            yield path


def _split(item: Input, tree: Tree) -> tuple[Path | None, tuple[Path, ...]]:
    """The template of an input and its parameter files: the user may have named one of these."""
    if kind_of(item.path, tree) is Kind.PARAMETERS:
        return (item.files[0] if item.files else None), (item.path,)
    return item.path, item.files


def _unreadable(reading: Reading, path: Path, error: UnreadableError) -> None:
    shown = display(path)
    reading.inputs.append(ReadInput(path=shown, role="template", used=False, detail="cannot be read"))
    reading.unresolved.append(
        Unresolved(
            subject=shown,
            reason=error.message,
            origin=error.origin or Origin(source=SOURCE, file=shown),
            help=error.help,
            incomplete=True,
        )
    )


_Values = dict[str, Given]


def _choose(
    document: Document, files: Sequence[Path], tree: Tree, options: ReadOptions, reading: Reading
) -> list[tuple[str | None, _Values]]:
    """The values of every expansion, with what tells them apart where there are several."""
    explicit = _explicit(document, tree, options, reading)
    chosen, remark = choose(document.path, files, options.environment)
    used = [] if explicit is not None else chosen
    for file in files:
        detail = None
        if file not in used:
            detail = "another file was named" if explicit is not None else "another environment"
        reading.inputs.append(ReadInput(path=display(file), role="parameters", used=file in used, detail=detail))
    if remark is not None and explicit is None:
        reading.unresolved.append(
            Unresolved(
                subject=document.shown,
                reason=remark,
                origin=Origin(source=SOURCE, file=document.shown),
                help="name the file with --var-file",
            )
        )
    if explicit is not None:
        return [(None, explicit)]
    opened = [(file, _read_values(file, tree, reading)) for file in used]
    if len(opened) <= 1:
        return [(None, opened[0][1] if opened else {})]
    return [(variant_of(document.path, file), values) for file, values in opened]


def _explicit(document: Document, tree: Tree, options: ReadOptions, reading: Reading) -> _Values | None:
    """The values of parameter files that the user named and that fit this template; None without any."""
    declared = member(document.value, "parameters")
    names = {name.lower() for name in declared} if isinstance(declared, dict) else set()
    merged: _Values = {}
    found = False
    for file in options.var_files:
        if not file.name.lower().endswith(ENDINGS):
            continue
        values = _read_values(file, tree, reading)
        if names & {name.lower() for name in values}:
            found = True
            merged.update(values)
            reading.inputs.append(ReadInput(path=display(file), role="parameters", detail="named by the user"))
    return merged if found else None


def _read_values(file: Path, tree: Tree, reading: Reading) -> _Values:
    """The values of a parameter file; of a bare map of names to values, too."""
    try:
        document = open_document(file, tree)
    except UnreadableError as error:
        reading.unresolved.append(
            Unresolved(
                subject=display(file), reason=error.message, origin=error.origin, help=error.help, incomplete=True
            )
        )
        return {}
    if document is None:
        return {}
    section = member(document.value, "parameters")
    if isinstance(section, dict):
        site = Site(document, ("parameters",))
        return {name: Given(entry, site.below(name)) for name, entry in section.items()}
    if any(key.startswith("$") for key in document.value):
        return {}
    return {name: Given(entry, Site(document, (name,)), bare=True) for name, entry in document.value.items()}


def _typed(document: Document, variables: Mapping[str, str]) -> _Values:
    """Values as typed on the command line, for the parameters that the template has, by their lower-case names."""
    site = Site(document)
    declared = member(document.value, "parameters")
    out: _Values = {}
    for name, raw in declared.items() if isinstance(declared, dict) else ():
        text = next((value for key, value in variables.items() if key.lower() == name.lower()), None)
        if text is not None:
            out[name.lower()] = Given(_parse(text, raw), site.below("parameters", name), bare=True)
    return out


def _parse(text: str, declaration: Any) -> Any:
    kind = member(declaration, "type") if isinstance(declaration, dict) else None
    if isinstance(kind, str) and kind.lower() not in ("string", "securestring"):
        try:
            return msgspec.json.decode(text)
        except (msgspec.MsgspecError, RecursionError):
            return text
    return text
