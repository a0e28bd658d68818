"""Inputs with azure-native's defaults filled in, and everything that is wrong with them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.armtypes import ArmTypes
from bluelamp.rehearsal.azure import ids, network
from bluelamp.rehearsal.azure.documented import check_documented
from bluelamp.rehearsal.azure.linking import check_links
from bluelamp.rehearsal.azure.naming import RANDOM, auto_name, check_name
from bluelamp.rehearsal.azure.places import check_location
from bluelamp.rehearsal.azure.services import check_services
from bluelamp.rehearsal.azure.spelling import check_spelling
from bluelamp.rehearsal.provider import Checked, CloudError, Failure, Instance, Naming
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.sdk.shapes import ResourceShape
from bluelamp.rehearsal.sdk.validate import validate
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, plain

_OWN = ("azureApiVersion", RANDOM)
"""Inputs that azure-native adds for itself."""
_GROUP = "azure-native:resources:ResourceGroup"


class Checker:
    """Judges inputs by the SDK's types, the services' rules and, where a folder of them is given, ARM's own types."""

    def __init__(self, store: Store, catalogue: Catalogue, arm_types: Path | None) -> None:
        self._store = store
        self._catalogue = catalogue
        self._arm = ArmTypes(arm_types) if arm_types is not None else None

    def check(
        self,
        instance: Instance,
        urn: str,
        token: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        naming: Naming | None = None,
    ) -> Checked:
        """`new` with names, location, constants and the API version filled in, and what is wrong with it.

        A value outside the list that the SDK documents is a warning. Where ARM's own types are given it is a failure,
        unless those name the value.
        """
        shape = self._catalogue.resource(token)
        inputs = {key: value for key, value in new.items() if value is not None}
        for key, value in shape.defaults.items():
            inputs.setdefault(key, value)
        unnamed = self._name(instance, urn, token, shape, old, inputs, naming)
        self._locate(instance, urn, shape, old, inputs)
        failures = [*unnamed, *self._failures(token, shape, inputs)]
        if shape.api_version:
            inputs.setdefault("azureApiVersion", shape.api_version)
        given = {key: one for key, one in inputs.items() if key not in _OWN}
        warnings: list[Failure] = []
        for doubt in check_documented(token, shape.inputs, given):
            failed = self._arm is not None and not self._arm.names(
                ids.arm_type_of(token, given), shape.api_version or "", doubt.value
            )
            (failures if failed else warnings).append(doubt.failure)
        said = {failure.path for failure in failures}
        return Checked(inputs, _once(failures), _once([one for one in warnings if one.path not in said]))

    def _name(
        self,
        instance: Instance,
        urn: str,
        token: str,
        shape: ResourceShape,
        old: Mapping[str, Any],
        inputs: dict[str, Any],
        naming: Naming | None,
    ) -> list[Failure]:
        """Fills in the name where there is none, and says where there must be one."""
        own = ids.own_name(token)
        known = shape.inputs.properties.get(own) if own else None
        if own is None or known is None or known.required or inputs.get(own) is not None:
            return []
        if known.shape.kind not in ("string", "enum"):
            return []
        if old.get(own) is not None:
            inputs[own] = old[own]
            if old.get(RANDOM):
                inputs[RANDOM] = True
            return []
        if naming is not None and naming.mode == "disable":
            return [
                Failure(own, f"missing required property '{own}': pulumi:autonaming is disabled, so state the name")
            ]

        def taken(name: str) -> bool:
            try:
                found = ids.resource_id(instance, token, {**inputs, own: name}, urn)
            except CloudError:
                return False
            return found is not None and self._store.get(found) is not None

        inputs[own], made_up = auto_name(token, urn, taken, naming)
        if made_up:
            inputs[RANDOM] = True
        return []

    def _locate(
        self, instance: Instance, urn: str, shape: ResourceShape, old: Mapping[str, Any], inputs: dict[str, Any]
    ) -> None:
        if "location" not in shape.inputs.properties or inputs.get("location") is not None:
            return
        if "location" in ids.path_parameters(shape.token):
            return
        if old.get("location") is not None:
            inputs["location"] = old["location"]
        elif instance.config.get("location"):
            inputs["location"] = instance.config["location"]
        elif "resourceGroupName" in inputs and shape.token != _GROUP:
            group = plain(inputs["resourceGroupName"])
            if group is UNKNOWN:
                inputs["location"] = UNKNOWN
                return
            record = self._store.get(f"/subscriptions/{ids.subscription_id(instance, urn)}/resourceGroups/{group}")
            if record is not None and record.outputs.get("location"):
                inputs["location"] = record.outputs["location"]

    def _failures(self, token: str, shape: ResourceShape, inputs: Mapping[str, Any]) -> Iterator[Failure]:
        values = {key: value for key, value in inputs.items() if key not in _OWN}
        yield from validate(shape.inputs, values)
        if token == _GROUP and "location" not in values:
            yield Failure(
                "location",
                "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config "
                "set azure-native:location <value>'.",
            )
        yield from check_spelling(shape.inputs, values)
        yield from check_links(shape.inputs, values)
        if "location" in values and "location" in shape.inputs.properties:
            yield from check_location(ids.arm_type(token), values["location"])
        yield from check_name(token, values)
        for fault in (*network.check(token, values), *check_services(token, values)):
            yield Failure(fault.path, f"{fault.code}: {fault.message}")
        if self._arm is not None and shape.api_version:
            kind = ids.arm_type_of(token, values)
            parameters = ids.path_parameters(token)
            yield from self._arm.check(kind, shape.api_version, values, parameters, own_name=ids.own_name(token))


def _once(failures: list[Failure]) -> list[Failure]:
    """The first failure at each path: the SDK's and ARM's types say the same of most mistakes."""
    found: dict[str, Failure] = {}
    for failure in failures:
        found.setdefault(failure.path, failure)
    return list(found.values())
