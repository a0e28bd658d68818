"""What is settled about a force, read from the files below `stacks/`, with the place of every mistake in them."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source
from infra.register import read_register
from infra.validation import validate
from policies import Rule, rules
from policies.governance import Governance, exemptions_of, layers, settled
from policies.settings import Exemption, Layer, Part, Register, Setting

_P = TypeVar("_P", bound=Part)


def governance(
    root: Path, force: str | None, used: Iterable[Rule] | None = None, *, block_unknown: bool = False
) -> Governance:
    """The baseline that `force` is held to and its exemptions; `block_unknown` adds to what the baseline says.

    What belongs to no force (None) is held to the national baseline. Raises `SettingsError` with every mistake in the
    files that settle it.
    """
    entry = read_register(root).entry(force) if force else None
    region, slug = (entry.region, entry.slug) if entry else ("", "")
    kept = exemptions_of(root, slug)
    problems: list[Problem] = []
    sources = [_source(path, root, problems) for path in layers(root, region, slug)]
    baselines = [_layer(source, problems) for source in sources]
    register = _source(kept, root, problems) if kept else Source("")
    exemptions = _exemptions(register, problems) if kept else []
    made, mistakes = settled(rules() if used is None else used, baselines, exemptions, stack=slug)
    for source, wrong in zip([*sources, register], mistakes, strict=True):
        problems += [
            source.problem(each.steps, each.message, each.found, each.allowed, each.next_step)
            for each in wrong
            if not source.is_unread(each.steps)
        ]
    if problems:
        raise SettingsError(sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.column)))
    return replace(made, block_unknown=made.block_unknown or block_unknown)


def every(root: Path, forces: Iterable[str], *, block_unknown: bool = False) -> dict[str, Governance]:
    """What is settled about each of `forces`. Raises `SettingsError` with the mistakes of all of them."""
    read: dict[str, Governance] = {}
    problems: list[Problem] = []
    for force in forces:
        try:
            read[force] = governance(root, force, block_unknown=block_unknown)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(dict.fromkeys(problems))
    return read


def _source(path: Path, root: Path, problems: list[Problem]) -> Source:
    """What stands in the file, with nothing in it where it cannot be read; what is wrong is added to `problems`."""
    try:
        source = parse(*content_of(path, root))
    except SettingsError as error:
        problems += error.problems
        return Source(path.name, {})
    problems += source.problems
    return source


def _layer(source: Source, problems: list[Problem]) -> Layer:
    """The baseline in `source`; where it is none, that of the rules that can be read, for what is wrong with those."""
    made, wrong = validate(Layer, source.values, source, lambda steps: steps)
    problems += wrong
    if made is not None:
        return made
    asked = source.values.get("rules") if isinstance(source.values, dict) else None
    return Layer(rules=_readable(asked, Setting)) if isinstance(asked, dict) else Layer()


def _exemptions(source: Source, problems: list[Problem]) -> list[Exemption | None]:
    """The exemptions in `source`, None for each that is none."""
    made, wrong = validate(Register, source.values, source, lambda steps: steps)
    problems += wrong
    if made is not None:
        return list(made.exemptions)
    listed = source.values.get("exemptions") if isinstance(source.values, dict) else None
    if not isinstance(listed, list):
        return []
    readable = _readable(dict(enumerate(listed)), Exemption)
    return [readable.get(number) for number in range(len(listed))]


def _readable(parts: dict[Any, object], model: type[_P]) -> dict[Any, _P]:
    """Those of `parts` that are a `model`."""
    read = {}
    for key, part in parts.items():
        try:
            read[key] = model.model_validate_json(json.dumps(part), strict=True, by_alias=True, by_name=False)
        except ValidationError:
            continue
    return read
