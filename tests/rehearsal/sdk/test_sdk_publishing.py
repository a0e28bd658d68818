"""The schemas that language hosts request from a rehearsed provider."""

import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.sdk.schema_export import schema_of, tokens_in

PROGRAM = """
name: program
runtime: yaml
resources:
  net: {type: azure-native:network:VirtualNetwork}
  pet: {type: random:RandomPet}
  map: {type: kubernetes:core/v1:ConfigMap}
variables:
  found:
    fn::invoke: {function: azure-native:network:getVirtualNetwork}
"""


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("package", ["azure-native", "random", "kubernetes", "tls"])
def test_a_schema_is_complete_and_has_the_types_of_the_program(package: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PROGRAM)
    schema = json.loads(schema_of(Catalogue(package), tokens_in(tmp_path)))
    assert schema["name"] == package
    types = {one.removeprefix("#/types/") for one in references(schema) if one.startswith("#/types/")}
    assert types == set(schema["types"])
    for each in [*schema["types"].values(), *schema["resources"].values()]:
        assert set(each["required"]) <= set(each["properties"])
    wanted = {
        "azure-native": {"azure-native:network:VirtualNetwork"},
        "kubernetes": {"kubernetes:core/v1:ConfigMap"},
        "random": {"random:index/randomPet:RandomPet", "random:index/randomId:RandomId"},
        "tls": {"tls:index/privateKey:PrivateKey"},
    }
    assert wanted[package] <= set(schema["resources"])
    assert len(schema["resources"]) < 100
    if package == "azure-native":
        assert set(schema["functions"]) == {"azure-native:network:getVirtualNetwork"}
