"""Validates values against a model, and reports every mistake with its place in the file."""

import json
from collections.abc import Callable, Iterable
from enum import EnumType
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bluelamp.core.fields import UK_REGIONS
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean, nearest

M = TypeVar("M", bound=BaseModel)

_KINDS = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": 'a date such as "2026-04-01"',
    "date_parsing": 'a date such as "2026-04-01"',
    "date_from_datetime_parsing": 'a date such as "2026-04-01"',
}
_BOUNDS = {
    "greater_than": "above",
    "greater_than_equal": "at least",
    "less_than": "below",
    "less_than_equal": "at most",
}
_KEY = "[key]"
"""The last step of an error about a key of a mapping, as pydantic names it."""
_LENGTHS = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}


def validate(
    model: type[M], values: object, source: Source, steps_of: Callable[[Steps], Steps]
) -> tuple[M | None, list[Problem]]:
    """`values` as a `model`, or None and every problem.

    `values` are JSON values; numbers and text are never converted into each other. `steps_of` turns a path in `values`
    into the path in `source` at which the problem is reported.
    """
    try:
        text = json.dumps(values, default=lambda value: type(value).__name__)
        return model.model_validate_json(text, strict=True, by_alias=True, by_name=False), []
    except ValidationError as errors:
        found = [(error, steps_of(_path(error["loc"]))) for error in errors.errors(include_url=False)]
    problems = []
    meant: set[Steps] = set()
    for error, _ in found:
        if error["type"] == "extra_forbidden":
            fields = _fields(model, error["loc"][:-1])
            meant |= {steps_of((*error["loc"][:-1], name)) for name in nearest(str(error["loc"][-1]), fields, 1)}
    for error, steps in found:
        # a list with a wrong item counts as one item shorter, and a misspelt key as missing: both are reported already
        short = error["type"] == "too_short" and any(other[: len(steps)] == steps != other for _, other in found)
        if not (short or source.is_unread(steps) or (error["type"] == "missing" and steps in meant)):
            problems.append(_problem(error, model, source, steps))
    return None, problems


def checked(model: type[M], source: Source, mistakes: Callable[[M], Iterable[Problem]]) -> M:
    """The document in `source` as a `model`; `mistakes` finds mistakes that the model cannot detect.

    Raises `SettingsError` with every problem of the document, without duplicates, in the order of its lines.
    """
    made, problems = validate(model, source.values, source, lambda steps: steps)
    problems = [*source.problems, *problems]
    if made is not None:
        problems += mistakes(made)
    if problems or made is None:
        raise SettingsError(sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column)))
    return made


def _problem(error: ErrorDetails, model: type[BaseModel], source: Source, steps: Steps) -> Problem:
    kind, found, context = error["type"], error["input"], error.get("ctx", {})
    shown, allowed, step = show(found, quote=False), "", ""
    match kind:
        case "extra_forbidden":
            return _unknown_key(source, steps, _fields(model, error["loc"][:-1]))
        case "missing":
            message, shown = "is missing", ""
            step = f"add `{steps[-1]}:{_example(model, error['loc'])}`"
        case "settings":
            message, allowed, step = context["reason"], context["allowed"], context["next_step"]
            shown = "" if context["hidden"] else shown
        case _ if found is None:
            message, shown = "has no value", ""
            step = "give it one, or leave the line out for the default"
        case "literal_error" | "enum":
            message, allowed, step = _not_among(found, _choices(model, error["loc"]))
        case _ if kind in _KINDS:
            message = f"{show(found)} is not {_KINDS[kind]}"
            if kind == "string_type" and isinstance(found, int | float):
                step = f'write it in quotes: "{shown}"'
        case _ if kind in _BOUNDS:
            message, allowed = f"{shown} is out of bounds", f"it has to be {_BOUNDS[kind]} {_number(context)}"
        case _ if kind in _LENGTHS:
            name, bound = _LENGTHS[kind]
            message, shown = f"holds {context['actual_length'] or 'nothing'}", ""
            allowed = f"it has to hold {bound} {context[name]}"
        case _:
            message = error["msg"][:1].lower() + error["msg"][1:]
    return source.problem(steps, message, shown, allowed, step, key=error["loc"][-1:] == (_KEY,))


def _path(loc: Steps) -> Steps:
    """The path of an error; for a wrong key of a mapping, the key itself."""
    return loc[:-1] if loc[-1:] == (_KEY,) else loc


def _number(context: dict[str, Any]) -> str:
    limit = next(iter(context.values()))
    return f"{int(limit) if limit == int(limit) else limit:,}"


def _unknown_key(source: Source, steps: Steps, fields: dict[str, FieldInfo]) -> Problem:
    word = str(steps[-1])
    message = f"there is no setting called {show(word)} here"
    prefix = "bluelamp:" if word.startswith("bluelamp:") else ""
    known = [prefix + name for name in fields]
    allowed = "" if nearest(word, known) else f"known here: {', '.join(known)}" if known else ""
    return source.problem(steps, message, show(word, quote=False), allowed, did_you_mean(word, known), key=True)


def _not_among(found: object, choices: list[str]) -> tuple[str, str, str]:
    uk = set(choices) == set(UK_REGIONS)
    message = f"{show(found)} is not {'an Azure region in the United Kingdom' if uk else 'an allowed value'}"
    return message, f"allowed: {', '.join(choices)}", did_you_mean(str(found), choices)


def _example(model: type[BaseModel], loc: Steps) -> str:
    info = _fields(model, loc[:-1]).get(str(loc[-1]))
    examples = info.examples if info else None
    return f" {examples[0]}" if examples else " …"


def _fields(model: type[BaseModel], loc: Steps) -> dict[str, FieldInfo]:
    """The fields, by their name in YAML, of the model at `loc` under `model`."""
    annotation = _annotation(model, loc)
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return {}
    return {info.alias or name: info for name, info in annotation.model_fields.items()}


def _choices(model: type[BaseModel], loc: Steps) -> list[str]:
    annotation = _annotation(model, loc)
    choices = annotation if isinstance(annotation, EnumType) else get_args(annotation)
    return [str(choice) for choice in choices]


def _annotation(model: type[BaseModel], loc: Steps) -> Any:
    if loc[-1:] == (_KEY,):
        return _bare(get_args(_annotation(model, loc[:-2]))[0])
    here: Any = model
    for step in loc:
        if isinstance(step, int):
            here = _bare(get_args(here)[0])
        elif isinstance(here, type) and issubclass(here, BaseModel):
            known = {info.alias or name: info for name, info in here.model_fields.items()}
            if step not in known:
                return None
            here = _bare(known[step].annotation)
        else:  # a mapping with free keys: dict[str, X]
            here = _bare(get_args(here)[1])
    return here


def _bare(annotation: Any) -> Any:
    """`annotation` without `Annotated` and without `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType) and type(None) in get_args(annotation):
            annotation = next(option for option in get_args(annotation) if option is not type(None))
        else:
            return annotation
