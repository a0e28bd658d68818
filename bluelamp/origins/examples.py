"""Example values for settings that are not written, used to find out what they would change."""

import inspect
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

_GUID: Final = "00000000-0000-4000-8000-000000000001"
GUESSES: Final = (
    "example",
    _GUID,
    "10.250.0.0/24",
    "10.250.0.1",
    "owner@example.police.example",
    "example.police.example",
    "https://example.police.example",
    "1.36",
    "1Gi",
    ":".join(["12"] * 20),
    "/providers/Microsoft.Billing/billingAccounts/1",
    f"/subscriptions/{_GUID}/resourceGroups/rg-example/providers/Microsoft.Network/firewallPolicies/example",
)
"""Candidate strings for every kind of setting; validation selects the valid one."""


def example(annotation: Any, field: FieldInfo | None = None) -> Any:
    """A valid value for `annotation`, as read from YAML. Raises `LookupError` if none is known."""
    for each in _proposed(annotation, field):
        try:
            TypeAdapter(annotation).validate_python(each)
        except (ValidationError, ValueError, TypeError):
            continue
        return each
    raise LookupError(str(annotation))


def _proposed(annotation: Any, field: FieldInfo | None) -> Iterator[Any]:
    yield from _documented(field)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for note in arguments[1:]:
            yield from _documented(note if isinstance(note, FieldInfo) else None)
        yield from _proposed(arguments[0], None)
    elif origin is Literal:
        yield arguments[0]
    elif inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield _section(annotation)
    elif origin is tuple:
        one = example(arguments[0])
        yield [one]
        yield [one, _second(one)]
    elif inspect.isclass(origin) and issubclass(origin, Mapping):
        yield {example(arguments[0]): example(arguments[1])}
        yield {"uksouth": example(arguments[1])}
    else:
        for part in arguments:
            if part is not type(None):
                yield from _proposed(part, None)
        yield from (*GUESSES, 1, 100, True, date(2100, 1, 1))


def _section(model: type[BaseModel]) -> dict[str, Any]:
    """The required fields of a section."""
    return {
        info.alias or name: example(
            Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation, info
        )
        for name, info in model.model_fields.items()
        if info.is_required()
    }


def _second(value: Any) -> Any:
    """A second value of the same kind, for lists of at least two items."""
    return value[:-1] + ("2" if value[-1] != "2" else "3") if isinstance(value, str) and value else value


def _documented(field: FieldInfo | None) -> Iterator[Any]:
    for each in (field.examples or ()) if field else ():
        yield yaml.safe_load(each) if isinstance(each, str) else each
        yield each
