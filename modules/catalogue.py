"""Discovers every component of every module."""

import importlib
import pkgutil
from collections.abc import Iterator

from bluelamp import modules
from bluelamp.modules.component import Component


def components() -> list[type[Component]]:
    """Every component, sorted by name. Loads every module and the SDKs that it uses."""
    found = {component.__name__: component for component in _found()}
    return [found[name] for name in sorted(found)]


def _found() -> Iterator[type[Component]]:
    for package in pkgutil.walk_packages(modules.__path__, "bluelamp.modules."):
        if not package.ispkg or ".examples" in package.name:
            continue
        for value in vars(importlib.import_module(package.name)).values():
            if isinstance(value, type) and issubclass(value, Component) and value is not Component:
                yield value
