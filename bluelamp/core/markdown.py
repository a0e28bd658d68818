"""Values as Markdown that is only text, for GitHub, GitLab and Azure DevOps.

Settings, names and cloud messages may hold any text. A value is shown as code, in which hosts neither render markup nor
link mentions, issues and addresses; rule titles are shown as text with all of these removed.
"""

import json
import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any, Final

from bluelamp.core.text import cut, printable

_PUNCTUATION: Final = re.compile(r"([\\`*_{}\[\]#!|~$^<>&])")
_BREAK: Final = "\u200b"
"""A zero-width space, which prevents links."""
_LINKED: Final = re.compile(
    r"[@#!~%$&^:/.](?=\w|/)|(?<=\w)-(?=\d)|(?<=w)(?=ww\.)|(?<=[0-9a-f]{6})(?=[0-9a-f])", re.IGNORECASE
)
"""The places where hosts start a link: a mention, an issue, a label, an address, and the middle of a commit hash.

A host may treat the zero-width space as part of a domain, so `www` itself is divided too.
"""
_FENCES: Final = re.compile("`+")
LONGEST: Final = 300
"""Characters of a value that are shown by default."""
LONGEST_TEXT: Final = 60_000
"""UTF-16 units of a comment or an issue: code hosts refuse more than 65,536."""


def code(text: str, most: int = LONGEST) -> str:
    """The first `most` characters of `text` as code on one line, in as many backticks as it needs."""
    shown = cut(line(text), most)
    if not shown:
        return "(empty)"
    fence = "`" * (max(map(len, _FENCES.findall(shown)), default=0) + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" or (shown[0] == shown[-1] == " ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def html_code(text: str, most: int) -> str:
    """`text` as code on one line in HTML, as in a `<summary>`, where Markdown is not read."""
    return f"<code>{escape(cut(line(text), most))}</code>"


def value(found: Any, most: int) -> str:
    """A property's value as code: a string unchanged, any other value as JSON; `not set` for None."""
    if found is None:
        return "not set"
    return code(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True), most)


def plain(text: str, most: int = LONGEST) -> str:
    """`text` on one line without markup, mentions or links."""
    broken = _LINKED.sub(lambda found: found[0] + _BREAK, cut(line(text), most))
    return _PUNCTUATION.sub(_escaped, broken)


def length(text: str) -> int:
    """The length of `text` in UTF-16 units, in which the hosts count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fitted(lines: Callable[[int], Iterable[str]], most: int) -> str:
    """The text of `lines(most)`, with `most` items halved until it fits a comment or an issue, or `most` is 0."""
    while True:
        text = "\n".join(lines(most)) + "\n"
        if not most or length(text) <= LONGEST_TEXT:
            return text
        most //= 2


def line(text: str) -> str:
    """`text` on one line, with invisible characters shown."""
    return printable(" ".join(text.split()))


def _escaped(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(found[0], f"\\{found[0]}")
