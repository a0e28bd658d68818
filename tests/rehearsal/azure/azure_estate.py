"""The estate of `resources.yaml`, built through the provider."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.values import Secret

HERE = Path(__file__).parent
SUBSCRIPTION = "00000000-0000-0000-0000-00000000005b"
INSTANCE = Instance("live", "estate", {"subscriptionId": SUBSCRIPTION})
RESOURCES: list[dict[str, Any]] = yaml.safe_load((HERE / "resources.yaml").read_text())
_REFERENCE = re.compile(r"\$\{(\w+)(?:\.(\w+))?\}")


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:live::estate::azure-native:{kind}::{name}"


class Estate:
    """Resources by their names in the file: id, inputs and outputs."""

    def __init__(self, cloud: AzureProvider) -> None:
        self.cloud = cloud
        self.ids: dict[str, str] = {}
        self.inputs: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, dict[str, Any]] = {}

    def resolve(self, value: Any) -> Any:
        """`value` with references to built resources filled in, and `{$secret: …}` made secret."""
        if isinstance(value, Mapping):
            if list(value) == ["$secret"]:
                return Secret(value["$secret"])
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, str):
            return value
        return _REFERENCE.sub(
            lambda match: str(self.outputs[match[1]][match[2]] if match[2] else self.ids[match[1]]), value
        )

    def build(self, resource: Mapping[str, Any]) -> None:
        """Checks and creates one resource of the file; raises a refusal."""
        name, where = resource["name"], urn(resource["type"], resource["name"])
        checked = self.cloud.check(INSTANCE, where, {}, self.resolve(resource["inputs"]))
        assert not checked.failures, f"{name}: {checked.failures}"
        self.inputs[name] = checked.inputs
        self.ids[name], self.outputs[name] = self.cloud.create(INSTANCE, where, checked.inputs, preview=False)


def changed(inputs: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """`inputs` with another value at `path`; None removes it."""
    step, _, rest = path.partition(".")
    name, index = re.fullmatch(r"([^\[]+)(?:\[(\d+)\])?", step).groups()  # type: ignore[union-attr]  # our own file
    result = dict(inputs)
    if index is not None:
        items = list(result[name])
        items[int(index)] = changed(items[int(index)], rest, value) if rest else value
        result[name] = items
    elif rest:
        result[name] = changed(result.get(name) or {}, rest, value)
    elif value is None:
        result.pop(name, None)
    else:
        result[name] = value
    return result
