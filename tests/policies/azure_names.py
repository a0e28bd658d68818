"""Azure's names of the properties that the rules use, in the format of `policies/compiled/aliases.yaml`.

`python -m tests.policies.azure_names DIR` regenerates the file; DIR has ARM's type definitions, the folder `generated`
of the repository Azure/bicep-types-az. The entries under `verified` are kept; new ones go under `unverified`, until
their alias is found in one of Azure's lists and the line is moved. A test compares the file with the definitions.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bluelamp.policies import rules
from bluelamp.policies.compiled.aliases import FIELDS
from bluelamp.rehearsal.armtypes.library import Library, Types, index_of
from bluelamp.rehearsal.armtypes.names import plain, spelling
from bluelamp.rehearsal.azure.ids import arm_type
from bluelamp.rehearsal.sdk.schema import Catalogue

FILE = Path(__file__).parents[2] / "policies" / "compiled" / "aliases.yaml"
HEADER = """\
# What Azure calls the types and the properties that rules look at: by Pulumi's type, the resource type, and by the path in
# Pulumi's SDK the path in Azure Resource Manager. The alias of a policy is that path without `properties.`.
# verified: the alias was read in a published list of aliases or in several published policies. unverified: the path is
# Azure's, the alias follows from how they are made, and has still to be tried on a subscription
# (az provider show --namespace Microsoft.Storage --expand resourceTypes/aliases).
# Written by `python -m tests.policies.azure_names`; only lines move from unverified to verified by hand.
"""
_TOP = frozenset({"name", "type", "id", "location", "tags", "kind", "sku", "identity", "zones", "plan", "managedBy"})


def wanted() -> dict[str, set[str]]:
    """The SDK paths that declarative rules use, by Pulumi type."""
    found: dict[str, set[str]] = {}
    for rule in rules():
        for token, places in rule.at.items():
            if rule.must and token.startswith("azure-native:"):
                paths = {".".join(filter(None, (place, rule.must.path))) for place in places}
                found.setdefault(token, set()).update(paths - FIELDS)
    return found


class Names:
    """ARM's paths by the SDK's: from ARM's definitions, or by the general rule if there are none."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._sdk = Catalogue("azure-native")

    def path(self, token: str, path: str) -> str | None:
        """The ARM path of `path`; None if the definitions have the type but not the property."""
        body = self._library.body(arm_type(token), self._sdk.resource(token).api_version or "")
        if body is None:
            return path if re.split(r"[.\[]", path)[0] in _TOP else f"properties.{path}"
        found = next(_found(body.types, body.index, path.split("."), arm_type(token).partition("/")[0]), None)
        return ".".join(found) if found is not None else None


def _found(types: Types, index: int, steps: list[str], provider: str) -> Iterator[list[str]]:
    if not steps:
        yield []
        return
    name, listed = steps[0].removesuffix("[*]"), steps[0].endswith("[*]")
    own = spelling(provider)
    for owner, properties in _objects(types, index):
        for arm, one in properties.items():
            if plain(own.of(owner, arm)) == plain(name):
                inner = types[index_of(one["type"])]
                at = index_of(inner["itemType"]) if listed else index_of(one["type"])
                for rest in _found(types, at, steps[1:], provider):
                    yield [arm + ("[*]" if listed else ""), *rest]
        for arm in own.flattened & properties.keys():
            for rest in _found(types, index_of(properties[arm]["type"]), steps, provider):
                yield [arm, *rest]


def _objects(types: Types, index: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    type_ = types[index]
    if type_["$type"] == "ObjectType":
        yield type_["name"], type_["properties"]
    elif type_["$type"] == "DiscriminatedObjectType":
        yield type_["name"], type_["baseProperties"]
        for each in type_["elements"].values():
            yield from _objects(types, index_of(each))


def written(names: Names, before: Mapping[str, Any]) -> str:
    """The file's content; entries that are verified in `before` stay verified."""
    found: dict[str, Any] = {}
    for token, paths in sorted(wanted().items()):
        entries: dict[str, Any] = {"type": arm_type(token)}
        known = before.get(token, {}).get("verified", {})
        for path in sorted(paths):
            where = names.path(token, path)
            if where is None:
                raise LookupError(f"{token}: ARM has no {path}")
            part = "verified" if known.get(path) == where else "unverified"
            entries.setdefault(part, {})[path] = where
        found[token] = {key: entries[key] for key in ("type", "verified", "unverified") if key in entries}
    return HEADER + yaml.safe_dump(found, sort_keys=False, width=120)


if __name__ == "__main__":
    before = yaml.safe_load(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    FILE.write_text(written(Names(Library(Path(sys.argv[1]))), before), encoding="utf-8")
