"""Checks that every dependency has a licence on the allow-list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from license_expression import ExpressionError, LicenseExpression, LicenseSymbol, Licensing, get_spdx_licensing

from supply.go_modules import Module
from supply.python_packages import Package, stated

_FOLDER = Path(__file__).parent
_REFERENCE = "LicenseRef-"


@dataclass(frozen=True)
class Policy:
    """The allow-list: licences by SPDX identifier, exceptions and readings by dependency, and other spellings of
    identifiers.
    """

    allowed: frozenset[str]
    exceptions: Mapping[str, tuple[str, str]]
    read: Mapping[str, str]
    spellings: Mapping[str, str]


def policy(path: Path = _FOLDER / "licences.yaml") -> Policy:
    """The allow-list in `path`. Raises `ValueError` for an identifier that SPDX does not know or a blank reason."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    exceptions = {name: (row["licence"], str(row.get("reason") or "")) for name, row in content["exceptions"].items()}
    for name in content["allowed"]:
        if not isinstance(parsed(name), LicenseSymbol):
            raise ValueError(f"{path.name}: {name!r} is not one SPDX identifier")  # noqa: TRY004 - it is text
    for name, (_, reason) in exceptions.items():
        if not reason.strip():
            raise ValueError(f"{path.name}: the exception for {name} gives no reason")
    return Policy(frozenset(content["allowed"]), exceptions, content["read"], content["spellings"])


@cache
def go_licences(path: Path = _FOLDER / "go-licences.yaml") -> Mapping[str, str]:
    """The licence of each Go module, by path."""
    content: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {module: licence for licence, modules in content.items() for module in modules}


def licence_of(one: Package | Module, given: Policy) -> str:
    """The licence of a dependency as an SPDX expression; if that is unknown, its stated text, or empty."""
    if isinstance(one, Module):
        return go_licences().get(one.path, "")
    text = given.read.get(one.name) or stated(one)
    return given.spellings.get(text, text)


def problems(packages: Iterable[Package], modules: Iterable[Module], given: Policy) -> Iterator[str]:
    """Every dependency that the allow-list does not permit, and every row of it without a dependency."""
    names = set()
    every: list[Package | Module] = [*packages, *modules]
    for one in every:
        name = one.name if isinstance(one, Package) else one.path
        names.add(name)
        licence = licence_of(one, given)
        excepted = given.exceptions.get(name)
        if excepted is not None:
            if excepted[0] != licence:
                yield f"{name} {one.version}: the exception is for {excepted[0]}, and it states {licence or 'nothing'}"
        elif not licence:
            yield f"{name} {one.version}: no licence is known; read its licence file and add a row under `read`"
        elif (refused := _refused(licence, given.allowed)) is not None:
            yield f"{name} {one.version}: {refused}"
    for name in sorted({*given.exceptions, *given.read, *go_licences()} - names):
        yield f"{name}: a row is about it, and it is no dependency; remove the row"


@cache
def parsed(expression: str) -> LicenseExpression | None:
    """An SPDX expression; None if it is not one."""
    try:
        return _spdx().parse(expression, validate=True, strict=True)
    except ExpressionError:
        return None


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()


def _refused(licence: str, allowed: frozenset[str]) -> str | None:
    tree = parsed(licence) if not licence.startswith(_REFERENCE) else None
    if tree is None:
        return f"{licence!r} is not an SPDX expression; add it under `spellings`, or read the licence file"
    return None if _permits(tree, allowed) else f"{licence} is not on the allow-list"


def _permits(tree: Any, allowed: frozenset[str]) -> bool:
    """Whether a choice of licences in the expression is allowed as a whole."""
    kind = type(tree).__name__
    if kind in ("AND", "OR"):
        each = (_permits(part, allowed) for part in tree.args)
        return all(each) if kind == "AND" else any(each)
    return str(tree) in allowed
