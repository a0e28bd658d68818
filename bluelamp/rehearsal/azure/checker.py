"""Checks inputs: fills in azure-native's defaults and finds errors."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.armtypes import ArmTypes
from bluelamp.rehearsal.azure import ids, network
from bluelamp.rehearsal.azure.documented import check_documented
from bluelamp.rehearsal.azure.links import check_links
from bluelamp.rehearsal.azure.locations import check_location
from bluelamp.rehearsal.azure.naming import CREATE_BEFORE_DELETE, auto_name, check_name
from bluelamp.rehearsal.azure.services import check_services
from bluelamp.rehearsal.azure.spelling import check_spelling
from bluelamp.rehearsal.provider import Checked, CloudError, Failure, Instance, Naming
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.sdk.shapes import ResourceShape
from bluelamp.rehearsal.sdk.validate import validate
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, plain

_OWN = ("azureApiVersion", CREATE_BEFORE_DELETE)
"""Inputs that azure-native adds for its own use."""
_GROUP = "azure-native:resources:ResourceGroup"


class Checker:
    """Checks inputs against the SDK's types, the services' rules and, if a folder is given, ARM's type definitions."""

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
        """`new` with name, location, constants and API version filled in, and its errors.

        A value that the SDK does not document is a warning. With ARM's type definitions it is a failure, unless they
        contain the value.
        """
        shape = self._catalogue.resource(token)
        inputs = {key: value for key, value in new.items() if value is not None}
        for key, value in shape.defaults.items():
            inputs.setdefault(key, value)
        unnamed = self._set_name(instance, urn, token, shape, old, inputs, naming)
        self._set_location(instance, urn, shape, old, inputs)
        failures = [*unnamed, *self._failures(token, shape, inputs)]
        if shape.api_version:
            inputs.setdefault("azureApiVersion", shape.api_version)
        given = {key: one for key, one in inputs.items() if key not in _OWN}
        warnings: list[Failure] = []
        for undocumented in check_documented(token, shape.inputs, given):
            failed = self._arm is not None and not self._arm.names(
                ids.arm_type_of(token, given), shape.api_version or "", undocumented.value
            )
            (failures if failed else warnings).append(undocumented.failure)
        failed_paths = {failure.path for failure in failures}
        remaining = [one for one in warnings if one.path not in failed_paths]
        return Checked(inputs, _first_per_path(failures), _first_per_path(remaining))

    def _set_name(
        self,
        instance: Instance,
        urn: str,
        token: str,
        shape: ResourceShape,
        old: Mapping[str, Any],
        inputs: dict[str, Any],
        naming: Naming | None,
    ) -> list[Failure]:
        """Sets the name if there is none; returns a failure if the program must set it."""
        own = ids.own_name(token)
        known = shape.inputs.properties.get(own) if own else None
        if own is None or known is None or known.required or inputs.get(own) is not None:
            return []
        if known.shape.kind not in ("string", "enum"):
            return []
        if old.get(own) is not None:
            inputs[own] = old[own]
            if old.get(CREATE_BEFORE_DELETE):
                inputs[CREATE_BEFORE_DELETE] = True
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
            inputs[CREATE_BEFORE_DELETE] = True
        return []

    def _set_location(
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
        for violation in (*network.check(token, values), *check_services(token, values)):
            yield Failure(violation.path, f"{violation.code}: {violation.message}")
        if self._arm is not None and shape.api_version:
            kind = ids.arm_type_of(token, values)
            parameters = ids.path_parameters(token)
            yield from self._arm.check(kind, shape.api_version, values, parameters, own_name=ids.own_name(token))


def _first_per_path(failures: list[Failure]) -> list[Failure]:
    """The first failure at each path. The SDK's and ARM's types report most errors twice."""
    found: dict[str, Failure] = {}
    for failure in failures:
        found.setdefault(failure.path, failure)
    return list(found.values())
