"""The text of rendered manifests."""

from collections.abc import Sequence
from typing import Any

import yaml

from bluelamp.render.files import MARK
from bluelamp.render.objects import LeftOut, Manifest

_TOP = ("apiVersion", "kind", "metadata")


class _Dumper(yaml.SafeDumper):
    """Plain YAML: no anchors, and multi-line strings as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """`value` as YAML."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def manifest(one: "Manifest", force: str) -> str:
    """A manifest's file."""
    head = [f"# {MARK} render {force}; change the settings or the modules, not this file."]
    head += [f"# Unknown until deployment, so this file is not applied: {path}" for path in one.unknown]
    content = {key: one.content[key] for key in _TOP if key in one.content}
    content |= {key: _sorted(one.content[key]) for key in sorted(one.content) if key not in _TOP}
    if "metadata" in content:
        content["metadata"] = _sorted(content["metadata"])
    return "\n".join(head) + "\n---\n" + dump(content)


def _sorted(value: Any) -> Any:
    """`value` with sorted keys, so that renderings can be compared line by line."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def kustomization(manifests: Sequence["Manifest"], force: str, cluster: str) -> str:
    """What `kubectl apply -k` of a cluster's folder applies: every complete manifest, in order."""
    lines = [
        f"# {MARK} render {force}. Apply with: kubectl apply --server-side -k {cluster}",
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        "kind: Kustomization",
        "sortOptions:",
        "  order: fifo",
        "resources:" if any(not one.unknown for one in manifests) else "resources: []",
    ]
    for one in manifests:
        path = one.path.partition("/")[2]
        lines.append(f"  # - {path}  (not known until deployment: {', '.join(one.unknown)})" if one.unknown
                     else f"  - {path}")  # fmt: skip
    return "\n".join(lines) + "\n"


def notes(left_out: Sequence["LeftOut"], force: str, cluster: str) -> str:
    """The objects that are not among a cluster's manifests, and what to do about each."""
    lines = [f"<!-- {MARK} render {force}. -->", "", f"# Not rendered for {cluster}", ""]
    for one in left_out:
        where = f"{one.namespace}/" if one.namespace else ""
        lines.append(f"- **{one.kind} {where}{one.name}**: {one.reason}.")
        if one.kind == "Secret":
            keys = f" with the keys {', '.join(f'`{key}`' for key in one.keys)}" if one.keys else ""
            lines.append(
                f"  Store it in the force's key vault and fetch it with an `ExternalSecret` `{one.name}`{keys},"
            )
            lines.append("  or create it with `bluelamp up`.")
        else:
            lines.append("  Create it with `bluelamp up`.")
    return "\n".join(lines) + "\n"
