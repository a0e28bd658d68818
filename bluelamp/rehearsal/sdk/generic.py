"""A provider for any installed Pulumi package, from its SDK's types.

It validates inputs against the types, returns every output in the SDK, and stores its resources. It calls no service
and runs no command. `packages` has the behaviour of packages beyond their types.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random, SystemRandom
from typing import Any

from typing_extensions import override

from bluelamp.core.resource import name_of, type_of
from bluelamp.rehearsal.provider import (
    EXISTING,
    Checked,
    CloudError,
    Diff,
    DiffKind,
    Failure,
    Instance,
    Live,
    Naming,
    Provider,
)
from bluelamp.rehearsal.sdk import sample_values
from bluelamp.rehearsal.sdk.answers import answer
from bluelamp.rehearsal.sdk.behaviour import Creation, behaviour
from bluelamp.rehearsal.sdk.differences import Change, Steps, differences, ignored, path_of
from bluelamp.rehearsal.sdk.messages import did_you_mean
from bluelamp.rehearsal.sdk.records import Records
from bluelamp.rehearsal.sdk.schema import UnknownToken, catalogue_of
from bluelamp.rehearsal.sdk.shapes import ResourceShape, Shape
from bluelamp.rehearsal.sdk.validate import validate
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, Secret, plain

_ENGINES = ("version", "pluginDownloadURL")
_FORCES = re.compile(r"[Cc]hanging this(?: fields?)? forces a new|force recreation|force replacement")
_REPLACE: dict[Change, DiffKind] = {"add": "add-replace", "delete": "delete-replace", "update": "update-replace"}


class GenericProvider(Provider):
    """Serves `package` from the types of its installed SDK.

    `random` generates the values of computed outputs; the default is the system's random source, so that two rehearsals
    never share a password. Raises `UnknownPackage` if the SDK is not installed.
    """

    def __init__(
        self, package: str, store: Store, *, random: Random | None = None, search_path: Sequence[str] = ()
    ) -> None:
        self.package = package
        self._catalogue = catalogue_of(package, search_path)
        self.version = self._catalogue.version
        self._store = store
        self._records = Records(package, store)
        self._random = random or SystemRandom()
        self._behaviour = behaviour(package)

    @override
    def check_config(self, inputs: dict[str, Any]) -> Checked:
        # Only names are checked: the engine sends provider settings as text, whatever their type.
        known = self._catalogue.resource(f"pulumi:providers:{self.package}").inputs.properties
        names = [name for name in inputs if name not in known and name not in _ENGINES and not name.startswith("__")]
        return Checked(inputs, [Failure(one, f"unknown property '{one}'{did_you_mean(one, known)}") for one in names])

    @override
    def check(
        self,
        instance: Instance,
        urn: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        naming: Naming | None = None,
    ) -> Checked:
        try:
            resource = self._catalogue.resource(type_of(urn))
        except UnknownToken as error:
            return Checked(dict(new), [Failure("", str(error))])
        failures = validate(resource.inputs, new, coerce=self._behaviour.coerces)
        if not failures:
            failures = list(self._behaviour.check(resource, plain(new)))
        return Checked(dict(new), failures)

    @override
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
        resource = self._catalogue.resource(type_of(urn))
        return Diff(
            {
                path_of(steps): _REPLACE[change] if self._replaces(resource, steps) else change
                for steps, change in differences(self._filled(resource, old_inputs), self._filled(resource, new))
                if not ignored(steps, ignore)
            }
        )

    @override
    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        resource = self._catalogue.resource(type_of(urn))
        if preview:
            return "", self._outputs(resource, inputs, {})
        self._fail_if_planned(resource.token, "create")
        creation = self._creation(resource, urn, inputs, instance)
        computed = self._behaviour.computed(creation)
        for name, one in resource.outputs.properties.items():
            if one.required and name not in computed and creation.inputs.get(name) is None:
                computed[name] = sample_values.value(one.shape, name, creation.name, self._random)
        resource_id = self._behaviour.identity(creation, computed)
        outputs = self._outputs(resource, inputs, computed)
        self._records.add(resource.token, urn, resource_id, inputs, outputs)
        return resource_id, outputs

    @override
    def read(self, instance: Instance, urn: str, resource_id: str, inputs: Mapping[str, Any]) -> Live | None:
        self._fail_if_planned(type_of(urn), "read")
        record = self._records.get(type_of(urn), urn, resource_id, inputs=inputs, outputs={})
        if record is None:
            return None
        known = {key: one for key, one in record.inputs.items() if key != EXISTING}
        return Live(resource_id, known, {key: one for key, one in record.outputs.items() if key != "id"})

    @override
    def assume_existing(self, instance: Instance, urn: str, resource_id: str) -> Live | None:
        resource = self._catalogue.resource(type_of(urn))
        chance = Random(f"{resource.token} {resource_id}")  # noqa: S311 - the same resource has the same outputs
        computed = sample_values.properties(resource.outputs, name_of(urn), chance)
        outputs = self._outputs(resource, {}, computed)
        self._records.add(resource.token, urn, resource_id, {EXISTING: True}, outputs)
        return Live(resource_id, {}, outputs)

    @override
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
        resource = self._catalogue.resource(type_of(urn))
        if preview:
            return self._outputs(resource, inputs, _unchanged_outputs(resource, old_outputs, inputs))
        self._fail_if_planned(resource.token, "update")
        record = self._records.get(resource.token, urn, resource_id, inputs={}, outputs=old_outputs)
        if record is None:
            raise CloudError("NotFound", f"{resource.token} {resource_id!r} does not exist")
        fresh = self._behaviour.updated(self._creation(resource, urn, inputs, instance), plain(record.outputs))
        outputs = self._outputs(resource, inputs, _unchanged_outputs(resource, record.outputs, inputs) | fresh)
        self._records.put(record, inputs, outputs)
        return outputs

    @override
    def delete(self, instance: Instance, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> None:
        self._fail_if_planned(type_of(urn), "delete")
        record = self._records.get(type_of(urn), urn, resource_id, inputs={}, outputs=outputs)
        if record is not None:
            self._records.remove(record)

    @override
    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        try:
            function = self._catalogue.function(token)
        except UnknownToken as error:
            raise CloudError("NotSupported", str(error)) from error
        failures = validate(function.inputs, args, coerce=self._behaviour.coerces)
        if failures:
            reasons = "; ".join(f"{one.path}: {one.reason}" for one in failures)
            raise CloudError("InvalidParameter", f"{token}: {reasons}")
        own = self._behaviour.invoke(token, plain(args), instance, self._records.all)
        return own if own is not None else answer(self._catalogue, self._records, function, plain(args))

    @override
    def expected_id(self, instance: Instance, urn: str, inputs: Mapping[str, Any]) -> str | None:
        # Ids are random, so only a resource that an interrupted run created has an expected id.
        created = [one for one in self._records.all(type_of(urn)) if one.urn == urn]
        same = [one for one in created if plain(one.inputs) == plain(inputs)]
        return str(same[-1].outputs["id"]) if same else None

    def _fail_if_planned(self, token: str, operation: str) -> None:
        fault = self._store.take_fault(token, operation)
        if fault is not None:
            raise CloudError(fault.code, fault.message, retryable=True)

    def _creation(self, resource: ResourceShape, urn: str, inputs: Mapping[str, Any], instance: Instance) -> Creation:
        filled = plain(self._filled(resource, inputs))
        return Creation(resource, name_of(urn), filled, self._random, instance, self._records.all)

    def _filled(self, resource: ResourceShape, inputs: Mapping[str, Any]) -> dict[str, Any]:
        given = {key: one for key, one in inputs.items() if one is not None and not key.startswith("__")}
        return {**self._behaviour.defaults(resource), **given}

    def _replaces(self, resource: ResourceShape, steps: Steps) -> bool:
        """Whether a change at `steps` replaces the resource, by the SDK, the package's behaviour or a description."""
        name = str(steps[0])
        listed = {re.split(r"[.\[]", one, maxsplit=1)[0] for one in resource.replace_on_changes}
        if name in listed or self._behaviour.replaces(resource, name):
            return True
        shape: Shape | None = Shape("object", object=resource.inputs)
        for step in steps:
            if shape is None:
                break
            if shape.object is None:
                shape = shape.item
                continue
            known = shape.object.properties.get(str(step))
            if known is not None and _FORCES.search(known.description.replace("\n", " ")):
                return True
            shape = known.shape if known else None
        return False

    def _outputs(
        self, resource: ResourceShape, inputs: Mapping[str, Any], computed: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The outputs; required ones that are not known yet are `UNKNOWN`."""
        known = {**self._behaviour.defaults(resource), **computed}
        outputs: dict[str, Any] = {}
        for name, one in resource.outputs.properties.items():
            value = inputs.get(name)
            if value is None:
                value = known.get(name, UNKNOWN if one.required else None)
            if value is None:
                continue
            wrap = name in resource.secret_outputs and value is not UNKNOWN and not isinstance(value, Secret)
            outputs[name] = Secret(value) if wrap else value
        return outputs


def _unchanged_outputs(
    resource: ResourceShape, outputs: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """The outputs that an update keeps: computed ones, and inputs except optional ones that are no longer given."""
    known, given = resource.outputs.properties, resource.inputs.properties
    return {
        name: value
        for name, value in outputs.items()
        if name in known and (known[name].required or name not in given or inputs.get(name) is not None)
    }
