"""Two components of the learner's own, each with its own account."""

from collections.abc import Iterator, Mapping
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At, value
from bluelamp.planning import PlannedResource
from bluelamp.rehearsal.values import UNKNOWN

_COMPONENT: Final = "RecordsStore"
_FILE: Final = "infra/__main__.py"
_MODULE: Final = "infra/records_store.py"
_CHILDREN: Final = {
    "a resource group": "azure-native:resources:ResourceGroup",
    "a storage account": "azure-native:storage:StorageAccount",
}


def check(at: At) -> Iterator[Problem]:
    """What is missing of the module, and of its two uses."""
    by_urn = {each.urn: each for each in at.plan.resources}
    if not (at.root / _MODULE).is_file():
        yield at.problem("is missing: the module belongs there", f"write the class {_COMPONENT}", file=_MODULE)
    made = {each.name: each for each in at.planned(f"*:{_COMPONENT}")}
    for name in ("custody", "crime"):
        if name not in made:
            yield at.problem(
                f"the plan has no component {_COMPONENT} called {name}",
                f'make it: {_COMPONENT}("{name}", ...)',
                file=_FILE,
            )
            continue
        inside = [each for each in at.plan.managed if made[name].urn in _above(each, by_urn)]
        for what, type_ in _CHILDREN.items():
            found = [each for each in inside if each.type == type_]
            if len(found) != 1:
                yield at.problem(
                    f"{name} has {len(found)} of {what} among its children; the task asks for 1",
                    "make each child with opts=self.child()",
                    file=_MODULE,
                )
        for each in inside:
            if not each.name.startswith(f"{name}-"):
                yield at.problem(
                    f"the child {each.name} of {name} has a name that another component may have too",
                    'begin the names of children with the name of the component: f"{name}-account"',
                    file=_MODULE,
                )
        names = [value(each.inputs, "accountName") for each in inside if each.type == _CHILDREN["a storage account"]]
        # What a resource gives out (`account.name`) is not known before it is made.
        if names and at.plan.outputs.get(name) not in (*names, UNKNOWN):
            yield at.problem(
                f"the program does not export the name of the account of {name}",
                f'give it out as self.account, and write: pulumi.export("{name}", store.account)',
                file=_FILE,
            )


def _above(resource: PlannedResource, by_urn: Mapping[str, PlannedResource]) -> Iterator[str]:
    """The URNs of the components that a resource is in, the nearest first."""
    parent = resource.parent
    while parent:
        yield parent
        parent = by_urn[parent].parent if parent in by_urn else ""
