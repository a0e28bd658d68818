"""The schemas of contracts for an Event Hubs schema group.

The infrastructure creates the group (type `Json`); a pipeline registers each schema under its name. The group does not
check the compatibility of JSON schemas, so each version has its own `$id`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bluelamp.workloads.capture.schema import RecordSchema


@dataclass(frozen=True, slots=True)
class GroupSchema:
    """A schema of a group."""

    name: str
    """`asset.table`, which is unique in a register."""
    content: str
    """The document as text."""


def schema_group(schemas: Iterable[RecordSchema]) -> tuple[GroupSchema, ...]:
    """The entries to register in a group for `schemas`, sorted by name."""
    found = (GroupSchema(f"{each.asset}.{each.name}", text_of(each)) for each in schemas)
    return tuple(sorted(found, key=lambda each: each.name))


def text_of(schema: RecordSchema) -> str:
    """A schema's document as text."""
    return json.dumps(schema.document, indent=2, ensure_ascii=False) + "\n"
