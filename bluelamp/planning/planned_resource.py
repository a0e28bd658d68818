"""A resource in a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bluelamp.core.resource import name_of, type_of
from bluelamp.rehearsal.provider import Failure


@dataclass(frozen=True)
class PlannedResource:
    """A resource that a program registered, with its provider's results.

    `program_inputs` are the program's inputs, `inputs` the same with the provider's defaults, and `outputs` the known
    result of a preview (`UNKNOWN` where it is not known); all may contain `Secret` values. `references` has the URNs of
    the resources that each input depends on. `aliases` are further URNs under which a state may have the resource: its
    own aliases and those inherited from its parent. `position` is the file (a `file:` URI) and line of the program
    that declares it. `ignore_changes` and `replace_on_changes` are the paths of the options of these names.
    """

    urn: str
    custom: bool
    parent: str = ""
    protect: bool = False
    provider: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    program_inputs: Mapping[str, Any] = field(default_factory=dict)
    position: tuple[str, int] | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type token."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)
