"""Two components of the learner's own, each with its own account."""

from collections.abc import Iterator, Mapping
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.project import LearnerProject, value
from bluelamp.planning import PlannedResource
from bluelamp.rehearsal.values import UNKNOWN

_COMPONENT: Final = "RecordsStore"
_FILE: Final = "infra/__main__.py"
_MODULE: Final = "infra/records_store.py"
_CHILDREN: Final = {
    "a resource group": "azure-native:resources:ResourceGroup",
    "a storage account": "azure-native:storage:StorageAccount",
}


def check(project: LearnerProject) -> Iterator[Problem]:
    """What is missing or wrong in the module and its two uses."""
    by_urn = {each.urn: each for each in project.plan.resources}
    if not (project.root / _MODULE).is_file():
        yield project.problem(
            "is missing: write the module in this file", f"write the class {_COMPONENT}", file=_MODULE
        )
    components = {each.name: each for each in project.planned(f"*:{_COMPONENT}")}
    for name in ("custody", "crime"):
        if name not in components:
            yield project.problem(
                f"the plan has no component {_COMPONENT} called {name}",
                f'create it: {_COMPONENT}("{name}", ...)',
                file=_FILE,
            )
            continue
        inside = [each for each in project.plan.managed if components[name].urn in _ancestors(each, by_urn)]
        for what, type_ in _CHILDREN.items():
            found = [each for each in inside if each.type == type_]
            if len(found) != 1:
                yield project.problem(
                    f"{name} has {len(found)} of {what} among its children; the task asks for 1",
                    "create each child with opts=self.child()",
                    file=_MODULE,
                )
        for each in inside:
            if not each.name.startswith(f"{name}-"):
                yield project.problem(
                    f"the child {each.name} of {name} has a name that is not unique to the component",
                    'begin the names of children with the name of the component: f"{name}-account"',
                    file=_MODULE,
                )
        names = [value(each.inputs, "accountName") for each in inside if each.type == _CHILDREN["a storage account"]]
        # An output of a resource (`account.name`) is not known before the deployment.
        if names and project.plan.outputs.get(name) not in (*names, UNKNOWN):
            yield project.problem(
                f"the program does not export the name of the account of {name}",
                f'set self.account, and write: pulumi.export("{name}", store.account)',
                file=_FILE,
            )


def _ancestors(resource: PlannedResource, by_urn: Mapping[str, PlannedResource]) -> Iterator[str]:
    """The URNs of a resource's parent, its parent's parent and so on."""
    parent = resource.parent
    while parent:
        yield parent
        parent = by_urn[parent].parent if parent in by_urn else ""
