"""Programs that know nothing of Bluelamp: where they are, and what they ask for when they run in this process.

The programs in `programs/` are whole Pulumi projects, written as a user would write them from the packages' own
documentation. The packages' documentation is a second source: the examples in the installed SDKs, as published.
"""

import ast
import asyncio
import copy
import os
import re
import runpy
import textwrap
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pulumi.runtime
import yaml
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack

from bluelamp.planning.monitor import PlanEngine, PlanMonitor
from bluelamp.planning.plan import stack_config
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.provider import Checked, Failure, Instance, Provider, name_of, type_of
from bluelamp.rehearsal.store import Record, Store

PROGRAMS = Path(__file__).parent / "programs"
NAMES = ("compute", "containers", "data", "guestbook", "identity", "integration", "web", "workloads")
STACK = "dev"


@dataclass(frozen=True)
class Step:
    """One resource of a program: what the program gave, and the cloud as it was when its turn came."""

    urn: str
    package: str
    instance: Instance
    given: Mapping[str, Any]
    before: tuple[Record, ...]

    def refusals(self, inputs: Mapping[str, Any]) -> list[Failure]:
        """What `check` says of the resource with other inputs. Raises `CloudError` where the cloud refuses to make it."""
        store = Store(":memory:")
        try:
            for record in self.before:
                store.add(record)
            provider = Packages(store).provider(self.package)
            checked = provider.check(self.instance, self.urn, {}, copy.deepcopy(dict(inputs)))
            if not checked.failures:
                provider.create(self.instance, self.urn, checked.inputs, preview=False)
                assert store.count() == len(self.before) + 1
            return list(checked.failures)
        finally:
            store.close()


@dataclass
class Deployed:
    """A program after it came up: its steps by type and logical name (`Subnet front`), what the cloud holds, and what went wrong."""

    steps: dict[str, Step] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Deploying:
    """A provider that makes what a preview would only check, and writes down what it was asked."""

    def __init__(self, provider: Provider, store: Store, deployed: Deployed) -> None:
        self._provider, self._store, self._deployed = provider, store, deployed
        self._given: dict[str, dict[str, Any]] = {}

    def check(self, instance: Instance, urn: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Checked:
        self._given[urn] = copy.deepcopy(dict(new))
        return self._provider.check(instance, urn, old, new)

    def create(
        self, instance: Instance, urn: str, inputs: Mapping[str, Any], *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        del preview
        before = tuple(self._store.all())
        made = self._provider.create(instance, urn, inputs, preview=False)
        key = f"{type_of(urn).rpartition(':')[2]} {name_of(urn)}"
        self._deployed.steps[key] = Step(urn, self._provider.package, instance, self._given[urn], before)
        return made

    def invoke(self, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        return self._provider.invoke(instance, token, args)


def deploy(name: str) -> Deployed:
    """Brings a program up in this process: every resource is checked and made, in the order that the SDK gives."""
    folder, deployed, store = PROGRAMS / name, Deployed(), Store(":memory:")
    packages = Packages(store)
    made: dict[str, Any] = {}

    def provider_of(package: str) -> Any:
        return made.setdefault(package, _Deploying(packages.provider(package), store, deployed))

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
        with chdir(folder):
            loop.run_until_complete(run_in_stack(lambda: runpy.run_path(os.fspath(folder), run_name="__main__")))
    finally:
        loop.close()
        asyncio.set_event_loop(None)
        deployed.records = store.all()
        store.close()
    deployed.refused = [
        f"{one.name}: {failure.path}: {failure.reason}"
        for one in monitor.resources.values()
        for failure in one.failures
    ]
    return deployed


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
