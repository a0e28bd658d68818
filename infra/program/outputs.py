"""Outputs derived from other outputs."""

import pulumi


def one_of(many: pulumi.Output[dict[str, str]], key: str) -> pulumi.Output[str]:
    """The value of one key."""
    return many.apply(lambda found: found[key])
