#!/usr/bin/env bash
# pulumi-azure-native: one subnet carries 60 aliases, and they take most of the time of a plan.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile pulumi==3.272.0 pulumi-azure-native==3.29.0
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version
from time import process_time

import pulumi
import pulumi_azure_native.network as network

SUBNETS = 30
aliases: set[int] = set()
dropping = False


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict:
        return {}


def look(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    aliases.add(len(args.opts.aliases or ()))
    if dropping:
        args.opts.aliases = []
    return pulumi.ResourceTransformationResult(props=args.props, opts=args.opts)


pulumi.runtime.set_mocks(Mocks())
pulumi.runtime.register_stack_transformation(look)


def seconds(name: str) -> float:
    @pulumi.runtime.test
    def make() -> None:
        for number in range(SUBNETS):
            network.Subnet(f"{name}-{number}", resource_group_name="group", virtual_network_name="network")

    start = process_time()
    make()
    return process_time() - start


seconds("first")  # the imports
kept = seconds("kept")
dropping = True
dropped = seconds("dropped")

print("pulumi", version("pulumi"), "with pulumi-azure-native", version("pulumi-azure-native"))
print("expected: aliases for earlier API versions cost next to nothing")
print(f"seen: {max(aliases)} aliases for each subnet; {SUBNETS} subnets take {kept / dropped:.1f} times as long as without them")

assert aliases == {60}
assert kept > 3 * dropped
PYTHON
"$work/venv/bin/python" "$work/finding.py"
