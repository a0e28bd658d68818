"""The `command` package: nothing is run in a rehearsal, neither here nor on a remote host.

A command's output is empty, as that of a command that says nothing; a program that parses it must expect that.
"""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.sdk.package import Find, Making, Package

_SILENT = {"stdout": "", "stderr": ""}


class Rehearsed(Package):
    """The package's resources and its function `run`."""

    @override
    def computed(self, making: Making) -> dict[str, Any]:
        return dict(_SILENT) if making.kind == "Command" else {}

    @override
    def identity(self, making: Making, outputs: Mapping[str, Any]) -> str:
        return f"{making.name}{making.random.getrandbits(32):08x}"

    @override
    def invoke(self, token: str, args: Mapping[str, Any], instance: Instance, find: Find) -> dict[str, Any] | None:
        return {**args, **_SILENT}
