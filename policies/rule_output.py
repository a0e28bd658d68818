"""Errors and results of rules as safe text and JSON.

A rule may raise an exception whose text is unreadable, huge or contains a secret, and may return objects of any type.
Only `plain` raises for such input, which is then an error of the rule.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.core.text import cut

MAX_MESSAGE: Final = 20_000
"""The maximum length of a message, in characters."""
MAX_ERROR_TEXT: Final = 500
"""The maximum length of an exception's text in a message, in characters."""
SHORT_SECRET: Final = 4
"""A secret with fewer characters is redacted only as a whole word, as it may be part of other words."""
SECRET_LINE: Final = 8
"""A line of a secret, such as of a key, is itself a secret if it has at least this many characters."""
_ESCAPED: Final = 2
_MOST: Final = 1_000_000


def error_text(error: BaseException, scrub: Callable[[str], str]) -> str:
    """An exception's type, and its text with `scrub` applied, cut to `MAX_ERROR_TEXT` characters."""
    try:
        name = exact(type(error).__name__)[:100]
    except BaseException:
        name = "an exception"
    try:
        text = cut(scrub(exact(str(error))), MAX_ERROR_TEXT)
    except BaseException:
        text = "its text cannot be read"
    return f"{name}: {text}"


def exact(text: str) -> str:
    """`text` as a plain `str` without lone surrogates, which every format can represent."""
    plain_text = text if type(text) is str and len(text) <= _MOST else str.__getitem__(text, slice(0, _MOST))
    return plain_text if plain_text.isascii() else plain_text.encode("utf-8", "replace").decode()


def plain(value: Any, scrub: Callable[[str], str]) -> Any:
    """`value` as JSON: exact texts with `scrub` applied, lists, objects. Raises TypeError for other types."""
    if isinstance(value, str):
        return scrub(exact(value))
    if isinstance(value, Mapping):
        return {scrub(exact(key)): plain(item, scrub) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item, scrub) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(item, scrub) for item in value]
    if value is None or isinstance(value, (int, float)):
        return value
    if value is not UNKNOWN:
        raise TypeError(f"it returned a {exact(type(value).__name__)}, which is not a JSON value")
    return repr(UNKNOWN)


def scrubber(secrets: Iterable[str], mark: str) -> Callable[[str], str]:
    """A function that replaces `secrets` with `mark`, also in another case or escaped by Python or JSON."""
    found = {form for text in secrets if text for form in forms(text) if form}
    if not found:
        return lambda text: text
    longest_first = sorted(found, key=lambda form: (-len(form), form))
    pattern = re.compile("|".join(map(_pattern, longest_first)), re.IGNORECASE)
    return lambda text: pattern.sub(lambda _: mark, text)


def forms(text: str) -> set[str]:
    """The forms in which a text may appear: in another case, escaped by Python or JSON up to twice, and by line."""
    lines = (line.strip() for line in text.splitlines())
    found = {text, *(line for line in lines if len(line) >= SECRET_LINE)}
    found |= {each for form in found for each in (form.lower(), form.upper())}
    for _ in range(_ESCAPED):
        # In a quoted text, either kind of quotation mark may be escaped.
        found |= {
            each
            for form in found
            for escaped in (repr(form)[1:-1], json.dumps(form)[1:-1])
            for each in (escaped, escaped.replace("\\'", "'").replace("'", "\\'"))
        }
    return found | {each for form in found for each in (form.lower(), form.upper())}


def _pattern(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= SHORT_SECRET else rf"(?<![\w.]){escaped}(?![\w.])"
