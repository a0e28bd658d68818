"""A force and its settings, typed: read from `stacks/Pulumi.<force>.yaml` and the register `stacks/forces.yaml`.

force = load("west-midlands")
force.azure.hub.address_space  # IPv4Network("10.61.0.0/22")
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bluelamp.core.contracts import has_assets, read_assets
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import Source, spell
from bluelamp.core.validation import validate
from bluelamp.infra.checks.address_moves import move_problems
from bluelamp.infra.checks.context import Context
from bluelamp.infra.checks.cross_field import cross_field_problems
from bluelamp.infra.settings.access import access_of
from bluelamp.infra.settings.address_file import ADDRESS_FILE, Kept, kept_of
from bluelamp.infra.settings.budgets import fill_budgets
from bluelamp.infra.settings.defaults import fill
from bluelamp.infra.settings.layers import PREFIX, base_of, merge
from bluelamp.infra.settings.model import Force, Settings
from bluelamp.infra.settings.register import read_register
from bluelamp.infra.settings.roadmap import roadmap_of
from bluelamp.infra.settings.spending import cost_inputs
from bluelamp.infra.settings.stack_file import (
    check_keys,
    config_of,
    config_steps,
    decoded,
    encrypted,
    layered,
    own_settings,
    places_of,
    read_stack,
    written_of,
)
from bluelamp.infra.settings.written import WrittenSettings

__all__ = ["ROOT", "Force", "Settings", "SettingsError", "load"]

ROOT: Final = Path(__file__).resolve().parent.parent
"""The project's folder."""


def load(slug: str, config: Mapping[str, object] | None = None, root: Path = ROOT) -> Force:
    """The force called `slug`, or its environment (`essex-dev`), with its settings.

    An environment's settings override those that it shares: see `bluelamp.infra.settings.layers`. `config` is the
    engine's configuration, by key with or without `bluelamp:`, with objects as mappings or as JSON text; None reads
    `stacks/Pulumi.<slug>.yaml` under `root`. Messages name lines of the file either way.

    Raises `SettingsError` with every mistake in the settings and in the contracts of the force's information assets; if
    there is none, with those in its access policy, else its roadmap, else its usage and hardware files.
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


def load_settings(slug: str, root: Path = ROOT) -> Force:
    """As `load`, but without checking the force's other files. Raises `SettingsError` for the settings alone."""
    return _load(slug, None, root)


def _asset_mistakes(slug: str, root: Path) -> tuple[Problem, ...]:
    """The mistakes in the contracts of the force's information assets."""
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
    kept, range_problems = _kept_ranges(context)
    if config is None:
        return from_source(read_stack(entry, root), context, kept, range_problems)
    places = places_of(entry, root)
    written = written_of(config, places, root)
    base = base_of(entry, root)
    if base is None:
        return _resolve(written, places, context, kept, range_problems)
    keyed = {key if ":" in key else PREFIX + key: decoded(value) for key, value in written.items()}
    own = Source(places.file, {"config": keyed}, places.keys, places.places)
    check_keys(base)
    merged = merge(base, own)
    return _resolve(merged.values["config"], merged, context, kept, range_problems)


def from_source(
    source: Source, context: Context, kept: Kept | None = None, range_problems: tuple[Problem, ...] = ()
) -> Force:
    """The force whose stack file's content is `source`. Raises `SettingsError` with every mistake in it.

    `kept` are the address ranges that its networks already have, by default none; `range_problems` are the problems
    with their file.
    """
    source = layered(source.copy(), context.entry, context.root)
    config = config_of(source)
    written = {key: value for key, value in config.items() if not source.is_unread(("config", key))}
    return _resolve(written, source, context, kept or Kept(""), range_problems)


def _resolve(
    written: Mapping[str, object], source: Source, context: Context, kept: Kept, range_problems: tuple[Problem, ...]
) -> Force:
    settings = own_settings(written, source)
    fill(settings, context.entry, kept.ranges)
    budget_problems, unfilled = fill_budgets(settings, context.entry, context.root)
    if context.entry.environment:
        settings.setdefault("environment", context.entry.environment)

    for loc in encrypted(settings, ()):
        message = "is encrypted, but no setting of Bluelamp is a secret"
        source.problems.append(source.problem(config_steps(loc), message, next_step="write the value in plain text"))
        source.unread.add(config_steps(loc))
    source.unread |= {config_steps(steps) for steps in unfilled}
    model, mistakes = validate(Settings, settings, source, config_steps)
    reported = {problem.path for problem in mistakes}
    raw = WrittenSettings(settings)
    for problem in (*cross_field_problems(raw, context), *move_problems(raw, kept, context.entry.slug)):
        steps = config_steps(problem.steps)
        if spell(steps) not in reported and not source.is_unread(steps):
            mistakes.append(source.placed(problem, steps))
    everything = dict.fromkeys([*source.problems, *mistakes])
    if everything or range_problems or budget_problems or model is None:
        ordered = sorted(everything, key=lambda problem: (problem.line, problem.column))
        raise SettingsError([*ordered, *range_problems, *budget_problems])
    return Force(entry=context.entry, **{name: getattr(model, name) for name in Settings.model_fields})


def _kept_ranges(context: Context) -> tuple[Kept, tuple[Problem, ...]]:
    """The address ranges that the force's networks already have, and the problems with their file."""
    try:
        return kept_of(context.entry, context.root), ()
    except SettingsError as error:
        return Kept(ADDRESS_FILE.format(slug=context.entry.slug)), error.problems
