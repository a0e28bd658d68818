"""Mappings of a source's rows to entities of the POLE data standard, and of its columns to attributes.

One YAML file per table of a source::

    source: street-crime          # the asset, by its contract
    table: street
    entities:
      - kind: event               # person, object, location or event
        type: crime               # what the view calls it
        identifier: [Crime ID]    # rows with the same value are one entity; without a value each is its own
        attributes:
          category: Crime type
          month: {column: Month, as: month, required: true}
    notMapped:
      Context: no longer in use

Rows with a value that cannot be converted to `as`, or without a `required` value, go into quarantine.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from bluelamp.core.contracts import Contract
from bluelamp.core.contracts.properties import Entity
from bluelamp.core.fields import IN_SCHEMA, Label, Model, Text, matching
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import validate

Conversion = Literal["text", "upper", "number", "integer", "date", "month"]
LinkModel = Literal["people", "addresses"]
NEEDED: Final[Mapping[LinkModel, tuple[str, ...]]] = {
    "people": ("forename", "surname", "date_of_birth", "postcode"),
    "addresses": ("house_number", "street", "postcode"),
}
"""The attributes that each linking model needs."""
RESERVED: Final = frozenset({"entity", "kind", "type", "attributes", "sources", "asset", "table", "file", "row"})
_KIND_OF: Final[Mapping[LinkModel, Entity]] = {"people": "person", "addresses": "location"}

AttributeName = Annotated[
    str,
    AfterValidator(
        matching(r"[a-z][a-z0-9_]{0,62}", "is not the name of an attribute", "lower-case letters, digits and _")
    ),
]


class Attribute(Model):
    """An attribute of an entity: its column, its conversion, and whether it is required."""

    column: Text
    as_: Conversion = Field(default="text", alias="as")
    required: bool = False


def _attribute(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


IN_SCHEMA[_attribute] = lambda schema: {"anyOf": [{"type": "string"}, schema]}


class EntityMapping(Model):
    """The mapping of a row to an entity."""

    kind: Entity
    type: Annotated[
        str,
        AfterValidator(
            matching(r"[a-z][a-z0-9_]{0,62}", "is not the name of a type", "lower-case letters, digits and _")
        ),
    ]
    identifier: tuple[Text, ...] = ()
    """The columns that identify the entity. Rows with the same values are one entity; equal rows without are not."""
    without_identifier: Literal["keep", "skip"] = "keep"
    """Whether a row without an identifier is an entity of its own (`keep`) or none (`skip`)."""
    link: LinkModel | None = None
    """The model that links records of this type, across all sources."""
    attributes: dict[AttributeName, Annotated[Attribute, BeforeValidator(_attribute)]] = Field(min_length=1)


class MappingFile(Model):
    """The mapping of one table."""

    source: Label
    table: Text
    entities: tuple[EntityMapping, ...] = Field(min_length=1)
    not_mapped: dict[Text, Text] = {}
    """Columns that are intentionally not mapped, with the reasons."""


class TableMapping:
    """A checked mapping, with its contract."""

    def __init__(self, file: str, content: MappingFile, contract: Contract) -> None:
        self.file, self.content, self.contract = file, content, contract

    @property
    def asset(self) -> str:
        """The source."""
        return self.content.source

    @property
    def table(self) -> str:
        """The table of the source."""
        return self.content.table

    @property
    def entities(self) -> tuple[EntityMapping, ...]:
        """The entities of a row."""
        return self.content.entities

    @property
    def used(self) -> frozenset[str]:
        """The columns that are mapped."""
        attributes = {each.column for entity in self.entities for each in entity.attributes.values()}
        return frozenset(attributes | {each for entity in self.entities for each in entity.identifier})

    def unmapped(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The `columns` that are neither mapped nor listed as not mapped."""
        return tuple(each for each in columns if each not in self.used and each not in self.content.not_mapped)


def read_mappings(folder: Path, root: Path, contracts: Sequence[Contract]) -> tuple[TableMapping, ...]:
    """The mappings in `folder`, checked against the contracts of their sources. File names are relative to `root`.

    Raises `SettingsError` with every mistake in every file, or if there is no mapping.
    """
    by_asset = {each.asset: each for each in contracts}
    problems: list[Problem] = []
    found: list[TableMapping] = []
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        where = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else str(folder)
        raise SettingsError([Problem(where, message="holds no mapping", next_step="add one YAML file for each table")])
    sources: dict[tuple[str, str], str] = {}
    for path in paths:
        try:
            source = parse(*content_of(path, root))
            mapping = _mapping(source, by_asset)
        except SettingsError as error:
            problems += error.problems
            continue
        key = (mapping.asset, mapping.table)
        if key in sources:
            problems.append(source.problem(("table",), f"{show(mapping.table)} is mapped in {sources[key]} already"))
        sources[key] = source.file
        found.append(mapping)
    problems += _type_conflicts(found)
    if problems:
        raise SettingsError(problems)
    return tuple(found)


def _mapping(source: Source, contracts: Mapping[str, Contract]) -> TableMapping:
    if source.problems:
        raise SettingsError(source.problems)
    content, problems = validate(MappingFile, source.values, source, _steps_of(source))
    if content is None:
        raise SettingsError(problems)
    problems = list(_contract_problems(content, source, contracts))
    if problems:
        raise SettingsError(problems)
    return TableMapping(source.file, content, contracts[content.source])


def _steps_of(source: Source) -> Any:
    """Maps an error to its place in the file: a column in short form is the attribute's value."""

    def steps_of(loc: Steps) -> Steps:
        while loc and loc not in source.places and loc not in source.keys and loc[-1] in ("column", "[key]"):
            loc = loc[:-1]
        return loc

    return steps_of


def _contract_problems(content: MappingFile, source: Source, contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    contract = contracts.get(content.source)
    if contract is None:
        yield source.problem(
            ("source",),
            f"no asset is called {show(content.source)}",
            content.source,
            f"assets: {', '.join(sorted(contracts))}",
            did_you_mean(content.source, contracts),
        )
        return
    tables = {each.name or "": each for each in contract.tables}
    table = tables.get(content.table)
    if table is None:
        yield source.problem(
            ("table",),
            f"{content.source} has no table {show(content.table)}",
            content.table,
            f"tables: {', '.join(tables)}",
            did_you_mean(content.table, tables),
        )
        return
    columns = [each.name or "" for each in table.properties or ()]
    for number, entity in enumerate(content.entities):
        at: Steps = ("entities", number)
        for place, column in enumerate(entity.identifier):
            yield from _column(source, (*at, "identifier", place), column, columns)
        for name, attribute in entity.attributes.items():
            here: Steps = (*at, "attributes", name)
            yield from _column(source, _column_steps(source, here), attribute.column, columns)
            if name in RESERVED:
                yield source.problem(
                    here, f"{show(name)} is a column of the view", next_step="choose another name", key=True
                )
        if entity.without_identifier == "skip" and not entity.identifier:
            yield source.problem((*at, "withoutIdentifier"), "every row would be skipped: there is no identifier")
        yield from _linkable(source, at, entity)
    for column in content.not_mapped:
        here = ("notMapped", column)
        yield from _column(source, here, column, columns, key=True)


def _column_steps(source: Source, here: Steps) -> Steps:
    return (*here, "column") if (*here, "column") in source.places else here


def _column(
    source: Source, steps: Steps, column: str, columns: Sequence[str], *, key: bool = False
) -> Iterator[Problem]:
    if column not in columns:
        yield source.problem(
            steps,
            f"the contract has no column {show(column)}",
            column,
            "" if did_you_mean(column, columns) else f"columns: {', '.join(columns)}",
            did_you_mean(column, columns),
            key=key,
        )


def _linkable(source: Source, at: Steps, entity: EntityMapping) -> Iterator[Problem]:
    if entity.link is None:
        return
    if entity.kind != _KIND_OF[entity.link]:
        yield source.problem(
            (*at, "link"),
            f"{show(entity.link)} links entities of kind {_KIND_OF[entity.link]}, not {entity.kind}",
            entity.link,
        )
    if absent := [each for each in NEEDED[entity.link] if each not in entity.attributes]:
        yield source.problem(
            (*at, "attributes"), f"linking {entity.link} also needs {', '.join(absent)}", next_step="map these"
        )


def _type_conflicts(mappings: Sequence[TableMapping]) -> Iterator[Problem]:
    """Problems: an entity type with different kinds or linking models across mappings."""
    seen: dict[str, tuple[str, EntityMapping]] = {}
    for mapping in mappings:
        for number, entity in enumerate(mapping.entities):
            file, first = seen.setdefault(entity.type, (mapping.file, entity))
            if (first.kind, first.link) != (entity.kind, entity.link):
                yield Problem(
                    mapping.file,
                    path=f"entities[{number}].type",
                    message=f"{show(entity.type)} has another kind or link in {file}",
                    next_step="use one kind and one model for a type, or another name",
                )


def columns_of(mappings: Sequence[TableMapping]) -> Mapping[str, tuple[str, ...]]:
    """The attributes of each entity type, over all mappings, in the order of the files."""
    found: dict[str, dict[str, None]] = {}
    for mapping in mappings:
        for entity in mapping.entities:
            found.setdefault(entity.type, {}).update(dict.fromkeys(entity.attributes))
    return {type_: tuple(names) for type_, names in found.items()}
