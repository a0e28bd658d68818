"""What a rule raised or returned, as text and JSON that can be relied on.

A rule may raise anything, also an exception whose text cannot be had, is huge, or holds a secret; and it may give back
objects of any kind. Nothing here raises for what it is given, but for `plain`, whose errors are the rule's.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.core.text import cut

LONGEST: Final = 20_000
"""Characters of a message."""
LONGEST_ERROR: Final = 500
"""Characters of an exception's text in a message."""
SHORT: Final = 4
"""A secret of fewer characters is taken out only where it is a word of its own, as it may be a part of any other."""
LINE: Final = 8
"""A line of a secret, such as a key's, is a secret itself from so many characters on."""
_ESCAPED: Final = 2
_MOST: Final = 1_000_000


def told(error: BaseException, scrub: Callable[[str], str]) -> str:
    """An exception in words: its type, and its text with `scrub` applied, cut to `LONGEST_ERROR` characters."""
    try:
        name = exact(type(error).__name__)[:100]
    except BaseException:
        name = "an exception"
    try:
        text = cut(scrub(exact(str(error))), LONGEST_ERROR)
    except BaseException:
        text = "its text cannot be had"
    return f"{name}: {text}"


def exact(text: str) -> str:
    """`text` as plain text that every format can hold: no subclass of str, no half of a character."""
    plain_text = text if type(text) is str and len(text) <= _MOST else str.__getitem__(text, slice(0, _MOST))
    return plain_text if plain_text.isascii() else plain_text.encode("utf-8", "replace").decode()


def plain(value: Any, scrub: Callable[[str], str]) -> Any:
    """`value` as JSON: exact texts with `scrub` applied, lists, objects. Raises TypeError for what JSON cannot say."""
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
        raise TypeError(f"it gave a {exact(type(value).__name__)}, which is not a JSON value")
    return repr(UNKNOWN)


def scrubber(secrets: Iterable[str], mark: str) -> Callable[[str], str]:
    """What replaces `secrets` in a text by `mark`, as they are, in another case, or as Python and JSON escape them."""
    found = {form for text in secrets if text for form in forms(text) if form}
    if not found:
        return lambda text: text
    longest_first = sorted(found, key=lambda form: (-len(form), form))
    pattern = re.compile("|".join(map(_pattern, longest_first)), re.IGNORECASE)
    return lambda text: pattern.sub(lambda _: mark, text)


def forms(text: str) -> set[str]:
    """The ways a text may be told: in another case, escaped by Python or JSON up to twice, and line by line."""
    lines = (line.strip() for line in text.splitlines())
    found = {text, *(line for line in lines if len(line) >= LINE)}
    found |= {each for form in found for each in (form.lower(), form.upper())}
    for _ in range(_ESCAPED):
        # Of a text that stands inside another, either sort of quotation mark may be escaped.
        found |= {
            each
            for form in found
            for escaped in (repr(form)[1:-1], json.dumps(form)[1:-1])
            for each in (escaped, escaped.replace("\\'", "'").replace("'", "\\'"))
        }
    return found | {each for form in found for each in (form.lower(), form.upper())}


def _pattern(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= SHORT else rf"(?<![\w.]){escaped}(?![\w.])"
