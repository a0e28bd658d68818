"""Reads YAML manifests for the SDK's `kubernetes.yaml` components."""

from typing import Any

import yaml

from bluelamp.rehearsal.kubernetes import kinds
from bluelamp.rehearsal.provider import CloudError


def decode(text: str, namespace: str = "") -> list[dict[str, Any]]:
    """The objects in `text`, one or more documents; `namespace` is the default for namespaced objects.

    Documents without an API version or kind are skipped, as in pulumi-kubernetes. Raises `CloudError` `InvalidYaml`
    with line and column if the text is invalid.
    """
    try:
        documents = list(yaml.load_all(text, _Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise CloudError("InvalidYaml", f"{where}{getattr(error, 'problem', None) or error}") from error
    found = []
    for document in documents:
        if isinstance(document, dict) and document.get("apiVersion") and document.get("kind"):
            if namespace:
                _place(document, namespace)
            found.append(document)
    return found


class _Loader(yaml.SafeLoader):
    """YAML as the API reads it: dates are strings."""


_Loader.yaml_implicit_resolvers = {
    key: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
    ]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _place(document: dict[str, Any], namespace: str) -> None:
    kind = kinds.builtin(str(document["apiVersion"]), str(document["kind"]))
    metadata = document.setdefault("metadata", {})
    if (kind is None or kind.namespaced) and isinstance(metadata, dict):
        metadata.setdefault("namespace", namespace)
