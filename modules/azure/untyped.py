"""Azure resources without the SDK's classes, for SDK packages that are too large to import.

`pulumi_azure_native.datafactory` takes two seconds of processor time and `machinelearningservices` one, more than the
rest of a landing zone's program together. Pulumi needs a type, inputs and the SDK's version only. The rehearsal cloud
checks the inputs against the SDK's classes nevertheless.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import pulumi


def untyped(token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The resource of type `azure-native:<token>`. Input names are those of the provider (`factoryName`)."""
    versioned = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(version=_version()))
    return pulumi.CustomResource(f"azure-native:{token}", name, dict(inputs), versioned)


@cache
def _version() -> str:
    return version("pulumi-azure-native")
