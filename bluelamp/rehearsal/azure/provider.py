"""The azure-native provider of the rehearsal cloud."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bluelamp.core.resource import type_of
from bluelamp.rehearsal.azure import governance, ids, network
from bluelamp.rehearsal.azure.checker import Checker
from bluelamp.rehearsal.azure.deletion import check_delete, check_write, remove
from bluelamp.rehearsal.azure.diff import check_stored, diff
from bluelamp.rehearsal.azure.invokes import invoke
from bluelamp.rehearsal.azure.naming import unique_name
from bluelamp.rehearsal.azure.outputs import compute, preview
from bluelamp.rehearsal.azure.planned_failures import fail_if_planned
from bluelamp.rehearsal.azure.ranges import Violation
from bluelamp.rehearsal.azure.references import check_parent, check_references, not_found
from bluelamp.rehearsal.azure.services import check_linked
from bluelamp.rehearsal.provider import EXISTING, Checked, CloudError, Diff, Instance, Live, Naming, Provider
from bluelamp.rehearsal.sdk.schema import UnknownToken, catalogue_of
from bluelamp.rehearsal.sdk.shapes import ResourceShape
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import has_unknown


class AzureProvider(Provider):
    """The package azure-native, with every resource type of the installed SDK.

    With `arm_types`, a folder of Microsoft's type definitions (repository Azure/bicep-types-az), inputs are
    also checked against those. Raises `UnknownPackage` if pulumi-azure-native is not installed.
    """

    package = "azure-native"

    def __init__(self, store: Store, arm_types: Path | None = None, search_path: Sequence[str] = ()) -> None:
        self._store = store
        self._catalogue = catalogue_of(self.package, search_path)
        self.version = self._catalogue.version
        self._checker = Checker(store, self._catalogue, arm_types)

    def check(
        self,
        instance: Instance,
        urn: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        naming: Naming | None = None,
    ) -> Checked:
        """`new` with name, location, constants and API version filled in, and its errors."""
        self._shape(urn)
        return self._checker.check(instance, urn, type_of(urn), old, new, naming)

    def diff(
        self,
        instance: Instance,
        urn: str,
        resource_id: str,
        old_inputs: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        new: Mapping[str, Any],
        ignore: Sequence[str] = (),
    ) -> Diff:
        """The property paths that change, and which of them replace the resource."""
        del instance, resource_id
        return diff(type_of(urn), old_inputs, new, ignore, self._shape(urn).replace_on_changes, old_outputs)

    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """Creates the resource. Its dependencies must exist, and its id and unique name must be free."""
        token, shape = type_of(urn), self._shape(urn)
        if preview:
            return "", self._preview(instance, urn, shape, inputs)
        fail_if_planned(self._store, token, "create")
        resource_id = self._id(instance, urn, token, inputs)
        self._reject_existing(resource_id)
        parent = self._check_dependencies(instance, urn, resource_id, inputs)
        with self._store.transaction():
            self._reject_existing(resource_id)
            self._reject(self._conflicts(instance, token, resource_id, inputs, urn))
            outputs = compute(self._store, shape, resource_id, inputs, ids.tenant_id(instance, urn))
            unique = unique_name(token, inputs)
            self._store.add(
                Record(resource_id, self.package, token, urn, dict(inputs), outputs, parent=parent, unique_name=unique)
            )
        return resource_id, outputs

    def read(self, instance: Instance, urn: str, resource_id: str, inputs: Mapping[str, Any]) -> Live | None:
        """The current resource."""
        del instance, inputs
        fail_if_planned(self._store, type_of(urn), "read")
        record = self._store.get(resource_id)
        if record is None:
            return None
        known = {key: value for key, value in record.inputs.items() if key != EXISTING}
        return Live(record.id, known, dict(record.outputs))

    def assume_existing(self, instance: Instance, urn: str, resource_id: str) -> Live | None:
        """The resource as derived from its id. Its resource group is assumed to exist too."""
        token, shape = type_of(urn), self._shape(urn)
        found = ids.parameters_in(token, resource_id)
        if found is None:
            return None
        with self._store.transaction():
            group = ids.group_id_of_id(resource_id)
            if group and token != _GROUP and self._store.get(group) is None:
                self._assume(
                    instance, urn, self._catalogue.resource(_GROUP), group, {"resourceGroupName": ids.name_of_id(group)}
                )
            return self._assume(instance, urn, shape, resource_id, found)

    def _assume(
        self, instance: Instance, urn: str, shape: ResourceShape, resource_id: str, found: Mapping[str, Any]
    ) -> Live:
        inputs = dict(found)
        if "location" in shape.outputs.properties:
            inputs["location"] = instance.config.get("location") or _LOCATION
        outputs = compute(self._store, shape, resource_id, inputs, ids.tenant_id(instance, urn))
        marked = {**inputs, EXISTING: True}
        self._store.add(Record(resource_id, self.package, shape.token, urn, marked, outputs))
        return Live(resource_id, inputs, outputs)

    def update(
        self,
        instance: Instance,
        urn: str,
        resource_id: str,
        old_outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *,
        preview: bool,
    ) -> dict[str, Any]:
        """Updates the resource."""
        token, shape = type_of(urn), self._shape(urn)
        if preview:
            return self._preview(instance, urn, shape, inputs, dict(old_outputs), resource_id)
        fail_if_planned(self._store, token, "update")
        check_write(self._store, resource_id)
        self._check_dependencies(instance, urn, resource_id, inputs)
        with self._store.transaction():
            record = self._store.get(resource_id)
            if record is None:
                raise CloudError("ResourceNotFound", not_found(resource_id))
            self._reject(self._conflicts(instance, token, record.id, inputs, urn))
            outputs = compute(self._store, shape, record.id, inputs, ids.tenant_id(instance, urn))
            self._store.put(record.with_(urn=urn, inputs=dict(inputs), outputs=outputs))
        return outputs

    def delete(self, instance: Instance, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Deletes the resource and its descendants, unless it is locked or in use."""
        del instance, outputs
        fail_if_planned(self._store, type_of(urn), "delete")
        with self._store.transaction():
            record = self._store.get(resource_id)
            if record is not None:
                check_delete(self._store, record)
                remove(self._store, record)

    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a function: the client configuration, a stored resource, or its keys."""
        return invoke(self._store, self._catalogue, instance, token, args)

    def expected_id(self, instance: Instance, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """The id for `inputs`; None if a part of it is unknown."""
        try:
            return ids.resource_id(instance, type_of(urn), inputs, urn)
        except CloudError:
            return None

    def _shape(self, urn: str) -> ResourceShape:
        try:
            return self._catalogue.resource(type_of(urn))
        except UnknownToken as error:
            raise CloudError("InvalidResourceType", str(error)) from error

    def _id(self, instance: Instance, urn: str, token: str, inputs: Mapping[str, Any]) -> str:
        found = ids.resource_id(instance, token, inputs, urn)
        if found is None:
            raise CloudError("InvalidRequest", f"the id of {urn} is not known")
        return found

    def _check_dependencies(self, instance: Instance, urn: str, resource_id: str, inputs: Mapping[str, Any]) -> str:
        """Checks that everything the resource needs exists and is not locked; returns the parent's id.

        Must run outside a transaction, so that a planned failure is used up when it is raised.
        """
        token = type_of(urn)
        parent = ids.parent_id(instance, token, inputs, urn) or ""
        subscription = ids.subscription_id(instance, urn)
        check_parent(self._store, token, parent, ids.tenant_id(instance, urn), subscription)
        check_write(self._store, parent)
        check_references(self._store, self._catalogue, token, resource_id, inputs, subscription)
        return parent

    def _reject_existing(self, resource_id: str) -> None:
        if self._store.get(resource_id) is not None:
            raise CloudError("ResourceExists", f"cannot create already existing resource '{resource_id}'")

    def _conflicts(
        self,
        instance: Instance,
        token: str,
        resource_id: str,
        inputs: Mapping[str, Any],
        urn: str,
        *,
        preview: bool = False,
    ) -> Iterator[Violation]:
        """The violations against existing resources."""
        yield from check_stored(self._store, token, resource_id, inputs)
        yield from network.check_stored(self._store, token, resource_id, inputs)
        yield from check_linked(self._store, token, inputs)
        tenant = ids.tenant_id(instance, urn)
        yield from governance.check_stored(self._store, token, resource_id, inputs, tenant, preview=preview)

    def _reject(self, violations: Iterable[Violation]) -> None:
        found = list(violations)
        if found:
            more = "".join(f"; {violation.path}: {violation.code}: {violation.message}" for violation in found[1:])
            raise CloudError(found[0].code, f"{found[0].message} ({found[0].path}){more}")

    def _preview(
        self,
        instance: Instance,
        urn: str,
        shape: ResourceShape,
        inputs: Mapping[str, Any],
        old: Mapping[str, Any] | None = None,
        resource_id: str = "",
    ) -> dict[str, Any]:
        """The outputs in a preview. Raises `CloudError` for violations against existing resources."""
        found = resource_id or self.expected_id(instance, urn, inputs) or ""
        if found:
            self._reject(self._conflicts(instance, shape.token, found, inputs, urn, preview=True))
        outputs = preview(shape, inputs)
        if old is not None:
            # An update does not change these outputs.
            outputs |= {key: old[key] for key in _STABLE_OUTPUTS if key in old and not has_unknown(old[key])}
        return outputs


_GROUP = "azure-native:resources:ResourceGroup"
_LOCATION = "uksouth"
"""The location of a resource that is assumed to exist, if the stack configures none."""
_STABLE_OUTPUTS = ("name", "type", "id", "principalId", "clientId", "tenantId", "customerId", "resourceGuid")
