"""Applies the output of `render --operator` to a real API server with the operator's own definitions.

Run `python -m tests.cluster.operated DIR`. DIR has the definitions of the Pulumi Kubernetes Operator, version 2, which
no package registry carries: `deploy/crds` of its repository. They are installed, and every object is applied to the
server, which refuses unknown fields and must keep every field that it is sent. The exit status is 1 if it refuses or
changes an object.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import yaml

from bluelamp.fleet.waves import Waves
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.render.operator import operator_files
from bluelamp.render.operator.settings import Operator
from tests.cluster.control_plane import control_plane

SETTINGS = Operator.model_validate(
    {
        "image": f"registry.example/bluelamp@sha256:{'a' * 64}",
        "backend": "azblob://pulumi-state?storage_account=stexample",
        "forces": {
            "essex": {
                use: {
                    "clientId": f"{digit * 8}-1111-4111-8111-111111111111",
                    "tenantId": "2" * 8 + "-2222-4222-8222-" + "2" * 12,
                }
                for use, digit in (("apply", "3"), ("plan", "4"))
            },
            "kent": {"apply": {"secret": "kent-apply"}, "plan": {"secret": "kent-plan"}},
        },
    }
)
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def objects() -> list[dict[str, Any]]:
    """The objects of two forces, one of which depends on the other, in the order of the kustomization."""
    waves = Waves((("canary", ("kent",), None), ("rest", ("essex",), None)))  # type: ignore[arg-type] # no limits
    files = operator_files(SETTINGS, waves, SETTINGS.forces)
    names = yaml.safe_load(files["kustomization.yaml"])["resources"]
    return [each for name in names for each in yaml.safe_load_all(files[name])]


def pods() -> Iterator[dict[str, Any]]:
    """The pod of each stack's workspace, as far as the stack defines it, in the stack's namespace."""
    for each in objects():
        if each["kind"] == "Stack":
            spec = each["spec"]["workspaceTemplate"]["spec"]["podTemplate"]["spec"]
            account = {"serviceAccountName": each["spec"]["serviceAccountName"]}
            yield {"apiVersion": "v1", "kind": "Pod", "metadata": each["metadata"], "spec": {**spec, **account}}


def path_of(api: Api, one: dict[str, Any]) -> str:
    """The API path of an object."""
    kind = api.kind(one["apiVersion"], one["kind"])
    group = f"/apis/{one['apiVersion']}" if "/" in one["apiVersion"] else f"/api/{one['apiVersion']}"
    space = one["metadata"].get("namespace")
    return f"{group}{f'/namespaces/{space}' if space else ''}/{kind.plural}/{one['metadata']['name']}"


def applied(api: Api, one: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
    """The object as the server stores it. Raises `RefusalError`."""
    return api.apply(path_of(api, one), one, "bluelamp-tests", dry_run=dry_run, force=True)


def _installed(api: Api, folder: Path) -> None:
    names = []
    for file in sorted(folder.glob("*.yaml")):
        for one in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if one and one["kind"] == "CustomResourceDefinition":
                names.append(one["metadata"]["name"])
                api.apply(f"{_DEFINITIONS}/{names[-1]}", one, "bluelamp-tests", dry_run=False, force=True)
    deadline = monotonic() + 60
    while not all(_established(api, name) for name in names):
        if monotonic() > deadline:
            sys.exit(f"{folder}: the definitions are not served after 60 s")
        sleep(0.2)


def _established(api: Api, name: str) -> bool:
    conditions = api.request("GET", f"{_DEFINITIONS}/{name}").get("status", {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def main(folder: Path) -> int:
    """Applies every object and prints the server's result. Returns 1 if it refuses or changes one."""
    wrong = 0
    with TemporaryDirectory() as work, control_plane(Path(work)) as kubeconfig:
        _installed(Api(kubeconfig), folder)
        api = Api(kubeconfig)
        for one in objects():
            name = f"{one['kind']} {one['metadata']['name']}"
            try:
                kept = applied(api, one)
            except RefusalError as error:
                wrong += 1
                print(f"refused: {name}: {error}")  # noqa: T201 - the answer
                continue
            changed = one["kind"] == "Stack" and kept["spec"] != one["spec"]
            wrong += changed
            print(f"{'changed' if changed else 'accepted'}: {name}")  # noqa: T201 - the answer
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
