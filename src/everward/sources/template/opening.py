"""Opening what an expansion is made of: a template (of Bicep, its compiled form), and the values of parameter files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from everward.estate import Reading, Unresolved
from everward.sources.jsontext import load
from everward.sources.template.bicep import ParameterFile, compiled, find_compiler, is_bicep, is_parameters
from everward.sources.template.bicep.compiler import Compiler
from everward.sources.template.definitions import Definitions
from everward.sources.template.document import SOURCE, Document, Nowhere, Site, open_document
from everward.sources.template.parameters import Given
from everward.sources.template.placeholders import open_placeholders
from everward.sources.template.room import room
from everward.sources.tree import Tree, display
from everward.values import MISSING, Origin, ProblemError, UnreadableError, member

Values = dict[str, Given]
_LISTED: Final = 6
"""Placeholders that are told by name."""


class Opener:
    """Opens each file once, however many inputs it belongs to."""

    def __init__(self) -> None:
        self._parameters: dict[Path, ParameterFile | UnreadableError] = {}
        self._compiled: dict[Path, Document | ProblemError] = {}
        self._compiler: list[Compiler | None] = []

    # Templates

    def template(self, path: Path, tree: Tree) -> Document:
        """The document of a template.

        Raises:
            UnreadableError: when it cannot be read.
            NoCompilerError: when it is Bicep, and there is nobody to compile it.
            CompileError: when it is Bicep, and the compiler does not take it.

        """
        if is_bicep(path):
            return self._of_bicep(path)
        document = open_document(path, tree)
        if document is None:
            # It named the schema of a template, so it is an object: only a file that changed meanwhile gets here.
            raise UnreadableError("the template is no object")
        return document

    def _of_bicep(self, path: Path) -> Document:
        found = self._compiled.get(path)
        if found is None:
            try:
                found = self._compile(path)
            except ProblemError as error:
                found = error
            self._compiled[path] = found
        if isinstance(found, ProblemError):
            raise found
        return found

    def _compile(self, path: Path) -> Document:
        compiler = self.compiler
        if compiler is None:
            raise NoCompilerError(path)
        shown = display(path)
        value = load(compiler.compile(path), source=SOURCE, file=shown)
        if not isinstance(value, dict):
            raise UnreadableError(f"`{compiler.name}` gives no template", origin=Origin(source=SOURCE, file=shown))
        return Document(path, shown, value, Nowhere(), f"compiled by `{compiler.name}`")

    @property
    def compiler(self) -> Compiler | None:
        """The user's compiler of Bicep, looked for when it is first needed."""
        if not self._compiler:
            self._compiler.append(find_compiler())
        return self._compiler[0]

    # Parameter files

    def parameter_file(self, path: Path, tree: Tree) -> ParameterFile:
        """A parameter file of Bicep.

        Raises:
            UnreadableError: when it cannot be read at all.

        """
        found = self._parameters.get(path)
        if found is None:
            try:
                found = ParameterFile(path, tree)
            except UnreadableError as error:
                found = error
            self._parameters[path] = found
        if isinstance(found, UnreadableError):
            raise found
        return found

    def target(self, path: Path, tree: Tree) -> Path | None:
        """The template of a parameter file of Bicep in the form that is read; None when it is for no template.

        Raises:
            UnreadableError: when the file cannot be read, or its template cannot be found.

        """
        template = self.parameter_file(path, tree).template()
        return compiled(template) if template is not None else None

    def values(self, path: Path, tree: Tree, reading: Reading, template: Document) -> tuple[Values, str | None]:
        """The values of a parameter file, and a word on where they come from; what cannot be read is said."""
        try:
            if is_parameters(path):
                return self._bicep_values(path, tree, reading, template)
            document = open_document(path, tree)
        except UnreadableError as error:
            reading.unresolved.append(
                Unresolved(
                    subject=display(path), reason=error.message, origin=error.origin, help=error.help, incomplete=True
                )
            )
            return {}, None
        if document is None:
            return {}, None
        if document.given is None:
            document.given = _json_values(document)
        values, note = document.given
        if note is not None:
            reading.unresolved.append(note)
        return values, None

    def _bicep_values(self, path: Path, tree: Tree, reading: Reading, template: Document) -> tuple[Values, str | None]:
        file = self.parameter_file(path, tree)
        entries = file.entries(_secure_names(template))
        document = Document(path, file.shown, {"parameters": entries}, file)
        site = Site(document, ("parameters",))
        known = set(map(_told, reading.unresolved))
        reading.unresolved.extend(item for item in file.problems if _told(item) not in known)
        return {name: Given(entry, site.below(name)) for name, entry in entries.items()}, _environment(file)


class NoCompilerError(ProblemError):
    """A Bicep file of which there is no compiled form, and no compiler to make one."""

    def __init__(self, path: Path) -> None:
        shown = display(path)
        super().__init__(
            "Bicep is read in its compiled form: there is no template beside it, and no compiler in PATH",
            origin=Origin(source=SOURCE, file=shown),
            help=f"install Bicep (`az bicep install`), or compile it to JSON: `bicep build {shown}`",
        )


def _secure_names(template: Document) -> list[str]:
    """The parameters that a template calls secure."""
    declared = member(template.value, "parameters")
    if not isinstance(declared, dict):
        return []
    definitions = Definitions(template.value)
    return [name for name, raw in declared.items() if definitions.resolve(raw).secure]


def _told(item: Unresolved) -> bytes:
    return msgspec.json.encode(item)


def _environment(file: ParameterFile) -> str | None:
    """Which environment variables gave values: whoever reads the report may have others."""
    asked: Mapping[str, bool] = file.workspace.asked
    names = sorted(name for name, found in asked.items() if found)
    return f"values from the environment: {', '.join(names)}" if names else None


def _json_values(document: Document) -> tuple[Values, Unresolved | None]:
    """The values of a parameter file in JSON, or of a bare map of names to values, and what is left open in it."""
    section = member(document.value, "parameters")
    bare = not isinstance(section, dict)
    if bare and any(key.startswith("$") for key in document.value):
        return {}, None
    site = Site(document, () if bare else ("parameters",))
    out: Values = {}
    placeholders: dict[str, list[str]] = {}
    with room():
        for name, entry in (document.value if bare else section).items():
            value = entry if bare else member(entry, "value") if isinstance(entry, dict) else MISSING
            opened, found = open_placeholders(value, name)
            if found:
                placeholders[name] = found
                entry = opened if bare else {"value": opened}
            out[name] = Given(entry, site.below(name), bare=bare)
    return out, _of_placeholders(document, placeholders) if placeholders else None


def _of_placeholders(document: Document, found: dict[str, list[str]]) -> Unresolved:
    """What is said, once for a file, of placeholders in the place of values."""
    written = list(dict.fromkeys(text for texts in found.values() for text in texts))
    listed = ", ".join(f"`{text}`" for text in written[:_LISTED]) + (", …" if len(written) > _LISTED else "")
    return Unresolved(
        subject=document.shown,
        reason=f"placeholders stand where values should be: {listed}",
        origin=Origin(source=SOURCE, file=document.shown),
        decided_by=tuple(f"parameters.{name}" for name in found),
        help="write values in their place, or give them with --var",
    )
