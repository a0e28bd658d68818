"""The catalogue of an installed Pulumi SDK package: every resource and function with its types.

>>> Catalogue("random").resource("random:index/randomPet:RandomPet").inputs.properties["length"].shape.kind
'integer'
"""

import ast
import difflib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.sdk import source
from bluelamp.rehearsal.sdk.shapes import FunctionShape, Kind, ObjectShape, PropertyShape, ResourceShape, Shape

__all__ = [
    "Catalogue",
    "FunctionShape",
    "ObjectShape",
    "PropertyShape",
    "ResourceShape",
    "Shape",
    "UnknownPackage",
    "UnknownToken",
    "catalogue_of",
    "installed_packages",
]

_KINDS: dict[str, Kind] = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_ASSETS = ("Asset", "Archive", "AssetArchive", "FileAsset", "FileArchive")
_REGISTER = re.compile(r"resource_(modules|packages)=\"\"\"(.*?)\"\"\"", re.DOTALL)
_API_VERSION = re.compile(r"Uses Azure REST API version (\d{4}-\d\d-\d\d[\w-]*)")
_PARAMETER = re.compile(r"^(?:def \w+\()? *(\w+): (.+?) = None,?$", re.MULTILINE)
_ANY = Shape("any")


class UnknownPackage(LookupError):  # noqa: N818 - the name is the error
    """No Pulumi SDK of this name is installed; the message lists the installed ones."""


class UnknownToken(LookupError):  # noqa: N818 - the name is the error
    """The SDK has no such resource or function; the message suggests the most similar one."""


def installed_packages(search_path: Sequence[str] = ()) -> dict[str, str]:
    """The installed Pulumi SDK packages, those with a `pulumi-plugin.json`, and their versions.

    `search_path` takes precedence over this Python's, such as another environment's `sys.path`.
    """
    return {name: version for name, (version, _) in sorted(_packages(search_path).items())}


def _packages(search_path: Sequence[str] = ()) -> dict[str, tuple[str, Path]]:
    found: dict[str, tuple[str, Path]] = {}
    for entry in filter(None, [*search_path, *sys.path]):
        for file in sorted(Path(entry).glob("*/pulumi-plugin.json")):
            try:
                plugin = json.loads(file.read_text())
            except (OSError, ValueError):
                continue
            plugin |= plugin.get("parameterization") or {}
            found.setdefault(plugin.get("name", ""), (plugin.get("version", ""), file.parent))
    found.pop("", None)
    return found


def catalogue_of(package: str, search_path: Sequence[str] = ()) -> "Catalogue":
    """The catalogue of a package, cached for this process.

    `search_path` is that of `Catalogue`. Raises `UnknownPackage` if the package is not installed.
    """
    return _catalogue(package, tuple(search_path), tuple(sys.path))


@cache
def _catalogue(package: str, search_path: tuple[str, ...], _path: tuple[str, ...]) -> "Catalogue":
    return Catalogue(package, search_path)


class Catalogue:
    """An installed Pulumi SDK package (`azure-native`, `azuread`, `random`); thread-safe.

    The SDK is not imported, and types are read on first use. `search_path` takes precedence over this Python's. Raises
    `UnknownPackage` if the package is not installed.
    """

    def __init__(self, package: str, search_path: Sequence[str] = ()) -> None:
        packages = _packages(search_path)
        if package not in packages:
            near = ", ".join(sorted(packages)) or "none"
            raise UnknownPackage(f"no Pulumi SDK for the package {package!r} is installed (installed: {near})")
        self.package = package
        self.version, self.root = packages[package]
        self._resources: dict[str, ResourceShape] = {}
        self._functions: dict[str, FunctionShape] = {}
        self._objects: dict[tuple[Path, str], ObjectShape] = {}
        self._shapes: dict[tuple[Path, str], Shape] = {}

    @cached_property
    def _register(self) -> Mapping[str, tuple[Path, str, str]]:
        """token -> folder, dotted module and class, from the registration in the SDK's `__init__.py`."""
        found: dict[str, tuple[Path, str, str]] = {}
        for kind, text in _REGISTER.findall((self.root / "__init__.py").read_text()):
            for entry in json.loads(text):
                module = str(entry["fqn"])
                folder = self.root.joinpath(*module.split(".")[1:])
                classes = entry["classes"] if kind == "modules" else {entry["token"]: entry["class"]}
                found.update({token: (folder, module, name) for token, name in classes.items()})
        return found

    def tokens(self) -> list[str]:
        """The resource tokens of the package, sorted."""
        return sorted(token for token in self._register if not token.startswith("pulumi:providers:"))

    def resource(self, token: str) -> ResourceShape:
        """The resource type `token`; `pulumi:providers:PACKAGE` is the provider's own configuration.

        Raises `UnknownToken`.
        """
        found = self._resources.get(token)
        if found is None:
            found = self._resources.setdefault(token, self._read_resource(token))
        return found

    def function(self, token: str) -> FunctionShape:
        """The function `token`. Raises `UnknownToken`."""
        found = self._functions.get(token)
        if found is None:
            found = self._functions.setdefault(token, self._read_function(token))
        return found

    def _read_resource(self, token: str) -> ResourceShape:
        if token not in self._register:
            raise UnknownToken(self._unknown("resource type", token, self.tokens()))
        folder, module, name = self._register[token]
        file = source.file_of(folder, name)
        text = source.text_of(file, name) if file else ""
        props = re.search(r"__props__ = (\w+)\.__new__", text)
        doc = source.docstring(text[text.find('"""') :])
        version = _API_VERSION.search(text)
        return ResourceShape(
            token=token,
            package=self.package,
            module=token.split(":")[1],
            name=name,
            python_class=f"{module}.{name}",
            inputs=self._object(file, props[1]) if file and props else ObjectShape(name, dict),
            outputs=self._object(file, name) if file else ObjectShape(name, dict),
            description=doc.partition("\n\n")[0].partition("\n:param")[0],
            api_version=version[1] if version else None,
            replace_on_changes=_option(text, "replace_on_changes"),
            secret_outputs=_option(text, "additional_secret_outputs"),
            is_component=f"class {name}(pulumi.ComponentResource)" in text,
        )

    def _read_function(self, token: str) -> FunctionShape:
        module, _, name = token.removeprefix(f"{self.package}:").rpartition(":")
        folder = self._folder(module)
        found = [(file, key) for file in source.called(folder, name) for key in source.names(file)]
        text = next((one for one in (source.text_of(*each) for each in found) if f"invoke('{token}'" in one), "")
        output = next((one for one in (source.text_of(*each) for each in found) if f"_output('{token}'" in one), "")
        if not text:
            files = [file.stem for file in source.files(folder) if file.stem.startswith(("get_", "list_"))]
            known = [token.replace(name, _camel(stem)) for stem in files]
            raise UnknownToken(self._unknown("function", token, known))
        file = found[0][0]
        result = re.search(r"typ=(\w+)", text)
        version = _API_VERSION.search(text)
        return FunctionShape(
            token=token,
            inputs=ObjectShape(f"{name}Args", lambda: self._arguments(file, text, output)),
            outputs=self._object(file, result[1]) if result else ObjectShape(f"{name}Result", dict),
            description=source.docstring(text).partition("\n\n")[0],
            api_version=version[1] if version else None,
        )

    def _arguments(self, file: Path, text: str, output: str) -> dict[str, PropertyShape]:
        """A function's arguments.

        Every Python parameter is `Optional`. In the `_output` form, an optional argument is `Optional` twice.
        """
        types = dict(_PARAMETER.findall(text.partition("->")[0]))
        twice = dict(_PARAMETER.findall(output.partition("->")[0]))
        found: dict[str, PropertyShape] = {}
        for name, python in re.findall(r"__args__\['(\w+)'\] = (\w+)", text):
            shape, _ = self._optional(types.get(python, "Any"), file)
            required = twice.get(python, "Optional Optional").count("Optional") < 2
            found[name] = PropertyShape(name, python, shape, required)
        return found

    def _folder(self, module: str) -> Path:
        """The folder of a token's module: `network`, `index/getUser`, `core/v1`."""
        for _, dotted, _name in (one for token, one in self._register.items() if token.split(":")[1] == module):
            return self.root.joinpath(*dotted.split(".")[1:])
        folder = self.root.joinpath(*(one for one in module.split("/") if one != "index"))
        return folder if folder.is_dir() else folder.parent

    def _unknown(self, what: str, token: str, known: list[str]) -> str:
        near = _same_name(token, known) or difflib.get_close_matches(token, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{self.package} {self.version} has no {what} {token!r}{hint}"

    def _object(self, file: Path, name: str) -> ObjectShape:
        key = (file, name)
        found = self._objects.get(key)
        if found is None:
            found = self._objects.setdefault(key, ObjectShape(name, lambda: self._read_object(file, name)))
        return found

    def _read_object(self, file: Path, name: str) -> dict[str, PropertyShape]:
        text = source.text_of(file, name)
        defaults, constants = source.defaults(text), source.constants(text)
        found: dict[str, PropertyShape] = {}
        for getter in source.getters(text):
            shape, optional = self._optional(getter.type, file)
            found[getter.name] = PropertyShape(
                name=getter.name,
                python_name=getter.python,
                shape=shape,
                required=not optional,
                description=getter.doc,
                deprecated=getter.deprecated,
                default=defaults.get(getter.python),
                constant=constants.get(getter.python),
            )
        return found

    def _optional(self, text: str, file: Path) -> tuple[Shape, bool]:
        """The type of an annotation, and whether it is optional."""
        node, optional = source.annotation(text), False
        while isinstance(node, ast.Subscript) and _last(node.value) in ("Input", "Output", "Optional"):
            optional = optional or _last(node.value) == "Optional"
            node = node.slice
        return self._shape(node, file), optional

    def _shape(self, node: ast.expr, file: Path) -> Shape:
        if isinstance(node, ast.Subscript):
            return self._generic(_last(node.value), node.slice, file)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._named(node.value, file)
        name = _last(node)
        if name in _KINDS:
            return Shape(_KINDS[name])
        return Shape("asset") if name in _ASSETS else _ANY

    def _generic(self, name: str, inner: ast.expr, file: Path) -> Shape:
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if name in ("Input", "Output", "Optional"):
            return self._shape(inner, file)
        if name in ("Sequence", "List"):
            return Shape("array", item=self._shape(inner, file))
        if name in ("Mapping", "Dict"):
            return Shape("map", item=self._shape(parts[-1], file))
        if name == "Literal":
            return Shape("enum", values=tuple(one.value for one in parts if isinstance(one, ast.Constant)))
        if name == "Union":
            quoted = {f"{one.value!s}Dict" for one in parts if isinstance(one, ast.Constant)}
            kept = [one for one in parts if not (isinstance(one, ast.Constant) and one.value in quoted)]
            return _union([self._shape(one, file) for one in kept])
        return _ANY

    def _named(self, name: str, file: Path) -> Shape:
        """The type that a quoted name refers to: an enum, an input class or an output class of any module."""
        found = self._shapes.get((file, name))
        if found is None:
            found = self._shapes.setdefault((file, name), self._find_named(name, file))
        return found

    def _find_named(self, name: str, file: Path) -> Shape:
        prefix, _, last = name.rpartition(".")
        steps = prefix.split(".") if prefix else []
        folder = file.parent
        if steps and steps[0].startswith("_"):
            folder = self.root.joinpath(steps[0].removeprefix("_"), *(one for one in steps[1:] if one != "outputs"))
        for stem in ("outputs",) if "outputs" in steps else ("_enums", "_inputs", "outputs"):
            home = folder / f"{stem}.py"
            if not source.defines(home, last):
                continue
            if stem == "_enums":
                return Shape("enum", values=source.members(source.text_of(home, last)))
            return Shape("object", object=self._object(home, last))
        if last in _ASSETS:
            return Shape("asset")
        return _ANY


def _union(options: list[Shape]) -> Shape:
    """The union of `options`. `Union[str, Enum]` is an open enum; typed dictionaries are left out."""
    kinds = {one.kind for one in options}
    enums = [one for one in options if one.kind == "enum"]
    if kinds == {"string", "enum"} and len(options) == 2:
        return Shape("enum", values=enums[0].values, open=True)
    if kinds == {"asset"}:
        return options[0]
    if _ANY in options:
        return _ANY
    return options[0] if len(options) == 1 else Shape("union", options=tuple(options))


def _same_name(token: str, known: list[str]) -> list[str]:
    last = token.rpartition(":")[2].lower()
    return [one for one in known if one.rpartition(":")[2].lower() == last][:1]


def _camel(stem: str) -> str:
    first, *rest = stem.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _option(text: str, name: str) -> tuple[str, ...]:
    found = re.search(rf"ResourceOptions\({name}=(\[[^\]]*(?:\[\*\][^\]]*)*\])\)", text)
    value: Any = source.literal(found[1], ()) if found else ()
    return tuple(value)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
