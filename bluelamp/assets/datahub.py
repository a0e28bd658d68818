"""The register for DataHub: metadata change proposals, one for each aspect of each asset, as read by `datahub put` and
the file source.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from bluelamp.core.contracts import Contract

PLATFORM: Final = "urn:li:dataPlatform:bluelamp"
_ACTOR: Final = {"time": 0, "actor": "urn:li:corpuser:bluelamp"}
_TYPES: Final = {
    "string": "StringType",
    "integer": "NumberType",
    "number": "NumberType",
    "boolean": "BooleanType",
    "date": "DateType",
    "timestamp": "TimeType",
    "time": "TimeType",
    "array": "ArrayType",
    "object": "RecordType",
}


def proposals(force: str, contracts: Iterable[Contract]) -> list[dict[str, Any]]:
    """The proposals for every asset of a force, in the order of the register."""
    return [one for contract in contracts for one in _of(force, contract)]


def urn(force: str, asset: str) -> str:
    """The DataHub dataset URN of an asset."""
    return f"urn:li:dataset:({PLATFORM},{force}.{asset},PROD)"


def _of(force: str, contract: Contract) -> Iterator[dict[str, Any]]:
    properties = contract.properties
    entity = urn(force, contract.asset)
    purpose = contract.document.description.purpose if contract.document.description else None
    custom_properties = {
        "classification": properties.classification,
        "retentionGroup": properties.retention_group,
        "retentionYears": "" if contract.retention_years is None else f"{contract.retention_years:g}",
        "pole": ", ".join(properties.pole),
        "locations": ", ".join(dict.fromkeys(each.properties.location for each in contract.placements)),
        "lawfulBasis": properties.lawful_basis.regime if properties.lawful_basis else "",
        "dpia": properties.dpia.reference if properties.dpia else "",
        "contract": contract.file,
    }
    yield _proposal(
        entity,
        "datasetProperties",
        {
            "name": contract.name,
            "description": purpose or contract.name,
            "customProperties": {key: value for key, value in custom_properties.items() if value},
            "tags": [],
        },
    )
    owners = [_owner(properties.information_asset_owner.email, "BUSINESS_OWNER")]
    if properties.steward:
        owners.append(_owner(properties.steward.email, "DATA_STEWARD"))
    yield _proposal(entity, "ownership", {"owners": owners, "lastModified": _ACTOR})
    if properties.lineage:
        upstreams = [
            {"auditStamp": _ACTOR, "dataset": urn(force, each), "type": "TRANSFORMED"} for each in properties.lineage
        ]
        yield _proposal(entity, "upstreamLineage", {"upstreams": upstreams})
    fields = list(_fields(contract))
    if fields:
        yield _proposal(entity, "schemaMetadata", _schema(contract, fields))


def _fields(contract: Contract) -> Iterator[dict[str, Any]]:
    many = len(contract.tables) > 1
    for table in contract.tables:
        for column in table.properties or ():
            kind = _TYPES.get(column.logicalType or "string", "StringType")
            yield {
                "fieldPath": f"{table.name}.{column.name}" if many else str(column.name),
                "description": column.description or "",
                "nullable": not column.required,
                "type": {"type": {f"com.linkedin.schema.{kind}": {}}},
                "nativeDataType": column.physicalType or column.logicalType or "string",
                "recursive": False,
                "isPartOfKey": bool(column.primaryKey),
            }


def _schema(contract: Contract, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schemaName": contract.asset,
        "platform": PLATFORM,
        "version": 0,
        "hash": "",
        "platformSchema": {"com.linkedin.schema.OtherSchema": {"rawSchema": contract.file}},
        "fields": fields,
    }


def _owner(email: str, kind: str) -> dict[str, Any]:
    return {"owner": f"urn:li:corpGroup:{email.partition('@')[0]}", "type": kind}


def _proposal(entity: str, aspect: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "entityType": "dataset",
        "entityUrn": entity,
        "changeType": "UPSERT",
        "aspectName": aspect,
        "aspect": {"contentType": "application/json", "value": json.dumps(value, sort_keys=True)},
    }
