"""Property values as JSON text for the store, with secrets encrypted."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bluelamp.rehearsal.values import Blob, Secret

_SECRET: Final = "$secret"  # noqa: S105 - a key
_ENCRYPTED: Final = "$sealed"
_BLOB: Final = "$blob"
_CLASHING: Final = re.compile(r"\$+(?:secret|sealed|blob)")
"""Keys of user data that clash with the markers; they are escaped with another `$`."""


class Serialiser:
    """Writes property values as JSON text and reads them back.

    `encrypt` and `decrypt` are applied to the JSON text of a secret; without them secrets are only marked.
    """

    def __init__(
        self, encrypt: Callable[[str], str] | None = None, decrypt: Callable[[str], str] | None = None
    ) -> None:
        self._encrypt, self._decrypt = encrypt, decrypt
        self.mark = f'"{_SECRET if encrypt is None else _ENCRYPTED}"'
        """The marker in every text that contains a secret."""

    def write(self, values: Mapping[str, Any]) -> str:
        """`values` as text. Raises `TypeError` for anything that is not a property value."""
        text = self._dump(values)
        return self._dump(_escaped(values)) if '"$' in text and _clashes(values) else text

    def read(self, text: str) -> Any:
        """The inverse of `write`."""
        return json.loads(text, object_hook=self._restore)

    def _dump(self, value: Any) -> str:
        return json.dumps(value, default=self._special, sort_keys=True)

    def _special(self, value: Any) -> Any:
        if isinstance(value, Secret):
            if self._encrypt is None:
                return {_SECRET: value.value}
            return {_ENCRYPTED: self._encrypt(self._dump(value.value))}
        if isinstance(value, Blob):
            return {_BLOB: dict(value.fields)}
        raise TypeError(f"cannot store {type(value).__name__}")

    def _restore(self, fields: dict[str, Any]) -> Any:
        if len(fields) != 1:
            return fields
        ((key, value),) = fields.items()
        if key == _ENCRYPTED and self._decrypt is not None:
            return Secret(self.read(self._decrypt(value)))
        if key == _SECRET:
            return Secret(value)
        if key == _BLOB:
            return Blob(value)
        return {key[1:]: value} if key.startswith("$$") and _CLASHING.fullmatch(key) else fields


def _clashes(value: Any) -> bool:
    if isinstance(value, Secret):
        return _clashes(value.value)
    if isinstance(value, Blob):
        return _clashes(value.fields)
    if isinstance(value, Mapping):
        return any(_CLASHING.fullmatch(key) for key in value) or any(_clashes(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(_clashes(item) for item in value)


def _escaped(value: Any) -> Any:
    if isinstance(value, Secret):
        return Secret(_escaped(value.value))
    if isinstance(value, Blob):
        return Blob(_escaped(value.fields))
    if isinstance(value, Mapping):
        single = len(value) == 1
        return {f"${key}" if single and _CLASHING.fullmatch(key) else key: _escaped(one) for key, one in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, (list, tuple)) else value
