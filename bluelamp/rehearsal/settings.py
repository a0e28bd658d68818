"""A stack's settings as a rehearsal of anybody's project gets them: a copy without what only a real service decrypts.

The project's own file is read and never written. What the rehearsal itself sets (`pulumi config set`) stays in the
copy, and goes over a setting of the file until that setting changes there.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core import files
from bluelamp.core.files import PRIVATE_FILE, replace
from bluelamp.core.passphrase import PROVIDER, opens
from bluelamp.errors import UsageError

LARGEST: Final = 1_000_000
"""Bytes that a settings file may have."""
_PLACEHOLDER: Final = "rehearsed-"


def copied(file: Path, copy: Path, project: str, passphrase: str) -> list[str]:
    """Makes `copy` of a stack's settings `file`, or brings it up to date; returns what of the file it has not.

    Encrypted values stay where `passphrase` opens them; others become placeholders. Raises `UsageError` where the file
    cannot be read, `OSError` where the copy cannot be written.
    """
    folder = copy.parent
    content = load(file)
    taken, notes = _taken(content, passphrase)
    before, now = _own(seen(copy)), _own(copy)
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
    replace(seen(copy), yaml.safe_dump({"config": _taken(content, passphrase)[0]}), mode=PRIVATE_FILE)
    replace(folder / "Pulumi.yaml", yaml.safe_dump({"name": project, "runtime": "python"}), mode=PRIVATE_FILE)
    return notes


def seen(copy: Path) -> Path:
    """The file that keeps what the project's own settings were when `copy` was last brought up to date."""
    return copy.with_name(f"{copy.name}.seen")


def load(path: Path) -> dict[str, Any]:
    """The content of a YAML file as the engine reads it, empty where there is none.

    Raises `UsageError` where it is no YAML, no mapping, or cannot be read.
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
        raise UsageError(f"{path} is no mapping of settings")
    return content


def _taken(content: Mapping[str, Any], passphrase: str) -> tuple[dict[str, Any], list[str]]:
    """The configuration that a rehearsal may have, and a note on each thing that it may not."""
    config, notes = content.get("config"), []
    values = dict(config) if isinstance(config, Mapping) else {}
    hidden: list[str] = []
    if not _opened(content, passphrase):
        values = {str(key): _concealed(value, str(key), hidden) for key, value in values.items()}
    if hidden:
        by = str(content.get("secretsprovider") or "a passphrase that is not set").partition("?")[0]
        notes.append(
            f"{len(hidden)} encrypted {'setting is a placeholder' if len(hidden) == 1 else 'settings are placeholders'}"
            f" ({', '.join(hidden[:5])}): {by} is not asked in a rehearsal; set one for rehearsals only with: "
            "bluelamp rehearse -- pulumi config set KEY VALUE"
        )
    if content.get("environment"):
        notes.append("its `environment` is left out: Pulumi Cloud is not asked in a rehearsal")
    return values, notes


def _concealed(value: Any, key: str, hidden: list[str]) -> Any:
    if isinstance(value, Mapping) and set(value) == {"secure"}:
        hidden.append(key)
        # The same value has the same placeholder, so that nothing changes from run to run.
        return _PLACEHOLDER + hashlib.sha256(str(value["secure"]).encode()).hexdigest()[:8]
    if isinstance(value, Mapping):
        return {name: _concealed(item, f"{key}.{name}", hidden) for name, item in value.items()}
    if isinstance(value, list):
        return [_concealed(item, f"{key}[{index}]", hidden) for index, item in enumerate(value)]
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
        return {}  # cut short by a full disk; the state holds the salt too


def _own(copy: Path) -> dict[str, Any]:
    config = _header(copy).get("config")
    return dict(config) if isinstance(config, Mapping) else {}
