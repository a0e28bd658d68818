"""The objects and mistakes shared by the tests of the embedded and of the real API server."""

import copy
from pathlib import Path
from typing import Any

import yaml

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.provider import Instance

DEV = Instance("dev", "police")
_HERE = Path(__file__).parent
GOOD: dict[str, dict[str, Any]] = yaml.safe_load((_HERE / "good.yaml").read_text(encoding="utf-8"))
BROKEN: list[dict[str, Any]] = yaml.safe_load((_HERE / "broken.yaml").read_text(encoding="utf-8"))


def token(obj: dict[str, Any]) -> str:
    """The package's type token of an object."""
    api_version = obj["apiVersion"]
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{obj['kind']}"


def urn(obj: dict[str, Any], name: str = "it") -> str:
    return f"urn:pulumi:dev::police::{token(obj)}::{name}"


def broken(mistake: dict[str, Any]) -> dict[str, Any]:
    """The object of `mistake` with its one path changed."""
    obj = copy.deepcopy(GOOD[mistake["of"]])
    for path, value in mistake["set"].items():
        # A key may contain dots only if it is the whole last part of the path, after labels or data.
        *parents, last = path.split(".")
        place: Any = obj
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if isinstance(place, list):
            place[int(last) : int(last) + 1] = [value]
        elif value is None:
            del place[last]
        else:
            place[last] = value
    return obj


def create(
    provider: KubernetesProvider, obj: dict[str, Any], name: str = "it"
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Checks and creates an object; returns its id, its checked inputs and its outputs."""
    checked = provider.check(DEV, urn(obj, name), {}, obj)
    assert not checked.failures
    resource_id, outputs = provider.create(DEV, urn(obj, name), checked.inputs, preview=False)
    return resource_id, checked.inputs, outputs


def with_(obj: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The object with other values in its spec."""
    return {**obj, "spec": {**obj["spec"], **spec}}
