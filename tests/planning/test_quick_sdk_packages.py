"""SDK packages that import their modules lazily have the same content as the SDK's own packages."""

import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import pytest

from bluelamp.infra.quick_sdk import packages

_NAMES = ("pulumi_azure_native.privatedns", "pulumi_azure_native.purview")


@pytest.fixture
def lazy(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """An SDK package without any imported module."""
    packages.import_packages_lazily()
    name = request.param
    before = {each: sys.modules.pop(each) for each in [*sys.modules] if f"{each}.".startswith(f"{name}.")}
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        for each in [each for each in sys.modules if f"{each}.".startswith(f"{name}.")]:
            del sys.modules[each]
        sys.modules.update(before)


def _stock(lazy: ModuleType) -> ModuleType:
    stock = ModuleType(lazy.__name__)
    vars(stock).update({key: value for key, value in vars(lazy).items() if key in ("__path__", "__package__")})
    SourceFileLoader(lazy.__name__, str(lazy.__file__)).exec_module(stock)
    return stock


@pytest.mark.parametrize("lazy", _NAMES, indirect=True)
def test_each_name_has_the_same_value(lazy: ModuleType) -> None:
    first = next(each for each in sorted(vars(lazy)[packages._MODULES].values()) if each.startswith("get_"))
    assert callable(getattr(lazy, first)), "a function and its module have one name"
    assert len([each for each in sys.modules if each.startswith(f"{lazy.__name__}.")]) < 6
    stock = _stock(lazy)
    names = [each for each in vars(stock) if not each.startswith("__")]
    assert len(names) > 40
    assert [each for each in names if getattr(lazy, each) is not vars(stock)[each]] == []


@pytest.mark.parametrize("lazy", _NAMES[:1], indirect=True)
def test_all_names_can_be_imported(lazy: ModuleType) -> None:
    found: dict[str, object] = {}
    exec(f"from {lazy.__name__} import *", found)
    assert {"PrivateZone", "PrivateZoneArgs", "get_private_zone", "SoaRecordArgs", "outputs"} <= found.keys()
    assert {"PrivateZone", "get_private_zone"} <= set(dir(lazy))


@pytest.mark.parametrize("lazy", _NAMES[:1], indirect=True)
def test_an_unknown_name_is_refused(lazy: ModuleType) -> None:
    with pytest.raises(AttributeError, match=r"'pulumi_azure_native\.privatedns' has no attribute 'PrivateZones'"):
        _ = lazy.PrivateZones


@pytest.mark.parametrize("package", packages.RELEASES)
def test_the_installed_release_is_known(package: str) -> None:
    folder = find_spec(package)
    assert folder is not None
    name, path = (
        (f"{package}.privatedns", folder.submodule_search_locations) if package in _NAMES[0] else (package, None)
    )
    spec = packages._Finder().find_spec(name, path)
    assert spec is not None
    assert isinstance(spec.loader, packages._Loader), "compare the exports of the new release's modules, then name it"
