"""The files of rules compiled for a cluster's admission control and for Azure Policy."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from bluelamp.policies import Rule
from bluelamp.policies.compiled import Compiled
from bluelamp.render.files import MARK

_WIDTH: Final = 120


def admission_files(rules: Iterable[Rule], compiled: Compiled) -> dict[str, str]:
    """A manifest for each rule, and a kustomization that names them: `kubectl apply -k DIR`."""
    held = [rule for rule in rules if rule.id in compiled.documents]
    files = {
        f"{rule.id}.yaml": f"# {MARK} from {rule.id}: {rule.title}.\n{_yaml(*compiled.documents[rule.id])}"
        for rule in held
    }
    whole = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": list(files)}
    return {**files, "kustomization.yaml": f"# {MARK}.\n{_yaml(whole)}"}


def azure_files(compiled: Compiled, initiative: Mapping[str, Any]) -> dict[str, str]:
    """A definition for each rule, and the initiative that contains them."""
    files = {f"definitions/{id_}.json": _json(document) for id_, (document,) in compiled.documents.items()}
    return {**files, "initiative.json": _json(initiative)}


def left_out(rules: Iterable[Rule], compiled: Compiled) -> str:
    """The page about rules that cannot be compiled, with the reasons."""
    lines = [
        f"<!-- {MARK}. -->",
        "# Rules that are not compiled",
        "",
        "They are checked before deployment and in every audit.",
        "",
        "| rule | title | reason |",
        "|---|---|---|",
        *(
            f"| {rule.id} | {rule.title} | {compiled.left_out[rule.id]} |"
            for rule in rules
            if rule.id in compiled.left_out
        ),
    ]
    return "\n".join(lines) + "\n"


def _yaml(*documents: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump_all(documents, sort_keys=False, width=_WIDTH, allow_unicode=True))


def _json(document: Mapping[str, Any]) -> str:
    said = {**document["properties"]}
    marked = {**document, "properties": {"metadata": {**said.pop("metadata"), "source": MARK}, **said}}
    return json.dumps(marked, indent=2, ensure_ascii=False) + "\n"
