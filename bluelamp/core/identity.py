"""Normalises addresses and roles of people, so that one person cannot appear as two.

Only comparable text is accepted: an address in plain ASCII, and a role in Latin letters. Everything else (invisible
characters, homoglyphs, quoted parts, comments, other forms of Unicode) is refused.
"""

import re
import unicodedata
from typing import Final

_ADDRESS: Final = re.compile(
    r"(?P<local>[a-z0-9]([a-z0-9_'+.-]{0,62}[a-z0-9])?)@(?P<domain>([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})"
)
_LONGEST: Final = 254
_LONGEST_ROLE: Final = 100
_STANDS_FOR_NOBODY: Final = """
    na nil no none nobody noone noreply null unknown unnamed anon anonymous anybody anyone somebody someone person blank
    empty undefined unassigned vacant pending various tba tbc tbd todo toconfirm tobeconfirmed tobedecided tobeadvised
    notapplicable notknown notset notyetknown placeholder changeme replaceme fixme example test dummy foo name role
    email address owner requester approver approved self me asabove see above ditto same lorem ipsum
"""
_PLACEHOLDERS: Final = frozenset(_STANDS_FOR_NOBODY.split())


class IdentityError(ValueError):
    """A text that does not identify a person or role; the message is a predicate, such as "is a placeholder"."""


def address(text: str) -> str:
    """`text` as one e-mail address in lower case, without white space around it.

    Raises `IdentityError` if it is not a plain ASCII address, or is a placeholder.
    """
    trimmed = text.strip(" \t\n")
    if not trimmed:
        raise IdentityError("is blank")
    if not trimmed.isascii():
        raise IdentityError("has a character outside ASCII")
    lowered = trimmed.lower()
    found = _ADDRESS.fullmatch(lowered)
    if found is None or len(lowered) > _LONGEST or ".." in found["local"]:
        raise IdentityError("is not an e-mail address")
    if any(label.startswith("xn--") for label in found["domain"].split(".")):
        raise IdentityError("has a domain in IDNA form")
    local = folded(found["local"].partition("+")[0])
    if local in _PLACEHOLDERS or (len(local) > 1 and len(set(local)) == 1):
        raise IdentityError("is a placeholder")
    return lowered


def role(text: str) -> str:
    """`text` as a role or a name, with single spaces.

    Raises `IdentityError` if it is blank, a placeholder, or has ambiguous characters.
    """
    trimmed = re.sub(r" +", " ", text.strip(" \t\n"))
    if unicodedata.normalize("NFKC", trimmed) != trimmed or not all(map(_is_plain, trimmed)):
        raise IdentityError("has a character that is not a Latin letter, a digit, a space or plain punctuation")
    if len(trimmed) > _LONGEST_ROLE:
        raise IdentityError(f"is longer than {_LONGEST_ROLE} characters")
    if is_placeholder(trimmed):
        raise IdentityError("is a placeholder" if trimmed else "is blank")
    return trimmed


def folded(text: str) -> str:
    """The letters and digits of `text` without case and accents, for comparing texts as a reader does."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(each for each in plain if each.isalnum())


def is_placeholder(text: str) -> bool:
    """Whether `text` is a placeholder, such as `-`, `TBC`, `n/a`, `none` or `xxx`."""
    letters = folded(text)
    return len(letters) < 2 or len(set(letters)) == 1 or letters in _PLACEHOLDERS


def is_sentence(text: str) -> bool:
    """Whether `text` has substance: at least four different words of two or more visible letters."""
    words = {folded(word) for word in text.split()}
    return (
        not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn"} for each in text if each not in "\t\n")
        and len({word for word in words if len(word) > 1 and not is_placeholder(word)}) >= 4
    )


def same_mailbox(one: str, other: str) -> bool:
    """Whether two addresses, as `address` gives them, may reach the same mailbox.

    Many mail systems ignore dots, and text after `+`, before the `@`, and a force's domain has subdomains (`pnn`,
    `mail`): such addresses count as the same.
    """
    (first, first_domain), (second, second_domain) = _mailbox(one), _mailbox(other)
    return first == second and (
        first_domain == second_domain
        or first_domain.endswith(f".{second_domain}")
        or second_domain.endswith(f".{first_domain}")
    )


def are_apart(one: str, other: str) -> bool:
    """Whether two texts are the addresses of mailboxes that cannot be the same."""
    try:
        return not same_mailbox(address(one), address(other))
    except IdentityError:
        return False


def _mailbox(normalised: str) -> tuple[str, str]:
    local, _, domain = normalised.partition("@")
    return local.partition("+")[0].replace(".", ""), ".".join(each for each in domain.split(".") if each != "pnn")


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    decomposed = unicodedata.normalize("NFD", character)
    return len(decomposed) > 1 and decomposed[0].isascii() and decomposed[0].isalpha()
