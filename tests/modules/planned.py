"""Runs a Pulumi program without an engine and keeps its registrations, with providers that accept everything."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pulumi

from bluelamp.core.resource import name_of
from bluelamp.infra.force import load
from bluelamp.infra.program.build import build
from bluelamp.modules.aliases import drop_version_aliases
from bluelamp.planning.monitor import PlanEngine, PlanMonitor
from bluelamp.planning.plan import run_program
from bluelamp.planning.planned_resource import PlannedResource
from bluelamp.rehearsal.provider import Checked, Provider
from bluelamp.rehearsal.values import plain

ROOT = Path(__file__).resolve().parents[2]


class Anything(Provider):
    """Returns every resource's inputs as its outputs, with an id that is unknown until it exists."""

    def __init__(self, package: str) -> None:
        self.package, self.version = package, "1.0.0"

    def check(self, instance, urn, old, new):
        return Checked(dict(new))

    def create(self, instance, urn, inputs, *, preview):
        # Identities are a list as input and a map as output.
        return "", {key: value for key, value in inputs.items() if key != "identity"}

    def invoke(self, instance, token, args):
        assert token == "azure-native:authorization:getClientConfig"
        return {"subscriptionId": "logged-in-subscription", "tenantId": "logged-in-tenant"}

    def diff(self, *args, **options):
        raise AssertionError

    read = update = delete = diff


@dataclass
class Planned:
    """The registrations of a program, and its stack outputs."""

    resources: list[PlannedResource]
    outputs: Mapping[str, Any]
    aliases: Mapping[str, list[str]]
    """The former types of a resource, by its name."""
    waits_for: Mapping[str, list[str]]
    """The names of the resources that must be there before a resource, by its name."""

    def of(self, type_: str) -> list[dict[str, Any]]:
        """The inputs of every resource whose type ends in `type_`, such as `network:Subnet`."""
        return [dict(plain(resource.inputs)) for resource in self.resources if resource.type.endswith(f":{type_}")]

    def one(self, type_: str, **having: Any) -> dict[str, Any]:
        """The inputs of the only resource of the type, or of the only one with these inputs."""
        found = [inputs for inputs in self.of(type_) if having.items() <= inputs.items()]
        assert len(found) == 1, f"{len(found)} of {type_} with {having}"
        return found[0]


class Monitor(PlanMonitor):
    """Keeps the aliases and the order too."""

    def __init__(self, stack: str) -> None:
        super().__init__(stack, "bluelamp", Anything)
        self.aliases: dict[str, list[str]] = {}
        self.waits_for: dict[str, list[str]] = {}

    def RegisterResource(self, request):
        self.aliases[request.name] = [alias.spec.type for alias in request.aliases]
        self.waits_for[request.name] = [name_of(urn) for urn in request.dependencies]
        return super().RegisterResource(request)


def plan(program: Callable[[], object], stack: str = "test", *, aliases: bool = False) -> Planned:
    """The registrations of `program` in a preview in `stack`; without version aliases, which cost most of the time."""

    def quick() -> None:
        if not aliases:
            pulumi.runtime.register_stack_transformation(drop_version_aliases)
        program()

    monitor, engine = Monitor(stack), PlanEngine()
    run_program(monitor, engine, quick, {}, stack=stack, project="bluelamp", root=ROOT)
    assert engine.errors == []
    return Planned(list(monitor.resources.values()), monitor.stack_outputs, monitor.aliases, monitor.waits_for)


def built(slug: str, settings: Mapping[str, Any] | None = None) -> Planned:
    """The registrations of a force's program with `settings` in place of its stack file; built once in each process."""
    return _built(slug, json.dumps(settings))


@cache
def _built(slug: str, settings: str) -> Planned:
    return plan(lambda: build(load(slug, json.loads(settings))), stack=slug, aliases=True)
