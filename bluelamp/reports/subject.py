"""The resources of a plan or of a state, in the form that rules judge."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.asset_type import REGISTERED
from bluelamp.core.resource import UNKNOWN, Resource, ancestors, name_of
from bluelamp.core.wire import FILE, Reader
from bluelamp.errors import UsageError
from bluelamp.policies.value import joined
from bluelamp.reports.undecided import NO_INPUTS
from bluelamp.reports.unjudged import Skipped

if TYPE_CHECKING:
    from bluelamp.planning import Plan
    from bluelamp.planning.monitor import PlannedResource

_OWN: Final = "pulumi:"
"""The engine's own resource types: stacks and providers. Components are recognised by not being custom."""
_ENCRYPTED: Final = "it is encrypted; set PULUMI_CONFIG_PASSPHRASE, or run `pulumi login`, and judge the state again"
_EXPORT_AGAIN: Final = "export it again with `pulumi stack export --file state.json`"


def from_plan(plan: "Plan") -> list[Resource]:
    """The cloud resources in `plan`, by their inputs.

    Secrets are opened, so that rules can judge them, and their paths are named in `secrets`, so that nobody prints
    them. Components, providers and the stack itself are left out, information assets and rules of access are not.
    """
    parents = {each.urn: each.parent for each in plan.resources}
    return [_planned(each, parents) for each in plan.resources if _is_judged(each.type, custom=each.custom)]


def from_state(state: Mapping[str, Any], decrypt: Callable[[str], str] | None = None) -> list[Resource]:
    """The cloud resources of an exported state (`pulumi stack export`), by their inputs.

    Secrets are read where `decrypt` decrypts them (see `bluelamp.core.passphrase`) or where the state was exported with
    `--show-secrets`; all others are `UNKNOWN`. All are named in `secrets`. What is only read, or waits to be deleted,
    is left out; `skipped` tells of it. Raises `UsageError` where it is not a state.
    """
    judged = [record for record in _records(state) if not _why_skipped(record)]
    listed = state["deployment"].get("resources") or ()
    parents = {str(each["urn"]): str(each.get("parent") or "") for each in listed}
    return [_recorded(record, decrypt, parents) for record in judged]


def skipped(state: Mapping[str, Any]) -> list[Skipped]:
    """The cloud resources of an exported state that `from_state` leaves out, and why."""
    return [
        Skipped(record["type"], name_of(record["urn"]), why, record["urn"])
        for record in _records(state)
        if (why := _why_skipped(record))
    ]


def _why_skipped(record: Mapping[str, Any]) -> str:
    if record.get("external"):
        return "it is only read here, and managed elsewhere"
    return "it waits to be deleted" if record.get("delete") else ""


def _planned(each: "PlannedResource", parents: Mapping[str, str]) -> Resource:
    from bluelamp.rehearsal import values

    secrets: set[str] = set()
    reasons: dict[str, str] = {}

    def opened(value: Any, path: str) -> Any:
        if value is values.UNKNOWN:
            return UNKNOWN
        if isinstance(value, values.Secret):
            secrets.add(path)
            return opened(value.value, path)
        if isinstance(value, values.Blob):
            reasons[path] = FILE
            return UNKNOWN
        if isinstance(value, Mapping):
            return {key: opened(item, joined(path, key)) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [opened(item, joined(path, index)) for index, item in enumerate(value)]
        return value

    properties = {key: opened(value, joined("", key)) for key, value in each.inputs.items()}
    name = name_of(each.urn)
    return Resource(
        each.urn,
        each.type,
        name,
        properties,
        each.protect,
        each.parent,
        frozenset(secrets),
        each.references,
        reasons=reasons,
        ancestors=ancestors(each.parent, parents),
    )


def _recorded(record: Mapping[str, Any], decrypt: Callable[[str], str] | None, parents: Mapping[str, str]) -> Resource:
    reader = Reader(UNKNOWN, joined, decrypt, _ENCRYPTED)
    try:
        properties = reader.read(record.get("inputs") or {})
    except RecursionError:
        raise UsageError(f"the state is damaged: {record['urn']} is nested too deep", next_step=_EXPORT_AGAIN) from None
    if not properties and record.get("outputs"):
        # Defaults must not be judged in place of the deployed values.
        properties, reader.reasons[""] = UNKNOWN, NO_INPUTS
    origins = record.get("propertyDependencies")
    parent = str(record.get("parent") or "")
    return Resource(
        record["urn"],
        record["type"],
        name_of(record["urn"]),
        properties,
        bool(record.get("protect")),
        parent,
        frozenset(reader.secrets),
        {key: tuple(sorted(urns)) for key, urns in (origins or {}).items() if urns},
        reasons=dict(reader.reasons),
        ancestors=ancestors(parent, parents),
        api_version=_version(record),
    )


def _version(record: Mapping[str, Any]) -> str:
    """The API version that the provider used, where it noted it: an older provider's own was an older one."""
    outputs = record.get("outputs")
    said = outputs.get("azureApiVersion") if isinstance(outputs, Mapping) else None
    return said[: len("2023-01-01")] if isinstance(said, str) and re.match(r"\d{4}-\d\d-\d\d", said) else ""


def _records(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The records of what is judged: neither components, but for assets, nor what the engine makes for itself."""
    deployment = state.get("deployment") if isinstance(state, Mapping) else None
    if not isinstance(deployment, Mapping):
        raise UsageError(
            "this is not a stack's state: it has no deployment",
            next_step="export it with `pulumi stack export --file state.json`",
        )
    for number, record in enumerate(deployment.get("resources") or ()):
        told = isinstance(record, Mapping) and [record.get("urn"), record.get("type")]
        if not told or not all(isinstance(each, str) and each for each in told):
            raise UsageError(
                f"the state is damaged: deployment.resources[{number}] has no urn or no type", next_step=_EXPORT_AGAIN
            )
        if _is_judged(record["type"], custom=bool(record.get("custom"))):
            yield record


def _is_judged(type_: str, *, custom: bool) -> bool:
    return type_ in REGISTERED or (custom and not type_.startswith(_OWN))
