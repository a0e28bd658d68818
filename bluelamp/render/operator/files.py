"""The objects as files of a folder that a GitOps tool applies."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bluelamp.render.files import MARK
from bluelamp.render.operator.objects import Object, of_force, of_namespace
from bluelamp.render.text import dump

if TYPE_CHECKING:
    from bluelamp.fleet.waves import Waves
    from bluelamp.render.operator.settings import Operator

_HEAD: Final = f"# {MARK} render --operator; change stacks/operator.yaml, not this file.\n"
_NAMESPACE: Final = "namespace.yaml"


def operator_files(settings: "Operator", waves: "Waves | None", stacks: Iterable[str]) -> dict[str, str]:
    """The text of each file by its path: one for each of `stacks`, the namespace's, and a kustomization of them all.

    With `waves`, a stack waits for every stack of the ring before its own.
    """
    wanted = set(stacks)
    files = {_NAMESPACE: _text(of_namespace(settings))}
    for stack, before in ordered(settings, waves):
        if stack in wanted:
            files[f"{stack}.yaml"] = _text(of_force(settings, stack, before))
    listed = "".join(f"  - {name}\n" for name in files)
    head = f"{_HEAD}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions:\n  order: fifo\n"
    return {**files, "kustomization.yaml": f"{head}resources:\n{listed}"}


def ordered(settings: "Operator", waves: "Waves | None") -> list[tuple[str, list[str]]]:
    """The stacks in the order of their rings, each with those that must be up before it."""
    if waves is None:
        return [(stack, []) for stack in sorted(settings.forces)]
    found: list[tuple[str, list[str]]] = []
    before: list[str] = []
    for ring in waves.rings_of(sorted(settings.forces)):
        found += [(stack, before) for stack in ring.stacks]
        before = list(ring.stacks)
    return found


def _text(objects: Iterable[Object]) -> str:
    return _HEAD + "".join(f"---\n{dump(each)}" for each in objects)
