"""The setting `pulumi:autonaming`, evaluated as the engine does, for a plan that is made without it.

Source: `pkg/cmd/pulumi/autonaming` and `pkg/resource/autonaming` of pulumi/pulumi 3.260.0.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bluelamp.core.resource import name_of, type_of
from bluelamp.errors import UsageError
from bluelamp.rehearsal.provider import Naming

KEY: Final = "pulumi:autonaming"
_MODES: Final = ("default", "verbatim", "disabled")
_DECIMAL, _LOWER = "0123456789", "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS: Final = {"hex": "0123456789abcdef", "alphanum": _LOWER + _DECIMAL, "string": _LOWER, "num": _DECIMAL}
_CHANCE: Final = re.compile(r"\$\{(hex|alphanum|string|num)\((\d+)\)\}|\$\{(uuid)\}")
_CONFIG: Final = re.compile(r"\$\{config\.([^}]+)\}")


@dataclass(frozen=True)
class _Way:
    """One way of naming: a mode, or a pattern; neither where the entry states nothing."""

    mode: str = ""
    pattern: str | None = None
    enforce: bool = False

    @property
    def stated(self) -> bool:
        return bool(self.mode) or self.pattern is not None

    def naming(self, urn: str) -> Naming | None:
        if self.pattern is not None:
            return Naming("enforce" if self.enforce else "propose", _made(self.pattern, urn))
        if self.mode == "verbatim":
            return Naming("enforce", name_of(urn))
        return Naming("disable") if self.mode == "disabled" else None


@dataclass(frozen=True)
class Autonaming:
    """How a stack names its resources: in general, by package, and by type token."""

    general: _Way = _Way()
    packages: Mapping[str, _Way] = field(default_factory=dict)
    types: Mapping[str, _Way] = field(default_factory=dict)

    def naming(self, urn: str) -> Naming | None:
        """How the resource is named that states no name; None where its package decides.

        The random parts of a pattern follow from the URN here, and so differ from those of a deployment.
        """
        token = type_of(urn)
        ways = (self.types.get(token), self.packages.get(token.partition(":")[0]))
        return next((way for way in ways if way is not None), self.general).naming(urn)


def autonaming(config: Mapping[str, str], *, project: str, stack: str, organization: str) -> Autonaming:
    """The way of naming in a stack's configuration, values by full key.

    Raises `UsageError` with every mistake in it, where the engine would refuse it.
    """
    text = config.get(KEY)
    if not text:
        return Autonaming()
    problems: list[str] = []

    def way(content: Any, where: str, *more: str) -> _Way:
        problems.extend(_wrong(content, where, more))
        if not isinstance(content, Mapping):
            return _Way()
        pattern = content.get("pattern")
        if isinstance(pattern, str):
            for word, value in (("organization", organization), ("project", project), ("stack", stack)):
                pattern = pattern.replace(f"${{{word}}}", value)
            for key in _CONFIG.findall(pattern):
                found = config.get(f"{project}:{key}")
                if found is None:
                    problems.append(f"{where}: no value found for the setting {key!r}")
                pattern = pattern.replace(f"${{config.{key}}}", found or "")
        return _Way(str(content.get("mode") or ""), pattern, bool(content.get("enforce")))

    try:
        whole = json.loads(text)
    except ValueError:
        whole = text
    general = way(whole, KEY, "providers")
    packages, types = {}, {}
    for package, content in _entries(whole, "providers"):
        own = way(content, f"{KEY}.providers.{package}", "resources")
        packages[package] = own if own.stated else general
        for token, each in _entries(content, "resources"):
            types[token] = way(each, f"{KEY}.providers.{package}.resources.{token}")
            if not types[token].stated:
                problems.append(f"{KEY}.providers.{package}.resources.{token}: state a mode or a pattern")
    if problems:
        raise UsageError("; ".join(problems), next_step=f"correct {KEY} in the stack's settings")
    return Autonaming(general, packages, types)


def _entries(content: Any, name: str) -> Iterator[tuple[str, Any]]:
    found = content.get(name) if isinstance(content, Mapping) else None
    if isinstance(found, Mapping):
        yield from found.items()


def _wrong(content: Any, where: str, more: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(content, Mapping):
        yield f"{where} is {type(content).__name__}; allowed: an object"
        return
    allowed = ("mode", "pattern", "enforce", *more)
    yield from (f"{where}: unknown key {key!r}; allowed: {', '.join(allowed)}" for key in content if key not in allowed)
    mode, pattern, enforce = (content.get(key) for key in ("mode", "pattern", "enforce"))
    if mode is not None and mode not in _MODES:
        yield f"{where}: mode is {mode!r}; allowed: {', '.join(_MODES)}"
    if mode is not None and (pattern is not None or enforce is not None):
        yield f"{where}: mode excludes pattern and enforce"
    if mode is None and pattern is None and enforce is not None:
        yield f"{where}: enforce needs a pattern"
    if pattern is not None and not isinstance(pattern, str):
        yield f"{where}: pattern is no text"
    if enforce is not None and not isinstance(enforce, bool):
        yield f"{where}: enforce is {enforce!r}; allowed: true, false"


def _made(pattern: str, urn: str) -> str:
    chance = Random(hashlib.sha256(f"{pattern} {urn}".encode()).digest())  # noqa: S311 - the same plan each time

    def value(found: re.Match[str]) -> str:
        if found[3]:
            return str(uuid.UUID(int=chance.getrandbits(128)))
        return "".join(chance.choices(_ALPHABETS[found[1]], k=int(found[2])))

    return _CHANCE.sub(value, pattern.replace("${name}", name_of(urn)))
