"""Drafts a new force's files from those of two forces."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml

from bluelamp.core.files import create, replace
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.register import REGISTER
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.errors import UsageError
from bluelamp.infra.force import load
from bluelamp.infra.scaffold.register import add_force, followed
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.infra.settings.register import read_register
from bluelamp.infra.settings.stack_file import has_settings
from bluelamp.merging.combine import Combining
from bluelamp.merging.estate import Estate, read_estate
from bluelamp.merging.moving import Move
from bluelamp.merging.questions import Answers, Question
from bluelamp.merging.schedule import in_order
from bluelamp.merging.settings import combined
from bluelamp.merging.uses import USAGE, fitted
from bluelamp.schemas.editor import headed

ROADMAP: Final = "roadmap.yaml"
VESTING: Final = "register:validFrom"
_LIST: Final = "  - "
_OPTIONS: Final = {"slug": "--into", "name": "--name", "code": "--code", "region": "--region"}


@dataclass(frozen=True)
class Named:
    """The new force's entry in the register."""

    slug: str
    name: str
    region: str
    code: str


@dataclass(frozen=True)
class Draft:
    """The draft of a merger: the new force's files by path in the project, and the findings."""

    first: Estate
    second: Estate
    into: Named
    answers: Answers
    files: Mapping[str, str]
    moves: tuple[Move, ...] = ()
    collisions: tuple[str, ...] = ()
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paths with equal values, by file."""
    only: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Paths that only one force has, by file and force."""
    higher: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Values chosen as the higher of two, by file and path."""
    dropped: tuple[str, ...] = ()
    """Paths of omitted usage, as the new force plans no resource that it applies to."""

    @property
    def complete(self) -> bool:
        """Whether every question is answered."""
        return not self.answers.open


def drafted(root: Path, first: str, second: str, into: Named, answers: Answers) -> Draft:
    """The draft of the force `into` from the forces `first` and `second` of the project at `root`.

    If no question is open, the draft's settings have been validated. Raises `UsageError` if the forces cannot be merged
    in this way, `SettingsError` if settings or answers are wrong.
    """
    _refuse(root, first, second, into.slug)
    _refuse_region(root, into.region)
    left, right = read_estate(root, first), read_estate(root, second)
    day = answers.ask(
        Question(
            VESTING,
            "On which day does the new force begin (YYYY-MM-DD)? The two forces end the day before.",
            is_date=True,
        )
    )
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        shutil.copyfile(root / "Pulumi.yaml", work / "Pulumi.yaml")
        shutil.copytree(root / "stacks", work / "stacks", ignore=shutil.ignore_patterns(".*"))
        _clear(work / "stacks" / into.slug)
        _register(into, work)
        if day is not None:
            followed(work, (first, second), into.slug, str(day.value))
        allocation = read_register(work).entry(into.slug).allocation
        settings, moving, collisions, combining = combined(left, right, allocation, answers)
        documents = {
            STACK_FILE.format(slug=into.slug): {"config": {f"bluelamp:{key}": value for key, value in settings.items()}}
        }
        parts = {"settings": combining}
        for name in dict.fromkeys([*left.files, *right.files]):
            documents[f"stacks/{into.slug}/{name}"], parts[name] = _document(name, left, right, answers)
        _ask_exemptions(left, right, answers)
        texts = {path: _text(path, values, left, right, into, answers) for path, values in documents.items()}
        for path, text in texts.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text, encoding="utf-8")
        texts[REGISTER] = (work / REGISTER).read_text(encoding="utf-8")
        dropped: tuple[str, ...] = ()
        use = f"stacks/{into.slug}/{USAGE}"
        if not answers.open:
            load(into.slug, root=work)
            if use in documents:
                documents[use], dropped = fitted(documents[use], into.slug, work)
                texts[use] = _text(use, documents[use], left, right, into, answers, dropped)
    return Draft(
        left,
        right,
        into,
        answers,
        texts,
        tuple(moving),
        tuple(collisions),
        {name: tuple(each.same) for name, each in parts.items()},
        {name: {force: tuple(paths) for force, paths in each.only.items()} for name, each in parts.items()},
        {name: each.higher for name, each in parts.items()},
        dropped,
    )


def _register(into: Named, work: Path) -> None:
    """Adds the new force to the register. Raises `UsageError` with the options whose values it refuses."""
    try:
        add_force(into.slug, name=into.name, region=into.region, code=into.code, root=work, larger=1)
    except SettingsError as error:
        row = f"forces.{into.slug}."
        if not all(each.path.startswith(row) for each in error.problems):
            raise
        # The row is not in a file yet: its values are from the command line.
        problems = [
            f"{_OPTIONS.get(each.path.removeprefix(row), each.path)}: "
            + "; ".join(part for part in (each.message, each.allowed) if part)
            for each in error.problems
        ]
        raise UsageError(" | ".join(problems), next_step="correct the options") from None


def _clear(path: Path) -> None:
    """Removes a folder of the new force's name, so that the draft comes from the two forces only."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _refuse(root: Path, first: str, second: str, into: str) -> None:
    register = read_register(root)
    for slug in (first, second):
        register.entry(slug)
        if slug not in register.forces:
            raise UsageError(
                f"{slug} is an environment", next_step="name the force: its environments are merged after it"
            )
    if first == second:
        raise UsageError(f"{first} cannot be merged with itself", next_step="name two forces")
    if into in (first, second):
        raise UsageError(f"{into} is one of the two forces", next_step="give the new force a name of its own")
    if into in register.forces or has_settings(root / STACK_FILE.format(slug=into)):
        raise UsageError(f"{into} already exists in the project", next_step="give the new force another name")
    for slug in (first, second):
        successor = register.entry(slug).successor
        if successor:
            raise UsageError(f"{slug} already has the successor {successor}", next_step=f"merge {successor} instead")


def _refuse_region(root: Path, region: str) -> None:
    known = sorted({each.region for each in read_register(root).forces.values()})
    if region not in known:
        raise UsageError(
            f"--region: no force is in the region {region!r}",
            next_step=did_you_mean_or(region, known, lead="name one of"),
        )


def _document(name: str, left: Estate, right: Estate, answers: Answers) -> tuple[Any, Combining]:
    combining = Combining((left.slug, right.slug), answers, name)
    if name not in left.files or name not in right.files:
        owner = left if name in left.files else right
        combining.only[owner.slug] = [name]
        return owner.files[name], combining
    document = combining(left.files[name], right.files[name])
    if name == ROADMAP:
        document, moved = in_order(document)
        combining.higher |= moved
    return document, combining


def _ask_exemptions(left: Estate, right: Estate, answers: Answers) -> None:
    """Asks about each exemption. They are granted to one force by named people and do not carry over."""
    for estate in (left, right):
        for each in estate.exemptions:
            answers.ask(
                Question(
                    f"exemptions:{estate.slug}.{each.get('id')}",
                    f"{estate.slug} is exempt from {each.get('rule')} until {each.get('expiry')}: {each.get('reason')} "
                    "An exemption does not carry over. Is it requested again?",
                    {"request": "request it for the new force", "drop": "the new force meets the rule"},
                    takes_value=False,
                )
            )


def _text(
    path: str, values: Any, left: Estate, right: Estate, into: Named, answers: Answers, dropped: tuple[str, ...] = ()
) -> str:
    file = "settings" if path.startswith("stacks/Pulumi.") else path.split("/", 2)[2]
    missing = [each for each in answers.open if each.id.partition(":")[0] == file]
    lines = [f"# {into.name}: drafted from {left.slug} and {right.slug}."]
    if missing:
        lines += ["# Omitted until decided:", *(f"#{_LIST}{each.id.partition(':')[2]}" for each in missing)]
    if dropped:
        lines += ["# Omitted, as the new force has no resource with this usage:"]
        lines += [f"#{_LIST}{each}" for each in dropped]
    return headed(path, "\n".join(lines) + "\n") + yaml.safe_dump(
        values, sort_keys=False, allow_unicode=True, width=118
    )


def refuse_open(draft: Draft) -> None:
    """Raises `UsageError` if a question is open, as the draft is then incomplete."""
    if not draft.complete:
        raise UsageError(
            f"{len(draft.answers.open)} questions are open",
            next_step="answer them first, then run it again with --write",
        )


def write(draft: Draft, root: Path) -> list[str]:
    """Writes the new force's files and the register into the project at `root`, and returns their paths.

    Raises `UsageError` if a question is open or a file exists, `SettingsError` if one cannot be written.
    """
    refuse_open(draft)
    files = {path: text for path, text in draft.files.items() if path != REGISTER}
    existing = [path for path in files if (root / path).exists()]
    if existing:
        raise UsageError(f"{existing[0]} exists already, and is not overwritten", next_step="move it away")
    path = ""
    created: list[Path] = []
    try:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            create(root / path, text)
            created.append(root / path)
        path = REGISTER
        replace(root / REGISTER, draft.files[REGISTER])
    except OSError as error:
        # An incomplete force would block the next attempt.
        for each in created:
            each.unlink(missing_ok=True)
        raise SettingsError([Problem(path, message=f"cannot be written: {reason_of(error)}")]) from None
    return [*files, REGISTER]
