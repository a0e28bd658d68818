"""Changes of a custom resource that has transition rules, and the outcome of each."""

from pathlib import Path
from typing import Any

import yaml

from tests.agreement.kubernetes import Case

_GROUP, _VERSION = "transitions.example.org", "v1"
_DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def definition() -> dict[str, Any]:
    """The definition with the rules."""
    spec = {"type": "object", "properties": _DATA["fields"]}
    version = {
        "name": _VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"rotas.{_GROUP}"},
        "spec": {
            "group": _GROUP,
            "scope": "Namespaced",
            "names": {"plural": "rotas", "singular": "rota", "kind": "Rota", "listKind": "RotaList"},
            "versions": [version],
        },
    }


def cases() -> dict[str, tuple[Case, str]]:
    """Each case, with part of the message that refuses it, or an empty text if it is accepted."""
    return {
        name: (Case(name, _object(after), None if before is None else _object(before)), refused or "")
        for name, (before, after, refused) in _DATA["cases"].items()
    }


def _object(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": f"{_GROUP}/{_VERSION}",
        "kind": "Rota",
        "metadata": {"name": "rota", "namespace": "default"},
        "spec": spec,
    }
