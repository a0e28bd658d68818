"""Modules of the SDK whose annotations stay text have the classes and the types of the SDK's own."""

import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pulumi._types import input_type_types, resource_types

from bluelamp.infra.quick_sdk.annotations import TextAnnotations, shorter

_SOURCE = """
from typing import TypedDict, overload

class Dict(TypedDict):
    field: 1 / 0

class Thing:
    @overload
    def make(self, one: 1 / 0): ...
    def make(self, one: 1 / 0 = None):
        return {value!r}
"""


def _types(source: Path, name: str, *, short: bool) -> dict[str, Any]:
    before = sys.modules[name]
    module = ModuleType(name)
    vars(module).update(__file__=str(source), __package__=name.rpartition(".")[0])
    sys.modules[name] = module
    try:
        loader = SourceFileLoader(name, str(source))
        code = shorter(source.read_bytes(), str(source)) if short else loader.get_code(name)
        assert code is not None
        exec(code, vars(module))
        return {
            "names": sorted(vars(module)),
            "properties": resource_types(module.PrivateZone),
            "inputs": {key: str(value) for key, value in input_type_types(module.PrivateZoneArgs).items()},
            "members": sorted(vars(module.PrivateZone)),
        }
    finally:
        sys.modules[name] = before


def test_the_types_are_the_same() -> None:
    name = "pulumi_azure_native.privatedns.private_zone"
    source = Path(str(import_module(name).__file__))
    ours, stock = _types(source, name, short=True), _types(source, name, short=False)
    assert ours == stock
    assert ours["properties"]["tags"] is not None


def test_kept_code_follows_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    source = tmp_path / "thing.py"
    for value in ("one", "another"):
        source.write_text(_SOURCE.format(value=value))
        for _ in range(2):
            module = ModuleType("thing")
            TextAnnotations("thing", str(source)).exec_module(module)
            assert module.Thing().make() == value
        assert [each.name.split(".")[-2] for each in (tmp_path / "__pycache__").iterdir()] == ["opt-bluelamp1"]


def test_where_code_cannot_be_kept_pythons_own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    source = tmp_path / "thing.py"
    source.write_text(_SOURCE.format(value="one"))
    with pytest.raises(ZeroDivisionError):
        TextAnnotations("thing", str(source)).exec_module(ModuleType("thing"))
