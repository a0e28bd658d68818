"""The schema of a data contract, `stacks/<force>/assets/<asset>.yaml`."""

import json
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard

from bluelamp.core.contracts.standard import VERSION
from bluelamp.core.fields import Schema


def asset() -> Schema:
    """The schema of the Open Data Contract Standard, of the version that Bluelamp reads, in the standard's own draft.

    Bluelamp's own custom properties are not in it.
    """
    schema: dict[str, Any] = json.loads(OpenDataContractStandard.json_schema())  # type: ignore[no-untyped-call]
    schema.pop("title", None)
    schema["properties"]["apiVersion"] = {**schema["properties"]["apiVersion"], "enum": [VERSION]}
    return schema
