"""Plans: what `terraform show -json` says of a saved plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from everward.estate import Reading, ReadInput
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping import AzureProvider, to_resources
from everward.sources.terraform.mapping.versions import choose_edition, fitting_major
from everward.sources.terraform.plan_configuration import ConfiguredModule, find_module, read_module
from everward.sources.terraform.plan_dynamic import open_modules_of
from everward.sources.terraform.plan_json import Problems, json_files, read_object
from everward.sources.terraform.plan_references import AFTER_APPLY, Joiner
from everward.sources.terraform.plan_values import Join, Overlay, proves_dynamic
from everward.sources.tree import Tree, display
from everward.values import Origin, Unknown, UnreadableError, Value

_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_GONE = (["delete"], ["forget"])


class PlanSource(Source):
    """Reads plans in JSON (format 1.x)."""

    name = "plan"

    def find(self, tree: Tree) -> Iterable[Input]:
        """Every JSON file that is a plan."""
        return [Input(self.name, path) for path in json_files(tree, (".json",), {"plan"})]

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Read one plan. What it deletes is no part of the reading, for it will not be there."""
        reading = Reading(source=self.name, label=display(item.path))
        reading.inputs.append(ReadInput(path=display(item.path), role="plan"))
        problems = Problems(self.name, display(item.path))
        try:
            content = read_object(item.path, tree, self.name)
        except UnreadableError as error:
            problems.add(problems.file, error.message, help=error.help)
            reading.unresolved = [_at(problem, error.origin) for problem in problems.items]
            return reading
        with deep_stack():
            _Plan(content, item.path, options, problems).into(reading)
        return reading


def _at(problem: Any, origin: Origin | None) -> Any:
    import msgspec

    return msgspec.structs.replace(problem, origin=origin or problem.origin)


@dataclass(slots=True)
class _Plan:
    """One plan while it is read."""

    content: dict[str, Any]
    path: Path
    options: ReadOptions
    problems: Problems
    root: ConfiguredModule = field(default_factory=ConfiguredModule)
    instances: list[Instance] = field(default_factory=list)
    waiting: list[tuple[Instance, dict[str, Any]]] = field(default_factory=list)

    def into(self, reading: Reading) -> None:
        version = self.content.get("format_version")
        if not isinstance(version, str) or not version.startswith(("0.", "1.")):
            self.problems.add(
                self.problems.file,
                f"the plan has format version `{version}`, which is not known",
                help="update Everward, or write the plan with an older Terraform",
            )
        self._check_whole()
        configuration = self.problems.mapping(self.content.get("configuration"), "configuration")
        self.root = read_module(configuration.get("root_module"))
        if "resource_changes" not in self.content and "planned_values" not in self.content:
            self.problems.add("resource_changes", "the plan has no resources", help="is the file cut off?")
        for index, change in enumerate(self.problems.array(self.content.get("resource_changes"), "resource_changes")):
            self._change(change, f"resource_changes[{index}]")
        provider = self._provider(configuration)
        self._attributes(provider)
        resources, disposed, unresolved = to_resources(self.instances, provider, source="plan")
        reading.resources, reading.dispositions = resources, disposed
        reading.unresolved = [*self.problems.items, *unresolved]

    def _check_whole(self) -> None:
        """Say when the plan is not all that there will be."""
        if self.content.get("errored") is True:
            self.problems.add(self.problems.file, "planning ended with an error", help="mend the error and plan again")
        if self.content.get("complete") is False:
            self.problems.add(self.problems.file, "the plan is not complete: some changes are deferred")

    def _provider(self, configuration: dict[str, Any]) -> AzureProvider:
        configs = self.problems.mapping(configuration.get("provider_config"), "configuration.provider_config")
        constraint: str | None = None
        subscriptions: dict[str, str] = {}
        for key, config in configs.items():
            if not isinstance(config, dict) or config.get("name") != "azurerm":
                continue
            written = config.get("version_constraint")
            if isinstance(written, str) and constraint is None:
                constraint = written
            given = self._argument(config, "subscription_id")
            if given is not None:
                subscriptions[key] = given
        subscription = self.options.subscription or subscriptions.get("azurerm") or self._signed_in()
        locked = None
        if choose_edition(constraint, None).assumed is not None and self.waiting:
            # A plan has every attribute of the schema it was made with.
            locked = f"{fitting_major(self._attribute_names())}.0.0"
        return AzureProvider.for_root(constraint, locked, subscription, subscriptions=subscriptions)

    def _attribute_names(self) -> dict[str, dict[str, Any]]:
        names: dict[str, dict[str, Any]] = {}
        for instance, item in self.waiting:
            parts = [item["planned"].get(part) for part in ("after", "after_unknown")]
            if instance.mode == "managed":
                names[instance.type] = {key: None for part in parts if isinstance(part, dict) for key in part}
        return names

    def _argument(self, config: dict[str, Any], name: str) -> str | None:
        expressions = config.get("expressions")
        expression = expressions.get(name) if isinstance(expressions, dict) else None
        if not isinstance(expression, dict):
            return None
        value = expression.get("constant_value")
        names = expression.get("references")
        if value is None and isinstance(names, list) and len(names) == 1 and str(names[0]).startswith("var."):
            variables = self.content.get("variables")
            variable = variables.get(str(names[0])[4:]) if isinstance(variables, dict) else None
            value = variable.get("value") if isinstance(variable, dict) else None
        return value if isinstance(value, str) and value else None

    def _signed_in(self) -> str | None:
        """The subscription of whoever planned, when the plan read it."""
        state = self.content.get("prior_state")
        values = state.get("values") if isinstance(state, dict) else None
        pending = [values.get("root_module")] if isinstance(values, dict) else []
        while pending:
            module = pending.pop()
            if not isinstance(module, dict):
                continue
            resources = module.get("resources")
            for resource in resources if isinstance(resources, list) else []:
                if isinstance(resource, dict) and resource.get("type") in (
                    "azurerm_client_config",
                    "azurerm_subscription",
                ):
                    read = resource.get("values")
                    found = read.get("subscription_id") if isinstance(read, dict) else None
                    if isinstance(found, str) and found:
                        return found
            children = module.get("child_modules")
            pending.extend(children if isinstance(children, list) else [])
        return None

    def _change(self, change: Any, subject: str) -> None:
        change = self.problems.element(change, subject)
        address = self.problems.text(change.get("address"), subject, "address") if change else None
        if address is None:
            return
        kind = self.problems.text(change.get("type"), address, "type")
        name = self.problems.text(change.get("name"), address, "name")
        planned = change.get("change")
        if kind is None or name is None:
            return
        if not isinstance(planned, dict):
            self.problems.add(address, "no `change`", help="is the file cut off?")
            return
        deposed = change.get("deposed")
        if planned.get("actions") in _GONE or (deposed is not None and planned.get("after") is None):
            return
        if not isinstance(planned.get("after"), dict) and not isinstance(planned.get("after_unknown"), dict):
            self.problems.add(address, "its planned values are missing")
        module = change.get("module_address")
        mode: Literal["managed", "data"] = "data" if change.get("mode") == "data" else "managed"
        instance = Instance(
            address=address,
            type=kind,
            name=name,
            attributes={},
            origin=Origin(source="plan", file=self.problems.file, address=address),
            mode=mode,
            module=module if isinstance(module, str) else "",
        )
        configured = find_module(self.root, instance.module)
        resource = configured.resources.get((mode, kind, name), {}) if configured is not None else {}
        key = resource.get("provider_config_key")
        instance.provider = key if isinstance(key, str) else ""
        self.instances.append(instance)
        self.waiting.append((instance, {"planned": planned, "expressions": resource.get("expressions")}))

    def _attributes(self, provider: AzureProvider) -> None:
        """Work out the attributes of all instances: first what the plan knows, then what references lead to."""
        by_address = {instance.address: instance for instance in self.instances}
        waiting = {id(instance): item for instance, item in self.waiting}
        joiner = Joiner(self.root, provider, by_address, finish=lambda instance: finish(instance))
        unknown_of = {instance.address: item["planned"].get("after_unknown") for instance, item in self.waiting}
        proven: dict[str, int] = {}
        for instance, item in self.waiting:
            facts = provider.facts_of(instance.type) if instance.mode == "managed" else None
            if facts and proves_dynamic(unknown_of[instance.address], item["expressions"], facts.attributes):
                proven[instance.module] = proven.get(instance.module, 0) + 1
        open_modules = open_modules_of(self.content, self.root, by_address, unknown_of, proven)

        def overlay(instance: Instance, item: dict[str, Any], join: Join) -> None:
            facts = provider.facts_of(instance.type) if instance.mode == "managed" else None
            attributes = facts.attributes if facts is not None else {}
            planned, expressions = item["planned"], item["expressions"]
            unknown = planned.get("after_unknown")
            is_open = instance.module in open_modules or proves_dynamic(unknown, expressions, attributes)
            lay = Overlay(instance.address, instance.origin, attributes, join, is_open)
            instance.attributes = lay.attributes(
                planned.get("after"), unknown, planned.get("after_sensitive"), expressions
            )
            instance.computed.clear()

        def finish(instance: Instance) -> None:
            item = waiting.pop(id(instance), None)
            if item is not None:
                overlay(instance, item, partial(joiner.join, instance))

        for instance, item in self.waiting:
            overlay(instance, item, partial(_not_yet, instance))
        for instance in self.instances:
            finish(instance)


def _not_yet(instance: Instance, path: str, _name: str, _references: list[str], _is_list: bool) -> Value:
    return Unknown(reason=AFTER_APPLY, decided_by=(f"{instance.address}.{path}",), origin=instance.origin)
