"""Parameter files of Bicep: the template that they name, and the values that they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from everward.estate import Unresolved
from everward.expressions import ExpressionError, quote
from everward.sources.template.bicep.host import BicepHost
from everward.sources.template.bicep.lexer import BicepError
from everward.sources.template.bicep.nodes import Apply, Assignment, Node, Using
from everward.sources.template.bicep.unit import SOURCE, Unit
from everward.sources.template.bicep.walking import calls_of
from everward.sources.template.bicep.workspace import Workspace
from everward.sources.template.room import room
from everward.sources.tree import Tree, display
from everward.values import Origin, Step, Unknown, UnreadableError, Value, combine

ENDING: Final = ".bicepparam"
MAX_EXTENDED: Final = 20
"""Files that extend one another."""


def is_parameters(path: Path) -> bool:
    """Whether a file is a parameter file of Bicep, by its name."""
    return path.name.lower().endswith(ENDING)


class ParameterFile:
    """A `.bicepparam` file, read without the compiler. What cannot be read is said in `problems`."""

    def __init__(self, path: Path, tree: Tree, environ: Mapping[str, str] | None = None) -> None:
        """
        Raises:
            UnreadableError: when the file cannot be read as text.

        """
        self.path = path
        self.shown = display(path)
        self.problems: list[Unresolved] = []
        self.workspace = Workspace(tree, environ)
        self._host = BicepHost(self.workspace)
        self._templates: dict[Path, Unit | None] = {}
        self._lines: dict[str, tuple[int, int]] = {}
        try:
            text = self.workspace.text(path)
        except ExpressionError as error:
            raise UnreadableError(
                error.message, origin=Origin(source=SOURCE, file=self.shown), help=error.help
            ) from None
        with room():
            self._unit = self._open_unit(path, text)
            self._chain = self._extended(self._unit)

    # Files

    def _open_unit(self, path: Path, text: str, *, template: bool = False) -> Unit:
        unit = Unit(path, text, template=template, evaluate=self._host.evaluate, open=self._open_template)
        for problem in unit.problems:
            self._syntax(unit, problem)
        return unit

    def _syntax(self, unit: Unit, problem: BicepError) -> None:
        self._add(unit.shown, problem.message, unit.origin(problem.at), problem.help, incomplete=True)

    def _add(self, subject: str, reason: str, origin: Origin, help: str | None, *, incomplete: bool = False) -> None:
        note = Unresolved(subject=subject, reason=reason, origin=origin, help=help, incomplete=incomplete)
        if note not in self.problems:
            self.problems.append(note)

    def _open_template(self, unit: Unit, written: str, at: int) -> Unit | None:
        """What an import names; what cannot be read is said where it is imported."""
        try:
            if not written.lower().endswith(".bicep") and not written.startswith(("br", "ts", "az:")):
                raise ExpressionError(f"only Bicep is imported from, not `{written}`")
            place = self.workspace.locate(written, unit.path)
            if place not in self._templates:
                self._templates[place] = None
                self._templates[place] = self._open_unit(place, self.workspace.text(place), template=True)
            return self._templates[place]
        except ExpressionError as error:
            self._add(unit.shown, f"an import is not read: {error.message}", unit.origin(at), error.help)
            return None

    def _extended(self, unit: Unit) -> list[Unit]:
        """The file and those that it extends, the outermost first; each knows the values of the one below it."""
        chain = [unit]
        seen = {unit.path.resolve()}
        while (extends := chain[-1].extends) is not None:
            last = chain[-1]
            try:
                place = self.workspace.locate(extends.path, last.path)
                if place in seen or len(chain) >= MAX_EXTENDED:
                    raise ExpressionError("files extend one another in a circle, or too many of them")
                seen.add(place)
                chain.append(self._open_unit(place, self.workspace.text(place)))
            except ExpressionError as error:
                reason = f"the file that it extends is not read: {error.message}"
                self._add(last.shown, reason, last.origin(extends.at), error.help, incomplete=True)
                break
        return chain

    # The template

    @property
    def using(self) -> Using | None:
        """The statement that names the template: its own, else that of a file it extends."""
        return next((unit.using for unit in self._chain if unit.using is not None), None)

    def template(self) -> Path | None:
        """The template that it names; None when it names none.

        Raises:
            UnreadableError: when it names one that cannot be found.

        """
        unit = next((unit for unit in self._chain if unit.using is not None), self._unit)
        using = unit.using
        if using is None:
            raise UnreadableError(
                f"`{self.shown}` names no template",
                origin=unit.origin(0),
                help="write `using 'main.bicep'` as its first line",
            )
        if using.path is None:
            return None
        try:
            return self.workspace.locate(using.path, unit.path)
        except ExpressionError as error:
            raise UnreadableError(
                f"the template of `{self.shown}` is not read: {error.message}",
                origin=unit.origin(using.at),
                help=error.help or "name a template that is there, or compile it",
            ) from None

    # Values

    def entries(self, secure: Iterable[str] = ()) -> dict[str, dict[str, Any]]:
        """The parameters as a parameter file in JSON has them: `{"value": …}` or `{"reference": …}`.

        What is not known is a hole in a value. So is what is made of a secret: of a parameter that the template calls
        `secure`, or of something that has the name or the shape of one.
        """
        self._host.secure = frozenset(name.lower() for name in secure)
        for unit in self._chain:
            unit.forget()
        with room():
            return self._entries()

    def _entries(self) -> dict[str, dict[str, Any]]:
        self._number_external()
        out: dict[str, dict[str, Any]] = {}
        below: dict[str, Value] = {}
        for unit in reversed(self._chain):
            unit.base = below
            own = {item.name: self._entry(unit, item) for item in unit.assignments.values() if item.kind == "param"}
            out.update(own)
            below = {**below, **{name: entry.get("value") for name, entry in own.items()}}
        # Those of this file in its order, then what it took over.
        first = [item.name for item in self._unit.assignments.values() if item.kind == "param"]
        return {name: out[name] for name in dict.fromkeys((*first, *out))}

    def _entry(self, unit: Unit, item: Assignment) -> dict[str, Any]:
        place = unit.origin(item.at, item.end)
        if unit is self._unit and place.line is not None:
            self._lines[item.name.lower()] = (place.line, place.end_line or place.line)
        return self._given(unit, item.name, item.value, place)

    def _given(self, unit: Unit, name: str, node: Node | None, place: Origin) -> dict[str, Any]:
        if node is None:
            return {"value": Unknown(reason="its value cannot be read", present=True, origin=place)}
        try:
            if isinstance(node, Apply) and node.name == "getSecret":
                return {"reference": self._reference(unit, node)}
            if unit.assignments.get(name) is not None and unit.assignments[name].value is node:
                return {"value": unit.value(name)}
            return {"value": unit.evaluate(node)}
        except ExpressionError as error:
            return {"value": self._failed(name, error, place)}
        except RecursionError:
            return {"value": self._failed(name, ExpressionError("nested too deeply to be evaluated"), place)}

    def _failed(self, name: str, error: ExpressionError, place: Origin) -> Unknown:
        origin = error.origin if error.origin is not None else place
        self._add(f"parameters.{name}", error.message, origin, error.help)
        return Unknown(
            reason=f"it cannot be evaluated: {error.message}",
            decided_by=(f"parameters.{name}",),
            present=True,
            origin=origin,
        )

    def _reference(self, unit: Unit, node: Apply) -> dict[str, Any]:
        """The secret of a key vault, as a parameter file in JSON names it."""
        parts = [unit.evaluate(argument) for argument in node.arguments]
        if len(parts) not in (4, 5):
            raise ExpressionError(f"the function `getSecret` takes 4 or 5 arguments, not {len(parts)}")
        texts = [part if isinstance(part, str | Unknown) else str(part) for part in parts]
        out = {"keyVault": {"id": _vault(*texts[:3])}, "secretName": texts[3]}
        return {**out, "secretVersion": texts[4]} if len(texts) == 5 else out

    def _number_external(self) -> None:
        """Give external inputs their numbers: those of parameters first, in the order in which they stand."""
        items = [item for item in self._unit.statements if isinstance(item, Assignment) and item.value is not None]
        for item in sorted(items, key=lambda item: item.kind == "var"):
            for call in calls_of(item.value):
                if call.name in ("externalInput", "readCliArg", "readEnvVar"):
                    self._number(call)

    def _number(self, call: Apply) -> None:
        try:
            self._unit.evaluate(call)
        except (ExpressionError, RecursionError):
            # Whoever needs the value says what is wrong with it.
            return

    # What else stands in it

    @property
    def external(self) -> dict[str, dict[str, Value]]:
        """The values that whoever deploys gives, by the key under which expressions know them."""
        return self._host.external.definitions

    def deployment(self) -> Value:
        """How it is deployed (`using … with`), as far as it says so; None when it does not."""
        using = self._unit.using
        if using is None or using.config is None:
            return None
        try:
            with room():
                return self._unit.evaluate(using.config)
        except ExpressionError as error:
            return self._failed("using", error, self._unit.origin(using.at))

    def extensions(self) -> dict[str, dict[str, dict[str, Any]]]:
        """How extensions are configured: `{"value": …}` or `{"keyVaultReference": …}` by name and property."""
        out: dict[str, dict[str, dict[str, Any]]] = {}
        for item in self._unit.statements:
            if isinstance(item, Assignment) and item.kind == "extensionConfig":
                if item.name in out:
                    self._syntax(self._unit, BicepError(f"`{item.name}` is configured twice", item.at))
                with room():
                    out[item.name] = dict(self._settings(item))
        return out

    def _settings(self, item: Assignment) -> Iterator[tuple[str, dict[str, Any]]]:
        for entry in getattr(item.value, "entries", ()):
            if entry.key is None or entry.key.plain is None:
                self._syntax(self._unit, BicepError("an extension is configured by properties", entry.value.at))
                continue
            name = entry.key.plain
            given = self._given(self._unit, f"{item.name}.{name}", entry.value, self._unit.origin(entry.value.at))
            yield name, {"keyVaultReference": given["reference"]} if "reference" in given else given

    def exact(self, steps: tuple[Step, ...]) -> tuple[int, int] | None:
        """First and last line of a parameter, by its path in the JSON form."""
        return self._lines.get(str(steps[1]).lower()) if len(steps) > 1 else None

    def nearest(self, steps: tuple[Step, ...]) -> tuple[int, int] | None:
        """Like `exact`."""
        return self.exact(steps)


def _vault(subscription: str | Unknown, group: str | Unknown, name: str | Unknown) -> str | Unknown:
    """The id of a key vault; where a part is open, a hole with what the compiler writes instead."""
    parts = (subscription, group, name)
    holes = [part for part in parts if isinstance(part, Unknown)]
    if not holes:
        return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"
    written = [(part.text or "[null()]")[1:-1] if isinstance(part, Unknown) else quote(part) for part in parts]
    text = f"[resourceId({written[0]}, {written[1]}, 'Microsoft.KeyVault', 'vaults', {written[2]})]"
    return combine(holes, present=True, text=text)
