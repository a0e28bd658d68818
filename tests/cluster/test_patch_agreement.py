"""The rehearsal merges patches as a real API server does with server-side apply."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core.server_side_apply import Apply, builtin
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from tests.thorough import tries

pytestmark = pytest.mark.cluster

names = st.sampled_from(["a", "b", "c"])
ports = st.fixed_dictionaries(
    {"containerPort": st.sampled_from([80, 443])},
    optional={"protocol": st.sampled_from(["TCP", "UDP"]), "hostPort": st.sampled_from([80, 443, None])},
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "privileged": st.sampled_from([True, False, None]),
        "capabilities": st.fixed_dictionaries(
            {},
            optional={key: st.lists(st.sampled_from(["ALL", "CHOWN", "KILL"]), max_size=2) for key in ("add", "drop")},
        ),
        "runAsNonRoot": st.sampled_from([True, None]),
    },
)
environment = st.fixed_dictionaries({"name": names, "value": st.sampled_from(["1", "2"])})


def distinct(items: Any, *keys: str) -> Any:
    """Lists of `items` with distinct `keys`, as the server requires."""
    return st.lists(
        items,
        max_size=3,
        unique_by=lambda each: tuple(each.get(key, "TCP" if key == "protocol" else None) for key in keys),
    )


containers = st.fixed_dictionaries(
    {"name": names, "image": st.sampled_from(["x", "y"])},
    optional={
        "ports": distinct(ports, "containerPort", "protocol"),
        "env": distinct(environment, "name"),
        "securityContext": st.one_of(st.none(), contexts),
        "command": st.lists(st.sampled_from(["run", "sh"]), max_size=2),
    },
)
volumes = st.fixed_dictionaries({"name": names, "emptyDir": st.just({})})
pods = st.fixed_dictionaries(
    {"containers": distinct(containers, "name").filter(bool)},
    optional={
        "hostNetwork": st.sampled_from([True, False, None]),
        "volumes": distinct(volumes, "name"),
        "securityContext": st.fixed_dictionaries({}, optional={"runAsUser": st.sampled_from([0, 7, None])}),
        "nodeSelector": st.dictionaries(names, st.sampled_from(["1", "2"]), max_size=2),
        "tolerations": st.lists(st.just({"key": "a", "operator": "Exists"}), max_size=1),
    },
)
metadata = st.fixed_dictionaries(
    {}, optional={"labels": st.dictionaries(names, names), "annotations": st.dictionaries(names, names)}
)


@pytest.fixture(scope="module")
def api(cluster: Path) -> Api:
    return Api(cluster)


def accepted(api: Api, spec: dict[str, Any], meta: dict[str, Any], name: str, manager: str, *, dry_run: bool) -> Any:
    """The server's version of a pod template; None if it refuses it."""
    template = {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "metadata": {"name": name, "namespace": "default"},
        "template": {"metadata": meta, "spec": spec},
    }
    path = api.path("v1", "PodTemplate", "default", name)
    try:
        found = api.apply(path, template, manager, dry_run=dry_run, force=True)
    except RefusalError:
        return None
    return ordered(found["template"])


def ordered(value: Any) -> Any:
    """`value` with lists of objects sorted and empty objects removed: neither has a meaning."""
    if isinstance(value, dict):
        kept = {key: ordered(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item != {}}
    if isinstance(value, list):
        items = [ordered(item) for item in value]
        return sorted(items, key=json.dumps) if items and isinstance(items[0], dict) else items
    return value


@settings(
    max_examples=tries(150), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(pods, metadata, pods, metadata)
def test_a_patch_gives_what_the_server_gives(
    api: Api, base: dict[str, Any], base_meta: dict[str, Any], change: dict[str, Any], change_meta: dict[str, Any]
) -> None:
    import secrets

    name = f"merge-{secrets.token_hex(5)}"
    if accepted(api, base, base_meta, name, "owner", dry_run=False) is None:
        return
    theirs = accepted(api, change, change_meta, name, "patch", dry_run=True)
    shape = builtin("v1", "PodTemplate")
    ours = Apply()(
        {"template": {"metadata": base_meta, "spec": base}},
        {"template": {"metadata": change_meta, "spec": change}},
        shape,
    )["template"]
    merged = accepted(api, ours["spec"], ours["metadata"], f"{name}-2", "owner", dry_run=True)
    assert theirs == merged
