"""Whether a value is a secret in plain text, by its name and its content together.

The name alone is not sufficient: `PASSWORD_MIN_LENGTH` is a setting, and the value of `password` may be a reference.
Nor is the value: a random text is a password under one name and a digest under another. The expressions are data, in
`literal_secrets.yaml`, and the same in the policies for the API server.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from bluelamp.policies.value import UnknownValue, Value

LONGEST: Final = 4096
"""The maximum length, in characters, of a value that is matched as a whole; longer values are matched by line."""
_NAMED: Final = ("key", "pass", "pwd", "secret", "token")
"""Every name that `assigned` matches contains one of these."""
_BREAKS: Final = (",", ";", '{"')


class Secrecy(Enum):
    """The value is a secret (`SECRET`), is not one (`NONE`), or may be the name of one (`OPEN`)."""

    SECRET = "secret"  # noqa: S105 - an answer
    OPEN = "open"
    NONE = "none"


@cache
def _data() -> Mapping[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.load(Path(__file__).with_suffix(".yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return read


def _like(alternative: Any) -> str:
    return str(alternative["like"] if isinstance(alternative, dict) else alternative)


@cache
def expressions() -> Mapping[str, str]:
    """Each list of the data as one regular expression, with references to other lists resolved."""
    plain = {name: "|".join(map(_like, alternatives)) for name, alternatives in _data().items()}

    def expanded(text: str) -> str:
        return re.sub(r"<<(\w+)>>", lambda found: expanded(plain[found[1]]), text)

    return {name: expanded(text) for name, text in plain.items()}


@cache
def _compiled(name: str) -> re.Pattern[str]:
    return re.compile(expressions()[name], re.ASCII)


_OPEN: Final = "its name is that of a secret, and its value may be a secret or the name of one"


def is_secret(name: str, value: Value) -> bool:
    """Whether `value`, the value of the property `name`, is a secret.

    Raises `UnknownValue` if it is unknown, or may be a secret or the name of one.
    """
    secrecy = classify(name, str(value.get("")))
    if secrecy is Secrecy.OPEN:
        raise UnknownValue(value, _OPEN)
    return secrecy is Secrecy.SECRET


def secret_name(name: str) -> str:
    """`name` if it is the name of a secret, or else with a suffix that makes it one; for rules with their own list."""
    return name if _finds("word", name.lower()) else f"{name}_password"


def classify(name: str, value: str) -> Secrecy:
    """Classifies `value`, the value of the property `name`."""
    text = value.strip()
    if not text:
        return Secrecy.NONE
    folded = text.lower()
    if any(pattern.search(text) for pattern in _formats(folded)):
        return Secrecy.SECRET
    if any(each in folded for each in _NAMED) and any(map(_assigns, _lines(text))):
        return Secrecy.SECRET
    return _by_name(name.lower(), text)


@cache
def _patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    return tuple((tuple(each["has"]), re.compile(each["like"], re.ASCII)) for each in _data()["format"])


@cache
def _any_format() -> re.Pattern[str]:
    """The literal parts of all formats; most values have none of them."""
    return re.compile("|".join(re.escape(each) for has, _ in _patterns() for each in has))


def _formats(folded: str) -> Iterator[re.Pattern[str]]:
    """The formats that a text, in lower case, can have, by their literal parts, as searching for those is faster."""
    if _any_format().search(folded) is None:
        return iter(())
    return (pattern for has, pattern in _patterns() if any(each in folded for each in has))


def _by_name(name: str, text: str) -> Secrecy:
    if "\n" in text or len(text) > LONGEST or not _finds("word", name) or _finds("about", name):
        return Secrecy.NONE
    if _is("harmless", text) or _is("number", text):
        return Secrecy.NONE
    secret = bool(_finds("password", name))
    if not secret and text.isdecimal():
        return Secrecy.NONE
    if _finds("ambiguous", name) and _is("words", text):
        return Secrecy.NONE if _finds("object_name", name) else Secrecy.OPEN
    return Secrecy.OPEN if _is("prose", text) and "passphrase" not in name else Secrecy.SECRET


def _lines(text: str) -> list[str]:
    """The lines of a text, split further at separators of settings."""
    for each in _BREAKS:
        text = text.replace(each, "\n" + each.lstrip(",;{"))
    return text.split("\n")


def _assigns(line: str) -> bool:
    if not any(each in line.lower() for each in _NAMED):
        return False
    return _finds("assigned", line) and not _finds("assigned_harmless", line)


def _finds(name: str, text: str) -> bool:
    return _compiled(name).search(text) is not None


def _is(name: str, text: str) -> bool:
    return _compiled(name).fullmatch(text) is not None
