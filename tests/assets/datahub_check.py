"""Checks an export against DataHub's own classes: `python tests/assets/datahub_check.py FILE`.

`make interop` runs it in its own environment, because `acryl-datahub` cannot be installed beside this project. The
classes accept unknown fields and text that is not a URN, so both are checked here.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datahub.emitter.mcp import MetadataChangeProposalWrapper
from datahub.emitter.serialization_helper import pre_json_transform
from datahub.metadata.schema_classes import MetadataChangeProposalClass
from datahub.metadata.urns import CorpGroupUrn, CorpUserUrn, DataPlatformUrn, DatasetUrn
from datahub.utilities.urns.error import InvalidUrnError

URNS = {"actor": CorpUserUrn, "dataset": DatasetUrn, "entityUrn": DatasetUrn, "owner": CorpGroupUrn, "platform": DataPlatformUrn}  # fmt: skip


def faults(document: dict[str, Any]) -> Iterator[str]:
    """What DataHub would refuse or drop."""
    proposal = MetadataChangeProposalClass.from_obj(document)
    try:
        made = MetadataChangeProposalWrapper.try_from_mcpc(proposal)
    except Exception as error:  # each class raises its own
        yield str(error)
        return
    if not (proposal.validate() and made and made.validate()):
        yield "is not valid"
        return
    value = json.loads(document["aspect"]["value"])
    yield from _dropped(value, pre_json_transform(made.aspect.to_obj()), "")
    yield from _urns({**value, "entityUrn": document["entityUrn"]})


def _dropped(given: Any, kept: Any, path: str) -> Iterator[str]:
    if isinstance(given, dict):
        for key, value in given.items():
            if not isinstance(kept, dict) or key not in kept:
                yield f"{path}.{key} is dropped"
            else:
                yield from _dropped(value, kept[key], f"{path}.{key}")
    elif isinstance(given, list):
        for number, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from _dropped(one, other, f"{path}[{number}]")
    elif given != kept:
        yield f"{path} is {kept!r} instead of {given!r}"


def _urns(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _urns(each)
    if isinstance(value, dict):
        for key, each in value.items():
            if key in URNS and isinstance(each, str):
                try:
                    URNS[key].from_string(each)
                except InvalidUrnError as error:
                    yield str(error)
            yield from _urns(each)


if __name__ == "__main__":
    found = [(each, fault) for each in json.loads(Path(sys.argv[1]).read_text("utf-8")) for fault in faults(each)]
    for each, fault in found:
        print(f"{each['entityUrn']} {each['aspectName']}: {fault}", file=sys.stderr)  # noqa: T201 - a script
    sys.exit(1 if found else 0)
