"""A policy, compiled for all of its targets."""

from bluelamp.core.access.targets.entra import entra
from bluelamp.core.access.targets.interfaces import interfaces
from bluelamp.core.access.targets.lake import lake
from bluelamp.core.access.targets.wanted import Compiling, Wanted


def compiled(compiling: Compiling) -> tuple[Wanted, ...]:
    """Every resource that the policy needs today, each after those to which it refers."""
    return (*entra(compiling), *lake(compiling), *interfaces(compiling))


def needs_lake(compiling: Compiling) -> bool:
    """Whether anything that the policy allows is in the lake."""
    return next(lake(compiling), None) is not None


def needs_gateway(compiling: Compiling) -> bool:
    """Whether anything is offered to partners or the public."""
    return next(interfaces(compiling), None) is not None
