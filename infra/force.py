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

from bluelamp.core.contracts import has_assets, read_assets
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show, spell
from bluelamp.core.suggestions import did_you_mean, nearest
from bluelamp.core.validation import validate
from bluelamp.infra.access import access_of
from bluelamp.infra.budgets import fill_budgets
from bluelamp.infra.checks import findings
from bluelamp.infra.defaults import fill
from bluelamp.infra.finding import STACK_FILE, Context
from bluelamp.infra.kept import ADDRESS_FILE, Kept, kept_of
from bluelamp.infra.layers import base_of, merge
from bluelamp.infra.moves import move_findings
from bluelamp.infra.register import Entry, read_register
from bluelamp.infra.roadmap import roadmap_of
from bluelamp.infra.settings import Force, Settings
from bluelamp.infra.spending import cost_inputs

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
    """The force called `slug`, or its environment (`essex-dev`), with its settings.

    An environment's settings are laid over those that it shares: see `bluelamp.infra.layers`. `config` is what the
    engine has read already, by key with or without `bluelamp:`, objects as mappings or as the JSON text that the engine
    hands over; None reads `stacks/Pulumi.<slug>.yaml` under `root`. The file is used for places in messages either way.

    Raises `SettingsError` with every mistake in the settings and in the contracts of the force's information assets; if
    there is none, with those in its policy of access, or else in its roadmap, or else in its files of use and hardware.
    """
    mistakes = _asset_mistakes(slug, root)
    try:
        force = _load(slug, config, root)
    except SettingsError as error:
        raise SettingsError([*error.problems, *mistakes]) from None
    if mistakes:
        raise SettingsError(mistakes)
    access_of(force, root)
    cost_inputs(force, roadmap_of(force, root), root)
    return force


def _asset_mistakes(slug: str, root: Path) -> tuple[Problem, ...]:
    """What is wrong with the register of information assets, which is no part of the settings but goes with them."""
    if not has_assets(root, slug):
        return ()
    try:
        read_assets(root, slug)
    except SettingsError as error:
        return error.problems
    return ()


def _load(slug: str, config: Mapping[str, object] | None, root: Path) -> Force:
    register = read_register(root)
    entry = register.entry(slug)
    context = Context(entry, register, root)
    kept, unkept = _kept(context)
    if config is None:
        return from_source(_stack_file(entry, root), context, kept, unkept)
    places = _places(entry, root)
    written = _written(config, places, root)
    base = base_of(entry, root)
    if base is None:
        return _resolve(written, places, context, kept, unkept)
    keyed = {key if ":" in key else PROJECT + key: _decoded(value) for key, value in written.items()}
    own = Source(places.file, {"config": keyed}, places.keys, places.places)
    _checked(base)
    merged = merge(base, own)
    return _resolve(merged.values["config"], merged, context, kept, unkept)


def stack_source(entry: Entry, root: Path) -> Source:
    """The settings of a stack as they are written: its own file over what it shares, each value with its file.

    Raises `SettingsError` where there is no such file, or one that cannot be read.
    """
    return _layered(_stack_file(entry, root), entry, root)


def has_settings(path: Path) -> bool:
    """Whether a stack file holds anything but what the engine keeps in it; one that cannot be read counts as so."""
    try:
        values = parse(*content_of(path, path.parent), may_be_empty=True).values
    except SettingsError:
        return path.exists() and bool(path.read_bytes().strip()) if path.is_file() else path.exists()
    if values is None:
        return False
    return not isinstance(values, dict) or bool(values.get("config")) or bool(values.keys() - set(ENGINE_KEYS))


def _layered(own: Source, entry: Entry, root: Path) -> Source:
    base = base_of(entry, root)
    if base is None:
        return own
    _config(own)
    _checked(base)
    return merge(base, own)


def _checked(base: Source) -> None:
    """Adds to the problems of `base` the keys that are no keys of a stack file. Raises `SettingsError` without any."""
    if base.values is not None:
        _config(base)


def _written(config: Mapping[str, object], places: Source, root: Path) -> Mapping[str, object]:
    """What somebody wrote of what the engine hands over: without the defaults of Pulumi.yaml, which it adds."""
    defaults = _defaults(root)
    return {
        key: value
        for key, value in config.items()
        if ("config", key if ":" in key else PROJECT + key) in places.keys
        or key not in defaults
        or _decoded(value) != defaults[key]
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


def from_source(source: Source, context: Context, kept: Kept | None = None, unkept: tuple[Problem, ...] = ()) -> Force:
    """The force whose stack file's content is `source`. Raises `SettingsError` with every mistake in it.

    `kept` are the address ranges that its networks have already, by default none; `unkept` is wrong with their file.
    """
    source = _layered(source.copy(), context.entry, context.root)
    config = _config(source)
    written = {key: value for key, value in config.items() if not source.is_unread(("config", key))}
    return _resolve(written, source, context, kept or Kept(""), unkept)


def _resolve(
    written: Mapping[str, object], source: Source, context: Context, kept: Kept, unkept: tuple[Problem, ...]
) -> Force:
    settings = _own(written, source)
    fill(settings, context.entry, kept.ranges)
    unplanned, unfilled = fill_budgets(settings, context.entry, context.root)
    if context.entry.environment:
        settings.setdefault("environment", context.entry.environment)

    def steps_of(loc: Steps) -> Steps:
        return ("config", f"{PROJECT}{loc[0]}", *loc[1:]) if loc else ("config",)

    for loc in _encrypted(settings, ()):
        message = "is encrypted, and no setting of Bluelamp is a secret"
        source.problems.append(source.problem(steps_of(loc), message, next_step="write the value in plain text"))
        source.unread.add(steps_of(loc))
    source.unread |= {steps_of(steps) for steps in unfilled}
    model, mistakes = validate(Settings, settings, source, steps_of)
    said = {problem.path for problem in mistakes}
    for finding in (*findings(settings, context), *move_findings(settings, kept, context.entry.slug)):
        steps = steps_of(finding.steps)
        if spell(steps) not in said and not source.is_unread(steps):
            mistakes.append(source.problem(steps, *finding[1:]))
    everything = dict.fromkeys([*source.problems, *mistakes])
    if everything or unkept or unplanned or model is None:
        ordered = sorted(everything, key=lambda problem: (problem.line, problem.column))
        raise SettingsError([*ordered, *unkept, *unplanned])
    return Force(entry=context.entry, **{name: getattr(model, name) for name in Settings.model_fields})


def _kept(context: Context) -> tuple[Kept, tuple[Problem, ...]]:
    """The ranges that the force's networks have already, and what is wrong with the file that holds them."""
    try:
        return kept_of(context.entry, context.root), ()
    except SettingsError as error:
        return Kept(ADDRESS_FILE.format(slug=context.entry.slug)), error.problems


def _stack_file(entry: Entry, root: Path) -> Source:
    path = root / STACK_FILE.format(slug=entry.slug)
    if not path.exists():
        name = STACK_FILE.format(slug=entry.slug)
        environment = f" --environment {entry.environment}" if entry.environment else ""
        step = f"`bluelamp new {entry.force}{environment}` writes one"
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
