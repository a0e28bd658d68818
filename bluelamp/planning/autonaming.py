"""Evaluates the setting `pulumi:autonaming` as the engine does, for plans without the engine.

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
_RANDOM_PART: Final = re.compile(r"\$\{(hex|alphanum|string|num)\((\d+)\)\}|\$\{(uuid)\}")
_CONFIG: Final = re.compile(r"\$\{config\.([^}]+)\}")


@dataclass(frozen=True)
class _Scheme:
    """A naming scheme: a mode or a pattern; neither if the entry does not set one."""

    mode: str = ""
    pattern: str | None = None
    enforce: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.mode) or self.pattern is not None

    def naming(self, urn: str) -> Naming | None:
        if self.pattern is not None:
            return Naming("enforce" if self.enforce else "propose", _generated(self.pattern, urn))
        if self.mode == "verbatim":
            return Naming("enforce", name_of(urn))
        return Naming("disable") if self.mode == "disabled" else None


@dataclass(frozen=True)
class Autonaming:
    """A stack's naming schemes: in general, by package, and by type token."""

    general: _Scheme = _Scheme()
    packages: Mapping[str, _Scheme] = field(default_factory=dict)
    types: Mapping[str, _Scheme] = field(default_factory=dict)

    def naming(self, urn: str) -> Naming | None:
        """The naming of a resource without a physical name; None if its package decides.

        The random parts of a pattern derive from the URN, so they differ from those of a deployment.
        """
        token = type_of(urn)
        schemes = (self.types.get(token), self.packages.get(token.partition(":")[0]))
        return next((scheme for scheme in schemes if scheme is not None), self.general).naming(urn)


def autonaming(config: Mapping[str, str], *, project: str, stack: str, organization: str) -> Autonaming:
    """The naming schemes in a stack's configuration, which has values by full key.

    Raises `UsageError` with every mistake that the engine would refuse.
    """
    text = config.get(KEY)
    if not text:
        return Autonaming()
    problems: list[str] = []

    def scheme(content: Any, where: str, *more: str) -> _Scheme:
        problems.extend(_problems(content, where, more))
        if not isinstance(content, Mapping):
            return _Scheme()
        pattern = content.get("pattern")
        if isinstance(pattern, str):
            for word, value in (("organization", organization), ("project", project), ("stack", stack)):
                pattern = pattern.replace(f"${{{word}}}", value)
            for key in _CONFIG.findall(pattern):
                found = config.get(f"{project}:{key}")
                if found is None:
                    problems.append(f"{where}: no value found for the setting {key!r}")
                pattern = pattern.replace(f"${{config.{key}}}", found or "")
        return _Scheme(str(content.get("mode") or ""), pattern, bool(content.get("enforce")))

    try:
        whole = json.loads(text)
    except ValueError:
        whole = text
    general = scheme(whole, KEY, "providers")
    packages, types = {}, {}
    for package, content in _entries(whole, "providers"):
        own = scheme(content, f"{KEY}.providers.{package}", "resources")
        packages[package] = own if own.is_set else general
        for token, each in _entries(content, "resources"):
            types[token] = scheme(each, f"{KEY}.providers.{package}.resources.{token}")
            if not types[token].is_set:
                problems.append(f"{KEY}.providers.{package}.resources.{token}: set a mode or a pattern")
    if problems:
        raise UsageError("; ".join(problems), next_step=f"correct {KEY} in the stack's settings")
    return Autonaming(general, packages, types)


def _entries(content: Any, name: str) -> Iterator[tuple[str, Any]]:
    found = content.get(name) if isinstance(content, Mapping) else None
    if isinstance(found, Mapping):
        yield from found.items()


def _problems(content: Any, where: str, more: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(content, Mapping):
        yield f"{where} is {type(content).__name__}; allowed: an object"
        return
    allowed = ("mode", "pattern", "enforce", *more)
    yield from (f"{where}: unknown key {key!r}; allowed: {', '.join(allowed)}" for key in content if key not in allowed)
    mode, pattern, enforce = (content.get(key) for key in ("mode", "pattern", "enforce"))
    if mode is not None and mode not in _MODES:
        yield f"{where}: mode is {mode!r}; allowed: {', '.join(_MODES)}"
    if mode is not None and (pattern is not None or enforce is not None):
        yield f"{where}: mode and pattern or enforce are mutually exclusive"
    if mode is None and pattern is None and enforce is not None:
        yield f"{where}: enforce needs a pattern"
    if pattern is not None and not isinstance(pattern, str):
        yield f"{where}: pattern is not a string"
    if enforce is not None and not isinstance(enforce, bool):
        yield f"{where}: enforce is {enforce!r}; allowed: true, false"


def _generated(pattern: str, urn: str) -> str:
    chance = Random(hashlib.sha256(f"{pattern} {urn}".encode()).digest())  # noqa: S311 - the same plan each time

    def value(found: re.Match[str]) -> str:
        if found[3]:
            return str(uuid.UUID(int=chance.getrandbits(128)))
        return "".join(chance.choices(_ALPHABETS[found[1]], k=int(found[2])))

    return _RANDOM_PART.sub(value, pattern.replace("${name}", name_of(urn)))
