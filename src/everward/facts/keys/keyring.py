"""All that an estate tells of keys: vaults, who uses what they hold, clusters that mount it, stores, stamps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from everward.estate import Estate, Resource
from everward.facts.keys.backups import Backups
from everward.facts.keys.following import Following, Follows
from everward.facts.keys.items import CERTIFICATE, KEY, SECRET, Item, Vaults
from everward.facts.keys.load import Loads
from everward.facts.keys.mounts import Mount, Mounts
from everward.facts.keys.pods import CLUSTERS, place_of, rotates
from everward.facts.keys.stamps import Stamps
from everward.facts.keys.stores import Store, stores
from everward.facts.keys.uses import Use, known_in, uses
from everward.facts.shape import properties, text_in

_FEDERATED: Final = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"


class Keys:
    """Vaults, items and uses of an estate, and what follows from them."""

    def __init__(self, estate: Estate, others: Iterable[Use] = ()) -> None:
        """`others` are uses that bodies do not tell, such as those by a right."""
        self.estate = estate
        self.vaults = Vaults(estate)
        self.mounts = Mounts(estate, known_in(self.vaults))
        told = list(uses(estate, self.vaults))
        self.stores = list(stores(estate, told))
        """Every store and how it is encrypted."""
        self.uses = [*told, *_through(self.stores), *self.mounts.uses()]
        # Of what is seen to use a vault, it is known how; that it also may tells no more.
        seen = {(name, use.vault) for use in self.uses for name in _within(use.consumer)}
        seen |= {(subject, mount.vault) for mount in self.mounts.all for subject in _subjects(mount)}
        self.uses += [use for use in others if not any((name, use.vault) in seen for name in self._names(use.consumer))]
        self._follows = Follows(estate)
        self._clusters = {mount.resource.key: mount.cluster for mount in self.mounts.all}

    def _names(self, consumer: Resource) -> Iterator[str]:
        """What is known to act as a consumer: itself, and the service accounts whose tokens an identity trusts."""
        yield consumer.key
        for trusted in self.estate.below(consumer.id, _FEDERATED):
            subject = text_in(properties(trusted.body), "subject")
            if isinstance(subject, str):
                yield subject.lower()

    @cached_property
    def stamps(self) -> Stamps:
        """The stamps of the workload."""
        return Stamps(self.estate)

    @cached_property
    def unread_clusters(self) -> dict[str, list[Resource]]:
        """Clusters with the driver of secrets whose manifests nobody read, by their stamp."""
        read = {mount.cluster.key for mount in self.mounts.all if mount.cluster is not None}
        found: dict[str, list[Resource]] = {}
        for cluster in self.estate.of_type(CLUSTERS):
            stamp = self.stamps.of(cluster)
            if stamp is not None and cluster.key not in read and rotates(cluster) is not None:
                found.setdefault(stamp, []).append(cluster)
        return found

    @cached_property
    def backups(self) -> Backups:
        """What is known of backups."""
        return Backups(self.estate, self.vaults)

    @cached_property
    def loads(self) -> Loads:
        """What is asked of each vault."""
        return Loads(self.estate, self.vaults, self.mounts, self.uses)

    @cached_property
    def _by_vault(self) -> dict[str, list[Use]]:
        index: dict[str, list[Use]] = {}
        for use in self.uses:
            index.setdefault(use.vault, []).append(use)
        return index

    def of_vault(self, key: str) -> list[Use]:
        """The uses of a vault, by its lower-case id or name."""
        return self._by_vault.get(key, [])

    def of_item(self, item: Item) -> list[Use]:
        """The uses of one item: those that name it, and those of the vault as a whole that could be of it."""
        return [use for use in self.of_vault(item.vault) if _concerns(use, item)]

    def naming(self, item: Item) -> list[Use]:
        """The uses that name an item."""
        return [use for use in self.of_item(item) if use.item is not None]

    def following(self, use: Use) -> Following:
        """What becomes of a use when there is a new version."""
        if use.encrypts and use.via is not None:
            # It follows as what holds the key for it does.
            use = use._replace(consumer=use.via, via=None)
        return self._follows.of(use, self.cluster_of(use))

    def cluster_of(self, use: Use) -> Resource | None:
        """The cluster whose driver delivers a use."""
        holder = use.via if use.via is not None else use.consumer
        return self._clusters.get(holder.key)


def _within(consumer: Resource) -> Iterator[str]:
    """The key of a resource, and of what it is a part of: settings of an application are parts of it."""
    name, head = consumer.key, consumer.key.rpartition("/providers/")[0]
    while len(name) > len(head) + len("/providers/"):
        yield name
        name = name.rsplit("/", 2)[0]


def _subjects(mount: Mount) -> Iterator[str]:
    """The subjects of the tokens of pods that mount a class."""
    for pods in mount.pods:
        account = text_in(properties(pods.template.body), "serviceAccountName")
        if isinstance(account, str):
            yield f"system:serviceaccount:{place_of(pods.template)[1]}:{account}".lower()


def _through(found: Iterable[Store]) -> Iterator[Use]:
    """Uses of stores that have their key from something else: disks and machines from a disk encryption set."""
    for store in found:
        if store.through is None:
            continue
        for use in store.uses:
            if use.consumer is store.through:
                yield use._replace(consumer=store.resource, path="properties", via=store.through)


def _concerns(use: Use, item: Item) -> bool:
    """Whether a use is of an item. A certificate is read as the secret, and used as the key, of its name."""
    if use.item is None:
        return use.kind in ("", item.kind) or (use.kind == SECRET and item.kind == CERTIFICATE)
    if use.item.lower() != item.name.lower():
        return False
    if not use.kind or use.kind == item.kind:
        return True
    read_as = item.kind == CERTIFICATE and use.kind in (SECRET, KEY)
    return read_as or (use.kind == CERTIFICATE and item.kind == SECRET)
