"""A force and its settings, typed: read from `stacks/Pulumi.<force>.yaml` and the register `stacks/forces.yaml`.

force = load("west-midlands")
force.azure.hub.address_space  # IPv4Network("10.61.0.0/22")
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

from infra.checks import STACK_FILE, Context, dig, findings, primary_region
from infra.problems import Problem, SettingsError, did_you_mean
from infra.reader import read
from infra.register import Entry, read_register
from infra.settings import Force, Settings
from infra.source import Source, Steps, show, spell
from infra.validation import validate

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
    return _resolve(config, _places(entry, root), [], context)


def from_source(source: Source, context: Context) -> Force:
    """The force whose stack file's content is `source`. Raises `SettingsError` with every mistake in it."""
    config = dig(source.values, "config")
    written = config if isinstance(config, dict) else {}
    written = {key: value for key, value in written.items() if not source.is_unread(("config", key))}
    return _resolve(written, source, [*source.problems, *_shape(source)], context)


def _resolve(written: Mapping[str, object], source: Source, problems: list[Problem], context: Context) -> Force:
    settings, misplaced = _own(written, source)
    _fill(settings, context.entry)

    def steps_of(loc: Steps) -> Steps:
        return ("config", f"{PROJECT}{loc[0]}", *loc[1:]) if loc else ("config",)

    model, mistakes = validate(Settings, settings, source, steps_of)
    said = {problem.path for problem in mistakes}
    for finding in findings(settings, context):
        steps = steps_of(finding.steps)
        if spell(steps) not in said and not source.is_unread(steps):
            mistakes.append(source.problem(steps, *finding[1:]))
    everything = dict.fromkeys([*problems, *misplaced, *mistakes])
    if everything or model is None:
        raise SettingsError(sorted(everything, key=lambda problem: (problem.line, problem.column)))
    return Force(entry=context.entry, **{name: getattr(model, name) for name in Settings.model_fields})


def _stack_file(entry: Entry, root: Path) -> Source:
    path = root / STACK_FILE.format(slug=entry.slug)
    if not path.exists():
        name = STACK_FILE.format(slug=entry.slug)
        step = f"`bluelamp new {entry.slug}` writes one"
        raise SettingsError([Problem(name, message=f"{entry.name} has no stack file", next_step=step)])
    return read(path, root)


def _places(entry: Entry, root: Path) -> Source:
    """The stack file for its places only: the engine has read the values, from it or from a copy."""
    name = STACK_FILE.format(slug=entry.slug)
    with suppress(SettingsError):
        found = read(root / name, root)
        return Source(found.file, None, found.keys, found.places)
    return Source(name)


def _shape(source: Source) -> list[Problem]:
    """What is wrong with the file around the settings."""
    if not isinstance(source.values, dict):
        return [
            source.problem((), f"{show(source.values)} is not a mapping", next_step="begin the file with `config:`")
        ]
    problems = [
        source.problem((key,), f"{show(key)} is no key of a stack file", key, "", _home(key), key=True)
        for key in source.values
        if key not in ENGINE_KEYS
    ]
    config = source.values.get("config")
    if not isinstance(config, dict | None) and not source.is_unread(("config",)):
        problems.append(source.problem(("config",), f"{show(config)} is not a mapping of settings"))
    return problems


def _home(key: str) -> str:
    bare = key.removeprefix(PROJECT)
    if bare in _names():
        return f"put {PROJECT}{bare} under `config:`"
    return did_you_mean(key, ENGINE_KEYS) or f"allowed: {', '.join(ENGINE_KEYS)}"


def _names() -> list[str]:
    return [info.alias or name for name, info in Settings.model_fields.items()]


def _own(written: Mapping[str, object], source: Source) -> tuple[dict[str, Any], list[Problem]]:
    """Bluelamp's settings without the `bluelamp:`, copied, and problems with the keys and with encrypted values."""
    own: dict[str, Any] = {}
    problems = []
    for key, value in written.items():
        namespace, colon, name = key.partition(":")
        steps: Steps = ("config", key)
        if not colon and source.values is not None:
            step = (
                f"write {PROJECT}{key}"
                if key in _names()
                else did_you_mean(PROJECT + key, map(PROJECT.__add__, _names()))
            )
            problems.append(source.problem(steps, f"{show(key)} has no namespace", key, "", step, key=True))
        elif colon and namespace in OTHER_NAMESPACES:
            continue
        elif colon and f"{namespace}:" != PROJECT:
            step = did_you_mean(namespace, ["bluelamp", *OTHER_NAMESPACES])
            allowed = f"allowed: bluelamp, {', '.join(OTHER_NAMESPACES)}"
            problems.append(
                source.problem(steps, f"{show(namespace)} is no namespace of settings", key, allowed, step, key=True)
            )
        else:
            own[name if colon else key] = deepcopy(_decoded(value))
    return own, problems


def _decoded(value: object) -> object:
    """What the engine hands over as JSON text, as the mapping that it was."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def _fill(settings: dict[str, Any], entry: Entry) -> None:
    """Take out halves that are left empty, and put the address ranges that the plan gives where none is written."""
    for half in ("azure", "onPremises"):
        if settings.get(half, ()) in ({}, None):
            del settings[half]
    azure, on_premises = settings.get("azure"), settings.get("onPremises")
    if isinstance(azure, dict):
        hub = azure.setdefault("hub", {})
        if isinstance(hub, dict):
            hub.setdefault("addressSpace", str(entry.allocation.first_hub(primary_region(settings))))
    if isinstance(on_premises, dict):
        on_premises.setdefault("addressSpace", str(entry.allocation.on_premises))
