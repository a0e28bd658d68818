"""A Python SDK for a component package, written from the package's schema: what `pulumi package add` puts in `sdks/`.

Its public names are those of Pulumi's own generator (`pulumi_NAME.Hub`, `pulumi_NAME.HubArgs`, `HubArgsDict`, arguments
in snake case), so that a program works with either. Only packages of components are written, whose types are their own.
"""

import json
import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,99}")
_VERSION: Final = re.compile(r"[0-9A-Za-z.+-]{1,99}")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LOCAL: Final = "#/types/"
_PLAIN: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_HEADER: Final = '''\
"""Written by `pulumi package add`; not to be edited."""

import builtins as _builtins
import typing as _t

import pulumi as _pulumi
'''


class UnsupportedSchemaError(ValueError):
    """A schema that has more than components: only Pulumi's own generator can write its SDK."""


def on_path(root: Path) -> list[str]:
    """The folders of the SDKs that were added to the project at `root`."""
    return sorted({str(file.parents[1]) for file in root.glob("sdks/*/pulumi_*/pulumi-plugin.json")})


def files(schema: Mapping[str, Any]) -> dict[str, str]:
    """The SDK's files, by their path within its folder. Raises `UnsupportedSchemaError`."""
    name, version = str(schema.get("name", "")), str(schema.get("version") or "0.0.0")
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise UnsupportedSchemaError(f"a package cannot be called {name[:60]!r}, of version {version[:60]!r}")
    if schema.get("functions") or (schema.get("config") or {}).get("variables"):
        raise UnsupportedSchemaError("it has functions, or a configuration of its own")
    package = f"pulumi_{name.replace('-', '_')}"
    about = {"resource": True, "name": name, "version": version}
    project = f'[project]\nname = "{package}"\nversion = "{version}"\nrequires-python = ">=3.11"\n'
    project += 'dependencies = ["pulumi>=3.165,<4"]\n'
    project += f'\n[tool.setuptools]\npackages = ["{package}"]\npackage-data = {{ "*" = ["*.json", "py.typed"] }}\n'
    source = "".join(_module(schema, version))
    try:
        compile(source, package, "exec")
    except SyntaxError as error:
        raise UnsupportedSchemaError(f"two of its names are the same in Python ({error.msg})") from None
    return {
        "pyproject.toml": project,
        f"{package}/__init__.py": source,
        f"{package}/pulumi-plugin.json": json.dumps(about, indent=2) + "\n",
        f"{package}/py.typed": "",
    }


def _module(schema: Mapping[str, Any], version: str) -> Iterator[str]:
    types, resources = schema.get("types") or {}, schema.get("resources") or {}
    yield _HEADER
    for token, declared in types.items():
        if declared.get("type", "object") != "object" or "enum" in declared:
            raise UnsupportedSchemaError(f"{token} is not an object")
        fields, required = declared.get("properties") or {}, declared.get("required") or ()
        yield from _arguments(f"{_class(token)}Args", fields, required, types)
        yield from _dictionary(f"{_class(token)}ArgsDict", fields, required, types)
    for token, resource in resources.items():
        if not resource.get("isComponent"):
            raise UnsupportedSchemaError(f"{token} is not a component")
        yield from _component(token, resource, version, types)


def _arguments(name: str, fields: Mapping[str, Any], required: Any, types: Mapping[str, Any]) -> Iterator[str]:
    """An input type: its keyword arguments, and a property for each, by which the SDK translates names."""
    ordered = sorted(fields, key=lambda key: key not in required)
    yield f"\n\n@_pulumi.input_type\nclass {name}:\n"
    star = ", *" if ordered else ""
    given = "".join(f", {_snake(key)}: {_input(fields[key], types, key in required)}" for key in ordered)
    yield f"    def __init__(__self__{star}{given}):\n"
    for key in ordered:
        name = _snake(key)
        indent = "        "
        if key not in required:
            yield f"{indent}if {name} is not None:\n"
            indent += "    "
        yield f'{indent}_pulumi.set(__self__, "{name}", {name})\n'
    yield "" if ordered else "        pass\n"
    for key in ordered:
        hint = _hint(fields[key], types, dictionaries=False)
        yield f"\n    @_builtins.property\n    @_pulumi.getter(name={key!r})\n"
        yield f"    def {_snake(key)}(self) -> _pulumi.Input[{hint}]:\n        {_text(fields[key])!r}\n"
        yield f'        return _pulumi.get(self, "{_snake(key)}")  # type: ignore\n'
        yield f"\n    @{_snake(key)}.setter\n    def {_snake(key)}(self, value: _pulumi.Input[{hint}]):\n"
        yield f'        _pulumi.set(self, "{_snake(key)}", value)\n'


def _dictionary(name: str, fields: Mapping[str, Any], required: Any, types: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n\nclass {name}(_t.TypedDict):\n" + ("" if fields else "    pass\n")
    for key, field in fields.items():
        hint = f"_pulumi.Input[{_hint(field, types)}]"
        yield f"    {_snake(key)}: {hint if key in required else f'_t.NotRequired[{hint}]'}\n    {_text(field)!r}\n"


def _component(token: str, resource: Mapping[str, Any], version: str, types: Mapping[str, Any]) -> Iterator[str]:
    name = _class(token)
    inputs, outputs = resource.get("inputProperties") or {}, resource.get("properties") or {}
    required = resource.get("requiredInputs") or ()
    yield from _arguments(f"{name}Args", inputs, required, types)
    yield f"\n\nclass {name}(_pulumi.ComponentResource):\n    {_text(resource)!r}\n\n    def __init__(\n"
    yield "        __self__,\n        resource_name: _builtins.str,\n"
    yield f'        args: _t.Optional[_t.Union["{name}Args", _pulumi.ResourceOptions]] = None,\n'
    yield "        opts: _t.Optional[_pulumi.ResourceOptions] = None,\n" + ("        *,\n" if inputs else "")
    for key, field in inputs.items():
        yield f"        {_snake(key)}: {_input(field, types, False)},\n"
    given = ", ".join(f'"{_snake(key)}": {_snake(key)}' for key in inputs)
    yield "    ):\n        if isinstance(args, _pulumi.ResourceOptions):\n            args, opts = None, args\n"
    yield "        if args is None:\n"
    yield f"            given = {{{given}}}\n"
    yield f"            args = {name}Args(**{{key: value for key, value in given.items() if value is not None}})\n"
    yield f"        __props__ = {name}Args.__new__({name}Args)\n        __props__.__dict__.update(args.__dict__)\n"
    for key in outputs:
        if key not in inputs:
            yield f'        __props__.__dict__["{_snake(key)}"] = None\n'
    yield f"        opts = _pulumi.ResourceOptions.merge(_pulumi.ResourceOptions(version={version!r}), opts)\n"
    yield f"        super().__init__({token!r}, resource_name, __props__, opts, remote=True)\n"
    for key, field in outputs.items():
        yield f"\n    @_builtins.property\n    @_pulumi.getter(name={key!r})\n"
        yield f"    def {_snake(key)}(self) -> _pulumi.Output[{_hint(field, {}, dictionaries=False)}]:\n"
        yield f'        {_text(field)!r}\n        return _pulumi.get(self, "{_snake(key)}")  # type: ignore\n'


def _input(field: Mapping[str, Any], types: Mapping[str, Any], required: bool) -> str:
    hint = f"_pulumi.Input[{_hint(field, types)}]"
    return hint if required else f"_t.Optional[{hint}] = None"


def _hint(field: Mapping[str, Any], types: Mapping[str, Any], *, dictionaries: bool = True) -> str:
    """The annotation of a value; with `dictionaries`, objects may be given as those too."""
    kind, reference = field.get("type"), str(field.get("$ref", ""))
    if "oneOf" in field:
        raise UnsupportedSchemaError("it has values of several kinds")
    if reference.startswith(_LOCAL) and (token := reference.removeprefix(_LOCAL)) in types:
        name = _class(token)
        return f'_t.Union["{name}Args", "{name}ArgsDict"]' if dictionaries else f'"{name}Args"'
    if reference == "pulumi.json#/Any":
        return "_t.Any"
    if reference:
        raise UnsupportedSchemaError(f"{reference} is of another package, or what a component returns")
    if kind == "array":
        return f"_t.Sequence[_pulumi.Input[{_hint(field.get('items') or {}, types, dictionaries=dictionaries)}]]"
    if kind == "object":
        values = _hint(field.get("additionalProperties") or {"type": "string"}, types, dictionaries=dictionaries)
        return f"_t.Mapping[_builtins.str, _pulumi.Input[{values}]]"
    if kind not in _PLAIN:
        raise UnsupportedSchemaError(f"it has a value of the kind {kind!r}")
    return f"_builtins.{_PLAIN[kind]}"


def _class(token: str) -> str:
    return _identifier(token.rpartition(":")[2])


def _snake(key: str) -> str:
    name = _CAPITAL.sub("_", key).lower()
    return _identifier(f"{name}_" if keyword.iskeyword(name) else name)


def _identifier(name: str) -> str:
    # Schemas are untrusted: only their names and literals become code.
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UnsupportedSchemaError(f"{name[:60]!r} cannot be a name in Python")
    return name


def _text(described: Mapping[str, Any]) -> str:
    return str(described.get("description") or "")
