"""The JSON Schema of a model, in draft 07 for YAML editors.

The YAML language server, which most editors use, supports later drafts in its newest versions only.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bluelamp.core.fields import IN_SCHEMA, Matching, Schema

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
Field = tuple[type[BaseModel], str]
"""A field of a model, by its name in the file."""


def schema_of(
    model: type[BaseModel], *, optional: Collection[Field] = (), hidden: Collection[Field] = (), layer: bool = False
) -> Schema:
    """The self-contained schema of a `model`.

    `optional` fields are not required, although the model requires them; `hidden` fields are omitted. In a `layer`,
    which overrides other settings, nothing is required, `null` removes any value, and `remove: true` removes a named
    item.
    """
    generate = type("Generate", (_Generate,), {"optional": optional, "hidden": hidden, "layer": layer})
    schema = model.model_json_schema(schema_generator=generate, ref_template="#/definitions/{model}")
    schema["definitions"] = schema.pop("$defs", {})
    plain: Schema = _plain(schema)
    return plain


def notes(model: type[BaseModel]) -> dict[str, str]:
    """The description below each field in the model's source, by the field's name."""
    found: dict[str, str] = {}
    for each in reversed([each for each in model.__mro__ if issubclass(each, BaseModel) and each is not BaseModel]):
        source = inspect.getsource(each)
        pattern = r'^    (\w+):[^\n]*(?:\n(?:        [^\n]*|    \)[^\n]*))*\n    """(.*?)"""'
        found |= {name: " ".join(text.split()) for name, text in re.findall(pattern, source, re.S | re.M)}
    return found


def inner_model(annotation: Any, *, many: bool = False) -> tuple[type[BaseModel] | None, bool]:
    """The model in a setting's annotation (None for a plain value), and whether it is in a list or a mapping."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation, many
    origin = get_origin(annotation)
    listed = many or origin is tuple or (inspect.isclass(origin) and issubclass(origin, Mapping))
    for part in get_args(annotation):
        found = inner_model(part, many=listed)
        if found[0] is not None:
            return found
    return None, listed


class _Generate(GenerateJsonSchema):
    """Adds the models' checks and docstrings to the schema."""

    optional: Collection[Field] = ()
    hidden: Collection[Field] = ()
    layer = False

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No titles, as editors show the name."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a model with its fields' descriptions."""
        result, model = super().model_schema(schema), schema["cls"]
        if model.__module__.startswith("pydantic"):
            return result
        result.pop("title", None)
        properties = result.get("properties", {})
        descriptions = notes(model)
        for name, info in model.model_fields.items():
            name_in_file = info.alias or name
            if (model, name_in_file) in self.hidden:
                properties.pop(name_in_file, None)
            elif name_in_file in properties and descriptions.get(name):
                properties[name_in_file]["description"] = descriptions[name]
        omitted = {name_in_file for owner, name_in_file in (*self.optional, *self.hidden) if owner is model}
        required = [] if self.layer else [each for each in result.get("required", ()) if each not in omitted]
        result.pop("required", None)
        if required:
            result["required"] = required
        if self.layer:
            result["properties"] = {name: _nullable(each) for name, each in properties.items()}
            if "name" in properties:
                note = "Leaves out the item of this name, which is shared."
                result["properties"]["remove"] = {"const": True, "description": note}
        return result

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        """The schema with the condition that the check enforces, if JSON Schema can express it."""
        return _checked(super().function_after_schema(schema), schema["function"]["function"])

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """The schema with the condition that the check enforces, if JSON Schema can express it."""
        return _checked(super().function_before_schema(schema), schema["function"]["function"])

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        """The condition that the check enforces, if JSON Schema can express it."""
        return _checked({}, schema["function"]["function"])


def _checked(inner: Schema, check: Any) -> Schema:
    if isinstance(check, Matching):
        # ECMAScript has no inline flags.
        if check.pattern.startswith("(?i)"):
            return inner
        own = {"pattern": f"^({check.pattern})$"}
        return {"allOf": [inner, own]} if "pattern" in inner else {**inner, **own}
    change: Callable[[Schema], Schema] | None = IN_SCHEMA.get(check)
    return change(inner) if change else inner


def _nullable(schema: Schema) -> Schema:
    siblings: Schema = {key: schema[key] for key in ("description", "default") if key in schema}
    return {"anyOf": [{key: each for key, each in schema.items() if key not in siblings}, {"type": "null"}], **siblings}


def _plain(schema: Any) -> Any:
    """The schema without null defaults, and with siblings of references, which draft 07 ignores, in `allOf`."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _plain(each) for key, each in schema.items() if key != "default" or each is not None}
    if "$ref" in result and len(result) > 1:
        result = {"allOf": [{"$ref": result.pop("$ref")}], **result}
    return result
