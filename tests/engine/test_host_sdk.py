"""The Python SDK that `pulumi package add` writes for a package of components."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.engine.host.sdk import UnsupportedSchemaError, files, on_path
from tests.thorough import tries

PLAIN = [{"type": kind} for kind in ("string", "integer", "number", "boolean")]
NAMES = st.from_regex(r"\A[a-z][a-z0-9]{0,5}([A-Z][a-z0-9]{1,5}){0,2}\Z")
CLASSES = st.from_regex(r"\A[A-Z][a-z0-9]{1,8}\Z")


def schema(**changes: Any) -> dict[str, Any]:
    hub = {
        "isComponent": True,
        "description": "A hub.",
        "inputProperties": {
            "addressSpace": {"type": "string", "description": "Its range."},
            "label": {"$ref": "#/types/net:index:Label"},
            "class": {"type": "array", "items": {"$ref": "#/types/net:index:Label"}},
        },
        "requiredInputs": ["addressSpace"],
        "properties": {"virtualNetworkId": {"type": "string"}},
    }
    label = {"type": "object", "properties": {"costCentre": {"type": "string"}}, "required": ["costCentre"]}
    given = {
        "name": "net",
        "version": "1.2.3",
        "resources": {"net:index:Hub": hub},
        "types": {"net:index:Label": label},
    }
    return {**given, **changes}


def only(field: dict[str, Any]) -> dict[str, Any]:
    return schema(resources={"net:index:Hub": {"isComponent": True, "inputProperties": {"value": field}}})


def module(written: dict[str, str]) -> dict[str, Any]:
    (source,) = [content for name, content in written.items() if name.endswith("__init__.py")]
    made: dict[str, Any] = {"__name__": "pulumi_made"}
    exec(compile(source, "made", "exec"), made)
    return made


def test_arguments_are_in_snake_case_and_checked() -> None:
    made = module(files(schema()))
    args = made["HubArgs"](address_space="10.0.0.0/16", class_=[{"cost_centre": "1"}])
    assert args.__dict__ == {"address_space": "10.0.0.0/16", "class_": [{"cost_centre": "1"}]}
    assert set(made["LabelArgsDict"].__annotations__) == {"cost_centre"}
    with pytest.raises(TypeError, match="address_space"):
        made["HubArgs"]()
    with pytest.raises(TypeError, match="adress_space"):
        made["HubArgs"](adress_space="10.0.0.0/16")


def test_the_engine_reads_the_package_of_the_sdk(tmp_path: Path) -> None:
    for name, content in files(schema()).items():
        (tmp_path / "sdks" / "net" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sdks" / "net" / name).write_text(content, encoding="utf-8")
    assert on_path(tmp_path) == [str(tmp_path / "sdks" / "net")]
    code = "import pulumi_net, inspect; print(inspect.signature(pulumi_net.Hub))"
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=on_path(tmp_path)[0]
    )
    assert "address_space" in run.stdout
    assert (tmp_path / "sdks/net/pulumi_net/pulumi-plugin.json").read_text(encoding="utf-8").count("1.2.3") == 1


@pytest.mark.parametrize(
    "given",
    [
        only({"oneOf": [{"type": "string"}, {"type": "number"}]}),
        only({"$ref": "/azure-native/v3/schema.json#/resources/azure-native:network:VirtualNetwork"}),
        only({"$ref": "#/types/net:index:Absent"}),
        only({"type": "array", "items": {"oneOf": []}}),
        only({"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Archive"}}),
        schema(functions={"net:index:find": {}}),
        schema(config={"variables": {"region": {"type": "string"}}}),
        schema(types={"net:index:Tier": {"type": "string", "enum": [{"value": "a"}]}}),
        schema(resources={"net:index:Hub": {"inputProperties": {}}}),
        schema(name="../net"),
        schema(version='1"\nimport os'),
    ],
)
def test_schemas_that_only_pulumis_own_generator_supports_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedSchemaError):
        files(given)


FIELDS = st.recursive(
    st.sampled_from([*PLAIN, {"$ref": "pulumi.json#/Any"}, {"$ref": "#/types/net:index:Label"}]),
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        inner.map(lambda values: {"type": "object", "additionalProperties": values}),
    ),
    max_leaves=3,
)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.dictionaries(NAMES.filter(lambda name: name not in {"args", "opts"}), FIELDS, max_size=4), CLASSES, st.data())
def test_every_component_can_be_generated_and_loaded(fields: dict[str, Any], name: str, data: st.DataObject) -> None:
    required = data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    component = {"isComponent": True, "inputProperties": fields, "requiredInputs": required, "properties": {}}
    made = module(files(schema(resources={f"net:index:{name}": component})))
    assert made[name].__mro__[1].__name__ == "ComponentResource"
    args = made[f"{name}Args"]
    if required:
        with pytest.raises(TypeError):
            args()
    else:
        args()


@settings(max_examples=tries(100), derandomize=True, deadline=None)
@given(st.text(max_size=30), st.sampled_from(["description", "property", "token", "name", "version", "type"]))
def test_no_text_of_a_schema_becomes_code(text: str, place: str) -> None:
    """Any text, and text that tries to break out of the place where it is inserted."""
    for hostile in (text, f"{text}'''\"\"\"\nimport os\nos.abort()\n", f"a): pass\nimport os  # {text}"):
        given = schema()
        hub = given["resources"].pop("net:index:Hub")
        if place == "description":
            hub["description"] = hub["inputProperties"]["addressSpace"]["description"] = hostile
        elif place == "property":
            hub["inputProperties"][hostile] = {"type": "string"}
        elif place in ("name", "version"):
            given[place] = hostile
        elif place == "type":
            given["types"][f"net:index:{hostile}"] = {"type": "object"}
        given["resources"][f"net:index:{hostile}" if place == "token" else "net:index:Hub"] = hub
        try:
            written = files(given)
        except UnsupportedSchemaError:
            continue
        (source,) = [content for path, content in written.items() if path.endswith("__init__.py")]
        tree = ast.parse(source)
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported == {"builtins", "typing", "pulumi"}
        assert {type(node) for node in tree.body} <= {ast.Expr, ast.Import, ast.ClassDef}
