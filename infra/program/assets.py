"""The force's information assets, registered so that rules judge them together with the resources."""

from collections.abc import Iterable

import pulumi

from bluelamp.core.asset_type import ASSET
from bluelamp.core.contracts import Contract
from bluelamp.core.contracts.inputs import inputs


def register(assets: Iterable[Contract]) -> None:
    """Registers a component for each contract, named after the asset. Must run inside a Pulumi program.

    The components have no children and nothing is deployed for them; through them, every plan, preview and state
    contains its register.
    """
    for contract in assets:
        pulumi.ComponentResource(ASSET, f"asset-{contract.asset}", inputs(contract)).register_outputs({})
