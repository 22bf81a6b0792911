"""What data sources give without asking anybody: what their arguments and provider settle, and what others declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.values import Data, ValueProblem, inward
from everward.values import Unknown, placeholder, try_parse_id

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.session import Session, World

_OF_CONFIGURATION: Final = {"tenant_id": "tenant_id", "client_id": "client_id"}
"""What `azurerm_client_config` takes over from its provider configuration: attribute to argument."""
_REMOTE: Final = "terraform_remote_state"


class DataReader:
    """Works out attributes of data sources that nobody configured."""

    def __init__(self, session: Session, world: World | None) -> None:
        self._session = session
        self._world = world
        self._outputs: dict[str, Data] = {}

    def attribute(self, instance: Instance, path: str) -> Data:
        """The value of an attribute; a hole when only Azure knows it."""
        kind = instance.type
        if kind == _REMOTE:
            return self._remote(instance, path)
        if kind in _COMPUTED:
            return self._computed(instance, path)
        given = self._of_configuration(instance, path)
        if given is not None:
            return given
        value = self._session.provider.attribute(instance, path)
        if path == "id" or not isinstance(value, Unknown):
            return inward(value)
        found = self._declared(instance, path)
        return inward(value) if found is None else found

    def _of_configuration(self, instance: Instance, path: str) -> Data:
        if instance.type not in ("azurerm_client_config", "azurerm_subscription", "azapi_client_config"):
            return None
        name = _OF_CONFIGURATION.get(path)
        return self._session.configurations.value(instance.provider, name) if name is not None else None

    def _declared(self, instance: Instance, path: str) -> Data:
        """What the resource that a data source names has there, when something declares it; None when it is not known.

        Data sources name their attributes as resources do, where both have one of a kind.
        """
        own = self._session.provider.attribute(instance, "id")
        own = own.reference if isinstance(own, Unknown) else own
        if not isinstance(own, str) or try_parse_id(own) is None:
            return None
        key = (instance.type, own.lower(), path)
        found = self._world.attribute(*key) if self._world is not None else None
        if found is None:
            self._session.sought.setdefault(key)
            return None
        return inward(found)

    def _remote(self, instance: Instance, path: str) -> Data:
        if path != "outputs":
            return inward(self._session.provider.attribute(instance, path))
        if instance.address not in self._outputs:
            found = self._world.outputs(instance) if self._world is not None else None
            if found is None:
                found = Unknown(
                    reason="outputs of another root, whose state is not here",
                    decided_by=(f"{instance.address}.outputs",),
                    text=placeholder(f"{instance.address}.outputs"),
                    origin=instance.origin,
                )
            self._outputs[instance.address] = found
        return self._outputs[instance.address]

    def _computed(self, instance: Instance, path: str) -> Data:
        """Data sources that only work something out."""
        wanted, argument = _COMPUTED[instance.type]
        if path not in wanted:
            return inward(self._session.provider.attribute(instance, path))
        value = inward(instance.attributes.get(argument))
        if instance.type == "null_data_source" or isinstance(value, Unknown):
            return value
        files = self._session.files
        try:
            if instance.type == "template_file":
                variables = inward(instance.attributes.get("vars") or {})
                return variables if isinstance(variables, Unknown) else files.render(str(value), "template", variables)
            content = files.read(str(value))
            return content if isinstance(content, Unknown) else content.decode()
        except (ValueProblem, UnicodeDecodeError) as problem:
            self._session.report_at(instance.address, str(problem), instance.origin, incomplete=False)
            return Unknown(reason=str(problem), origin=instance.origin)


_COMPUTED: Final = {
    "template_file": (("rendered",), "template"),
    "null_data_source": (("outputs",), "inputs"),
    "local_file": (("content",), "filename"),
    "local_sensitive_file": (("content",), "filename"),
}
"""Type to the attributes that follow from its arguments, and the argument that they follow from."""
