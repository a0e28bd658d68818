"""Values as Markdown that is only text, for GitHub, GitLab and Azure DevOps.

Settings, names and what a cloud says may hold anything. A value is shown as code, where hosts neither read markup nor
link mentions, issues and addresses; the titles of rules are shown as text, with all of that taken out.
"""

import json
import re
from html import escape
from typing import Any, Final

from bluelamp.core.text import cut, printable

_PUNCTUATION: Final = re.compile(r"([\\`*_{}\[\]#!|~$^<>&])")
_BREAK: Final = "\u200b"
"""A space of no width: what it divides is not linked."""
_LINKED: Final = re.compile(
    r"[@#!~%$&^:/.](?=\w|/)|(?<=\w)-(?=\d)|(?<=w)(?=ww\.)|(?<=[0-9a-f]{6})(?=[0-9a-f])", re.IGNORECASE
)
"""After what hosts begin to link: a mention, an issue, a label, an address, and the middle of a commit's hash.

A host may take the space of no width for a part of a domain, so that `www` itself is divided too.
"""
_FENCES: Final = re.compile("`+")


def code(text: str, most: int) -> str:
    """`text` as code on one line, in at most `most` characters of it: in as many backticks as it takes."""
    line = cut(_line(text), most)
    if not line:
        return "(empty)"
    fence = "`" * (max(map(len, _FENCES.findall(line)), default=0) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" or (line[0] == line[-1] == " ") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def html_code(text: str, most: int) -> str:
    """`text` as code on one line in HTML, as in a `<summary>`, where Markdown is not read."""
    return f"<code>{escape(cut(_line(text), most))}</code>"


def value(found: Any, most: int) -> str:
    """A property's value as code: a text as it is, anything else as JSON; `not set` where there is none."""
    if found is None:
        return "not set"
    return code(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True), most)


def plain(text: str, most: int = 300) -> str:
    """`text` on one line with nothing in it that is markup, calls somebody or is a link."""
    broken = _LINKED.sub(lambda found: found[0] + _BREAK, cut(_line(text), most))
    return _PUNCTUATION.sub(_escaped, broken)


def _escaped(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(found[0], f"\\{found[0]}")


def _line(text: str) -> str:
    return printable(" ".join(text.split()))
