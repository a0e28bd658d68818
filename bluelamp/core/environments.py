"""The environments of a force: their names, their stacks' names and their share of the force's addresses."""

from ipaddress import IPv4Network
from typing import Final, Literal, get_args

Environment = Literal["preprod", "test", "dev"]
"""An environment other than production."""

ENVIRONMENTS: Final[tuple[str, ...]] = get_args(Environment)
"""Every environment other than production."""

PROD: Final = "prod"
"""The production environment, whose stack has the force's name."""

_BITS: Final = 3
"""Ranges are divided into eight: the last three belong to the environments, in the order of `ENVIRONMENTS`."""

_SMALLEST: Final = 22
"""A hub needs a /22."""


def split(stack: str) -> tuple[str, str]:
    """The force and the environment in the name of a stack: `essex-dev` is `("essex", "dev")`; empty for production."""
    force, _, word = stack.rpartition("-")
    return (force, word) if force and word in ENVIRONMENTS else (stack, "")


def join(force: str, environment: str) -> str:
    """The stack name of a force's environment, empty or `prod` for production; the inverse of `split`."""
    return force if environment in ("", PROD) else f"{force}-{environment}"


def slices(whole: IPv4Network) -> dict[str, IPv4Network]:
    """The part of a force's range for each environment; empty if the range is too small to divide."""
    if whole.prefixlen + _BITS > _SMALLEST:
        return {}
    parts = list(whole.subnets(prefixlen_diff=_BITS))
    return dict(zip(ENVIRONMENTS, parts[-len(ENVIRONMENTS) :], strict=True))
