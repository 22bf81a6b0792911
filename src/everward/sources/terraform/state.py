"""States: what `terraform show -json` says of a state, and Terraform's own state files (version 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from everward.estate import Reading, ReadInput
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping import AzureProvider, to_resources
from everward.sources.terraform.mapping.versions import fitting_major
from everward.sources.terraform.plan_json import Problems, json_files, kind_of, read_object, redact
from everward.sources.tree import Tree, display
from everward.values import Origin, UnreadableError

_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)


class StateSource(Source):
    """Reads states, as JSON that Terraform shows and as Terraform keeps them."""

    name = "state"

    def find(self, tree: Tree) -> Iterable[Input]:
        """Every file that is a state."""
        return [Input(self.name, path) for path in json_files(tree, (".json", ".tfstate"), {"state", "tfstate"})]

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Read one state. Data sources in it are no part of the reading: they name what exists elsewhere."""
        shown = display(item.path)
        reading = Reading(source=self.name, label=shown)
        reading.inputs.append(ReadInput(path=shown, role="state"))
        problems = Problems(self.name, shown)
        try:
            content = read_object(item.path, tree, self.name)
        except UnreadableError as error:
            problems.add(shown, error.message, help=error.help)
            origin = error.origin or Origin(source=self.name, file=shown)
            reading.unresolved = [msgspec.structs.replace(one, origin=origin) for one in problems.items]
            return reading
        with deep_stack():
            _State(content, item.path, options, problems).into(reading)
        return reading


@dataclass(slots=True)
class _State:
    """One state while it is read."""

    content: dict[str, Any]
    path: Path
    options: ReadOptions
    problems: Problems
    instances: list[Instance] = field(default_factory=list)

    def into(self, reading: Reading) -> None:
        if kind_of(self.path) == "tfstate":
            self._own_file()
        else:
            self._shown()
        major = fitting_major({one.type: one.attributes for one in self.instances if one.mode == "managed"})
        subscription = self.options.subscription or self._subscription()
        provider = AzureProvider.for_root(None, f"{major}.0.0", subscription)
        reading.resources, reading.dispositions, unresolved = to_resources(self.instances, provider, source="state")
        reading.unresolved = [*self.problems.items, *unresolved]

    def _subscription(self) -> str | None:
        """The subscription that most of the resources stand in."""
        counts: dict[str, int] = {}
        for instance in self.instances:
            own = instance.attributes.get("id")
            found = _SUBSCRIPTION.match(own) if isinstance(own, str) else None
            if found is not None:
                counts[found[1]] = counts.get(found[1], 0) + 1
        return max(counts, key=lambda one: counts[one]) if counts else None

    # `terraform show -json`

    def _shown(self) -> None:
        version = self.content.get("format_version")
        if not isinstance(version, str) or not version.startswith(("0.", "1.")):
            self.problems.add(self.problems.file, f"the state has format version `{version}`, which is not known")
        if "values" not in self.content:
            return  # An empty state has no values at all.
        values = self.problems.mapping(self.content["values"], "values")
        for place, module in self._modules(values):
            for index, resource in enumerate(self.problems.array(module.get("resources"), f"{place}.resources")):
                self._shown_resource(resource, f"{place}.resources[{index}]", module.get("address"))

    def _modules(self, values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        pending: list[tuple[str, Any]] = [("values.root_module", values.get("root_module"))]
        while pending:
            place, item = pending.pop()
            module = self.problems.mapping(item, place)
            yield place, module
            children = self.problems.array(module.get("child_modules"), f"{place}.child_modules")
            pending.extend(reversed([(f"{place}.child_modules[{at}]", child) for at, child in enumerate(children)]))

    def _shown_resource(self, resource: Any, place: str, module: Any) -> None:
        resource = self.problems.element(resource, place)
        address = self.problems.text(resource.get("address"), place, "address") if resource else None
        if address is None:
            return
        deposed = resource.get("deposed_key")
        if deposed is not None:
            address = f"{address} (deposed {deposed})"
        if not isinstance(resource.get("values"), dict):
            self.problems.add(address, "it has no `values`", help="is the file cut off?")
            return
        self._add(address, resource, resource["values"], resource.get("sensitive_values"), module if module else "", "")

    # Terraform's own file

    def _own_file(self) -> None:
        version = self.content.get("version")
        if "encrypted_data" in self.content:
            self.problems.add(
                self.problems.file, "the state is encrypted", help="write it in the clear: `tofu show -json`"
            )
            return
        if version != 4:
            self.problems.add(
                self.problems.file,
                f"the state has version `{version}`, only 4 can be read",
                help="write it with `terraform show -json`",
            )
            return
        for index, resource in enumerate(self.problems.array(self.content.get("resources"), "resources")):
            place = f"resources[{index}]"
            resource = self.problems.element(resource, place)
            kind = self.problems.text(resource.get("type"), place, "type") if resource else None
            name = self.problems.text(resource.get("name"), place, "name") if kind else None
            if kind is None or name is None:
                continue
            module = resource.get("module")
            data = "data." if resource.get("mode") == "data" else ""
            base = f"{module}.{data}{kind}.{name}" if module else f"{data}{kind}.{name}"
            for at, one in enumerate(self.problems.array(resource.get("instances"), f"{place}.instances")):
                self._own_instance(resource, one, base, f"{place}.instances[{at}]")

    def _own_instance(self, resource: dict[str, Any], one: Any, base: str, place: str) -> None:
        one = self.problems.element(one, place)
        if not one:
            return
        key = one.get("index_key")
        address = base if key is None else f"{base}[{msgspec.json.encode(key).decode()}]"
        if one.get("deposed") is not None:
            address = f"{address} (deposed {one['deposed']})"
        if not isinstance(one.get("attributes"), dict):
            self.problems.add(address, "it has no `attributes`", help="is the file cut off?")
            return
        module = resource.get("module")
        marks = _marks(one.get("sensitive_attributes"))
        self._add(address, resource, one["attributes"], marks, module if module else "", resource.get("provider"))

    def _add(
        self, address: str, resource: dict[str, Any], values: Any, sensitive: Any, module: Any, provider: Any
    ) -> None:
        kind = self.problems.text(resource.get("type"), address, "type")
        name = self.problems.text(resource.get("name"), address, "name")
        if kind is None or name is None:
            return
        origin = Origin(source="state", file=self.problems.file, address=address)
        mode: Literal["managed", "data"] = "data" if resource.get("mode") == "data" else "managed"
        attributes = redact(values, sensitive, address, origin)
        self.instances.append(
            Instance(
                address=address,
                type=kind,
                name=name,
                attributes=attributes if isinstance(attributes, dict) else {},
                origin=origin,
                mode=mode,
                module=module if isinstance(module, str) else "",
                provider=provider if isinstance(provider, str) else "",
            )
        )


def _marks(paths: Any) -> Any:
    """Paths of sensitive attributes as the nested marks that `terraform show` gives."""
    marks: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else []:
        steps = path if isinstance(path, list) else [path]
        first = steps[0] if steps else None
        name = first.get("value") if isinstance(first, dict) else None
        if isinstance(name, str):
            # One secret inside a block hides the whole block: better too much than a secret shown.
            marks[name] = True
    return marks
