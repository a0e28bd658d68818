"""Arguments that many components share; the typed dictionary of a component extends the one that fits."""

from typing import TypedDict

import pulumi

from bluelamp.modules import naming


class LabelledArgs(TypedDict):
    """A component whose names and tags are derived from a label."""

    label: naming.Label
    """The force, environment and owner; names, tags and ownership annotations are derived from it."""


class RegionalArgs(LabelledArgs):
    """A component in one Azure region."""

    location: str
    """The Azure region, `uksouth` or `ukwest`."""


class ResourceGroupScopedArgs(RegionalArgs):
    """A component in one resource group."""

    resource_group_name: pulumi.Input[str]
    """The resource group of the resources."""
