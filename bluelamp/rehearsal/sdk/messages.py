"""Parts of error messages: suggestions, allowed values and property paths."""

import difflib
from collections.abc import Iterable
from typing import Any

_MOST = 20


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'addressPrefixes'?` for the most similar of `known`; empty if none is similar.

    A name that differs only in case or underscores (`address_prefixes`) comes first.
    """
    near = nearest(word, known)
    return f"; did you mean '{near}'?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The most similar of `known` to `word`; empty if none is similar."""
    names = list(known)
    plain = _plain(word)
    for name in names:
        if _plain(name) == plain:
            return name
    found = difflib.get_close_matches(plain, [_plain(name) for name in names], n=1)
    return next((name for name in names if found and _plain(name) == found[0]), "")


def listing(values: Iterable[Any], last: str = "") -> str:
    """`Allow, Deny`; with `last`, `a string or an array`. A long list ends with `and N more`."""
    words = [str(value) for value in values]
    if last and len(words) > 1:
        return f"{', '.join(words[:-1])} {last} {words[-1]}"
    more = len(words) - _MOST
    return ", ".join(words) if more <= 0 else f"{', '.join(words[:_MOST])} and {more} more"


def join_path(path: str, step: str | int) -> str:
    """`path` with one more step, in the engine's path syntax: `rules[0].access`, `tags["a.b"]`."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if not step or "." in step or "[" in step or '"' in step:
        escaped = step.replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{step}" if path else step


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
