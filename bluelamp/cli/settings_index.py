"""Every setting of a force by its path: kind, allowed values, defaults and description, from the models."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel

from bluelamp.infra.settings.budgets import FROM_ROADMAP
from bluelamp.infra.settings.defaults import FILLED, fill
from bluelamp.infra.settings.model import Settings
from bluelamp.infra.settings.profiles import COMES_WITH, LEVELS
from bluelamp.infra.settings.register import Entry, read_register
from bluelamp.schemas.editor.models import inner_model, notes

_COMPONENTS: Final = "components."
_PLAIN: Final[Mapping[Any, str]] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    date: "date",
    IPv4Address: "IPv4 address",
    IPv4Network: "address range",
}
_INDEX: Final = re.compile(r"\[(\d*)\]")


@dataclass(frozen=True)
class Setting:
    """One setting. `path` has no `bluelamp:` in front and `[]` for each list or mapping on the way.

    `note` is its own description, and `text` that of the section that it is; empty where it is none.
    """

    path: str
    kind: str
    allowed: tuple[str, ...]
    required: bool
    default: Any
    note: str
    section: bool
    text: str = ""

    @property
    def allocated(self) -> bool:
        """Whether its default is an address range of the force's allocation."""
        return self.path in FILLED and not self.section

    @property
    def filled(self) -> bool:
        """Whether the section exists even if it is not written."""
        return self.path in FILLED and self.section

    @property
    def planned(self) -> bool:
        """Whether its default is an amount in the force's roadmap."""
        return self.path in FROM_ROADMAP


def settings() -> dict[str, Setting]:
    """Every setting and section, by path, in the order of the models."""
    return {each.path: each for each in _walk(Settings, "")}


def canonical(path: str) -> str:
    """A path as a person writes it (`bluelamp:azure.landingZones[0].name`), in the index's form."""
    return _INDEX.sub("[]", path.removeprefix("bluelamp:"))


def defaults(path: str, entry: Entry) -> dict[str, Any]:
    """The setting's default in each profile, for a force of `entry`; empty inside lists."""
    if "[]" in path:
        return {}
    if path.startswith(_COMPONENTS):
        first = COMES_WITH[path.removeprefix(_COMPONENTS)]
        return {
            profile: profile if first != "off" and LEVELS.index(profile) >= LEVELS.index(first) else "off"
            for profile in LEVELS[1:]
        }
    found: dict[str, Any] = {}
    for profile in LEVELS[1:]:
        written: dict[str, Any] = {
            "owner": {"role": "Owner", "email": "owner@force.police.example"},
            "costCentre": "ICT-1",
            "profile": profile,
            "azure": {"budget": {"amount": 1, "contacts": ["owner@force.police.example"]}},
            "onPremises": {"domain": "force.police.example"},
        }
        fill(written, entry)
        value: Any = Settings.model_validate(written).model_dump(mode="json", by_alias=True)
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        found[profile] = value
    return found


def by_profile(root: Path) -> dict[str, dict[str, Any]]:
    """The default of each setting outside lists in each profile, by path, for the first force in `root`'s register."""
    entry = next(iter(read_register(root).forces.values()))
    return {path: found for path in settings() if (found := defaults(path, entry))}


def _walk(model: type[BaseModel], at: str) -> Iterator[Setting]:
    texts = notes(model)
    for name, info in model.model_fields.items():
        path = at + (info.alias or name)
        inner, many = inner_model(info.annotation)
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        yield Setting(
            path,
            _kind(info.annotation),
            tuple(map(str, dict.fromkeys(_choices(info.annotation)))),
            info.is_required() and path not in FILLED and path not in FROM_ROADMAP,
            default,
            texts.get(name, ""),
            inner is not None,
            inspect.cleandoc(inner.__doc__ or "") if inner is not None else "",
        )
        if inner is not None:
            yield from _walk(inner, f"{path}{'[]' if many else ''}.")


def _kind(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        kind = "one of the allowed values"
    elif origin is tuple:
        kind = f"list of {_kind(parts[0])}"
    elif inspect.isclass(origin) and issubclass(origin, Mapping):
        kind = f"mapping of {_kind(parts[0])} to {_kind(parts[1])}"
    elif parts and hasattr(annotation, "__metadata__"):
        kind = _kind(parts[0])
    elif parts:
        kind = " or ".join(dict.fromkeys(_kind(each) for each in parts if each is not type(None)))
    elif inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        kind = "section"
    else:
        kind = _PLAIN.get(annotation, "text")
    return kind


def _choices(annotation: Any) -> Iterator[Any]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _choices(part)
