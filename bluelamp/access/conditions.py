"""Conditions of role assignments (attribute-based access control, version 2.0) on blobs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from bluelamp.access.cloud_resource import NotUnderstoodError

_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_READ: Final = f"{_BLOBS}/read"
_TOKEN: Final = re.compile(
    r"\s*(\(|\)|!|AND\b|OR\b|NOT\b|(?:Sub)?(?:Action|Operation)Matches\{'[^']*'\}|@\w+\[[^\]]+\]|'(?:[^'])*'|\w+)"
)

Tree: TypeAlias = tuple["str | Tree", ...]


@dataclass(frozen=True)
class Request:
    """A request to read or list blobs: the path or prefix, and whether it comes through a private endpoint."""

    path: str
    listing: bool
    private: bool


def holds(condition: str, request: Request) -> bool:
    """Whether the condition is true for the request. Raises `NotUnderstoodError`."""
    return _value(_parsed(condition), request)


@cache
def _parsed(condition: str) -> Tree:
    """The condition as a tree of `or`, `and`, `not` and comparisons; AND binds more tightly than OR."""
    tokens: list[str] = []
    end = 0
    while condition[end:].strip():
        found = _TOKEN.match(condition, end)
        if found is None:
            raise NotUnderstoodError(f"the condition at {condition[end : end + 40]!r}")
        tokens.append(found[1])
        end = found.end()
    tree, rest = _any(tokens, 0)
    if rest != len(tokens):
        raise NotUnderstoodError(f"the condition at {tokens[rest]!r}")
    return tree


def _any(tokens: list[str], at: int) -> tuple[Tree, int]:
    return _joined(tokens, at, "OR", _all)


def _all(tokens: list[str], at: int) -> tuple[Tree, int]:
    return _joined(tokens, at, "AND", _one)


def _joined(
    tokens: list[str], at: int, word: str, part_of: Callable[[list[str], int], tuple[Tree, int]]
) -> tuple[Tree, int]:
    """One or more parts separated by `word`."""
    part, at = part_of(tokens, at)
    found: list[str | Tree] = [word.lower(), part]
    while at < len(tokens) and tokens[at] == word:
        part, at = part_of(tokens, at + 1)
        found.append(part)
    return tuple(found), at


def _one(tokens: list[str], at: int) -> tuple[Tree, int]:
    if at >= len(tokens):
        raise NotUnderstoodError("the condition ends too early")
    token = tokens[at]
    if token in ("!", "NOT"):
        part, at = _one(tokens, at + 1)
        return ("not", part), at
    if token == "(":  # noqa: S105 - a token of a language, not a password
        part, at = _any(tokens, at + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise NotUnderstoodError("a bracket of the condition is not closed")
        return part, at + 1
    if token.endswith("}"):
        return ("matches", token), at + 1
    if token.startswith("@") and at + 2 < len(tokens):
        return ("compare", token, tokens[at + 1], tokens[at + 2]), at + 3
    raise NotUnderstoodError(f"the condition at {token!r}")


def _value(tree: Tree, request: Request) -> bool:
    kind, parts = tree[0], tree[1:]
    match kind:
        case "or":
            return any(_parts(parts, request))
        case "and":
            return all(_parts(parts, request))
        case "not":
            return not next(_parts(parts, request))
        case "matches":
            return _matches(str(parts[0]), request)
        case _:
            return _compares(str(parts[0]), str(parts[1]), str(parts[2]), request)


def _parts(parts: Tree, request: Request) -> Iterator[bool]:
    for part in parts:
        assert isinstance(part, tuple)
        yield _value(part, request)


def _matches(text: str, request: Request) -> bool:
    kind, _, name = text.partition("{")
    wanted = name.strip("'}")
    if kind == "ActionMatches":
        return wanted == _READ
    if kind == "SubOperationMatches" and wanted == "Blob.List":
        return request.listing
    raise NotUnderstoodError(f"the condition at {text}")


def _compares(attribute: str, operator: str, literal: str, request: Request) -> bool:
    if (attribute, operator) == ("@Environment[isPrivateLink]", "BoolEquals"):
        return request.private == (literal.strip("'") == "true")
    wanted = "@Request" if request.listing else "@Resource"
    name = f"[{_BLOBS}:{'prefix' if request.listing else 'path'}]"
    if operator != "StringStartsWith":
        raise NotUnderstoodError(f"the operator {operator}")
    if attribute == f"{wanted}{name}":
        return request.path.startswith(literal.strip("'"))
    if attribute in (f"@Resource[{_BLOBS}:path]", f"@Request[{_BLOBS}:prefix]"):
        return False  # the request does not have the attribute
    raise NotUnderstoodError(f"the attribute {attribute}")
