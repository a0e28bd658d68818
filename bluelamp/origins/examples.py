"""Values of a setting that nobody wrote: an example of each kind, to try what it would change."""

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
"""Texts of every kind that a setting can be; the settings say themselves which they take."""


def example(annotation: Any, field: FieldInfo | None = None) -> Any:
    """A value that `annotation` takes, as YAML would have it; raises `LookupError` where none is known."""
    for each in _proposed(annotation, field):
        try:
            TypeAdapter(annotation).validate_python(each)
        except (ValidationError, ValueError, TypeError):
            continue
        return each
    raise LookupError(str(annotation))


def _proposed(annotation: Any, field: FieldInfo | None) -> Iterator[Any]:
    yield from _given(field)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for note in arguments[1:]:
            yield from _given(note if isinstance(note, FieldInfo) else None)
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
    """The fields that a section cannot do without."""
    return {
        info.alias or name: example(
            Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation, info
        )
        for name, info in model.model_fields.items()
        if info.is_required()
    }


def _second(value: Any) -> Any:
    """Another of the same kind, where a list wants two."""
    return value[:-1] + ("2" if value[-1] != "2" else "3") if isinstance(value, str) and value else value


def _given(field: FieldInfo | None) -> Iterator[Any]:
    for each in (field.examples or ()) if field else ():
        yield yaml.safe_load(each) if isinstance(each, str) else each
        yield each
