"""Arguments that many components share; the typed dictionary of a component extends the one that fits."""

from typing import TypedDict

import pulumi

from bluelamp.modules import naming


class LabelledArgs(TypedDict):
    """Arguments of a component with a label."""

    label: naming.Label
    """The force, environment and owner; names, tags and ownership annotations are derived from it."""


class RegionalArgs(LabelledArgs):
    """Arguments of a component in one Azure region."""

    location: str
    """The Azure region, `uksouth` or `ukwest`."""


class ResourceGroupScopedArgs(RegionalArgs):
    """Arguments of a component in one resource group."""

    resource_group_name: pulumi.Input[str]
    """The resource group of the resources."""
