"""What the directory knows of principals: groups and their members, applications, who owns what.

learn.microsoft.com/graph/api/resources: group, servicePrincipal, application, privilegedAccessGroupEligibilitySchedule;
read 2026-11.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from everward.estate import Resource
from everward.facts.access.activation import Schedule, schedule_of
from everward.facts.shape import first, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown, all_of

if TYPE_CHECKING:
    from everward.facts.access.principals import Principal, Principals

KINDS: Final[Mapping[str, str]] = {
    "microsoft.graph/users": "user",
    "microsoft.graph/groups": "group",
    "microsoft.graph/serviceprincipals": "application",
    "microsoft.graph/applications": "registration",
}
"""Types of objects, and what kind of principal they are. A registration holds no rights itself: its service principal
does, and whoever can give the registration a credential becomes it."""

_ELIGIBLE: Final = (
    "Microsoft.Graph/privilegedAccessGroupEligibilityScheduleRequests",
    "Microsoft.Graph/privilegedAccessGroupEligibilitySchedules",
    "Microsoft.Graph/privilegedAccessGroupEligibilityScheduleInstances",
)
_ASSIGNED: Final = (
    "Microsoft.Graph/privilegedAccessGroupAssignmentScheduleRequests",
    "Microsoft.Graph/privilegedAccessGroupAssignmentSchedules",
    "Microsoft.Graph/privilegedAccessGroupAssignmentScheduleInstances",
)


class Directory:
    """The objects of a directory, and what they are to one another."""

    def __init__(self, principals: Principals, now: datetime) -> None:
        self.principals = principals
        self._now = now
        self.owners: dict[str, list[Principal]] = {}
        """Owners of groups, applications and registrations, by the key of what they own."""
        self.eligible: list[tuple[Principal, Principal, Schedule]] = []
        """Who can make themselves a member of which group for a time, and how long they can."""
        self._by_client: dict[str, Principal] = {}
        self._services: dict[str, Principal] = {}
        self._members: dict[str, list[Principal]] = defaultdict(list)
        for key, client in principals.clients.items():
            self.register_client(client, principals.all[key])
        objects = [item for item in principals.estate if item.type_key in KINDS]
        for resource in objects:
            self._add(resource)
        for resource in objects:
            self._relate(resource)
        self._scheduled()
        self._nest()

    def _add(self, resource: Resource) -> None:
        body = properties(resource.body)
        object_id = first(text_in(body, "id"), text_in(resource.body, "objectId"), resource.name)
        key = resource.key if isinstance(object_id, Unknown) else object_id.lower()
        title = first(text_in(body, "displayName"), text_in(body, "userPrincipalName"))
        name = title if isinstance(title, str) else resource.name
        kind = KINDS[resource.type_key]
        known = self.principals.named(key)
        if known is not None and known.resource is not None and known.resource.type_key not in KINDS:
            # The directory has an object for each identity of a resource: that is the identity.
            return
        found = self.principals.add(key, name, kind, resource)
        if key != resource.key:
            self.principals.alias(resource.key, key)
        client = _written(text_in(body, "appId"))
        if client is not None and kind == "application":
            self._by_client.setdefault(client, found)

    def _relate(self, resource: Resource) -> None:
        body = properties(resource.body)
        own = self.principals.of_resource(resource)
        if own is None:
            return
        owners = [self.principals.of(_id_of(item)) for item in items(inner(body, "owners"))]
        if owners:
            self.owners[own.key] = [owner for owner in owners if owner.key]
        if own.kind == "group":
            own.members = _membership(resource, own.name)
            for item in items(inner(body, "members")):
                value = _id_of(item)
                if isinstance(value, str) or (isinstance(value, Unknown) and not value.many):
                    self._members[own.key].append(self.principals.of(value))
        if own.kind == "registration":
            client = _written(text_in(body, "appId"))
            service = self._by_client.get(client) if client is not None else None
            if service is not None:
                self._services[resource.key] = service
                if service.resource is not None and service.name == service.resource.name:
                    # Terraform names the registration only; both are called so.
                    service.name = own.name

    def _scheduled(self) -> None:
        for types, eligible in ((_ELIGIBLE, True), (_ASSIGNED, False)):
            for type_ in types:
                for resource in self.principals.estate.of_type(type_):
                    body = properties(resource.body)
                    group = self.principals.of(inner(body, "groupId"), "Group")
                    member = self.principals.of(inner(body, "principalId"))
                    access = text_in(body, "accessId")
                    schedule = schedule_of(body, self._now)
                    if (isinstance(access, str) and access.lower() == "owner") or schedule.asked is False:
                        continue
                    if eligible:
                        self.eligible.append((member, group, schedule))
                    elif schedule.in_force is True:
                        self._members[group.key].append(member)
                    elif isinstance(schedule.in_force, Unknown):
                        group.members = all_of([group.members, schedule.in_force])

    def _nest(self) -> None:
        """Membership is transitive for role assignments; groups that hold one another end all the same."""
        for group, direct in self._members.items():
            seen: dict[str, Principal] = {}
            stack = list(direct)
            while stack:
                one = stack.pop()
                if one.key in seen:
                    continue
                seen[one.key] = one
                stack.extend(self._members.get(one.key, ()))
            for one in seen.values():
                one.groups.add(group)

    def membership(self, group: Principal) -> Truth:
        """Whether all members of a group are known, those of groups in it too."""
        holes: list[Truth] = [group.members]
        holes += [one.members for one in self.principals.all.values() if group.key in one.groups]
        return all_of(holes)

    def members(self, group: Principal) -> list[Principal]:
        """Those who are known to be in a group, at any depth."""
        return [one for one in self.principals.all.values() if group.key in one.groups and one.key != group.key]

    def by_client(self, client: str | Unknown | None) -> Principal | None:
        """Who signs in with a client id."""
        text = _written(client)
        return None if text is None else self._by_client.get(text)

    def register_client(self, client: str | Unknown | None, principal: Principal) -> None:
        """A client id of an identity."""
        text = _written(client)
        if text is not None:
            self._by_client.setdefault(text, principal)

    def service_of(self, registration: str) -> Principal | None:
        """The service principal of a registration, by the registration's id in the estate."""
        return self._services.get(registration.lower())


def _written(value: Any) -> str | None:
    """What tells a client id apart: itself, or how its source names it."""
    if isinstance(value, Unknown):
        return (value.text or next(iter(value.decided_by), "")).lower() or None
    return value.lower() if isinstance(value, str) and value else None


def _id_of(item: Any) -> Any:
    """The object id in an element of a list, which may be an object, an id, or an address that ends with one."""
    value = inner(item, "id") if isinstance(item, dict) else item
    return value.rpartition("/")[2] if isinstance(value, str) and "{" not in value else value


def _membership(resource: Resource, name: str) -> Truth:
    """Whether a group says who all its direct members are."""
    body = properties(resource.body)
    listed = inner(body, "members")
    decider = (f"members of `{name}`",)
    if any(
        isinstance(kind, str) and kind.lower() == "dynamicmembership" for kind in texts_in(inner(body, "groupTypes"))
    ):
        return Unknown(reason="a rule of the directory decides who its members are", decided_by=decider)
    if listed is None:
        return Unknown(reason="no source lists its members", decided_by=decider)
    if any(isinstance(item, Unknown) or _is_open(_id_of(item)) for item in items(listed)):
        return Unknown(reason="some of its members are not known", decided_by=decider)
    if inner(body, "members@odata.nextLink") is not None:
        return Unknown(reason="the export has its first members only", decided_by=decider)
    if resource.origin.source == "terraform" and "properties.members" not in resource.origins:
        # Memberships of their own leave those alone that others gave.
        return Unknown(reason="others may have added members", decided_by=decider)
    return True


def _is_open(value: Any) -> bool:
    return isinstance(value, Unknown) and value.reference is None and len(value.decided_by) != 1


def graph_grants(principals: Principals) -> Iterator[tuple[Principal, str, Resource]]:
    """Who holds a role of the directory, or a permission of Microsoft Graph: its id, and where that is written."""
    for type_, field in (
        ("Microsoft.Graph/roleAssignments", "roleDefinitionId"),
        ("Microsoft.Graph/appRoleAssignedTo", "appRoleId"),
    ):
        for resource in principals.estate.of_type(type_):
            body = properties(resource.body)
            role = text_in(body, field)
            if isinstance(role, str):
                yield principals.of(inner(body, "principalId")), role.rpartition("/")[2].lower(), resource
    for resource in principals.estate.of_type("Microsoft.Graph/directoryRoles"):
        body = properties(resource.body)
        template = text_in(body, "roleTemplateId")
        if isinstance(template, str):
            for item in items(inner(body, "members")):
                yield principals.of(_id_of(item)), template.lower(), resource
