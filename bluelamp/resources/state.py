"""The resources of a state, in the form that rules judge."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource, ancestors, name_of
from bluelamp.core.wire import Reader
from bluelamp.errors import UsageError
from bluelamp.policies.value import joined
from bluelamp.resources.judged import is_judged
from bluelamp.resources.skipped import Skipped

_ENCRYPTED: Final = "it is encrypted; set PULUMI_CONFIG_PASSPHRASE, or run `pulumi login`, and judge the state again"
NO_INPUTS: Final = "the state has no inputs for it; run `pulumi refresh`, export the state and judge it again"
_EXPORT_AGAIN: Final = "export it again with `pulumi stack export --file state.json`"


def from_state(state: Mapping[str, Any], decrypt: Callable[[str], str] | None = None) -> list[Resource]:
    """The cloud resources of an exported state (`pulumi stack export`), by their inputs.

    Secrets are read if `decrypt` decrypts them (see `bluelamp.core.passphrase`) or if the state was exported with
    `--show-secrets`; all others are `UNKNOWN`. `secrets` has all their paths. Resources that are only read or pending
    deletion are left out; `skipped` lists them. Raises `UsageError` if it is not a state.
    """
    judged = [record for record in _records(state) if not _why_skipped(record)]
    listed = state["deployment"].get("resources") or ()
    parents = {str(each["urn"]): str(each.get("parent") or "") for each in listed}
    return [_resource(record, decrypt, parents) for record in judged]


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
    return "it is pending deletion" if record.get("delete") else ""


def _resource(record: Mapping[str, Any], decrypt: Callable[[str], str] | None, parents: Mapping[str, str]) -> Resource:
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
    """The API version that the provider recorded, which may differ from the current provider's default."""
    outputs = record.get("outputs")
    version = outputs.get("azureApiVersion") if isinstance(outputs, Mapping) else None
    return version[: len("2023-01-01")] if isinstance(version, str) and re.match(r"\d{4}-\d\d-\d\d", version) else ""


def _records(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The records of judged resources: no components except information assets, and no engine resources."""
    deployment = state.get("deployment") if isinstance(state, Mapping) else None
    if not isinstance(deployment, Mapping):
        raise UsageError(
            "this is not a stack's state: it has no deployment",
            next_step="export it with `pulumi stack export --file state.json`",
        )
    for number, record in enumerate(deployment.get("resources") or ()):
        identity = isinstance(record, Mapping) and [record.get("urn"), record.get("type")]
        if not identity or not all(isinstance(each, str) and each for each in identity):
            raise UsageError(
                f"the state is damaged: deployment.resources[{number}] has no urn or no type", next_step=_EXPORT_AGAIN
            )
        if is_judged(record["type"], custom=bool(record.get("custom"))):
            yield record
