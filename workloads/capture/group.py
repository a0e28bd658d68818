"""The schemas of contracts as an Event Hubs schema group takes them.

Infrastructure makes the group (type `Json`); its schemas are data, which a pipeline registers one by one under their
names. The group checks no compatibility between versions of JSON schemas, so that each version has a `$id` of its own.
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
    """What to register in a group for `schemas`, by name."""
    found = (GroupSchema(f"{each.asset}.{each.name}", text_of(each)) for each in schemas)
    return tuple(sorted(found, key=lambda each: each.name))


def text_of(schema: RecordSchema) -> str:
    """A schema's document as text."""
    return json.dumps(schema.document, indent=2, ensure_ascii=False) + "\n"
