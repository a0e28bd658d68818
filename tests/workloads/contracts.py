"""Contracts and files for the tests of the workloads."""

from pathlib import Path
from typing import Any

import yaml

from bluelamp.core.contracts import Contract, read_folder


def contract(
    folder: Path, *, properties: list[dict[str, Any]], asset: str = "incidents", table: str = "log", **more: Any
) -> Contract:
    """A contract with one table, written to `folder/contracts` and read back."""
    path = folder / "contracts" / f"{asset}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    shape: dict[str, Any] = {"name": table, "properties": properties}
    shape |= {key: more[key] for key in ("quality", "physicalName") if key in more}
    document = {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": asset,
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "copy",
                "type": "local",
                "path": asset,
                "format": "csv",
                "customProperties": [{"property": "location", "value": "onPremises"}],
            }
        ],
        "schema": [shape],
        "customProperties": [
            {"property": "classification", "value": "OFFICIAL"},
            {"property": "retentionGroup", "value": "other"},
            {
                "property": "informationAssetOwner",
                "value": {"role": "Records Manager", "email": "records@force.police.example"},
            },
            *more.get("custom", []),
        ],
    }
    if "sla" in more:
        document["slaProperties"] = more["sla"]
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return next(each for each in read_folder(path.parent, folder) if each.asset == asset)


def write_csv(folder: Path, text: str | bytes, *, asset: str = "incidents", name: str = "log.csv") -> Path:
    """A file of an asset, in `folder/data/<asset>/`."""
    path = folder / "data" / asset / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
