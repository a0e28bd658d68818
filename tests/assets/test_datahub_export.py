"""The DataHub export; `make interop` checks it against DataHub's own classes (`datahub_check.py`)."""

import json

from bluelamp.assets.datahub import proposals, urn
from bluelamp.core.contracts import read_assets
from tests.conftest import ROOT

FORCE = "west-midlands"


def test_every_asset_has_its_properties_owner_lineage_and_schema() -> None:
    contracts = read_assets(ROOT, FORCE)
    made: dict[str, dict[str, dict[str, object]]] = {}
    for each in proposals(FORCE, contracts):
        assert (each["entityType"], each["changeType"]) == ("dataset", "UPSERT")
        assert each["aspect"]["contentType"] == "application/json"
        made.setdefault(each["entityUrn"], {})[each["aspectName"]] = json.loads(each["aspect"]["value"])
    assert made.keys() == {urn(FORCE, each.asset) for each in contracts}
    for contract in contracts:
        aspects = made[urn(FORCE, contract.asset)]
        properties = aspects["datasetProperties"]
        assert properties["name"] == contract.name
        assert properties["customProperties"]["classification"] == contract.properties.classification
        assert aspects["ownership"]["owners"][0]["type"] == "BUSINESS_OWNER"
        upstream = [each["dataset"] for each in aspects.get("upstreamLineage", {}).get("upstreams", ())]
        assert upstream == [urn(FORCE, each) for each in contract.properties.lineage]
        fields = aspects.get("schemaMetadata", {}).get("fields", ())
        assert len(fields) == sum(len(table.properties or ()) for table in contract.tables)
