"""Lazy imports of the modules in the SDK's packages.

A package of the SDK imports all of its modules: 290 for `pulumi_azure_native.network`, of which a force uses two dozen.
Here a package finds the module by the name that is read (`VirtualNetworkArgs` in `virtual_network`), and imports all
modules only if that fails, or if all names are listed. Names resolve to the same objects: in the known releases no two
modules of a package export the same name.
"""

import json
import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

RELEASES: Final = {"pulumi_azure_native": "3.29.0", "pulumi_azuread": "6.11.1"}
"""The releases in which no two modules of a package export the same name."""

_IMPORT_ALL: Final = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_IMPORT_OUTPUTS: Final = re.compile(r"^from \. import outputs$", re.MULTILINE)
_AFFIXES: Final = re.compile(r"^awaitable|(init)?args(dict)?$|result$|output$")
_SHARED: Final = ("_inputs", "_enums")
_MODULES: Final = "_modules_of_package"
_OUTPUTS: Final = "_has_outputs"


class LazyPackage(ModuleType):
    """A package whose modules are imported when one of their names is read."""

    def __getattr__(self, name: str) -> Any:
        """The value of the name, from the module that exports it."""
        modules = vars(self).get(_MODULES)
        if modules is None or (name.startswith("_") and name not in ("__all__", *_SHARED)):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name != "__all__":
            for module in _likely(name, modules, vars(self)[_OUTPUTS]):
                imported = _import(self, module)
                if name in vars(self):
                    return vars(self)[name]
                if module == name:  # imports itself while it runs
                    return imported
        _import_all(self)
        if name in vars(self):
            return vars(self)[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets an attribute; for an imported module also the names that it exports."""
        super().__setattr__(name, value)
        if isinstance(value, ModuleType) and name in vars(self).get(_MODULES, {}).values():
            vars(self).update({each: getattr(value, each) for each in value.__all__})

    def __dir__(self) -> list[str]:
        """All names of the package."""
        _import_all(self)
        return list(vars(self))


def _likely(name: str, modules: dict[str, str], outputs: bool) -> list[str]:
    """The modules that may export the name, the likeliest first."""
    if (outputs and name == "outputs") or name in modules.values():
        return [name]
    plain = name.lower().replace("_", "")
    words = dict.fromkeys((plain, _AFFIXES.sub("", plain, 1), _AFFIXES.sub("", plain)))
    return [
        *(modules[word] for word in words if word in modules),
        *(each for each in _SHARED if each in modules.values()),
    ]


def _import(package: ModuleType, module: str) -> ModuleType:
    imported = import_module(f"{package.__name__}.{module}")
    if module not in vars(package):  # imported before the package
        setattr(package, module, imported)
    return imported


def _import_all(package: ModuleType) -> None:
    for module in vars(package)[_MODULES].values():
        _import(package, module)
    if vars(package)[_OUTPUTS]:
        _import(package, "outputs")


class _Loader(SourceFileLoader):
    """Runs a package without the imports of its modules."""

    def exec_module(self, module: ModuleType) -> None:
        """As Python's, but makes the package a `LazyPackage`."""
        source = self._source()
        names = _IMPORT_ALL.findall(source)
        vars(module)[_MODULES] = {name.replace("_", ""): name for name in names}
        vars(module)[_OUTPUTS] = _IMPORT_OUTPUTS.search(source) is not None
        module.__class__ = LazyPackage
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:
        """The package's code without those imports."""
        return self.source_to_code(_IMPORT_OUTPUTS.sub("", _IMPORT_ALL.sub("", self._source())), self.path)

    def _source(self) -> str:
        return Path(self.path).read_text(encoding="utf-8")


class _Finder(MetaPathFinder):
    """Finds the packages of the known releases."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """A specification with the loader above; none for anything else."""
        top, *below = name.split(".")
        if top not in RELEASES or len(below) > 1:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or Path(spec.origin).name != "__init__.py":
            return None
        if not below and top == "pulumi_azure_native":
            return None
        folder = Path(spec.origin).parent
        if not _known_release(top, folder.parent if below else folder):
            return None
        spec.loader = _Loader(name, spec.origin)
        return spec


@cache
def _known_release(package: str, folder: Path) -> bool:
    try:
        about = json.loads((folder / "pulumi-plugin.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and about.get("version") == RELEASES[package]


@cache
def import_packages_lazily() -> None:
    """Installs lazy imports for the packages of the known releases, for the rest of the process."""
    sys.meta_path.insert(0, _Finder())
