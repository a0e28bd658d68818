"""The add-ons' published definitions, in the format of the rehearsal's `data/addons.json.gz`.

`python -m tests.cluster.addons` regenerates the file from the pinned definitions; a test compares the two.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from tests.cluster.crds import definitions

DATA = Path(__file__).parents[2] / "bluelamp" / "rehearsal" / "kubernetes" / "data" / "addons.json.gz"
_LEFT_OUT = ("description",)
_RULES = "x-kubernetes-validations"


def addons() -> dict[str, dict[str, Any]]:
    """API version -> kind -> its plural, whether it is namespaced, and its schema without descriptions."""
    found: dict[str, dict[str, Any]] = {}
    for definition in definitions():
        spec = definition["spec"]
        for version in spec["versions"]:
            if version["served"] and not version.get("deprecated"):
                found.setdefault(f"{spec['group']}/{version['name']}", {})[spec["names"]["kind"]] = {
                    "plural": spec["names"]["plural"],
                    "namespaced": spec["scope"] == "Namespaced",
                    "schema": (schema := _bare(version["schema"]["openAPIV3Schema"])),
                    "ruled": _RULES in json.dumps(schema),
                }
    return found


def _bare(node: Any) -> Any:
    """A schema without descriptions. Names of properties are not keywords, even if they are spelt alike."""
    if isinstance(node, list):
        return [_bare(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _bare(each) for name, each in value.items()} if key == "properties" else _bare(value)
        for key, value in node.items()
        if key not in _LEFT_OUT
    }


def packed(found: dict[str, dict[str, Any]]) -> bytes:
    """The file's content, deterministic for the same definitions."""
    text = json.dumps(found, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


if __name__ == "__main__":
    DATA.write_bytes(packed(addons()))
