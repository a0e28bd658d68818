"""The result of compilation: resources as data, before Pulumi creates them.

A text may contain references: `${resource.output}` for another compiled resource and `${name}` for a value from the
landing zone. They become outputs when the resource is created, so an evaluator reads the same inputs before and after.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bluelamp.core.access import AccessPolicy, Rule

REFERENCE: Final = re.compile(r"\$\{([a-zA-Z0-9-]+)(?:\.([a-zA-Z]+))?\}")

TENANT: Final = "${tenant}"
LAKE: Final = "${lake}"
"""The name of the lake's storage account."""
GATEWAY: Final = "${gateway}"
"""The name of the API Management service."""
GATEWAY_IDENTITY: Final = "${gateway-identity}"
"""The object id of its identity."""
GROUP: Final = "${group}"
"""The name of the resource group of the API Management service."""


@dataclass(frozen=True)
class Wanted:
    """A resource: its type (Pulumi's token), its logical name, and its inputs in camelCase."""

    type: str
    name: str
    inputs: dict[str, Any]

    def ref(self, output: str) -> str:
        """A reference to one of its outputs."""
        return f"${{{self.name}.{output}}}"


@dataclass(frozen=True)
class Compiling:
    """A policy on a date, for a force (with its short code) in an environment.

    `excluded` are the groups exempt from conditional access.
    """

    policy: AccessPolicy
    day: date
    force: str
    code: str
    environment: str
    excluded: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The prefix of names in Entra ID, as environments of the force may share a tenant."""
        code = self.code.upper()
        return code if self.environment == "prod" else f"{code} {self.environment}"

    def open(self, kind: str) -> list[tuple[Rule, list[str], list[str]]]:
        """The rules that allow something to personas of a kind today, with those personas and the assets, sorted."""
        found = []
        for rule in self.policy.rules:
            personas, assets, *_ = self.policy.covers(rule)
            theirs = sorted(each for each in personas if self.policy.personas[each].kind == kind)
            if theirs and self.policy.is_open(rule, self.day):
                found.append((rule, theirs, sorted(assets)))
        return found


def resolved(value: Any, resolve: Callable[[str, str], Any], concat: Callable[[list[Any]], Any]) -> Any:
    """`value` with references replaced: `resolve(resource, output)` returns each, `concat` joins a text's parts."""
    if isinstance(value, dict):
        return {key: resolved(item, resolve, concat) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, resolve, concat) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    parts: list[Any] = []
    end = 0
    for found in REFERENCE.finditer(value):
        parts += [value[end : found.start()], resolve(found[1], found[2] or "")]
        end = found.end()
    parts = [part for part in (*parts, value[end:]) if not (isinstance(part, str) and part == "")]
    return parts[0] if len(parts) == 1 else concat(parts)
