"""What is judged: the resources of a plan or of a state, as rules want to see them."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from bluelamp.errors import UsageError
from policies.model import UNKNOWN, Resource
from policies.value import SECRET, joined

if TYPE_CHECKING:
    from bluelamp.planning import Plan

_OWN: Final = "pulumi:"
"""What the engine makes for itself: stacks and providers. Components are told by not being custom."""

# How the engine marks a value that JSON cannot say (sdk/go/common/resource/properties.go of pulumi/pulumi).
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET_MARK: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, not a password
_OUTPUT_MARK: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE_MARK: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWN_MARKS: Final = frozenset({"04da6b54-80e4-46f7-96ec-b56ff0331ba9"})


def from_plan(plan: "Plan") -> list[Resource]:
    """The cloud resources that `plan` would make, by their inputs.

    Secrets are opened, so that rules can judge them, and their paths are named in `secrets`, so that nobody prints
    them. Components, providers and the stack itself are left out.
    """
    from bluelamp.rehearsal import values

    def opened(value: Any, path: str, secrets: set[str]) -> Any:
        if value is values.UNKNOWN:
            return UNKNOWN
        if isinstance(value, values.Secret):
            secrets.add(path)
            return opened(value.value, path, secrets)
        if isinstance(value, values.Blob):
            return dict(value.fields)
        return _within(value, path, secrets, opened)

    return [
        _resource(
            each.urn,
            each.type,
            each.inputs,
            opened,
            protect=each.protect,
            parent=each.parent,
            references=each.references,
        )
        for each in plan.resources
        if each.custom and not each.type.startswith(_OWN)
    ]


def from_state(state: Mapping[str, Any]) -> list[Resource]:
    """The cloud resources of an exported state (`pulumi stack export`), by their inputs.

    A secret that is encrypted there becomes `[secret]`, one that was exported openly (`--show-secrets`) its value;
    both are named in `secrets`. Left out is also what is only read, or waits to be deleted. Raises `UsageError` where
    it is not a state.
    """
    return [
        _resource(
            record["urn"],
            record["type"],
            record.get("inputs") or {},
            _decrypted,
            protect=bool(record.get("protect")),
            parent=record.get("parent", ""),
            references={
                key: tuple(sorted(urns)) for key, urns in (record.get("propertyDependencies") or {}).items() if urns
            },
        )
        for record in _records(state)
        if record.get("custom")
        and not record.get("external")
        and not record.get("delete")
        and not record["type"].startswith(_OWN)
    ]


def _resource(
    urn: str,
    type_: str,
    inputs: Mapping[str, Any],
    opened: Any,
    *,
    protect: bool,
    parent: str,
    references: Mapping[str, tuple[str, ...]],
) -> Resource:
    secrets: set[str] = set()
    properties = {key: opened(value, joined("", key), secrets) for key, value in inputs.items()}
    name = urn.split("::", 3)[-1]
    return Resource(urn, type_, name, properties, protect, parent, frozenset(secrets), references)


def _within(value: Any, path: str, secrets: set[str], opened: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: opened(item, joined(path, key), secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [opened(item, joined(path, index), secrets) for index, item in enumerate(value)]
    return value


def _decrypted(value: Any, path: str, secrets: set[str]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWN_MARKS else value
    mark = value.get(_SIGNATURE) if isinstance(value, Mapping) else None
    if mark == _SECRET_MARK:
        secrets.add(path)
        plain = value.get("plaintext")
        return SECRET if plain is None else _decrypted(json.loads(plain), path, secrets)
    if mark == _OUTPUT_MARK:
        if value.get("secret"):
            secrets.add(path)
        return _decrypted(value["value"], path, secrets) if "value" in value else UNKNOWN
    if mark == _REFERENCE_MARK:
        return value.get("id") or value.get("urn")
    return _within(value, path, secrets, _decrypted)


def _records(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    deployment = state.get("deployment") if isinstance(state, Mapping) else None
    if not isinstance(deployment, Mapping):
        raise UsageError(
            "this is not a stack's state: it has no deployment",
            next_step="export it with `pulumi stack export --file state.json`",
        )
    for number, record in enumerate(deployment.get("resources") or ()):
        if not (isinstance(record, Mapping) and isinstance(record.get("urn"), str) and record.get("type")):
            raise UsageError(
                f"the state is damaged: deployment.resources[{number}] has no urn or no type",
                next_step="export it again with `pulumi stack export --file state.json`",
            )
        yield record
