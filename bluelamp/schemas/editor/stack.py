"""The schema of a stack file, `stacks/Pulumi.<force>.yaml`."""

from collections.abc import Iterator

from pydantic import BaseModel

from bluelamp.core.fields import Schema
from bluelamp.infra.settings.budgets import FROM_ROADMAP
from bluelamp.infra.settings.defaults import FILLED
from bluelamp.infra.settings.layers import PREFIX as PROJECT
from bluelamp.infra.settings.model import Settings
from bluelamp.infra.settings.stack_file import ENGINE_KEYS, OTHER_NAMESPACES
from bluelamp.schemas.editor.models import Field, inner_model, schema_of


def stack(*, layer: bool) -> Schema:
    """The schema of a stack file, or with `layer` of one that overrides other settings."""
    settings = schema_of(Settings, optional=set(_filled(Settings, "")), layer=layer)
    config: Schema = {
        "type": "object",
        "properties": {f"{PROJECT}{name}": each for name, each in settings["properties"].items()},
        "patternProperties": {
            f"^({'|'.join(OTHER_NAMESPACES)}):": {"description": "A setting of a provider or of the engine."}
        },
        "additionalProperties": False,
    }
    if not layer:
        config["required"] = [f"{PROJECT}{name}" for name in settings["required"]]
        config["anyOf"] = [{"required": [f"{PROJECT}{half}"]} for half in ("azure", "onPremises")]
    engine: Schema = {key: {"description": "The engine's own."} for key in ENGINE_KEYS}
    return {
        "type": "object",
        "properties": {**engine, "config": {"anyOf": [config, {"type": "null"}]} if layer else config},
        "additionalProperties": False,
        **({} if layer else {"required": ["config"]}),
        "definitions": settings["definitions"],
    }


def _filled(model: type[BaseModel], at: str) -> Iterator[Field]:
    """The fields that need not be written, as their values come from the register or the roadmap."""
    for name, info in model.model_fields.items():
        path = at + (info.alias or name)
        if path in FILLED or path in FROM_ROADMAP:
            yield model, info.alias or name
        inner, many = inner_model(info.annotation)
        if inner is not None:
            yield from _filled(inner, f"{path}{'[]' if many else ''}.")
