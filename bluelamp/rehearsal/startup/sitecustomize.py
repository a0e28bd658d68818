"""Runs at the start of each Python program of a rehearsal, before the program's own code.

A rehearsal's backend has one organisation. A stack reference to another organisation (`acme/network/prod`) is therefore
resolved to the same project and stack in that backend. Only the standard library is used, as this runs in the program's
own Python environment.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_HERE = str(Path(__file__).resolve().parent)
_MODULE = "pulumi.stack_reference"
_ORGANIZATION = "organization"


def _local(name: Any) -> Any:
    parts = name.split("/") if isinstance(name, str) else []
    return "/".join([_ORGANIZATION, *parts[1:]]) if len(parts) in (2, 3) else name


def _patch(module: ModuleType) -> None:
    kind = module.StackReference
    before = kind.__init__

    def begin(self: Any, name: str, stack_name: Any = None, opts: Any = None) -> None:
        wanted = name if stack_name is None else stack_name
        # An output has `apply`.
        before(self, name, wanted.apply(_local) if hasattr(wanted, "apply") else _local(wanted), opts)

    kind.__init__ = begin


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's spec; for `pulumi.stack_reference`, with a loader that patches the module."""
        del target
        if fullname != _MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            _patch(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign] # this one loader alone
        return spec


def _run_shadowed_module() -> None:
    """Runs the `sitecustomize` module of the environment, which this one shadows."""
    places = [place for place in sys.path if str(Path(place or ".").resolve()) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", places)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


sys.meta_path.insert(0, _Finder())
_run_shadowed_module()
