"""A stack's settings as written in its file, before validation: keys, layers and positions."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean, did_you_mean_or, nearest
from bluelamp.infra.settings.layers import PREFIX, STACK_FILE, base_of, merge
from bluelamp.infra.settings.model import Settings
from bluelamp.infra.settings.register import Entry

OTHER_NAMESPACES: Final = ("azure-native", "kubernetes", "pulumi", "azuread", "random", "tls", "command")
"""Namespaces of providers and of the engine, whose settings are not checked here."""

ENGINE_KEYS: Final = ("config", "environment", "secretsprovider", "encryptionsalt", "encryptedkey")
"""The engine's top-level keys in a stack file."""


def stack_source(entry: Entry, root: Path) -> Source:
    """The settings of a stack as written: its own file over the shared settings, each value with its file.

    Raises `SettingsError` if the file is missing or cannot be read.
    """
    return layered(read_stack(entry, root), entry, root)


def has_settings(path: Path) -> bool:
    """Whether a stack file has settings, not only the engine's keys; true if it cannot be read."""
    try:
        values = parse(*content_of(path, path.parent), may_be_empty=True).values
    except SettingsError:
        return path.exists() and bool(path.read_bytes().strip()) if path.is_file() else path.exists()
    if values is None:
        return False
    return not isinstance(values, dict) or bool(values.get("config")) or bool(values.keys() - set(ENGINE_KEYS))


def layered(own: Source, entry: Entry, root: Path) -> Source:
    """The settings of `own` over the shared settings. Raises `SettingsError` as `config_of` does."""
    base = base_of(entry, root)
    if base is None:
        return own
    config_of(own)
    check_keys(base)
    return merge(base, own)


def check_keys(base: Source) -> None:
    """Adds unknown keys to the problems of `base`. Raises `SettingsError` as `config_of` does."""
    if base.values is not None:
        config_of(base)


def written_of(config: Mapping[str, object], places: Source, root: Path) -> Mapping[str, object]:
    """The written part of the engine's configuration, without the defaults that it adds from Pulumi.yaml."""
    defaults = _defaults(root)
    return {
        key: value
        for key, value in config.items()
        if ("config", key if ":" in key else PREFIX + key) in places.keys
        or key not in defaults
        or decoded(value) != defaults[key]
    }


def _defaults(root: Path) -> dict[str, object]:
    with suppress(SettingsError):
        declared = parse(*content_of(root / "Pulumi.yaml", root)).values
        config = declared.get("config") if isinstance(declared, dict) else None
        if isinstance(config, dict):
            return {
                key: more["default"] for key, more in config.items() if isinstance(more, dict) and "default" in more
            }
    return {}


def read_stack(entry: Entry, root: Path) -> Source:
    """The stack's own file. Raises `SettingsError` if it is missing or cannot be read."""
    path = root / STACK_FILE.format(slug=entry.slug)
    if not path.exists():
        name = STACK_FILE.format(slug=entry.slug)
        environment = f" --environment {entry.environment}" if entry.environment else ""
        step = f"`bluelamp new {entry.force}{environment}` writes one"
        raise SettingsError([Problem(name, message=f"{entry.name} has no stack file", next_step=step)])
    return parse(*content_of(path, root))


def places_of(entry: Entry, root: Path) -> Source:
    """The positions in the stack file without its values, which the engine has read."""
    name = STACK_FILE.format(slug=entry.slug)
    with suppress(SettingsError):
        found = parse(*content_of(root / name, root))
        return Source(found.file, None, found.keys, found.places)
    return Source(name)


def config_of(source: Source) -> dict[str, object]:
    """The mapping under `config:`. Raises `SettingsError` without one; adds other unknown keys to the problems."""
    if not isinstance(source.values, dict):
        message = f"{show(source.values)} is not a mapping"
        raise SettingsError([*source.problems, source.problem((), message, next_step="begin the file with `config:`")])
    source.problems += [
        source.problem(
            (key,), f"{show(key)} is not a key of a stack file", show(key, quote=False), "", _home(key), key=True
        )
        for key in source.values
        if key not in ENGINE_KEYS
    ]
    # a misplaced key is not reported as missing too
    source.unread |= {("config", PREFIX + key.removeprefix(PREFIX)) for key in source.values if key not in ENGINE_KEYS}
    config = source.values.get("config", ...)
    if isinstance(config, dict):
        return config
    if config is None and not source.is_unread(("config",)):
        return {}
    if config is not ... and not source.is_unread(("config",)):
        source.problems.append(source.problem(("config",), f"{show(config)} is not a mapping of settings"))
    if config is ... and not any(nearest(key, ["config"]) for key in source.values):
        source.problems.append(source.problem((), "has no `config:`", next_step="put the settings under `config:`"))
    raise SettingsError(source.problems)


def _home(key: str) -> str:
    bare = key.removeprefix(PREFIX)
    if bare in _names():
        return f"put {PREFIX}{bare} under `config:`"
    return did_you_mean_or(key, ENGINE_KEYS, lead="allowed:")


def _names() -> list[str]:
    return [info.alias or name for name, info in Settings.model_fields.items()]


def own_settings(written: Mapping[str, object], source: Source) -> dict[str, Any]:
    """A copy of Bluelamp's settings without `bluelamp:`; keys of unknown namespaces become problems of `source`."""
    own: dict[str, Any] = {}
    for key, value in written.items():
        namespace, colon, name = key.partition(":")
        if f"{namespace}:" == PREFIX or (not colon and source.values is None):
            own[name or key] = deepcopy(decoded(value))
        elif not colon or namespace not in OTHER_NAMESPACES:
            source.problems.append(_stray(key, source))
            if (name or key) in _names():  # misplaced, so not reported as missing too
                source.unread.add(("config", PREFIX + (name or key)))
    return own


def _stray(key: str, source: Source) -> Problem:
    namespace, colon, _ = key.partition(":")
    if colon:
        message, allowed = f"{show(namespace)} is not a settings namespace", ["bluelamp", *OTHER_NAMESPACES]
        step = did_you_mean(namespace, allowed)
        return source.problem(
            ("config", key), message, show(namespace, quote=False), f"allowed: {', '.join(allowed)}", step, key=True
        )
    ours = [PREFIX + name for name in _names()]
    step = f"write {PREFIX}{key}" if key in _names() else did_you_mean(PREFIX + key, ours)
    return source.problem(("config", key), f"{show(key)} has no namespace", show(key, quote=False), "", step, key=True)


def config_steps(steps: Steps) -> Steps:
    """The path in a stack file of `steps` in the settings, whose keys have no prefix `bluelamp:`."""
    return ("config", f"{PREFIX}{steps[0]}", *steps[1:]) if steps else ("config",)


def encrypted(value: object, loc: Steps) -> Iterator[Steps]:
    """The paths of the engine's encrypted values, `{secure: …}`."""
    if isinstance(value, dict):
        if value.keys() == {"secure"}:
            yield loc
        else:
            for key, item in value.items():
                yield from encrypted(item, (*loc, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from encrypted(item, (*loc, index))


def decoded(value: object) -> object:
    """The mapping in the engine's JSON text; other values unchanged."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return value
