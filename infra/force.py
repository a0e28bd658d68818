"""A force and its settings, typed: read from `stacks/Pulumi.<force>.yaml` and the register `stacks/forces.yaml`.

force = load("west-midlands")
force.azure.hub.address_space  # IPv4Network("10.61.0.0/22")
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

from bluelamp.core.problems import Problem, SettingsError, did_you_mean, nearest
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show, spell
from bluelamp.core.validation import validate
from bluelamp.infra.checks import findings
from bluelamp.infra.defaults import fill
from bluelamp.infra.finding import STACK_FILE, Context
from bluelamp.infra.register import Entry, read_register
from bluelamp.infra.settings import Force, Settings

__all__ = ["ROOT", "Force", "Settings", "SettingsError", "load"]

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder."""

PROJECT = "bluelamp:"
"""What stands in front of every key that is Bluelamp's own."""

OTHER_NAMESPACES = ("azure-native", "kubernetes", "pulumi", "azuread", "random", "tls", "command")
"""Providers, and the engine, whose settings may stand beside ours; they are theirs to judge."""

ENGINE_KEYS = ("config", "environment", "secretsprovider", "encryptionsalt", "encryptedkey")
"""What the engine keeps at the top of a stack's file."""


def load(slug: str, config: Mapping[str, object] | None = None, root: Path = ROOT) -> Force:
    """The force called `slug` with its settings.

    `config` is what the engine has read already, by key with or without `bluelamp:`, objects as mappings or as the
    JSON text that the engine hands over; None reads `stacks/Pulumi.<slug>.yaml` under `root`. The file is used for
    the places in messages either way.

    Raises `SettingsError` with every mistake in the settings.
    """
    register = read_register(root)
    entry = register.entry(slug)
    context = Context(entry, register, root)
    if config is None:
        return from_source(_stack_file(entry, root), context)
    return _resolve(config, _places(entry, root), context)


def from_source(source: Source, context: Context) -> Force:
    """The force whose stack file's content is `source`. Raises `SettingsError` with every mistake in it."""
    config = _config(source := source.copy())
    written = {key: value for key, value in config.items() if not source.is_unread(("config", key))}
    return _resolve(written, source, context)


def _resolve(written: Mapping[str, object], source: Source, context: Context) -> Force:
    settings = _own(written, source)
    fill(settings, context.entry)

    def steps_of(loc: Steps) -> Steps:
        return ("config", f"{PROJECT}{loc[0]}", *loc[1:]) if loc else ("config",)

    for loc in _encrypted(settings, ()):
        message = "is encrypted, and no setting of Bluelamp is a secret"
        source.problems.append(source.problem(steps_of(loc), message, next_step="write the value in plain text"))
        source.unread.add(steps_of(loc))
    model, mistakes = validate(Settings, settings, source, steps_of)
    said = {problem.path for problem in mistakes}
    for finding in findings(settings, context):
        steps = steps_of(finding.steps)
        if spell(steps) not in said and not source.is_unread(steps):
            mistakes.append(source.problem(steps, *finding[1:]))
    everything = dict.fromkeys([*source.problems, *mistakes])
    if everything or model is None:
        raise SettingsError(sorted(everything, key=lambda problem: (problem.line, problem.column)))
    return Force(entry=context.entry, **{name: getattr(model, name) for name in Settings.model_fields})


def _stack_file(entry: Entry, root: Path) -> Source:
    path = root / STACK_FILE.format(slug=entry.slug)
    if not path.exists():
        name = STACK_FILE.format(slug=entry.slug)
        step = f"`bluelamp new {entry.slug}` writes one"
        raise SettingsError([Problem(name, message=f"{entry.name} has no stack file", next_step=step)])
    return parse(*content_of(path, root))


def _places(entry: Entry, root: Path) -> Source:
    """The stack file for its places only: the engine has read the values, from it or from a copy."""
    name = STACK_FILE.format(slug=entry.slug)
    with suppress(SettingsError):
        found = parse(*content_of(root / name, root))
        return Source(found.file, None, found.keys, found.places)
    return Source(name)


def _config(source: Source) -> dict[str, object]:
    """What stands under `config:`. Raises `SettingsError` when there is no such mapping; notes other wrong keys."""
    if not isinstance(source.values, dict):
        message = f"{show(source.values)} is not a mapping"
        raise SettingsError([*source.problems, source.problem((), message, next_step="begin the file with `config:`")])
    source.problems += [
        source.problem(
            (key,), f"{show(key)} is no key of a stack file", show(key, quote=False), "", _home(key), key=True
        )
        for key in source.values
        if key not in ENGINE_KEYS
    ]
    # what is there, if in the wrong place, is not missing as well
    source.unread |= {
        ("config", PROJECT + key.removeprefix(PROJECT)) for key in source.values if key not in ENGINE_KEYS
    }
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
    bare = key.removeprefix(PROJECT)
    if bare in _names():
        return f"put {PROJECT}{bare} under `config:`"
    return did_you_mean(key, ENGINE_KEYS) or f"allowed: {', '.join(ENGINE_KEYS)}"


def _names() -> list[str]:
    return [info.alias or name for name, info in Settings.model_fields.items()]


def _own(written: Mapping[str, object], source: Source) -> dict[str, Any]:
    """Bluelamp's settings without the `bluelamp:`, copied; keys that belong to nobody become problems of `source`."""
    own: dict[str, Any] = {}
    for key, value in written.items():
        namespace, colon, name = key.partition(":")
        if f"{namespace}:" == PROJECT or (not colon and source.values is None):
            own[name or key] = deepcopy(_decoded(value))
        elif not colon or namespace not in OTHER_NAMESPACES:
            source.problems.append(_stray(key, source))
            if (name or key) in _names():  # it is there, if in the wrong place: not missing as well
                source.unread.add(("config", PROJECT + (name or key)))
    return own


def _stray(key: str, source: Source) -> Problem:
    namespace, colon, _ = key.partition(":")
    if colon:
        message, allowed = f"{show(namespace)} is no namespace of settings", ["bluelamp", *OTHER_NAMESPACES]
        step = did_you_mean(namespace, allowed)
        return source.problem(
            ("config", key), message, show(namespace, quote=False), f"allowed: {', '.join(allowed)}", step, key=True
        )
    ours = [PROJECT + name for name in _names()]
    step = f"write {PROJECT}{key}" if key in _names() else did_you_mean(PROJECT + key, ours)
    return source.problem(("config", key), f"{show(key)} has no namespace", show(key, quote=False), "", step, key=True)


def _encrypted(value: object, loc: Steps) -> Iterator[Steps]:
    """Where the engine's encrypted values stand: `{secure: …}`."""
    if isinstance(value, dict):
        if value.keys() == {"secure"}:
            yield loc
        else:
            for key, item in value.items():
                yield from _encrypted(item, (*loc, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _encrypted(item, (*loc, index))


def _decoded(value: object) -> object:
    """What the engine hands over as JSON text, as the mapping that it was."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return value
