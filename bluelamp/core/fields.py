"""Value types that the register and the settings share, with validation errors in plain words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from bluelamp.core.source import show

Region = Literal["uksouth", "ukwest"]
"""The two Azure regions in the United Kingdom, in which a force's data stays."""

_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_PREFIX = re.compile("[0-9]{1,2}")
_NO_BRACES = str.maketrans("{}", "()")

UK_REGIONS: tuple[Region, ...] = ("uksouth", "ukwest")

Schema = dict[str, Any]
Check = TypeVar("Check", bound=Callable[..., Any])

IN_SCHEMA: Final[dict[Any, Callable[[Schema], Schema]]] = {}
"""JSON Schema keywords that express a value's check, as far as a schema can."""

IPV4: Final = r"(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}"
"""An IPv4 address as a regular expression."""


class Model(BaseModel):
    """A part of the settings: frozen, camelCase in YAML, without unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        allow_inf_nan=False,
    )


def refuse(message: str, allowed: str = "", next_step: str = "", *, hidden: bool = False) -> PydanticCustomError:
    """An error with the text of a `Problem`; it never contains a `hidden` value, which may be a secret.

    Braces in the message become parentheses, as pydantic would interpret them.
    """
    message = message.translate(_NO_BRACES)
    context = {"reason": message, "allowed": allowed, "next_step": next_step, "hidden": hidden}
    return PydanticCustomError("settings", "{reason}", context)


@dataclass(frozen=True)
class Matching:
    """A check that a text matches the whole `pattern`; its error has `message` and `allowed`."""

    pattern: str
    message: str
    allowed: str

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def __call__(self, value: str) -> str:
        """The value if it matches; raises `PydanticCustomError` otherwise."""
        if not self._expression.fullmatch(value):
            raise refuse(f"{show(value)} {self.message}", self.allowed)
        return value


def matching(pattern: str, message: str, allowed: str) -> Matching:
    """A check that a text matches the whole `pattern`; its error has `message` and `allowed`."""
    return Matching(pattern, message, allowed)


def in_schema(**keywords: Any) -> Callable[[Check], Check]:
    """Adds `keywords` to the JSON Schema of the values that the decorated check takes."""

    def kept(check: Check) -> Check:
        IN_SCHEMA[check] = lambda schema: {**schema, **keywords}
        return check

    return kept


def or_number(check: Check) -> Check:
    """Allows a number as well as text in the JSON Schema of the values that the decorated check takes.

    Bounds apply to the number, the pattern to the text.
    """

    def change(schema: Schema) -> Schema:
        bounds = {name: schema[name] for name in ("minimum", "maximum") if name in schema}
        text = {name: value for name, value in schema.items() if name not in bounds}
        return {"anyOf": [text, {"type": "number", **bounds}]}

    IN_SCHEMA[check] = change
    return check


@in_schema(type="string", pattern=rf"^{IPV4}/(3[0-2]|[0-2]?\d)$")
def network(value: object) -> IPv4Network:
    """`value` as an IPv4 network; rejects IPv6, an address without a prefix length, and host bits."""
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str):
        raise refuse(f"{show(value)} is not an address range", "for example 10.61.0.0/22")
    address, slash, prefix = value.partition("/")
    if not slash:
        raise refuse(f"{show(value)} is an address without a prefix length", "for example 10.61.0.0/22")
    try:
        # Python would also read a netmask, as in 10.0.0.0/255.0.0.0
        loose = IPv4Network((IPv4Address(address), int(prefix if _PREFIX.fullmatch(prefix) else "")), strict=False)
    except ValueError:
        raise refuse(f"{show(value)} is not an IPv4 address range", "for example 10.61.0.0/22") from None
    if loose.network_address != IPv4Address(address):
        raise refuse(f"{value} has host bits set", f"the range that holds it is {loose}", f"write {loose}")
    return loose


@in_schema(pattern=f"^{_DAY.pattern}$")
def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value if _DAY.fullmatch(value) else "")
        except ValueError:
            raise refuse(f'{show(value)} is not a date such as "2026-04-01"') from None
    if isinstance(value, datetime):
        raise refuse(f"{value} is not a day: it has a time")
    return value


@in_schema(pattern=r"^\S(.*\S)?$", maxLength=128)
def _one_line(value: str) -> str:
    if not value.isprintable() or not 1 <= len(value.strip()) <= 128 or value != value.strip():
        raise refuse(f"{show(value)} is not a line of text", "1 to 128 printable characters, no space at either end")
    return value


Network = Annotated[IPv4Network, PlainValidator(network), PlainSerializer(str), Field(examples=["10.61.0.0/22"])]
"""An IPv4 range in CIDR notation with no host bits set."""

Label = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
            "is not a DNS label",
            "1 to 63 lower-case letters, digits and hyphens, with a letter or digit at each end",
        )
    ),
]
"""An RFC 1123 label, as Kubernetes requires for a namespace's name."""

Day = Annotated[date, BeforeValidator(_day)]
"""An ISO 8601 date without a time."""

Text = Annotated[str, AfterValidator(_one_line)]
"""One line of text, short enough for an Azure tag."""
