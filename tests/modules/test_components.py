import inspect
import json
import runpy
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
import pytest
from planned import plan

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.component import Component
from bluelamp.modules.package import ComponentPackage

MODULES = Path(__file__).resolve().parents[2] / "modules"
FOLDERS = sorted(path.parent for path in MODULES.rglob("__init__.py") if (path.parent / "examples").is_dir())


def components() -> list[type[Component]]:
    found = [getattr(import_module(_dotted(folder)), name) for folder in FOLDERS for name in _public(folder)]
    return [item for item in found if inspect.isclass(item) and issubclass(item, Component)]


def _dotted(folder: Path) -> str:
    return ".".join(folder.relative_to(MODULES.parent).parts)


def _public(folder: Path) -> list[str]:
    return import_module(_dotted(folder)).__all__


def test_every_folder_of_components_has_a_minimal_and_a_full_example():
    areas = [path for path in MODULES.iterdir() if path.is_dir() and path.name not in ("naming", "__pycache__")]
    folders = {path for area in areas for path in area.iterdir() if path.is_dir() and path.name != "__pycache__"}
    examples = [folder / "examples" / name for folder in folders for name in ("minimal.py", "full.py")]
    assert [path for path in examples if not path.exists()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_example_of_a_module_runs(folder, capsys):
    own = {component.__name__ for component in components() if component.__module__.startswith(f"{_dotted(folder)}.")}
    missing = own - _made(folder / "examples" / "minimal.py")
    assert missing < own or not own
    # What the minimal example does not use is in the full one.
    assert not missing or missing <= _made(folder / "examples" / "full.py")


def _made(example: Path) -> set[str]:
    planned = plan(lambda: runpy.run_path(str(example)))
    return {resource.type.rpartition(":")[2] for resource in planned.resources}


def test_components_can_be_served_to_other_languages():
    host = ComponentPackage(components())
    schema: dict[str, Any] = json.loads(host.schema)
    assert sorted(schema["resources"]) == sorted(f"bluelamp:index:{each.__name__}" for each in components())
    for owner in [*schema["resources"].values(), *schema["types"].values()]:
        properties = {**owner.get("inputProperties", {}), **owner.get("properties", {})}
        assert properties
        assert [key for key, value in properties.items() if not value.get("description")] == []


def test_a_component_registers_its_outputs(label):
    def program() -> None:
        group = ResourceGroup("network", {"label": label, "location": "uksouth", "workload": "network"})
        pulumi.export("group", group.name)

    made = plan(program)
    assert made.outputs == {"group": "rg-network-wmp-prod-uks"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"locaton": "uksouth", "workload": "network"}, "locaton is not an argument; did you mean location?"),
        ({"location": "uksouth"}, "workload is required"),
        ({"location": "westeurope", "workload": "network"}, "'westeurope' is not a region of the United Kingdom"),
    ],
)
def test_wrong_arguments_are_refused_with_the_nearest_valid_word(label, args, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        plan(lambda: ResourceGroup("network", {"label": label, **args}))


def test_a_misspelt_key_inside_an_argument_is_refused_too(label):
    wrong = {**label, "cost_center": "WMP-4410"}
    with pytest.raises(ValueError, match=r"label\.cost_center is not an argument; did you mean cost_centre\?"):
        plan(lambda: ResourceGroup("network", {"label": wrong, "location": "uksouth", "workload": "network"}))


def test_a_name_passed_on_is_known_in_a_preview_and_still_orders_creation(label):
    def program() -> None:
        group = ResourceGroup("network", {"label": label, "location": "uksouth", "workload": "network"})
        where = {"label": label, "location": "uksouth", "workload": "logs", "resource_group_name": group.name}
        LogAnalytics("logs", where)

    made = plan(program)
    assert made.one("operationalinsights:Workspace")["resourceGroupName"] == "rg-network-wmp-prod-uks"
    assert made.waits_for["logs-workspace"] == ["network-group"]
