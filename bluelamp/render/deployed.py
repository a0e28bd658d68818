"""The resources of an exported state in the form of a plan, for diagrams of the deployed estate."""

from collections.abc import Mapping
from typing import Any

from bluelamp.planning import Plan, PlannedResource


def deployed(force: str, state: Mapping[str, Any]) -> Plan:
    """The managed resources in the state of `force`. Secrets stay encrypted and do not appear in diagrams."""
    records = (state.get("deployment") or {}).get("resources") or ()
    kept = sorted(
        (each for each in records if not each.get("external") and not each.get("delete")), key=lambda each: each["urn"]
    )
    return Plan(force, tuple(map(_resource, kept)))


def _resource(record: Mapping[str, Any]) -> PlannedResource:
    origins = record.get("propertyDependencies") or {}
    return PlannedResource(
        record["urn"],
        custom=bool(record.get("custom")),
        parent=str(record.get("parent") or ""),
        provider=str(record.get("provider") or ""),
        inputs=record.get("inputs") or {},
        references={key: tuple(sorted(urns)) for key, urns in origins.items() if urns},
    )
