"""What the azurerm provider gives for attributes that nobody configured: defaults, ids, and holes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping import azapi, directory, ids
from everward.sources.terraform.mapping.facts import DIRECTORY, Facts, TypeFacts
from everward.sources.terraform.mapping.roles import role_id
from everward.sources.terraform.mapping.table import Table, TypeMapping
from everward.sources.terraform.mapping.types_of_arm import arm_type
from everward.sources.terraform.mapping.versions import Edition, choose_edition
from everward.values import Unknown, Value, combine, is_symbolic, placeholder

_INDEX = re.compile(r"\[[^\]]*\]|\.\d+(?=\.|$)")
AFTER_APPLY = "known after apply"
"""Why an attribute that the provider fills in is a hole."""
READ_WHEN_PLANNING = "read from Azure when planning"
"""Why an attribute of a data source is a hole."""
UNKNOWN_SUBSCRIPTION = placeholder("subscription")


class AzureProvider:
    """Ids, defaults and computed attributes of azurerm (and azapi) for one root; other providers give holes."""

    def __init__(self, edition: Edition, subscription: str | None, subscriptions: Mapping[str, str | Unknown]) -> None:
        self.edition = edition
        self.facts = Facts.load(edition.major)
        self.table = Table.load()
        self.subscription = subscription
        """The id of the subscription, or None."""
        self._subscriptions = subscriptions

    @classmethod
    def for_root(
        cls,
        required_version: str | None,
        locked_version: str | None,
        subscription: str | None,
        *,
        subscriptions: Mapping[str, str | Unknown] | None = None,
    ) -> AzureProvider:
        """The provider of a root module.

        `required_version` is its constraint on azurerm, `locked_version` the version in its lock file, `subscription`
        the id of the subscription that resources stand in, `subscriptions` those of single provider configurations
        (`azurerm.hub`): ids, or holes for those that name one which is not known yet. `edition.assumed` says why the
        version is a guess, when it is.

        Raises:
            UnreadableError: when the product's own data files cannot be read.

        """
        edition = choose_edition(required_version, locked_version)
        return cls(edition, subscription or None, {} if subscriptions is None else subscriptions)

    def subscription_of(self, instance: Instance) -> str:
        """The subscription's part of ids: its id, or `{subscription}`, or the name of what decides it."""
        given = self._subscriptions.get(instance.provider)
        if isinstance(given, Unknown):
            return ids.name_part(given, instance.provider)
        return given or self.subscription or UNKNOWN_SUBSCRIPTION

    def nests(self, instance: Instance, path: str) -> bool:
        """Whether an attribute, by its path without positions, is a nested block."""
        if azapi.is_resource(instance):
            return path in ("identity", "timeouts")
        facts = self.facts_of(instance.type) if instance.mode == "managed" else None
        fact = facts.attributes.get(path) if facts is not None else None
        return fact is not None and fact.is_block

    def facts_of(self, type_name: str) -> TypeFacts | None:
        """The schema of a type in this root's version of the provider."""
        return Facts.of_directory().of(type_name) if type_name.startswith(DIRECTORY) else self.facts.of(type_name)

    def mapping_of(self, type_name: str) -> TypeMapping | None:
        """The mapping of a type."""
        return self.table.of(type_name)

    def arm_id(self, instance: Instance, find: ids.Finder | None = None) -> str | None:
        """The ARM id of an instance, symbolic where it is not known yet; None when it has none."""
        if azapi.is_resource(instance):
            return azapi.resource_id(instance, self.subscription_of(instance))
        mapping = self.mapping_of(instance.type)
        if mapping is not None:
            return ids.build(mapping, instance, self.subscription_of(instance), find) if mapping.arm else None
        if instance.type.startswith(("azurerm_", DIRECTORY)):
            return self._opaque_id(instance)
        return None

    def opaque_type(self, type_name: str) -> str:
        """The ARM type of a type without mapping; `Terraform/azurerm_x` when not even that is known."""
        return arm_type(type_name) or f"Terraform/{type_name}"

    def _opaque_id(self, instance: Instance) -> str:
        """An id that is right where name and group say all, and otherwise at least tells instances apart."""
        arm = self.opaque_type(instance.type)
        attributes = instance.attributes
        names = [placeholder(instance.address)] * arm.count("/")
        names[-1] = ids.name_part(attributes.get("name"), instance.address)
        scope = "" if instance.type.startswith(DIRECTORY) else f"/subscriptions/{self.subscription_of(instance)}"
        if attributes.get("resource_group_name") is not None:
            scope += f"/resourceGroups/{ids.name_part(attributes['resource_group_name'], '')}"
        mapping = TypeMapping(arm=arm, scope="tenant", names=[])
        namespace, *kinds = mapping.arm.split("/")
        tail = "".join(f"/{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
        return f"{scope}/providers/{namespace}{tail}"

    def attribute(self, instance: Instance, name: str) -> Value:
        """The value of an attribute that is not configured: its default, a (symbolic) id, a hole, or null."""
        if name not in instance.computed:
            instance.computed[name] = self._attribute(instance, name)
        return instance.computed[name]

    def _attribute(self, instance: Instance, name: str) -> Value:
        if instance.type.startswith(DIRECTORY):
            return self._of_directory(instance, name)
        if name == "id":
            return self._id(instance)
        if instance.mode == "data":
            return self._read_attribute(instance, name)
        if not instance.type.startswith("azurerm_"):
            return self._hole(instance, name)
        mapping = self.mapping_of(instance.type)
        if mapping is not None and name == mapping.arm_attribute:
            return self._text_or_hole(instance, name, self.arm_id(instance) or "{}")
        facts = self.facts_of(instance.type)
        fact = facts.attributes.get(_INDEX.sub("", name)) if facts is not None else None
        if fact is None:
            return self._hole(instance, name)
        if fact.default is not None:
            return fact.default
        if fact.computed:
            return self._hole(instance, name, present=mapping is not None and name in mapping.present)
        return None

    def _of_directory(self, instance: Instance, name: str) -> Value:
        mapping, facts = self.mapping_of(instance.type), self.facts_of(instance.type)
        fact = facts.attributes.get(_INDEX.sub("", name)) if facts is not None else None
        if instance.mode == "managed" and fact is not None and not fact.computed:
            return fact.default
        if name == "id" and instance.attributes.get("object_id") is not None:
            return instance.attributes["object_id"]
        is_object = mapping is not None and mapping.arm and mapping.merge is None
        reason = AFTER_APPLY if instance.mode == "managed" else READ_WHEN_PLANNING
        reference = self.arm_id(instance) if is_object else None
        present = mapping is not None and name in mapping.present
        return directory.attribute(instance, name, reference, reason, present=present)

    def _id(self, instance: Instance) -> Value:
        if instance.mode == "data":
            if instance.type == "azurerm_subscription":
                given = instance.attributes.get("subscription_id")
                part = ids.name_part(given, "") if given is not None else self.subscription_of(instance)
                return self._text_or_hole(instance, "id", f"/subscriptions/{part}")
            if instance.type == "azurerm_client_config":
                return self._hole(instance, "id", present=True)
            if instance.type == "azurerm_role_definition":
                return self._role_definition(instance)
        mapping = self.mapping_of(instance.type)
        if mapping is not None and mapping.id.startswith("="):
            value = instance.attributes.get(mapping.id[1:])
            return value if value is not None else self._hole(instance, "id", present=True)
        if mapping is not None and (mapping.id != "arm" or not mapping.arm):
            text = ids.fill(mapping.id, instance.attributes, instance.address) if mapping.id != "arm" else None
            return self._hole(instance, "id", present=True, text=text)
        if mapping is None and instance.mode == "data" and not azapi.is_resource(instance):
            return self._hole(instance, "id", present=True)
        known = self.arm_id(instance)
        if known is None:
            return self._hole(instance, "id", present=True)
        return self._text_or_hole(instance, "id", known)

    def _text_or_hole(self, instance: Instance, name: str, known: str) -> Value:
        """An id: text when all its parts are known, else a hole that says what is missing."""
        if not is_symbolic(known):
            return known
        mapping = self.mapping_of(instance.type)
        named = mapping.identifying if mapping is not None else {"name", "parent_id", "resource_group_name"}
        holes = [value for key in sorted(named) if isinstance(value := instance.attributes.get(key), Unknown)]
        subscription = self._subscriptions.get(instance.provider)
        if isinstance(subscription, Unknown) and self.subscription_of(instance) in known:
            holes.append(subscription)
        if UNKNOWN_SUBSCRIPTION in known and not any(hole.reference for hole in holes):
            holes.append(Unknown(reason="the subscription is not known", decided_by=("--subscription",)))
        if not holes:
            return self._hole(instance, name, present=True, reference=known)
        return msgspec.structs.replace(combine(holes, present=True, reference=known), origin=instance.origin)

    def _role_definition(self, instance: Instance) -> Value:
        name = instance.attributes.get("name")
        guid = role_id(name) if isinstance(name, str) else None
        if guid is None:
            return self._hole(instance, "id", present=True)
        scope = f"/subscriptions/{self.subscription_of(instance)}" if instance.attributes.get("scope") else ""
        return self._text_or_hole(instance, "id", f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}")

    def _read_attribute(self, instance: Instance, name: str) -> Value:
        """An attribute of a data source: only what its arguments settle is known."""
        if instance.type in ("azurerm_subscription", "azurerm_client_config") and name == "subscription_id":
            known = self.subscription_of(instance)
            if not is_symbolic(known):
                return known
        always = name in ("subscription_id", "tenant_id", "object_id", "client_id", "location")
        if instance.type == "azurerm_role_definition" and name == "role_definition_id":
            guid = role_id(str(instance.attributes.get("name")))
            if guid is not None:
                return guid
        return self._hole(instance, name, present=always, reason=READ_WHEN_PLANNING)

    def _hole(
        self,
        instance: Instance,
        name: str,
        *,
        present: bool = False,
        reason: str = AFTER_APPLY,
        reference: str | None = None,
        text: str | None = None,
    ) -> Unknown:
        return Unknown(
            reason=reason,
            decided_by=(f"{instance.address}.{name}",),
            present=present,
            reference=reference,
            text=text,
            origin=instance.origin,
        )
