"""The provider interface of the rehearsal cloud, in plain values.

The gRPC server (for the real engine) and the offline planner call the same methods, so that both get the same inputs,
defaults and errors. Providers are thread-safe; their state is in the store.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NoReturn


class CloudError(Exception):
    """An error response of the cloud, with the error code and message of the real service.

    `retryable` marks faults after which the same call may succeed (throttling, conflict, time-out).
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable


@dataclass(frozen=True)
class Failure:
    """An invalid input: its property path (`securityRules[0].access`; empty for the resource) and the reason."""

    path: str
    reason: str


@dataclass(frozen=True)
class Instance:
    """A configured provider instance: its stack, its project and its configuration.

    `stack` and `project` are empty if the engine has not sent them. `config` contains plain values, JSON-decoded.
    """

    stack: str = ""
    project: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


EXISTING: Final = "__existing"
"""The input, in the store only, that marks a resource that is assumed to exist."""


@dataclass(frozen=True)
class Naming:
    """The setting `pulumi:autonaming` for a resource without a name of its own.

    With `propose` the provider may change the proposed name, with `enforce` it may not. With `disable` the program must
    set the name.
    """

    mode: Literal["propose", "enforce", "disable"]
    proposed: str = ""


@dataclass(frozen=True)
class Checked:
    """Inputs with the provider's defaults, and their errors. `warnings` do not reject the resource."""

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
    """A resource in the cloud: its id, the inputs that would create it, and its outputs."""

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
        """The provider's configuration, checked."""
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

        `naming` is the stack's setting for auto-naming; None if the package's own names apply.
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
        """The changes from `old_inputs` to `new`, except at the paths in `ignore`."""

    @abstractmethod
    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """The new resource's id and outputs.

        A preview stores nothing; its id is empty if it is not known yet, and computed outputs are `UNKNOWN`.
        """

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
        """The outputs of the resource after it is updated to `inputs`."""

    @abstractmethod
    def delete(self, instance: Instance, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> None:
        """Deletes the resource. Succeeds if it is already deleted."""

    def assume_existing(self, instance: Instance, urn: str, resource_id: str) -> Live | None:
        """A resource that a program reads and that the rehearsal cloud lacks, assumed to exist.

        It is stored, marked with `EXISTING`, until the stack that reads it is destroyed. None if no resource of the
        type can have this id.
        """
        del instance, urn, resource_id
        return None

    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The result of the function `token`."""
        raise CloudError("NotSupported", f"the rehearsal cloud does not support the function {token} ({sorted(args)})")

    def construct(self, token: str) -> NoReturn:
        """Raises `CloudError`: the package's remote components are not supported."""
        raise CloudError("NotSupported", f"the rehearsal cloud does not support the component {token}")

    def expected_id(self, instance: Instance, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """The id that `create` would return for `inputs`, if it follows from them; used in crash recovery."""
        del instance, urn, inputs
        return None
