"""Removes azure-native's aliases of versioned types, which take most of a run's processor time."""

import copy
import re
from collections.abc import Sequence

import pulumi

_VERSIONED = re.compile(r"azure-native:[\w-]+/v\d+\w*:")


def drop_version_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A stack transformation that removes aliases such as `azure-native:network/v20230201:Subnet` from a resource.

    An azure-native resource has 9 to 113 of them, and the SDK makes several outputs of each. They matter only for a
    state with versioned types, such as one adopted from an older provider. Aliases for renamed modules and aliases that
    a program sets itself stay.
    """
    aliases = args.opts.aliases
    if not args.type_.startswith("azure-native:") or not isinstance(aliases, Sequence):
        return None
    options = copy.copy(args.opts)
    options.aliases = [alias for alias in aliases if not _is_versioned(alias)]
    return pulumi.ResourceTransformationResult(args.props, options)


def _is_versioned(alias: object) -> bool:
    return (
        isinstance(alias, pulumi.Alias) and isinstance(alias.type_, str) and _VERSIONED.match(alias.type_) is not None
    )
