"""Whether who uses a key, secret or certificate takes a new version of it, how, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.pods import rotates, rotation_interval
from everward.facts.keys.reference import of_type, reference
from everward.facts.keys.times import interval
from everward.facts.keys.uses import Delivery, Use
from everward.facts.shape import flag, inner, properties, text_in
from everward.values import Truth, Unknown, any_of

HOUR: Final = 3600.0

_SWITCHES: Final = {
    "microsoft.compute/diskencryptionsets": "rotationToLatestKeyVersionEnabled",
    "microsoft.sql/servers/encryptionprotector": "autoRotationEnabled",
    "microsoft.sql/managedinstances/encryptionprotector": "autoRotationEnabled",
}
"""Types whose switch decides, not the version that the address names; off when nothing is said."""
_BY_HAND: Final = (
    ("microsoft.containerservice/managedclusters", "azurekeyvaultkms"),
    ("microsoft.compute/", "vaultcertificates"),
)
"""Beginnings of types and parts of paths at which a key stays until somebody changes it."""
_SETTING: Final = "microsoft.appconfiguration/configurationstores/keyvalues"
"""A pointer to a secret; applications resolve it."""


@dataclass(frozen=True)
class Following:
    """What becomes of a consumer when there is a new version."""

    follows: Truth
    how: str
    """Why, as a phrase: `it names one version`."""
    within: float | None = None
    """Seconds after which it has the new version at the latest, where Azure says so."""


class Follows:
    """Decides for the uses of one estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def of(self, use: Use, cluster: Resource | None = None) -> Following:
        """What becomes of one use; `cluster` is where pods run that mount it."""
        if use.delivery is Delivery.DEPLOYMENT:
            return Following(False, "a deployment copies the value; the copy stays until the next one")
        if use.delivery is Delivery.RIGHT:
            return Following(Unknown(reason="what reads it is not known"), "what reads it is not known")
        switched = self._switch(use)
        if switched is not None:
            return switched
        if isinstance(use.pinned, Unknown):
            return Following(use.pinned, "whether it names a version is not known")
        if use.pinned:
            return Following(False, "it names one version")
        if use.delivery in (Delivery.MOUNTED, Delivery.ENVIRONMENT):
            return _mounted(use, cluster)
        if use.delivery is Delivery.CLIENT:
            who = "what reads the setting" if use.consumer.type_key == _SETTING else "its code"
            hole = Unknown(reason="code decides when it reads again", decided_by=(use.consumer.id,))
            return Following(hole, f"it names no version; {who} decides when it reads again")
        found = of_type(reference().followers, use.consumer.type_key)
        within = found.hours * HOUR if found is not None else _observed(use)
        return Following(True, "it names no version, and the service takes the latest", within)

    def _switch(self, use: Use) -> Following | None:
        type_key = use.consumer.type_key
        for beginning, part in _BY_HAND:
            if type_key.startswith(beginning) and part in use.path.lower():
                return Following(False, "it keeps the version that it was given until somebody changes it")
        found = of_type(reference().followers, type_key)
        within = found.hours * HOUR if found is not None else None
        if type_key in _SWITCHES:
            name = _SWITCHES[type_key]
            on = flag(properties(use.consumer.body), name, default=False)
            if isinstance(on, Unknown):
                return Following(on, f"whether `{name}` is on is not known")
            return Following(on, f"`{name}` is {'on' if on else 'off'}", within if on else None)
        if type_key == "microsoft.sql/servers" and use.encrypts:
            return self._protector(use, within)
        if type_key.startswith("microsoft.cdn/profiles/secrets"):
            return _edge(use, within)
        return None

    def _protector(self, use: Use, within: float | None) -> Following | None:
        for child in self._estate.below(use.consumer.id, "Microsoft.Sql/servers/encryptionProtector"):
            on = flag(properties(child.body), "autoRotationEnabled", default=False)
            if isinstance(on, Unknown):
                return Following(on, "whether `autoRotationEnabled` is on is not known")
            if on:
                return Following(True, "`autoRotationEnabled` is on", within)
        return None


def _observed(use: Use) -> float | None:
    """Seconds after which the extension of machines looks for a newer certificate, where it says so."""
    path, _, rest = use.path.partition("observedCertificates")
    written = use.consumer.get(f"{path}pollingIntervalInS") if rest else None
    return interval(written)


def _edge(use: Use, within: float | None) -> Following:
    """A certificate of Front Door: `useLatestVersion`, else the version that it names; without either the latest."""
    parameters: Any = inner(properties(use.consumer.body), "parameters")
    latest = inner(parameters, "useLatestVersion")
    if isinstance(latest, Unknown):
        return Following(latest, "whether `useLatestVersion` is on is not known")
    version = text_in(parameters, "secretVersion")
    named = any_of([use.pinned, version if isinstance(version, Unknown) else bool(version)])
    if isinstance(named, Unknown) and latest is None:
        return Following(named, "whether it names a version is not known")
    if latest is True or (latest is not False and named is False):
        return Following(True, "`useLatestVersion` is on" if latest is True else "it names no version", within)
    return Following(False, "it names one version" if named is True else "`useLatestVersion` is off")


def _mounted(use: Use, cluster: Resource | None) -> Following:
    if cluster is None:
        hole = Unknown(reason="no source has the cluster that mounts it")
        return Following(hole, "no source has the cluster that mounts it")
    on = rotates(cluster)
    if isinstance(on, Unknown):
        return Following(on, "whether the driver of the cluster rotates is not known")
    if not on:
        why = "the driver of the cluster does not rotate" if on is False else "the add-on of the cluster is off"
        return Following(False, f"{why}: pods keep what they were started with")
    if use.delivery is Delivery.ENVIRONMENT:
        return Following(False, "it is in the environment of pods, which is read only when they start")
    return Following(True, "the driver rewrites the mounted files; the application has to watch them",
                     rotation_interval(cluster))  # fmt: skip
