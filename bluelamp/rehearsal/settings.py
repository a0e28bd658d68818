"""The copy of a stack's settings that a rehearsal uses, with placeholders for secrets that only a service can decrypt.

The project's own file is never written. `pulumi config set` changes the copy; the change overrides the project's
setting until that setting changes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core import files
from bluelamp.core.files import PRIVATE_FILE, replace
from bluelamp.core.passphrase import PROVIDER, opens
from bluelamp.errors import UsageError
from bluelamp.rehearsal.placeholders import placeholder

LARGEST: Final = 1_000_000
"""The maximum size of a settings file, in bytes."""


def copy_settings(file: Path, copy: Path, project: str, passphrase: str) -> list[str]:
    """Creates or updates `copy` from a stack's settings `file`; returns a note on each setting that is not copied.

    Values encrypted with `passphrase` are copied; other encrypted values become placeholders. Raises `UsageError` if
    the file cannot be read and `OSError` if the copy cannot be written.
    """
    folder = copy.parent
    content = load(file)
    taken, notes = _taken(content, passphrase)
    before, now = _own(last_seen(copy)), _own(copy)
    for key in {*before, *now}:
        if key in before and key not in now and taken.get(key) == before[key]:
            del taken[key]
        elif key in now and now[key] != before.get(key) and taken.get(key) == before.get(key):
            taken[key] = now[key]
    if taken != now or not _whole(copy):
        salt = content.get("encryptionsalt") if _opened(content, passphrase) else None
        salt = salt or _header(copy).get("encryptionsalt")
        text = yaml.safe_dump({**({"encryptionsalt": salt} if salt else {}), "config": taken}, sort_keys=True)
        replace(copy, text, mode=PRIVATE_FILE)
    replace(last_seen(copy), yaml.safe_dump({"config": _taken(content, passphrase)[0]}), mode=PRIVATE_FILE)
    replace(folder / "Pulumi.yaml", yaml.safe_dump({"name": project, "runtime": "python"}), mode=PRIVATE_FILE)
    return notes


def last_seen(copy: Path) -> Path:
    """The file with the project's settings as of the last update of `copy`."""
    return copy.with_name(f"{copy.name}.seen")


def load(path: Path) -> dict[str, Any]:
    """The content of a YAML file; empty if there is no file.

    Raises `UsageError` if it cannot be read, is not YAML, or is not a mapping.
    """
    try:
        content = yaml.safe_load(files.read(path, LARGEST))
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not YAML: {error}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{path} is not a mapping of settings")
    return content


def _taken(content: Mapping[str, Any], passphrase: str) -> tuple[dict[str, Any], list[str]]:
    """The configuration for the rehearsal, and a note on each setting that is left out or replaced."""
    config, notes = content.get("config"), []
    values = dict(config) if isinstance(config, Mapping) else {}
    hidden: list[str] = []
    if not _opened(content, passphrase):
        values = {str(key): _with_placeholders(value, str(key), hidden) for key, value in values.items()}
    if hidden:
        by = str(content.get("secretsprovider") or "a passphrase that is not set").partition("?")[0]
        notes.append(
            f"{len(hidden)} encrypted {'setting is a placeholder' if len(hidden) == 1 else 'settings are placeholders'}"
            f" ({', '.join(hidden[:5])}): a rehearsal does not use {by}; to set a value for rehearsals only, run: "
            "bluelamp rehearse -- pulumi config set KEY VALUE"
        )
    if content.get("environment"):
        notes.append("its `environment` is ignored: a rehearsal does not use Pulumi Cloud")
    return values, notes


def _with_placeholders(value: Any, key: str, hidden: list[str]) -> Any:
    if isinstance(value, Mapping) and set(value) == {"secure"}:
        hidden.append(key)
        return placeholder(str(value["secure"]))
    if isinstance(value, Mapping):
        return {name: _with_placeholders(item, f"{key}.{name}", hidden) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_placeholders(item, f"{key}[{index}]", hidden) for index, item in enumerate(value)]
    return value


def _opened(content: Mapping[str, Any], passphrase: str) -> bool:
    """Whether the file's secrets are encrypted with `passphrase`."""
    if content.get("secretsprovider") not in (None, "", PROVIDER) or content.get("encryptedkey"):
        return False
    salt = content.get("encryptionsalt")
    return isinstance(salt, str) and opens(salt, passphrase)


def _whole(copy: Path) -> bool:
    try:
        load(copy)
    except UsageError:
        return False
    return copy.exists()


def _header(copy: Path) -> dict[str, Any]:
    try:
        return load(copy)
    except UsageError:
        return {}  # truncated by a full disk; the state contains the salt too


def _own(copy: Path) -> dict[str, Any]:
    config = _header(copy).get("config")
    return dict(config) if isinstance(config, Mapping) else {}
