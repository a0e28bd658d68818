"""Programs that do not use Bluelamp: their location, and what they request when they run in this process.

The programs in `programs/` are complete Pulumi projects, written as a user would from the packages' documentation. The
published examples in the documentation of the installed SDKs are a second source.
"""

import ast
import asyncio
import copy
import functools
import os
import re
import runpy
import textwrap
from collections.abc import Callable, Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pulumi.runtime
import pytest
import yaml
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack

from bluelamp.core.resource import name_of, type_of
from bluelamp.planning.monitor import PlanEngine, PlanMonitor
from bluelamp.planning.plan import stack_config
from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.provider import Checked, Failure, Instance, Provider
from bluelamp.rehearsal.store import Record, Store

PROGRAMS = Path(__file__).parent / "programs"
NAMES = ("compute", "containers", "data", "guestbook", "identity", "integration", "web", "workloads")
STACK = "dev"


def together(program: str) -> pytest.MarkDecorator:
    """Keeps the tests of one program in one worker, so that it is brought up once."""
    return pytest.mark.xdist_group(f"program-{program}")


@dataclass(frozen=True)
class Step:
    """One resource of a program, as the program requested it."""

    urn: str
    package: str
    instance: Instance
    given: Mapping[str, Any]


@dataclass
class Deployed:
    """A program that is up: its steps by type and logical name (`Subnet front`), the cloud's content, and the errors."""

    steps: dict[str, Step] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def refusals(self, name: str, inputs: Mapping[str, Any]) -> list[Failure]:
        """The failures of `check` for one resource with other inputs, in a cloud without it and its children.

        Raises `CloudError` if the check passes and the cloud refuses to create it.
        """
        step, store = self.steps[name], Store(":memory:")
        [own] = [record.id for record in self.records if record.urn == step.urn]
        others = [one for one in self.records if one.id != own and not f"{one.id}/".startswith(f"{own}/")]
        try:
            for record in others:
                store.add(record)
            provider = _impatient(store) if step.package == "kubernetes" else Packages(store).provider(step.package)
            checked = provider.check(step.instance, step.urn, {}, copy.deepcopy(dict(inputs)))
            if not checked.failures:
                provider.create(step.instance, step.urn, checked.inputs, preview=False)
                assert store.count() == len(others) + 1
            return list(checked.failures)
        finally:
            store.close()


def _impatient(store: Store) -> Provider:
    """A rehearsed Kubernetes that does not wait for a namespace that is never created."""
    return KubernetesProvider(store, patience=0.0)


class _Deploying:
    """A provider that creates what a preview would only check, and records its calls."""

    def __init__(self, provider: Provider, deployed: Deployed) -> None:
        self._provider, self._deployed = provider, deployed

    def check(self, instance: Instance, urn: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Checked:
        key = f"{type_of(urn).rpartition(':')[2]} {name_of(urn)}"
        self._deployed.steps[key] = Step(urn, self._provider.package, instance, copy.deepcopy(dict(new)))
        return self._provider.check(instance, urn, old, new)

    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        del preview
        return self._provider.create(instance, urn, inputs, preview=False)

    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        return self._provider.invoke(instance, token, args)


def run_program(folder: Path) -> Callable[[], None]:
    """The program in `folder`, to be run as a Python language host would: from its own folder."""

    def run() -> None:
        with chdir(folder):
            runpy.run_path(os.fspath(folder), run_name="__main__")

    return run


@functools.cache
def deployed(name: str) -> Deployed:
    """A program brought up in this process: every resource is checked and made, in the order that the SDK gives."""
    folder, whole, store = PROGRAMS / name, Deployed(), Store(":memory:")
    packages = Packages(store)
    made: dict[str, Any] = {}

    def provider_of(package: str) -> Any:
        return made.setdefault(package, _Deploying(packages.provider(package), whole))

    settings = folder / f"Pulumi.{STACK}.yaml"
    config = stack_config(settings) if settings.is_file() else {}
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"]
    monitor = PlanMonitor(STACK, project, provider_of)
    monitor.set_config({key: value for key, value in config.items() if not key.startswith(f"{project}:")})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    configure(Settings(project, STACK, monitor=monitor, engine=PlanEngine(), dry_run=False, root_directory=str(folder)))
    pulumi.runtime.set_all_config(dict(config), [])
    try:
        loop.run_until_complete(run_in_stack(run_program(folder)))
    finally:
        loop.close()
        asyncio.set_event_loop(None)
        whole.records = store.all()
        store.close()
    whole.refused = [
        f"{one.name}: {failure.path}: {failure.reason}"
        for one in monitor.resources.values()
        for failure in one.failures
    ]
    return whole


def examples(package: str) -> dict[str, str]:
    """The Python examples in the documentation of an installed SDK, by file and number, as published."""
    found: dict[str, str] = {}
    for path in sorted(one.locate() for one in files(f"pulumi-{package}") or [] if one.suffix == ".py"):
        text = Path(path).read_text(encoding="utf-8")
        if "```python" not in text:
            continue
        strings = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
        blocks = dict.fromkeys(
            textwrap.dedent(block)
            for one in strings
            if isinstance(one, str)
            for block in re.findall(r"^ *```python\n(.*?)^ *```", one, re.DOTALL | re.MULTILINE)
        )
        for number, block in enumerate(blocks):
            if block not in found.values():
                found[f"{Path(path).parent.name}/{Path(path).stem}[{number}]"] = block
    return found
