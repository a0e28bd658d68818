"""The interface of a package of the rehearsal cloud, in plain values.

The same methods are called by the gRPC server (for the real engine) and by the offline planner (no engine), so that
both see the same inputs, defaults and refusals. A provider is safe to call from several threads: everything that lasts
is in the store.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NoReturn


class CloudError(Exception):
    """A refusal of the cloud, with the error code and message of the real service.

    `retryable` marks faults after which the same call may succeed (throttling, conflict, time-out).
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable


@dataclass(frozen=True)
class Failure:
    """One wrong input: its property path (`securityRules[0].access`, empty for the resource) and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Instance:
    """One configured instance of a package: which stack uses it, and its configuration.

    `stack` and `project` may be empty where the engine has not said them. `config` holds plain values, JSON-decoded.
    """

    stack: str = ""
    project: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


EXISTING: Final = "__existing"
"""The input that marks what was taken to exist, in the store only."""


@dataclass(frozen=True)
class Naming:
    """How the setting `pulumi:autonaming` has a resource named that states no name of its own.

    `propose` gives a name that the provider may change, `enforce` one that it may not, and `disable` none: the program
    must state it.
    """

    mode: Literal["propose", "enforce", "disable"]
    proposed: str = ""


@dataclass(frozen=True)
class Checked:
    """Inputs with the provider's defaults filled in, and what is wrong with them.

    `warnings` may be wrong, and do not refuse the resource.
    """

    inputs: dict[str, Any]
    failures: Sequence[Failure] = ()
    warnings: Sequence[Failure] = ()


DiffKind = Literal["add", "delete", "update", "add-replace", "delete-replace", "update-replace"]


@dataclass(frozen=True)
class Diff:
    """Which property paths differ and how; `replace` follows from a `…-replace` kind."""

    changes: Mapping[str, DiffKind] = field(default_factory=dict)
    delete_before_replace: bool = False

    @property
    def replaces(self) -> list[str]:
        """The property paths that force a replacement."""
        return [path for path, kind in self.changes.items() if kind.endswith("-replace")]


@dataclass(frozen=True)
class Live:
    """A resource as the cloud holds it: its id, the inputs that would make it, and its outputs."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Provider(ABC):
    """One Pulumi package, rehearsed.

    Type tokens are the engine's (`azure-native:network:Subnet`, `kubernetes:core/v1:Namespace`). Every method may
    raise `CloudError`.
    """

    package: str
    version: str

    def check_config(self, inputs: dict[str, Any]) -> Checked:
        """The provider's own configuration, checked."""
        return Checked(inputs)

    @abstractmethod
    def check(
        self,
        instance: Instance,
        urn: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        naming: Naming | None = None,
    ) -> Checked:
        """`new` inputs with defaults filled in; `old` are the last checked inputs, empty for a new resource.

        `naming` is the stack's own way of naming, None where the package's own applies.
        """

    @abstractmethod
    def diff(
        self,
        instance: Instance,
        urn: str,
        resource_id: str,
        old_inputs: Mapping[str, Any],
        old_outputs: Mapping[str, Any],
        new: Mapping[str, Any],
        ignore: Sequence[str] = (),
    ) -> Diff:
        """What changes from `old_inputs` to `new`; paths in `ignore` do not count."""

    @abstractmethod
    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """The new resource's id and outputs; in a preview nothing is stored, the id is empty where it cannot be known
        and computed outputs are `UNKNOWN`."""

    @abstractmethod
    def read(self, instance: Instance, urn: str, resource_id: str, inputs: Mapping[str, Any]) -> Live | None:
        """The current resource, or None if it was deleted; `inputs` are empty during an import."""

    @abstractmethod
    def update(
        self,
        instance: Instance,
        urn: str,
        resource_id: str,
        old_outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *,
        preview: bool,
    ) -> dict[str, Any]:
        """The outputs after the resource took `inputs`."""

    @abstractmethod
    def delete(self, instance: Instance, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Deletes the resource; a resource that is already deleted is no error."""

    def existing(self, instance: Instance, urn: str, resource_id: str) -> Live | None:
        """A resource that a program reads and that the rehearsal lacks, assumed to exist.

        It is kept from then on, marked with `EXISTING`, until the stack that reads it is destroyed. None where no
        resource of the type can have this id.
        """
        del instance, urn, resource_id
        return None

    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The result of the function `token`."""
        raise CloudError("NotSupported", f"the rehearsal cloud does not know the function {token} ({sorted(args)})")

    def construct(self, token: str) -> NoReturn:
        """Refuses to make the component `token` of the package."""
        raise CloudError("NotSupported", f"the rehearsal cloud does not make the component {token}")

    def expected_id(self, instance: Instance, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """The id that `create` would give for `inputs`, where it follows from them; used to recover from a crash."""
        del instance, urn, inputs
        return None
