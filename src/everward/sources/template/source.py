"""ARM templates with their parameter files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from everward.estate import Reading, ReadInput, Unresolved
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.template.bicep import ENDING, compiled, is_parameters, uncompiled, unread
from everward.sources.template.document import SOURCE, Document, Site
from everward.sources.template.expansion import expand_document
from everward.sources.template.linking import linked_files
from everward.sources.template.opening import Opener, Values
from everward.sources.template.pairing import choose, pair, variant_of
from everward.sources.template.parameters import Given
from everward.sources.template.problems import Problems
from everward.sources.template.sniff import ENDINGS, Kind, kind_of
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError, UnreadableError, member


class TemplateSource(Source):
    """Resources as ARM templates declare them."""

    name = SOURCE

    def __init__(self) -> None:
        self._opener = Opener()

    def find(self, tree: Tree) -> Iterable[Input]:
        """One input a template, with its parameter files; linked templates come with their parents."""
        candidates = list(_candidates(tree))
        kinds = {path: kind_of(path, tree) for path in candidates if not is_parameters(path)}
        templates = [path for path, kind in kinds.items() if kind is Kind.TEMPLATE]
        bicep = uncompiled(tree)
        pairs = pair([*templates, *bicep], [path for path, kind in kinds.items() if kind is Kind.PARAMETERS], tree)
        alone = list(self._pair_bicep(filter(is_parameters, candidates), [*templates, *bicep], pairs, tree))
        named = tree.root if tree.root.is_file() else None
        linked = set() if named is not None else linked_files(templates, tree)
        for path in templates:
            if (named is None and path not in linked) or (named is not None and compiled(named) == path):
                yield Input(source=self.name, path=path, files=tuple(pairs.get(path, ())))
        if named is not None and (kinds.get(named) is Kind.PARAMETERS or is_parameters(named)):
            template = next((template for template, files in pairs.items() if named in files), None)
            if template is not None or not is_parameters(named):
                yield Input(source=self.name, path=named, files=(template,) if template is not None else ())
        yield from (item for item in alone if named is None or named == item.path)
        for path in bicep:
            yield Input(source=self.name, path=path, files=tuple(pairs.get(path, ())))

    def _pair_bicep(
        self, files: Iterable[Path], templates: Sequence[Path], pairs: dict[Path, list[Path]], tree: Tree
    ) -> Iterator[Input]:
        """Add parameter files of Bicep to the templates that they name; those of other templates stand alone."""
        by_path = {template.resolve(): template for template in templates}
        for file in files:
            try:
                target = self._opener.target(file, tree)
            except UnreadableError:
                # Reading it says why.
                yield Input(source=self.name, path=file)
                continue
            if target is not None and target.resolve() in by_path:
                pairs.setdefault(by_path[target.resolve()], []).append(file)
            elif target is not None or file == tree.root:
                yield Input(source=self.name, path=file, files=(target,) if target is not None else ())

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Expand one template, once for every parameter file that is meant. What is wrong in it is said, not raised."""
        reading = Reading(source=self.name, label=display(item.path))
        try:
            template, files = self._split(item, tree)
            document = self._opener.template(template, tree)
        except UnreadableError as error:
            _unreadable(reading, item.path, error)
            return reading
        except ProblemError as error:
            return unread(item.path, error)
        reading.inputs.append(ReadInput(path=document.shown, role="template", detail=document.made))
        problems = Problems(reading)
        chosen = self._choose(document, files, tree, options, reading)
        typed = _typed(document, options.variables)
        for variant, given in chosen:
            values = {name: value for name, value in given.items() if name.lower() not in typed}
            values.update(typed)
            expand_document(document, reading, tree, options, values, problems=problems, variant=variant)
        return reading

    def _split(self, item: Input, tree: Tree) -> tuple[Path, tuple[Path, ...]]:
        """The template of an input and its parameter files: the user may have named one of these.

        Raises:
            UnreadableError: when there is no template.

        """
        if not is_parameters(item.path) and kind_of(item.path, tree) is not Kind.PARAMETERS:
            return item.path, item.files
        if item.files:
            return item.files[0], (item.path,)
        if is_parameters(item.path) and self._opener.target(item.path, tree) is None:
            raise UnreadableError("it is for no template: `using none`", help="name a file that extends it")
        raise UnreadableError("there is no template beside the parameter file")

    def _choose(
        self, document: Document, files: Sequence[Path], tree: Tree, options: ReadOptions, reading: Reading
    ) -> list[tuple[str | None, Values]]:
        """The values of every expansion, with what tells them apart where there are several."""
        explicit = self._explicit(document, tree, options, reading)
        chosen, remark = choose(document.path, files, options.environment)
        used = [] if explicit is not None else chosen
        opened = {file: self._opener.values(file, tree, reading, document) for file in used}
        named = {item.path for item in reading.inputs}
        for file in files:
            detail = opened[file][1] if file in opened else "another environment"
            if explicit is not None:
                detail = "another file was named"
                if display(file) in named:
                    continue
            reading.inputs.append(ReadInput(path=display(file), role="parameters", used=file in used, detail=detail))
        if explicit is not None:
            return [(None, explicit)]
        if remark is not None:
            origin = Origin(source=SOURCE, file=document.shown)
            reading.unresolved.append(
                Unresolved(subject=document.shown, reason=remark, origin=origin, help="name the file with --var-file")
            )
        if len(used) <= 1:
            return [(None, opened[used[0]][0] if used else {})]
        return [(variant_of(document.path, file), opened[file][0]) for file in used]

    def _explicit(self, document: Document, tree: Tree, options: ReadOptions, reading: Reading) -> Values | None:
        """The values of parameter files that the user named and that fit this template; None without any."""
        declared = member(document.value, "parameters")
        names = {name.lower() for name in declared} if isinstance(declared, dict) else set()
        merged: Values = {}
        found = False
        for file in options.var_files:
            if not file.name.lower().endswith((*ENDINGS, ENDING)):
                continue
            values, detail = self._opener.values(file, tree, reading, document)
            if names & {name.lower() for name in values}:
                found = True
                merged.update(values)
                said = f"named by the user; {detail}" if detail is not None else "named by the user"
                reading.inputs.append(ReadInput(path=display(file), role="parameters", detail=said))
        return merged if found else None


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
        if path.name.lower().endswith((*ENDINGS, ENDING)):
            yield path


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


def _typed(document: Document, variables: Mapping[str, str]) -> Values:
    """Values as typed on the command line, for the parameters that the template has, by their lower-case names."""
    site = Site(document)
    declared = member(document.value, "parameters")
    out: Values = {}
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
