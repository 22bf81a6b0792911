"""How many requests clusters make of a vault, beside what a vault takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.items import Vault, Vaults
from everward.facts.keys.mounts import Mount, Mounts
from everward.facts.keys.pods import TEMPLATES, Pods, place_of, pods_of, polling_settings, rotation_interval, spec_of
from everward.facts.keys.reference import reference
from everward.facts.keys.times import interval
from everward.facts.keys.uses import Use
from everward.facts.shape import first, inner, items, properties, text_in
from everward.values import Unknown

_EXTERNAL: Final = "Everward.Kubernetes.external-secrets.io/ExternalSecret"
_STORES: Final = ("Everward.Kubernetes.external-secrets.io/SecretStore",
                  "Everward.Kubernetes.external-secrets.io/ClusterSecretStore")  # fmt: skip
_HOURLY: Final = 3600.0
"""How often an external secret is read when it does not say (external-secrets.io, `refreshInterval`)."""


@dataclass(frozen=True)
class Part:
    """What one workload, class or external secret asks of a vault."""

    who: Resource
    what: str
    """`mounted`, `external` or `client`."""
    least: float | None
    """Requests in the window of limits with the fewest pods; None where that is not known."""
    most: float | None
    """The same with the most pods."""
    burst: int | None
    """Requests when all its pods start at once; None where that is not known."""
    pods: tuple[int | None, int | None] = (None, None)
    objects: int | None = None
    """How many objects are read each time."""
    at_most: bool = False
    """Whether the number of objects is that of the whole vault, because the mounted ones are not known."""
    seconds: float | None = None
    """How often; None when only starts read."""


@dataclass
class Load:
    """All that is known to be asked of one vault."""

    parts: list[Part] = field(default_factory=list)

    @property
    def least(self) -> float | None:
        """Requests in ten seconds today; None where no part tells."""
        return _sum(part.least for part in self.parts)

    @property
    def most(self) -> float | None:
        """The same with as many pods as there can be."""
        return _sum(part.most for part in self.parts)

    @property
    def burst(self) -> int | None:
        """Requests when every pod starts at once: a new version of the cluster, a zone that comes back."""
        found = _sum(part.burst for part in self.parts)
        return None if found is None else int(found)

    @property
    def complete(self) -> bool:
        """Whether every part is known."""
        return all(None not in (part.most, part.burst) and not part.at_most for part in self.parts)


def _sum(values: Iterator[float | int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if known else None


class Loads:
    """The load of each vault of an estate."""

    def __init__(self, estate: Estate, vaults: Vaults, mounts: Mounts, uses: Sequence[Use]) -> None:
        self._vaults = vaults
        self._estate = estate
        self._by_vault: dict[str, Load] = {}
        for vault, part in (*_mounted(vaults, mounts), *_external(estate, vaults), *_clients(estate, uses)):
            self._by_vault.setdefault(vault, Load()).parts.append(part)

    def of(self, vault: str) -> Load:
        """The load of a vault, by its lower-case id or name."""
        return self._by_vault.get(vault, Load())

    def of_subscription(self, vault: Vault) -> float | None:
        """Requests in ten seconds of all vaults of its subscription and region, with as many pods as there can be."""
        return self._together[_region_of(vault)]

    @cached_property
    def _together(self) -> dict[tuple[str | None, str], float | None]:
        loads: dict[tuple[str | None, str], list[float | None]] = {}
        for vault in self._vaults.all.values():
            loads.setdefault(_region_of(vault), []).append(self.of(vault.key).most)
        return {place: _sum(iter(found)) for place, found in loads.items()}


def _region_of(vault: Vault) -> tuple[str | None, str]:
    return vault.resource.subscription, str(vault.resource.location)


def _mounted(vaults: Vaults, mounts: Mounts) -> Iterator[tuple[str, Part]]:
    for mount in mounts.all:
        if not mount.vault:
            continue
        every = rotation_interval(mount.cluster) if mount.cluster is not None else None
        count, at_most = _objects(vaults, mount)
        users: list[Pods | None] = [*mount.pods] or [None]
        for pods in users:
            yield mount.vault, _of_pods(mount, pods, count, every, at_most=at_most)


def _of_pods(mount: Mount, pods: Pods | None, count: int | None, every: float | None, *, at_most: bool) -> Part:
    least, most = (pods.least, pods.most) if pods is not None else (None, None)
    window = reference().limits.window
    who = pods.template if pods is not None else mount.resource

    def rate(number: int | None) -> float | None:
        return None if None in (number, count, every) else (number or 0) * (count or 0) * window / (every or 1.0)

    burst = None if most is None or count is None else most * count
    return Part(who, "mounted", rate(least), rate(most), burst, (least, most), count, at_most, every)


def _objects(vaults: Vaults, mount: Mount) -> tuple[int | None, bool]:
    """How many objects a class mounts; those of the whole vault where that is not known."""
    if not isinstance(mount.objects, Unknown):
        return len(mount.objects), False
    vault = vaults.all.get(mount.vault)
    known = len(vault.holding("secret")) if vault is not None else 0
    return (known or None), True


def _external(estate: Estate, vaults: Vaults) -> Iterator[tuple[str, Part]]:
    """External secrets: each remote key is read once an interval, however many pods use it."""
    stores: dict[str, str] = {}
    for type_ in _STORES:
        for store in estate.of_type(type_):
            url = text_in(spec_of(store), "provider", "azurekv", "vaultUrl")
            if isinstance(url, str) and "://" in url:
                name = url.partition("://")[2].partition(".")[0]
                found = vaults.named(name)
                stores[store.name.lower()] = found.key if found is not None else name.lower()
    for secret in estate.of_type(_EXTERNAL):
        spec = spec_of(secret)
        vault = stores.get(str(text_in(spec, "secretStoreRef", "name")).lower())
        if vault is None:
            continue
        written = first(inner(spec, "refreshInterval"), "1h")
        every = interval(written)
        count = len(list(items(inner(spec, "data")))) + len(list(items(inner(spec, "dataFrom"))))
        rate = count * reference().limits.window / every if every else None
        yield vault, Part(secret, "external", rate, rate, count, objects=count, seconds=every)


def _clients(estate: Estate, uses: Sequence[Use]) -> Iterator[tuple[str, Part]]:
    """Pods that ask a vault themselves, with a setting that says how often: at least one request each time."""
    asking: dict[str, list[str]] = {}
    for use in uses:
        if use.consumer.type_key.startswith("everward.kubernetes") and use.vault and use.delivery == "client":
            asking.setdefault(use.consumer.key, []).append(use.vault)
    if not asking:
        return
    maps = _config_maps(estate)
    for template in estate.of_type(TEMPLATES):
        body = properties(template.body)
        pods = pods_of(estate, template)
        for vault in dict.fromkeys(asking.get(pods.workload.lower(), ())):
            for _, every in list(polling_settings(body, maps.get(place_of(template), {})))[:1]:
                window = reference().limits.window
                least, most = (None if each is None else each * window / every for each in (pods.least, pods.most))
                yield vault, Part(template, "client", least, most, pods.most, (pods.least, pods.most), seconds=every)


def _config_maps(estate: Estate) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """The data of config maps, by cluster and namespace, then by name."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for resource in estate.of_type("Everward.Kubernetes/ConfigMap"):
        data = inner(properties(resource.body), "data")
        if isinstance(data, dict):
            found.setdefault(place_of(resource), {})[resource.name] = data
    return found
