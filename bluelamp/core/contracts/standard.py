"""Validates a document against the Open Data Contract Standard's JSON Schema 3.2.0, with places in the file."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft201909Validator, ValidationError
from jsonschema.exceptions import best_match
from open_data_contract_standard.model import OpenDataContractStandard

from bluelamp.core.problems import Problem
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean

VERSION = "v3.2.0"
"""The `apiVersion` that contracts are written in."""


def findings(source: Source) -> Iterator[Problem]:
    """Every mistake of the document against the standard."""
    if not isinstance(source.values, dict):
        yield source.problem((), f"{show(source.values)} is not a data contract", allowed="a mapping")
        return
    version = source.values.get("apiVersion")
    if version != VERSION:
        yield source.problem(
            ("apiVersion",),
            f"{show(version)} is not the version of the standard that is read here",
            show(version, quote=False),
            f"allowed: {VERSION}",
            f"migrate the contract to {VERSION} and set `apiVersion: {VERSION}`",
        )
        return
    errors = sorted(_validator().iter_errors(source.values), key=lambda error: [str(step) for step in error.path])
    found = dict.fromkeys(problem for error in errors for problem in _problems(error, source))
    yield from found


def document(source: Source) -> OpenDataContractStandard:
    """The document, typed. Call it only if `findings` is empty."""
    return OpenDataContractStandard.model_validate(source.values)


@cache
def _validator() -> Draft201909Validator:
    return Draft201909Validator(json.loads(OpenDataContractStandard.json_schema()))  # type: ignore[no-untyped-call]


def _problems(error: ValidationError, source: Source) -> Iterator[Problem]:
    """The problems of the deepest error; among alternatives, of the one nearest to the value."""
    inner = error
    while inner.context:
        nearest = best_match(inner.context)
        if nearest is None or nearest is inner:
            break
        inner = nearest
    if inner.validator in ("additionalProperties", "unevaluatedProperties"):
        yield from _strays(inner, source)
    else:
        yield _problem(inner, source)


def _strays(error: ValidationError, source: Source) -> Iterator[Problem]:
    """The keys that the standard does not allow at this place.

    The schema's `unevaluatedProperties` also refuses good keys beside a wrong one, as no part of the schema has then
    accepted them; these are left out.
    """
    steps: Steps = tuple(error.absolute_path)
    known = sorted(set(_names(error.schema)))
    for stray in _mapping(error.instance):
        if stray not in known:
            yield source.problem(
                (*steps, stray),
                f"{show(stray)} is not a field of the standard here",
                stray,
                f"known here: {', '.join(known)}",
                did_you_mean(stray, known),
                key=True,
            )


def _names(schema: Any) -> Iterator[str]:
    """The properties that a schema names, including those of its subschemas."""
    if not isinstance(schema, dict):
        return
    yield from schema.get("properties", ())
    if (reference := schema.get("$ref", "")).startswith("#/$defs/"):
        here: Any = _validator().schema
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]
        yield from _names(here)
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("then")):
        yield from _names(part)


def _problem(error: ValidationError, source: Source) -> Problem:
    inner: Any = error
    steps: Steps = tuple(inner.absolute_path)
    found = show(inner.instance, quote=False)
    match inner.validator:
        case "required":
            absent = [name for name in inner.validator_value if name not in _mapping(inner.instance)]
            if absent == ["map"] and "logicalType" not in inner.instance:
                # The schema's condition on maps also applies if there is no type.
                absent = ["logicalType"]
            return source.problem(
                steps, f"{' and '.join(absent)} is missing", next_step=f"add `{absent[0]}: …`" if absent else ""
            )
        case "enum":
            choices = [str(choice) for choice in inner.validator_value]
            return source.problem(
                steps,
                f"{show(inner.instance)} is not an allowed value",
                found,
                f"allowed: {', '.join(choices)}",
                did_you_mean(str(inner.instance), choices),
            )
        case "type":
            return source.problem(
                steps,
                f"{show(inner.instance)} is of another type",
                found,
                f"it has to be of type {inner.validator_value}",
            )
        case "pattern":
            return source.problem(
                steps, f"{show(inner.instance)} has another form", found, f"it has to match {inner.validator_value}"
            )
        case "oneOf":
            return source.problem(
                steps, "is none of the alternatives, or more than one", next_step=inner.schema.get("description", "")
            )
        case _:
            return source.problem(steps, show(inner.message, quote=False), found)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
