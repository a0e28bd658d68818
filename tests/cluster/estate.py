"""The objects of components on a real API server."""

import runpy
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bluelamp.core.resource import type_of
from bluelamp.modules.naming import Label
from bluelamp.planning import plan_program
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.rehearsal.values import plain

LABEL = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Criminal Justice",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
ROOT = Path(__file__).parents[2]
_SECONDS = 30.0
_FIRST = ("Namespace", "ConfigMap", "ServiceAccount", "ValidatingAdmissionPolicy")

Object = dict[str, Any]


class As(Api):
    """The API server as another user sees it: an administrator impersonating `user`, of `group`."""

    def __init__(self, kubeconfig: Path, user: str, group: str) -> None:
        super().__init__(kubeconfig)
        self._client.set_default_header("Impersonate-User", user)
        self._client.set_default_header("Impersonate-Group", group)


def objects(program: Callable[[], object]) -> list[Object]:
    """The Kubernetes objects of `program`, namespaces first. The plan must refuse none of them."""
    plan = plan_program("cluster", program, {}, root=ROOT)
    assert [(each.urn, each.failures) for each in plan.refused] == []
    found = [
        plain(each.inputs) for each in plan.resources if each.custom and type_of(each.urn).startswith("kubernetes:")
    ]
    return sorted(found, key=lambda each: _FIRST.index(each["kind"]) if each["kind"] in _FIRST else len(_FIRST))


def example(path: Path) -> list[Object]:
    """The Kubernetes objects of an example."""
    return objects(lambda: runpy.run_path(str(path)))


def apply(api: Api, obj: Object, *, dry_run: bool = False) -> Object:
    """The live object. Raises `RefusalError` if the server refuses `obj`."""
    return api.apply(path_of(api, obj), obj, "tests", dry_run=dry_run, force=True)


def remove(api: Api, obj: Object) -> None:
    """Requests the deletion of `obj`."""
    api.request("DELETE", path_of(api, obj))


def path_of(api: Api, obj: Object) -> str:
    meta = obj["metadata"]
    return api.path(obj["apiVersion"], obj["kind"], meta.get("namespace", ""), meta["name"])


def until(attempt: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    """The result of `attempt` once it is `done`; the server's caches take a moment to see policies and roles."""
    deadline = time.monotonic() + _SECONDS
    while True:
        found = attempt()
        if done(found) or time.monotonic() >= deadline:
            return found


def refusal(api: Api, obj: Object) -> str:
    """Why the server refuses to create `obj`, or nothing if it accepts it."""
    try:
        apply(api, obj, dry_run=True)
    except RefusalError as error:
        return error.message
    return ""


def all_of(api: Api, path: str) -> Iterator[Object]:
    """The objects of a collection."""
    yield from api.request("GET", path)["items"]
