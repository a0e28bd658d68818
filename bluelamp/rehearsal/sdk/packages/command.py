"""The `command` package: a rehearsal runs no commands, neither locally nor on a remote host.

A command's output is empty, which a program that parses it must handle.
"""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.sdk.behaviour import Creation, Find, Package

_NO_OUTPUT = {"stdout": "", "stderr": ""}


class Rehearsed(Package):
    """The package's resources and its function `run`."""

    @override
    def computed(self, creation: Creation) -> dict[str, Any]:
        return dict(_NO_OUTPUT) if creation.kind == "Command" else {}

    @override
    def identity(self, creation: Creation, outputs: Mapping[str, Any]) -> str:
        return f"{creation.name}{creation.random.getrandbits(32):08x}"

    @override
    def invoke(self, token: str, args: Mapping[str, Any], instance: Instance, find: Find) -> dict[str, Any] | None:
        return {**args, **_NO_OUTPUT}
