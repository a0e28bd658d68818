"""Reads a force's governance from the files below `stacks/`, with the position of every mistake in them.

The command and the policy pack both use it, so that neither accepts what the other refuses.
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
from bluelamp.policies.approval import mistakes as mistaken
from bluelamp.policies.governance import (
    EXEMPTIONS,
    FORCE,
    NATIONAL,
    REGIONAL,
    Governance,
    exemptions_of,
    layers,
    settled,
)
from bluelamp.policies.rule import Rule
from bluelamp.policies.settings import Approver, ApproverRegister, Exemption, Layer, Part, Setting
from bluelamp.policies.settings import Register as ExemptionRegister

if TYPE_CHECKING:
    from bluelamp.core.register import Entry, Register

_P = TypeVar("_P", bound=Part)


def read(root: Path, entry: "Entry | None", register: "Register | None", used: Iterable[Rule]) -> Governance:
    """The governance of the force `entry` of the `register`: its baseline, its exemptions and their approvers.

    Without a force (None) it is the national baseline, without exemptions. Raises `SettingsError` with
    every mistake in the files.
    """
    region, slug, force = (entry.region, entry.slug, entry.force) if entry else ("", "", "")
    kept = exemptions_of(root, slug)
    problems = list(dict.fromkeys(each for name in (force, slug) for each in _misnamed(root, region, name)))
    sources = [_source(path, root, problems) for path in layers(root, region, force, slug)]
    baselines = [_layer(source, problems) for source in sources]
    listed = _source(kept, root, problems) if kept else Source("")
    exemptions = _exemptions(listed, problems) if kept else []
    approvers = _approvers(root, entry, register, problems)
    made, mistakes = settled(used, baselines, exemptions, stack=slug, force=force, approvers=approvers)
    for source, wrong in zip([*sources, listed], mistakes, strict=True):
        problems += _placed(source, wrong)
    if problems:
        raise SettingsError(sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.column)))
    return made


def _placed(source: Source, mistakes: Iterable[Problem]) -> list[Problem]:
    return [source.placed(each) for each in mistakes if not source.is_unread(each.steps)]


def _misnamed(root: Path, region: str, force: str) -> Iterable[Problem]:
    """Problems with files and folders that are not read because of a misspelt name."""
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
            there = sorted(each.name for each in folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield Problem(folder.relative_to(root).as_posix(), message=f"cannot be read: {reason_of(error)}")
            continue
        for name in there:
            meant = known.get(_plain(name))
            if meant is not None and name != meant:
                shown = (folder / name).relative_to(root).as_posix()
                yield Problem(ascii(shown)[1:-1], message="is not read", next_step=f"rename it to {meant}")


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
    """The baseline in `source`; if it is invalid, one of the valid rules alone, to find further mistakes in them."""
    made, wrong = validate(Layer, source.values, source, lambda steps: steps)
    problems += wrong
    if made is not None:
        return made
    asked = source.values.get("rules") if isinstance(source.values, dict) else None
    return Layer(rules=_readable(asked, Setting)) if isinstance(asked, dict) else Layer()


def _exemptions(source: Source, problems: list[Problem]) -> list[Exemption | None]:
    """The exemptions in `source`, None for each invalid one."""
    made, wrong = validate(ExemptionRegister, source.values, source, lambda steps: steps)
    problems += wrong
    return list(made.exemptions) if made is not None else _listed(source, "exemptions", Exemption)


def _approvers(
    root: Path, entry: "Entry | None", register: "Register | None", problems: list[Problem]
) -> Approvers | None:
    """The approvers for `entry`; None without a force or the file."""
    path = root / FILE
    if entry is None or register is None or not lexists(path):
        return None
    source = _source(path, root, problems)
    made, wrong = validate(ApproverRegister, source.values, source, lambda steps: steps)
    problems += wrong
    people = list(made.approvers) if made is not None else _listed(source, "approvers", Approver)
    regions = {each.region for each in register.forces.values()}
    problems += _placed(source, mistaken(people, list(register.forces), sorted(regions)))
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
