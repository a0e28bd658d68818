"""The file format of a statement, and its validation."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from bluelamp.core.fields import Day, refuse
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import parse
from bluelamp.core.source import Source, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import validate
from bluelamp.policies.catalogues import catalogues
from bluelamp.policies.model import Control
from bluelamp.policies.settings import NonEmptyText, Part, Person, Sentence

FOLDER: Final = "stacks/{force}/evidence"
SUFFIX: Final = ".yaml"
SIGNATURE: Final = ".sig"
"""The suffix that a signature file adds to its statement's file name."""


def _path(value: str) -> str:
    path = PurePosixPath(value)
    if value != str(path) or path.is_absolute() or ".." in path.parts or not value.isprintable() or value == ".":
        raise refuse(f"{show(value)} is not a file in this folder", "a path in the folder of the statement")
    return value


class Attached(Part):
    """A file attached to a statement, and its SHA-256 in hexadecimal, as printed by `sha256sum`."""

    path: Annotated[str, AfterValidator(_path), Field(examples=["board-minutes.pdf"])]
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Statement(Part):
    """A person's statement about controls of a force, valid from `date` to `valid_until`, both inclusive.

    `force` binds the statement, and so its signature, to one force.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=60)]
    force: NonEmptyText
    controls: Annotated[tuple[str, ...], Field(min_length=1, max_length=100, examples=["[NCSC CAF 4.0 A1.a]"])]
    statement: Sentence
    author: Annotated[Person, Field(examples=["{role: Head of Data, email: head.of.data@force.police.example}"])]
    date: Annotated[Day, Field(examples=['"2026-04-01"'])]
    valid_until: Annotated[Day, Field(examples=['"2027-03-31"'])]
    files: Annotated[tuple[Attached, ...], Field(max_length=100)] = ()


def read(content: bytes, name: str, force: str) -> Statement:
    """The statement in `content`, the file `name` of `force`. Raises `SettingsError` with every mistake in it."""
    source = parse(content, name)
    statement, problems = validate(Statement, source.values, source, lambda steps: steps)
    problems = [*source.problems, *problems, *(_mistakes(statement, source, force) if statement else ())]
    if problems or statement is None:
        raise SettingsError(problems)
    return statement


def controls_of(statement: Statement) -> tuple[Control, ...]:
    """The statement's controls."""
    known = _known()
    return tuple(dict.fromkeys(known[each] for each in statement.controls))


def place(root: Path, force: str) -> Path:
    """The folder of a force's evidence, which need not exist."""
    return root / FOLDER.format(force=force)


def _mistakes(statement: Statement, source: Source, force: str) -> Iterator[Problem]:
    known = _known()
    if statement.force != force:
        yield source.problem(
            ("force",),
            "is not the force of this folder",
            statement.force,
            f"here: {force}",
            "correct it and sign it again",
        )
    for number, each in enumerate(statement.controls):
        if each not in known:
            step = did_you_mean(each, known) or "write framework, edition and id, such as NCSC CAF 4.0 A1.a"
            yield source.problem(("controls", number), f"no framework has the control {show(each)}", each, "", step)
    if statement.valid_until < statement.date:
        yield source.problem(("validUntil",), f"{statement.valid_until} is before its date, {statement.date}")
    paths = [each.path.casefold() for each in statement.files]
    for number, path in enumerate(paths):
        if path in paths[:number]:
            yield source.problem(("files", number, "path"), "is named already", statement.files[number].path)


def _known() -> dict[str, Control]:
    return {
        str(control): control
        for catalogue in catalogues()
        for control in (Control(catalogue.framework, catalogue.edition, id_) for id_ in catalogue.controls)
    }
