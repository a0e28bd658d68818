"""The SDK's types and ARM's own agree on valid and invalid inputs."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp.rehearsal.armtypes import ArmTypes
from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.schema import Catalogue, ObjectShape, Shape
from bluelamp.rehearsal.sdk.validate import validate
from bluelamp.rehearsal.values import UNKNOWN

HERE = Path(__file__).parent
AZURE = Catalogue("azure-native")
PROGRAMS: dict[str, Any] = yaml.safe_load((HERE / "programs.yaml").read_text())
DIFFERENCES: list[dict[str, str]] = yaml.safe_load((HERE / "differences.yaml").read_text())


def by_sdk(token: str, inputs: dict[str, Any]) -> list[Failure]:
    return validate(AZURE.resource(token).inputs, inputs)


def by_arm(arm: ArmTypes, token: str, inputs: dict[str, Any]) -> list[Failure]:
    version = AZURE.resource(token).api_version
    assert version
    assert arm.version(ids.arm_type(token), version) == version
    return arm.check(ids.arm_type(token), version, inputs, ids.path_parameters(token), own_name=ids.own_name(token))


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_accept_a_valid_resource(arm, name):
    token = f"azure-native:{name}"
    right = PROGRAMS[name]["right"]
    assert by_sdk(token, right) == []
    assert by_arm(arm, token, right) == []


def mistakes() -> Iterator[Any]:
    for name, program in PROGRAMS.items():
        for mistake in program["wrong"]:
            path = next(iter(mistake))
            yield pytest.param(name, mistake, id=f"{name}-{path}={str(mistake[path])[:20]}")


@pytest.mark.parametrize(("name", "mistake"), list(mistakes()))
def test_a_single_mistake_is_refused(arm, name, mistake):
    token = f"azure-native:{name}"
    (steps, value), *_ = mistake.items()
    inputs = copy.deepcopy(PROGRAMS[name]["right"]) | mistake.get("add", {})
    wrong(inputs, steps, value)
    expected = mistake.get("path") or re.sub(r"\.(\d+)", r"[\1]", steps)
    refused = {"sdk": by_sdk(token, inputs), "arm": by_arm(arm, token, inputs)}
    for side, failures in refused.items():
        if mistake.get("by", side) != side:
            assert failures == []
            continue
        assert failures, f"the {side} types let it through"
        assert {one.path for one in failures} == {expected}


def wrong(inputs: dict[str, Any], steps: str, value: Any) -> None:
    *path, last = [int(step) if step.isdigit() else step for step in steps.split(".")]
    inside: Any = inputs
    for step in path:
        inside = inside[step] if isinstance(step, int) else inside.setdefault(step, {})
    if value == "DROP":
        inside.pop(last, None)
    else:
        inside[last] = value


def everything(shape: ObjectShape, depth: int) -> dict[str, Any]:
    """An object with every property in the SDK."""
    found = shape.properties.values()
    return {one.name: one.constant if one.constant is not None else anything(one.shape, depth) for one in found}


def anything(shape: Shape, depth: int) -> Any:
    if shape.kind == "enum":
        return shape.values[0]
    if shape.kind == "boolean":
        return True
    if shape.kind == "array" and shape.item:
        return [anything(shape.item, depth)]
    if shape.kind == "map" and shape.item:
        return {"key": anything(shape.item, depth)}
    if shape.kind == "union":
        return anything(shape.options[0], depth)
    if shape.kind == "object" and shape.object and depth:
        return everything(shape.object, depth - 1)
    return UNKNOWN


def test_arm_has_all_that_the_sdk_has_except_known_differences(arm):
    """Every type that both have, each with every property: names, kinds, first enum values and required properties."""
    judged, left = 0, {one["why"] for one in DIFFERENCES}
    surprises = []
    for token in AZURE.tokens():
        if token not in ids.tokens():
            continue
        resource = AZURE.resource(token)
        if not resource.api_version or arm.version(ids.arm_type(token), resource.api_version) != resource.api_version:
            continue
        judged += 1
        name = token.removeprefix("azure-native:")
        for failure in by_arm(arm, token, everything(resource.inputs, 2)):
            known = [
                one["why"]
                for one in DIFFERENCES
                if re.match(one["reason"], failure.reason) and re.fullmatch(one["tokens"], name)
            ]
            left -= set(known)
            if not known:
                surprises.append(f"{name} {failure.path}: {failure.reason}")
    assert surprises == []
    assert judged > 700
    assert left == set(), "differences that are none any more"
