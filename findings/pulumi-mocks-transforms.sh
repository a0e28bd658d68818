#!/usr/bin/env bash
# Pulumi's Python SDK: under mocks, stack transformations run; resource transforms and resource hooks do not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile pulumi==3.272.0 pulumi-random==4.21.4
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version

import pulumi
import pulumi_random

ran: list[str] = []


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict]:
        ran.append("resource")
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict:
        return {}


def noting(name: str):
    def note(_: object) -> None:
        ran.append(name)

    return note


pulumi.runtime.set_mocks(Mocks())


@pulumi.runtime.test
def run() -> None:
    pulumi.runtime.register_stack_transformation(noting("stack transformation"))
    pulumi.runtime.register_resource_transform(noting("stack transform"))
    hook = pulumi.ResourceHook("hook", noting("hook"))
    pulumi_random.RandomPet(
        "pet",
        opts=pulumi.ResourceOptions(
            transformations=[noting("transformation")],
            transforms=[noting("transform")],
            hooks=pulumi.ResourceHookBinding(before_create=[hook], after_create=[hook]),
        ),
    )


run()

print("pulumi", version("pulumi"))
print("expected: a unit test with mocks runs all of them, or refuses those that it cannot run")
print(f"seen: {', '.join(sorted(ran))}; no error for the others")

assert sorted(ran) == ["resource", "stack transformation", "transformation"]
PYTHON
"$work/venv/bin/python" "$work/finding.py"
