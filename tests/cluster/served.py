"""What an API server serves, in the format of the rehearsal's `data/served.json`.

`python -m tests.cluster.served` regenerates the file from the pinned API server; a test compares the two.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.kubernetes.api import Api

DATA = Path(__file__).parents[2] / "bluelamp" / "rehearsal" / "kubernetes" / "data" / "served.json"


def served(kubeconfig: Path) -> dict[str, Any]:
    """The kinds that the server at `kubeconfig` stores, and the enums in its OpenAPI.

    Kinds from custom resource definitions are left out.
    """
    api = Api(kubeconfig)

    def get(path: str) -> dict[str, Any]:
        return api.request("GET", path)

    installed = get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    foreign = {definition["spec"]["group"] for definition in installed}
    groups = [group for group in get("/apis")["groups"] if group["name"] not in foreign]
    roots = {"v1": "/api/v1"} | {
        version["groupVersion"]: f"/apis/{version['groupVersion']}" for group in groups for version in group["versions"]
    }
    kinds: dict[str, dict[str, Any]] = {}
    words: dict[str, dict[str, Any]] = {}
    for api_version, root in roots.items():
        for resource in get(root)["resources"]:
            if "/" not in resource["name"] and {"create", "get"} <= set(resource["verbs"]):
                kinds.setdefault(api_version, {})[resource["kind"]] = [resource["name"], resource["namespaced"]]
        for name, schema in get(f"/openapi/v3{root}")["components"]["schemas"].items():
            for key, field in schema.get("properties", {}).items():
                if field.get("enum"):
                    words.setdefault(name, {})[key] = field["enum"]
                elif field.get("items", {}).get("enum"):
                    words.setdefault(name, {})[f"{key}[]"] = field["items"]["enum"]
    return {"kinds": kinds, "words": words}


def text(found: dict[str, Any]) -> str:
    """The file's format: a kind, or a field with its enum, on each line."""
    sections = []
    for section in sorted(found):
        lines = []
        for name, entries in sorted(found[section].items()):
            body = ",\n".join(f"   {json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(entries.items()))
            lines.append(f"  {json.dumps(name)}: {{\n{body}\n  }}")
        sections.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    from tests.cluster.control_plane import control_plane

    with tempfile.TemporaryDirectory() as folder, control_plane(Path(folder)) as kubeconfig:
        DATA.write_text(text(served(kubeconfig)), encoding="utf-8")
