"""Reads a force's governance from the files below `stacks/`, with the position of every mistake in them.

The command and the policy pack both use it, so that they accept the same files.
"""

import json
import unicodedata
from collections.abc import Iterable
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source
from bluelamp.core.validation import validate
from bluelamp.policies.approval import FILE, Approvers
from bluelamp.policies.approval import mistakes as approver_mistakes
from bluelamp.policies.governance import (
    EXEMPTIONS,
    FORCE,
    NATIONAL,
    REGIONAL,
    Governance,
    exemptions_of,
    governance_from,
    layers,
)
from bluelamp.policies.rule import Rule
from bluelamp.policies.settings import Approver, ApproverRegister, Exemption, Layer, Part, Setting
from bluelamp.policies.settings import Register as ExemptionRegister

if TYPE_CHECKING:
    from bluelamp.core.register import Entry, Register

_P = TypeVar("_P", bound=Part)


def read(root: Path, entry: "Entry | None", register: "Register | None", used: Iterable[Rule]) -> Governance:
    """The governance of the force `entry` in `register`: its baseline, its exemptions and their approvers.

    Without a force (None) it is the national baseline, without exemptions. Raises `SettingsError` with every mistake in
    the files.
    """
    region, slug, force = (entry.region, entry.slug, entry.force) if entry else ("", "", "")
    exemptions_file = exemptions_of(root, slug)
    problems = list(dict.fromkeys(each for name in (force, slug) for each in _misnamed(root, region, name)))
    sources = [_source(path, root, problems) for path in layers(root, region, force, slug)]
    baselines = [_layer(source, problems) for source in sources]
    exemptions_source = _source(exemptions_file, root, problems) if exemptions_file else Source("")
    exemptions = _exemptions(exemptions_source, problems) if exemptions_file else []
    approvers = _approvers(root, entry, register, problems)
    governance, mistakes = governance_from(used, baselines, exemptions, stack=slug, force=force, approvers=approvers)
    for source, problems_of_source in zip([*sources, exemptions_source], mistakes, strict=True):
        problems += _placed(source, problems_of_source)
    if problems:
        raise SettingsError(sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.column)))
    return governance


def _placed(source: Source, mistakes: Iterable[Problem]) -> list[Problem]:
    return [source.placed(each) for each in mistakes if not source.is_unread(each.steps)]


def _misnamed(root: Path, region: str, force: str) -> Iterable[Problem]:
    """Problems with files and folders that are ignored because of a misspelt name."""
    names = [NATIONAL, FILE]
    names += [REGIONAL.format(region=region)] if region else []
    names += [FORCE.format(force=force), EXEMPTIONS.format(force=force)] if force else []
    wanted: dict[Path, dict[str, str]] = {}
    for name in names:
        path = root / name
        while path != root / "stacks":
            wanted.setdefault(path.parent, {})[_plain(path.name)] = path.name
            path = path.parent
    for folder, known in wanted.items():
        try:
            existing = sorted(each.name for each in folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield Problem(folder.relative_to(root).as_posix(), message=f"cannot be read: {reason_of(error)}")
            continue
        for name in existing:
            expected = known.get(_plain(name))
            if expected is not None and name != expected:
                shown = (folder / name).relative_to(root).as_posix()
                yield Problem(ascii(shown)[1:-1], message="is not read", next_step=f"rename it to {expected}")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    return f"{folded[:-4]}.yaml" if folded.endswith(".yml") else folded


def _source(path: Path, root: Path, problems: list[Problem]) -> Source:
    """The file's content, empty if it cannot be read; mistakes are added to `problems`."""
    try:
        source = parse(*content_of(path, root))
    except SettingsError as error:
        problems += error.problems
        return Source(path.name, {}, unread={()})
    problems += source.problems
    return source


def _layer(source: Source, problems: list[Problem]) -> Layer:
    """The baseline in `source`; if it is invalid, one with only the valid rules, to find further mistakes in them."""
    layer, layer_problems = validate(Layer, source.values, source, lambda steps: steps)
    problems += layer_problems
    if layer is not None:
        return layer
    settings = source.values.get("rules") if isinstance(source.values, dict) else None
    return Layer(rules=_readable(settings, Setting)) if isinstance(settings, dict) else Layer()


def _exemptions(source: Source, problems: list[Problem]) -> list[Exemption | None]:
    """The exemptions in `source`, None for each invalid one."""
    register, register_problems = validate(ExemptionRegister, source.values, source, lambda steps: steps)
    problems += register_problems
    return list(register.exemptions) if register is not None else _listed(source, "exemptions", Exemption)


def _approvers(
    root: Path, entry: "Entry | None", register: "Register | None", problems: list[Problem]
) -> Approvers | None:
    """The approvers for `entry`; None without a force or the file."""
    path = root / FILE
    if entry is None or register is None or not lexists(path):
        return None
    source = _source(path, root, problems)
    parsed, register_problems = validate(ApproverRegister, source.values, source, lambda steps: steps)
    problems += register_problems
    people = list(parsed.approvers) if parsed is not None else _listed(source, "approvers", Approver)
    regions = {each.region for each in register.forces.values()}
    problems += _placed(source, approver_mistakes(people, list(register.forces), sorted(regions)))
    return Approvers(tuple(each for each in people if each), entry.force, entry.region)


def _listed(source: Source, key: str, model: type[_P]) -> list[_P | None]:
    listed = source.values.get(key) if isinstance(source.values, dict) else None
    if not isinstance(listed, list):
        return []
    readable = _readable(dict(enumerate(listed)), model)
    return [readable.get(number) for number in range(len(listed))]


def _readable(parts: dict[Any, object], model: type[_P]) -> dict[Any, _P]:
    """The valid `parts`, as `model`."""
    read = {}
    for key, part in parts.items():
        try:
            read[key] = model.model_validate_json(json.dumps(part), strict=True, by_alias=True, by_name=False)
        except ValidationError:
            continue
    return read
