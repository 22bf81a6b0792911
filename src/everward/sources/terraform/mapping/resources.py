"""Turns instances of Terraform into resources of ARM, and says of every address what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from everward.estate import Disposed, Disposition, Resource, Unresolved
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping import azapi, ids
from everward.sources.terraform.mapping.body import Body
from everward.sources.terraform.mapping.facts import DIRECTORY
from everward.sources.terraform.mapping.merge import Laid, append_children, lay
from everward.sources.terraform.mapping.provider import AzureProvider
from everward.sources.terraform.mapping.roles import role_id
from everward.sources.terraform.mapping.table import Append, Child, TypeMapping
from everward.values import Unknown, Value, is_symbolic, placeholder, try_parse_id
from everward.values.secrecy import conceal_body


def to_resources(
    instances: Sequence[Instance], provider: AzureProvider, *, source: str
) -> tuple[list[Resource], list[Disposed], list[Unresolved]]:
    """The resources of managed instances, the disposition of each address, and what could not be said.

    Data sources are no part of the result: they name what exists elsewhere. `source` names the reading in places.
    """
    return _Run(instances, provider, source).result()


@dataclass(slots=True)
class _Made:
    """A resource and the mutable parts it is built from."""

    instance: Instance
    resource: Resource
    listed: Append | None
    """How its parent shows it as well."""


@dataclass(slots=True)
class _Run:
    """One call of `to_resources`."""

    instances: Sequence[Instance]
    provider: AzureProvider
    source: str
    made: dict[str, _Made] = field(default_factory=dict)
    """By lower-case id."""
    by_address: dict[str, Disposed] = field(default_factory=dict)
    unresolved: list[Unresolved] = field(default_factory=list)
    names: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """Type and name to id; None when several share them."""
    settled: dict[str, str] = field(default_factory=dict)
    """Lower-case id as the instance alone gives it, to the id that the reading as a whole gives."""
    laid: list[Laid] = field(default_factory=list)
    strange: dict[tuple[str, str, str], tuple[Instance, int]] = field(default_factory=dict)
    unmapped: dict[str, list[Instance]] = field(default_factory=dict)
    """By type of the provider: the instances that became opaque resources."""

    def result(self) -> tuple[list[Resource], list[Disposed], list[Unresolved]]:
        self._index()
        for instance in self.instances:
            if instance.mode == "managed":
                self._dispose(instance)
        by_type: dict[str, list[Resource]] = {}
        for made in self.made.values():
            by_type.setdefault(made.resource.type_key, []).append(made.resource)
        # By address, so that source, plan and state give the same order.
        for one in sorted(self.laid, key=lambda one: one.instance.address):
            self._lay(one, by_type)
        listed = [(one.resource, one.listed) for one in self.made.values() if one.listed is not None]
        append_children(listed, {key: made.resource for key, made in self.made.items()})
        self._name_children()
        self._report_strange()
        self._report_opaque()
        if self.provider.edition.assumed and any(one.type.startswith("azurerm_") for one in self.instances):
            self.unresolved.append(
                Unresolved(
                    subject="version of azurerm",
                    reason=f"{self.provider.edition.assumed}; the defaults of {self.provider.facts.version} are used",
                    help="commit `.terraform.lock.hcl`, or require one major version of azurerm",
                )
            )
        return [made.resource for made in self.made.values()], list(self.by_address.values()), self.unresolved

    # Ids

    def _index(self) -> None:
        """Learn who has which name, so that what is named by name alone finds its group."""
        for instance in self.instances:
            mapping = self.provider.mapping_of(instance.type)
            if mapping is None or mapping.find is not None or not mapping.arm:
                continue
            known = self.provider.arm_id(instance)
            key = (instance.type, ids.name_part(instance.attributes.get("name"), instance.address))
            if known is not None and (key not in self.names or self.names[key] == known):
                self.names[key] = known
            else:
                self.names[key] = None
        for instance in self.instances:
            mapping = self.provider.mapping_of(instance.type)
            if mapping is not None and mapping.find is not None:
                alone, whole = self.provider.arm_id(instance), self.provider.arm_id(instance, self._find)
                if alone is not None and whole is not None and alone != whole:
                    self.settled[alone.lower()] = whole

    def _find(self, type_name: str, name: Value) -> str | None:
        return self.names.get((type_name, ids.name_part(name, "")))

    def _settle(self, hole: Unknown) -> Value:
        known = self.settled.get((hole.reference or "").lower())
        if known is None:
            return hole
        return msgspec.structs.replace(hole, reference=known) if is_symbolic(known) else known

    # Instances

    def _dispose(self, instance: Instance) -> None:
        mapping = self.provider.mapping_of(instance.type)
        if azapi.is_resource(instance):
            self._azapi(instance)
        elif mapping is None and instance.type.startswith(("azurerm_", DIRECTORY)):
            self._opaque(instance)
        elif mapping is None or (not mapping.arm and mapping.merge is None):
            self._record(instance, Disposition.NONE, None)
        elif mapping.merge is not None:
            self.laid.append(self._to_lay(instance, mapping))
        else:
            self._resource(instance, mapping)

    def _body(self, instance: Instance) -> Body:
        facts = self.provider.facts_of(instance.type)
        return Body(
            instance=instance,
            facts=facts.attributes if facts is not None else {},
            computed=self.provider.attribute,
            settle=self._settle,
        )

    def _resource(self, instance: Instance, mapping: TypeMapping) -> None:
        own = self._own_id(instance)
        body = self._body(instance)
        body.own = own
        body.fill(mapping.map, mapping.const, frozenset(mapping.known) | mapping.identifying)
        if mapping.merge is not None and mapping.merge.append and "properties" not in body.content:
            # It is an element of an array of the resource it belongs to; alone, its parts are its properties.
            body.content = {"properties": body.content}
            body.origins = {f"properties.{path}": origin for path, origin in body.origins.items()}
        if instance.type == "azurerm_role_assignment":
            self._role(instance, body.content)
        made = self._make(instance, own, mapping.arm, body, Disposition.RESOURCE, listed=mapping.append)
        self._note_strange(instance, body)
        for child in mapping.children:
            self._children(instance, made, child)

    def _own_id(self, instance: Instance) -> str:
        known = self.provider.arm_id(instance, self._find)
        if known is None:  # pragma: no cover - callers only ask for types that have one
            raise LookupError(instance.address)
        return known

    def _make(
        self,
        instance: Instance,
        own: str,
        arm: str,
        body: Body,
        disposition: Disposition,
        *,
        listed: Append | None = None,
        cardinality: Unknown | None = None,
        opaque: bool = False,
        record: bool = True,
    ) -> _Made:
        own = self._distinct(instance, own)
        resource = Resource(
            id=own,
            type=arm,
            name=own.rsplit("/", 1)[-1],
            body=body.content,
            origin=instance.origin,
            origins=body.origins,
            cardinality=cardinality if cardinality is not None else instance.cardinality,
            opaque=opaque,
        )
        made = _Made(instance, resource, listed)
        self.made[own.lower()] = made
        if record:
            self._record(instance, disposition, own)
        return made

    def _distinct(self, instance: Instance, own: str) -> str:
        """INVARIANT: no address is lost because another one has, or may have, the same id."""
        if own.lower() not in self.made:
            return own
        other = self.made[own.lower()].instance
        if not is_symbolic(own):
            self.unresolved.append(
                Unresolved(
                    subject=instance.address,
                    reason=f"`{other.address}` claims the same resource `{own}`",
                    origin=instance.origin,
                    help="give each resource a name of its own",
                )
            )
        head, _, last = own.rpartition("/")
        return f"{head}/{last}{placeholder(instance.address)}"

    def _record(self, instance: Instance, disposition: Disposition, into: str | None) -> None:
        self.by_address[instance.address] = Disposed(
            address=instance.address, disposition=disposition, into=into, origin=instance.origin
        )

    def _opaque(self, instance: Instance) -> None:
        body = self._body(instance)
        for name in ("location", "tags"):
            if instance.attributes.get(name) is not None:
                body.content[name] = instance.attributes[name]
        body.content["properties"] = Unknown(
            reason=f"`{instance.type}` has no mapping", decided_by=(instance.address,), origin=instance.origin
        )
        arm = self.provider.opaque_type(instance.type)
        self.unmapped.setdefault(instance.type, []).append(instance)
        self._make(instance, self._own_id(instance), arm, body, Disposition.OPAQUE, opaque=True)

    def _azapi(self, instance: Instance) -> None:
        body = self._body(instance)
        own = self._own_id(instance)
        arm = azapi.resource_type(instance)
        try:
            content = azapi.body_of(instance)
        except ValueError as error:
            content = {"properties": self._cannot(instance, "body", str(error))}
        if instance.type == "azapi_update_resource":
            self.laid.append(Laid(instance, own, None, body, content))
        elif arm is None or isinstance(content, Unknown):
            body.content["properties"] = self._cannot(instance, "type", "its ARM type is not known")
            self._make(instance, own, "Terraform/azapi_resource", body, Disposition.OPAQUE, opaque=True)
        else:
            body.content = content
            self._make(instance, own, arm, body, Disposition.RESOURCE)

    def _cannot(self, instance: Instance, name: str, reason: str) -> Unknown:
        address = f"{instance.address}.{name}"
        origin = instance.origins.get(name, instance.origin)
        self.unresolved.append(Unresolved(subject=address, reason=reason, origin=origin, decided_by=(address,)))
        return Unknown(reason=reason, decided_by=(address,), origin=origin)

    def _role(self, instance: Instance, content: dict[str, Value]) -> None:
        """A role that is named instead of identified: built-in names are the same everywhere."""
        properties = content.get("properties")
        name = instance.attributes.get("role_definition_name")
        if not isinstance(properties, dict) or "roleDefinitionId" in properties or name is None:
            return
        guid = role_id(name) if isinstance(name, str) else None
        if guid is not None:
            scope = f"/subscriptions/{self.provider.subscription_of(instance)}"
            known = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
            if is_symbolic(known):
                properties["roleDefinitionId"] = Unknown(
                    reason="the subscription is not known",
                    decided_by=("--subscription",),
                    present=True,
                    reference=known,
                    origin=instance.origin,
                )
            else:
                properties["roleDefinitionId"] = known
            return
        custom = self._find("azurerm_role_definition", name)
        hole = name if isinstance(name, Unknown) else Unknown(reason="no built-in role has this name")
        properties["roleDefinitionId"] = Unknown(
            reason=hole.reason,
            decided_by=hole.decided_by or (f"{instance.address}.role_definition_name",),
            present=True,
            reference=custom,
            text=str(name) if isinstance(name, str) else hole.text,
            origin=instance.origin,
        )

    # Children that are written inside their parent

    def _children(self, instance: Instance, parent: _Made, child: Child) -> None:
        if child.each is None:
            configured = [name for name in child.when if instance.attributes.get(name) is not None]
            if configured:
                body = self._body(instance)
                body.fill(child.map, child.const, frozenset(instance.attributes))
                name = ids.fill(child.name, instance.attributes, instance.address)
                # INVARIANT: no secret gets this far; of settings only what says where a secret is.
                body.content = conceal_body(body.content, child.arm, name)
                self._child(instance, parent, child, name, body, None)
            return
        blocks = instance.attributes.get(child.each)
        blocks = [blocks] if isinstance(blocks, (Unknown, dict)) else blocks
        for index, block in enumerate(blocks if isinstance(blocks, list) else []):
            body = self._body(instance)
            if isinstance(block, Unknown):
                # How many there are is open: one stands for them.
                body.content["properties"] = block
                name = ids.fill(child.name, {}, f"{instance.address}.{child.each}")
                self._child(
                    instance,
                    parent,
                    child,
                    name,
                    body,
                    msgspec.structs.replace(block, text=f"{instance.address}.{child.each}"),
                )
            elif isinstance(block, (dict, str)):
                named: dict[str, Value] = {"$": block} if isinstance(block, str) else block
                if isinstance(block, dict):
                    body.fill_block(child.map, child.const, block, child.each, index)
                name = ids.fill(child.name, named, f"{instance.address}.{child.each}[{index}]")
                made = self._child(instance, parent, child, name, body, None)
                made.resource.origin = instance.origins.get(f"{child.each}[{index}]", instance.origin)

    def _child(
        self, instance: Instance, parent: _Made, child: Child, name: str, body: Body, hole: Unknown | None
    ) -> _Made:
        if child.arm.startswith(f"{parent.resource.type}/"):
            extra = child.arm[len(parent.resource.type) + 1 :].split("/")
            tail = "".join(f"/{kind}/{part}" for kind, part in zip(extra, name.split("/"), strict=True))
            own = parent.resource.id + tail
        else:
            # It comes with its parent, and stands beside it at the same scope.
            own = f"{parent.resource.id.rpartition('/providers/')[0]}/providers/{child.arm}/{name}"
        listed = Append(to=child.embed) if child.embed else None
        made = self._make(
            instance, own, child.arm, body, Disposition.CHILD, listed=listed, cardinality=hole, record=False
        )
        self._note_strange(instance, body)
        return made

    def _name_children(self) -> None:
        """A resource below one of another address is its child."""
        for made in self.made.values():
            recorded = self.by_address.get(made.instance.address)
            if recorded is None or recorded.into != made.resource.id or recorded.disposition != Disposition.RESOURCE:
                continue
            parsed = try_parse_id(made.resource.id)
            if parsed is not None and len(parsed.names) > 1 and parsed.parent.lower() in self.made:
                self._record(made.instance, Disposition.CHILD, made.resource.id)

    # Resources that are part of others

    def _to_lay(self, instance: Instance, mapping: TypeMapping) -> Laid:
        assert mapping.merge is not None  # noqa: S101 - the caller's condition
        own = self.provider.arm_id(instance, self._find) if mapping.arm else None
        if mapping.merge.into:
            value = instance.attributes.get(mapping.merge.into)
            settled = self._settle(value) if isinstance(value, Unknown) else value
            target = ids.id_of(settled)
        else:
            parsed = try_parse_id(own) if own else None
            target = parsed.parent if parsed is not None else None
        body = self._body(instance)
        body.own = own or ""
        return Laid(instance, target, mapping, body, None)

    def _lay(self, one: Laid, by_type: Mapping[str, list[Resource]]) -> None:
        if one.target is None and one.mapping is not None and one.mapping.merge is not None:
            one.target = self._whose(one.instance.attributes.get(one.mapping.merge.into), one.mapping.merge.type)
        made = self.made.get(one.target.lower()) if one.target is not None else None
        if made is None and one.target is not None and one.mapping is not None and one.mapping.arm:
            # Its parent is not in this reading: it stands alone.
            self._resource(one.instance, one.mapping)
            return
        problem = lay(one, made.resource if made else None, by_type)
        self._note_strange(one.instance, one.body)
        if problem is not None:
            self.unresolved.append(problem)
        self._record(one.instance, Disposition.MERGED, made.resource.id if made else one.target)

    def _whose(self, value: Value, kind: str) -> str | None:
        """The ARM id of the resource of a type whose `id`, an address at the data plane, a value is as it stands."""
        if not isinstance(value, Unknown) or value.text is None or len(value.decided_by) != 1:
            return None
        address, _, name = value.decided_by[0].rpartition(".")
        recorded = self.by_address.get(address)
        made = self.made.get(recorded.into.lower()) if recorded is not None and recorded.into else None
        if name != "id" or made is None or made.resource.type_key != kind.lower():
            return None
        own = self.provider.attribute(made.instance, "id")
        return made.resource.id if isinstance(own, Unknown) and own.text == value.text else None

    # What did not make it

    def _note_strange(self, instance: Instance, body: Body) -> None:
        for name, reason in body.strange:
            generic = name.replace("[0]", "")
            first, count = self.strange.get((instance.type, generic, reason), (instance, 0))
            self.strange[(instance.type, generic, reason)] = (first, count + 1)

    def _report_strange(self) -> None:
        for (type_name, name, reason), (instance, count) in self.strange.items():
            self.unresolved.append(
                Unresolved(
                    subject=f"{type_name}.{name}" if count > 1 else f"{instance.address}.{name}",
                    reason=reason,
                    origin=instance.origins.get(name.lower(), instance.origin),
                )
            )

    def _report_opaque(self) -> None:
        """Say once for each type that nothing is known of its resources but that they exist."""
        for type_name, instances in sorted(self.unmapped.items()):
            many = len(instances)
            self.unresolved.append(
                Unresolved(
                    subject=type_name,
                    reason=f"there is no mapping of this type: of {many} {'resource' if many == 1 else 'resources'}"
                    f" (`{self.provider.opaque_type(type_name)}`) only the existence is known",
                    origin=instances[0].origin,
                    help="read an inventory as well, which has the properties",
                )
            )
