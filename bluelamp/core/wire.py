"""Pulumi's wire values: the engine's marks for values that JSON and protobuf structs cannot express.

Secrets, outputs, references, files and values that are not known until deployment are marked by a signature or by a
reserved text, in what the engine sends to plug-ins and in an exported state. `Reader` turns such values into plain JSON
values. A value that cannot be read with certainty becomes the reader's `unknown`: a mark is never taken for a value.

Source: `sdk/go/common/resource/sig`, `sdk/go/common/resource/plugin/rpc.go` and `pkg/resource/stack/deployment.go` of
pulumi/pulumi 3.259.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key of an object that represents a marked value; its value is one of the following marks."""
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, the same everywhere
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
BYTES: Final = "803fd3297a5875dc03ca845dda5d2a98"

ORGANIZATION: Final = "organization"
"""The engine's name for the organisation if the backend has none."""

UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        UNKNOWN_STRING,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""The engine's mark for a value of each type that is known only after deployment."""

KNOWN_LATER: Final = "known after deployment"
"""The displayed text for such a value."""

ENCRYPTED: Final = "it is encrypted"
DAMAGED: Final = "its encrypted value cannot be read"
FILE: Final = "it is a file, whose content is not read"
STRANGE: Final = "it is marked in a way that this version does not know"
PLACEHOLDER: Final = "the value is a placeholder"

_LENGTH: Final = len(UNKNOWN_STRING)
_MARK: Final = re.compile("|".join(sorted(UNKNOWNS)), re.IGNORECASE)
_STAND_IN: Final = re.compile(
    r"\[\s*(secret|unknown|withheld|redacted)\s*\]"
    r"|<\s*(unknown|computed|secret|redacted|sensitive|not known until deployment)\s*>"
    r"|\(\s*(known after apply|sensitive value)\s*\)"
    r"|\boutput<[^<>\n]*>",
    re.IGNORECASE,
)
_MASK: Final = re.compile(r"\s*\*{3,}\s*")


def is_unknown(text: str) -> bool:
    """Whether `text` is or contains the engine's mark of a value that is known only after deployment."""
    return len(text) >= _LENGTH and _MARK.search(text) is not None


def shown_text(text: str) -> str:
    """`text` for display, without marks of unknown values."""
    if not is_unknown(text):
        return text
    return KNOWN_LATER if _MARK.fullmatch(text) else _MARK.sub(f"<{KNOWN_LATER}>", text)


def shown(value: Any) -> Any:
    """A wire value for display, without marks and secrets at any depth."""
    if isinstance(value, str):
        return shown_text(value)
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if SIGNATURE in value:
        return _shown_marked(value)
    found: dict[str, Any] = {}
    for key, item in value.items():
        name, count = shown_text(key), 1
        while name in found:
            count += 1
            name = f"{shown_text(key)} ({count})"
        found[name] = shown(item)
    return found


def _shown_marked(value: Mapping[str, Any]) -> Any:
    signature = value[SIGNATURE]
    if signature == SECRET or (signature == OUTPUT and value.get("secret") not in (None, False)):
        return "[secret]"
    if signature == OUTPUT:
        return shown(value["value"]) if "value" in value else KNOWN_LATER
    if signature == REFERENCE:
        return shown(value.get("id") or value.get("urn") or KNOWN_LATER)
    return "[file]" if signature in (ASSET, ARCHIVE) else "[not shown]"


def is_placeholder(text: str) -> bool:
    """Whether `text` is a tool's placeholder for a hidden or unknown value: `[secret]`, `<unknown>`.

    A text of several lines may be a document about placeholders; it counts only if the whole text is a placeholder.
    """
    if len(text) >= _LENGTH and _MARK.search(text) is not None:  # is_unknown, without the call: this runs often
        return True
    if "[" in text or "<" in text or "(" in text:
        found = _STAND_IN.search(text)
        if found is not None and ("\n" not in text or found[0] == text.strip()):
            return True
    return text[:1] in "* \t\n" and _MASK.fullmatch(text) is not None


def has_ciphertext(value: Any) -> bool:
    """Whether the JSON value `value` contains an encrypted secret."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            if "ciphertext" in value and SIGNATURE in value:
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False


@dataclass(slots=True)
class Reader:
    """Reads wire values that JSON holds. Keep one for each resource.

    `unknown` replaces unreadable values, `step` adds a key or an index to a path, and `decrypt` decrypts a ciphertext
    (raising ValueError on failure); without it, encrypted values are unknown. `secrets` collects the paths of secrets,
    and `reasons` why a path is unknown, unless its value is known after deployment.
    """

    unknown: Any
    step: Callable[[str, str | int], str]
    decrypt: Callable[[str], str] | None = None
    encrypted: str = ENCRYPTED
    secrets: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)

    def read(self, value: Any, path: str = "") -> Any:
        """The plain value of `value`, whose path is `path`."""
        if isinstance(value, Mapping):
            return self._object(value, path)
        if isinstance(value, (list, tuple)):
            return [self.read(item, self.step(path, index)) for index, item in enumerate(value)]
        if isinstance(value, str) and is_unknown(value):
            return self.unknown
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def _object(self, value: Mapping[str, Any], path: str) -> Any:
        if SIGNATURE in value:
            return self._marked(value, path)
        if any(map(is_unknown, value)):
            return self.unknown
        return {key: self.read(item, self.step(path, key)) for key, item in value.items()}

    def _marked(self, value: Mapping[str, Any], path: str) -> Any:
        signature = value[SIGNATURE]
        if signature == SECRET:
            self.secrets.add(path)
            return self._secret(value, path)
        if signature == OUTPUT:
            if value.get("secret") not in (None, False):
                self.secrets.add(path)
            return self.read(value["value"], path) if "value" in value else self.unknown
        if signature == REFERENCE:
            return self._referred(value)
        if signature in (ASSET, ARCHIVE):
            return self._unreadable(path, FILE)
        return self._unreadable(path, STRANGE)

    def _secret(self, value: Mapping[str, Any], path: str) -> Any:
        """A secret as the engine sends it (`value`), exports it, or exports it with `--show-secrets` (`plaintext`)."""
        given = [name for name in ("plaintext", "ciphertext") if value.get(name) not in (None, "")]
        given += ["value"] if "value" in value else []
        if given == ["value"]:
            return self.read(value["value"], path)
        if len(given) != 1 or not isinstance(value[given[0]], str):
            return self._unreadable(path, DAMAGED)
        text = value[given[0]]
        if given == ["ciphertext"]:
            if self.decrypt is None:
                return self._unreadable(path, self.encrypted)
            try:
                text = self.decrypt(text)
            except ValueError:
                return self._unreadable(path, DAMAGED)
        # A secret inside a secret is not encrypted again: its ciphertext is the text itself.
        outer, self.decrypt = self.decrypt, str
        try:
            return self.read(json.loads(text), path)
        except ValueError:
            return self._unreadable(path, DAMAGED)
        finally:
            self.decrypt = outer

    def _referred(self, value: Mapping[str, Any]) -> Any:
        """The id of the referenced resource; for a component, which has no id, its URN."""
        id_ = value.get("id")
        if isinstance(id_, Mapping) and SIGNATURE not in id_ and "V" in id_:
            id_ = id_["V"] if isinstance(id_["V"], (str, type(None))) else ""  # as some versions of the engine wrote it
        found = value.get("urn") if id_ is None else self.read(id_)
        return found if isinstance(found, str) and found else self.unknown

    def _unreadable(self, path: str, reason: str) -> Any:
        self.reasons[path] = reason
        return self.unknown
