"""How every store is encrypted at rest: whose key it is, where the key is, and what a second layer adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.keys.uses import Use
from everward.facts.shape import first, flag, id_in, inner, items, properties, text_in
from everward.values import Truth, Unknown

SERVICE: Final = "service"
CUSTOMER: Final = "customer"


class Kind(NamedTuple):
    """What tells the encryption of one type. Paths begin at `properties`."""

    keys: tuple[str, ...] = ()
    """Where the key of the customer stands: an address, or an object of vault and name."""
    source: str = ""
    """What says whose key it is."""
    double: str = ""
    """What says that the platform encrypts once more beneath."""
    always_double: bool = False
    """Whether the service encrypts beneath a customer's key anyhow."""
    through: tuple[str, ...] = ()
    """Where the id of something stands that holds the key: a disk encryption set, a cluster."""
    children: tuple[str, ...] = ()
    """Types of children that are the key."""


_PARTS: Final = "encryption.keyVaultProperties"
_CUSTOMER_KEY: Final = "encryption.customerManagedKeyEncryption"

KINDS: Final[Mapping[str, Kind]] = {
    "microsoft.appconfiguration/configurationstores": Kind((_PARTS,)),
    "microsoft.automation/automationaccounts": Kind((_PARTS,), "encryption.keySource"),
    "microsoft.batch/batchaccounts": Kind((_PARTS,), "encryption.keySource"),
    "microsoft.cache/redis": Kind(),
    "microsoft.cache/redisenterprise": Kind((_CUSTOMER_KEY,)),
    "microsoft.cognitiveservices/accounts": Kind((_PARTS,), "encryption.keySource"),
    "microsoft.compute/diskencryptionsets": Kind(("activeKey.keyUrl",)),
    "microsoft.compute/disks": Kind(through=("encryption.diskEncryptionSetId",)),
    "microsoft.compute/snapshots": Kind(through=("encryption.diskEncryptionSetId",)),
    "microsoft.compute/virtualmachines": Kind(
        through=(
            "storageProfile.osDisk.managedDisk.diskEncryptionSet.id",
            "storageProfile.dataDisks[*].managedDisk.diskEncryptionSet.id",
        )
    ),
    "microsoft.compute/virtualmachinescalesets": Kind(
        through=("virtualMachineProfile.storageProfile.osDisk.managedDisk.diskEncryptionSet.id",)
    ),
    "microsoft.containerinstance/containergroups": Kind(("encryptionProperties",)),
    "microsoft.containerregistry/registries": Kind((_PARTS,), "encryption.status"),
    "microsoft.containerservice/managedclusters": Kind(
        ("securityProfile.azureKeyVaultKms",), through=("diskEncryptionSetID",)
    ),
    "microsoft.databricks/workspaces": Kind(
        (
            "encryption.entities.managedServices.keyVaultProperties",
            "encryption.entities.managedDisk.keyVaultProperties",
            "parameters.encryption.value",
        ),
        double="parameters.requireInfrastructureEncryption.value",
    ),
    "microsoft.datafactory/factories": Kind(("encryption",)),
    "microsoft.dataprotection/backupvaults": Kind(
        ("securitySettings.encryptionSettings.keyVaultProperties",),
        double="securitySettings.encryptionSettings.infrastructureEncryption",
    ),
    "microsoft.dbformysql/flexibleservers": Kind(
        ("dataEncryption.primaryKeyUri",), "dataEncryption.type", "infrastructureEncryption"
    ),
    "microsoft.dbformysql/servers": Kind(
        double="infrastructureEncryption", children=("Microsoft.DBforMySQL/servers/keys",)
    ),
    "microsoft.dbforpostgresql/flexibleservers": Kind(("dataEncryption.primaryKeyURI",), "dataEncryption.type"),
    "microsoft.dbforpostgresql/servers": Kind(
        double="infrastructureEncryption", children=("Microsoft.DBforPostgreSQL/servers/keys",)
    ),
    "microsoft.documentdb/databaseaccounts": Kind(("keyVaultKeyUri",), always_double=True),
    "microsoft.documentdb/mongoclusters": Kind((_CUSTOMER_KEY,)),
    "microsoft.eventgrid/topics": Kind((_CUSTOMER_KEY,)),
    "microsoft.eventhub/namespaces": Kind(
        (_PARTS,), "encryption.keySource", "encryption.requireInfrastructureEncryption"
    ),
    "microsoft.kusto/clusters": Kind(("keyVaultProperties",), double="enableDoubleEncryption"),
    "microsoft.machinelearningservices/workspaces": Kind((_PARTS,), "encryption.status"),
    "microsoft.netapp/netappaccounts": Kind((_PARTS,), "encryption.keySource"),
    "microsoft.operationalinsights/clusters": Kind(("keyVaultProperties",), double="isDoubleEncryptionEnabled"),
    "microsoft.operationalinsights/workspaces": Kind(through=("features.clusterResourceId",)),
    "microsoft.recoveryservices/vaults": Kind((_PARTS,), double="encryption.infrastructureEncryption"),
    "microsoft.search/searchservices": Kind(),
    "microsoft.servicebus/namespaces": Kind(
        (_PARTS,), "encryption.keySource", "encryption.requireInfrastructureEncryption"
    ),
    "microsoft.sql/managedinstances": Kind(
        ("keyId",), children=("Microsoft.Sql/managedInstances/encryptionProtector",)
    ),
    "microsoft.sql/servers": Kind(("keyId",), children=("Microsoft.Sql/servers/encryptionProtector",)),
    "microsoft.storage/storageaccounts": Kind(
        ("encryption.keyvaultproperties",), "encryption.keySource", "encryption.requireInfrastructureEncryption"
    ),
    "microsoft.synapse/workspaces": Kind(("encryption.cmk.key.keyVaultUrl",)),
}
"""Types that keep data, by lower-case type: names from the alias catalogue of Azure Policy (data/aliases.md)."""

_NAMES_OF_SERVICE: Final = frozenset(
    {"microsoft.storage", "systemmanaged", "servicemanaged", "disabled", "microsoft.cognitiveservices",
     "microsoft.automation", "microsoft.batch", "microsoft.netapp", "default"}
)  # fmt: skip
_DOUBLE: Final = "encryptionatrestwithplatformandcustomerkeys"


@dataclass
class Store:
    """One store and how it is encrypted."""

    resource: Resource
    owner: str | Unknown
    """`service` or `customer`: who owns the key."""
    uses: list[Use] = field(default_factory=list)
    """The customer's keys, as far as bodies tell them."""
    double: Truth = False
    """Whether the platform encrypts once more beneath, with a key of its own."""
    through: Resource | None = None
    """What holds the key for it."""

    @property
    def customer_managed(self) -> Truth:
        """Whether the customer owns the key."""
        return self.owner if isinstance(self.owner, Unknown) else self.owner == CUSTOMER

    @property
    def versioned(self) -> Truth:
        """Whether a version of the key is named."""
        pinned = [use.pinned for use in self.uses]
        if any(value is True for value in pinned):
            return True
        return next((value for value in pinned if isinstance(value, Unknown)), False)


def stores(estate: Estate, uses: Sequence[Use]) -> Iterator[Store]:
    """Every store of an estate, in its order."""
    keys: dict[str, list[Use]] = {}
    for use in uses:
        if use.encrypts:
            keys.setdefault(use.consumer.key, []).append(use)
    for resource in estate:
        kind = KINDS.get(resource.type_key)
        if kind is not None:
            yield _store(resource, kind, estate, keys)


def _store(resource: Resource, kind: Kind, estate: Estate, keys: Mapping[str, list[Use]]) -> Store:
    body = properties(resource.body)
    children = [child for type_ in kind.children for child in estate.below(resource.id, type_)]
    own = [use for holder in (resource, *children) for use in keys.get(holder.key, ())]
    through = _through(body, kind, estate)
    owner = _owner(body, kind, own, children)
    if owner == SERVICE and through is not None:
        owner = _owner_of(through, keys)
    if isinstance(through, Resource):
        own += [use for use in keys.get(through.key, ()) if use not in own]
    store = Store(resource, owner, own, through=through if isinstance(through, Resource) else None)
    store.double = _double(body, kind, store)
    return store


def _through(body: Any, kind: Kind, estate: Estate) -> Resource | Unknown | None:
    """What holds the key for a store; a hole where its id is not known, or no source has it."""
    for path in kind.through:
        for value in _values(body, path):
            found = id_in(value)
            if isinstance(found, Unknown):
                return found
            if found is not None:
                return estate.find(found) or Unknown(reason="no source has what holds its key", decided_by=(found,))
    return None


def _owner_of(through: Resource | Unknown, keys: Mapping[str, list[Use]]) -> str | Unknown:
    """Whose key it is that another resource holds."""
    if isinstance(through, Unknown):
        return through
    kind = KINDS.get(through.type_key)
    return CUSTOMER if kind is None else _owner(properties(through.body), kind, keys.get(through.key, ()), ())


def _owner(body: Any, kind: Kind, own: Sequence[Use], children: Sequence[Resource]) -> str | Unknown:
    if own:
        return CUSTOMER
    said = [text_in(properties(child.body), "serverKeyType") for child in children]
    said += [text_in(body, *kind.source.split("."))] if kind.source else []
    for source in said:
        if isinstance(source, Unknown):
            return source
        if source is not None:
            return SERVICE if source.lower() in _NAMES_OF_SERVICE else CUSTOMER
    for path in kind.keys:
        for value in _values(body, path):
            if isinstance(value, Unknown):
                return CUSTOMER if value.present else value
            if value not in ("", [], {}) and not _off(value):
                return CUSTOMER
    return SERVICE


def _off(value: Any) -> bool:
    """Whether an object is there and says that it is not used, as that of a cluster's KMS does."""
    unused = isinstance(value, dict) and set(map(str, value)) <= {"identity"}
    return unused or flag(value, "enabled", default=True) is False


def _double(body: Any, kind: Kind, store: Store) -> Truth:
    if kind.double:
        return flag(body, *kind.double.split("."), default=False)
    holder = properties(store.through.body) if store.through is not None else body
    mode = first(text_in(holder, "encryptionType"), text_in(body, "encryption", "type"))
    if isinstance(mode, Unknown):
        return mode
    if mode is not None and mode.lower() == _DOUBLE:
        return True
    return store.customer_managed if kind.always_double else False


def _values(body: Any, path: str) -> Iterator[Any]:
    """The values at a path in which `[*]` stands for every element."""
    found = [body]
    for step in path.split("."):
        name, star, _ = step.partition("[")
        found = [inner(value, name) for value in found]
        if star:
            found = [item for value in found for item in items(value)]
    yield from (value for value in found if value is not None)
