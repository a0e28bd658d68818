"""The published custom resource definitions of a platform's components, from their own Go modules.

`gomod/crds` pins the modules by hash, and `crds.yaml` lists where each keeps its definitions. The definitions are kept
in the user's cache folder, so that the modules are downloaded once.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bluelamp.folders import cache
from bluelamp.rehearsal.kubernetes.api import Api
from tests.cluster import newer
from tests.cluster.binaries import Unavailable

_HERE = Path(__file__).parent
_MODULE = _HERE / "gomod" / "crds"
_PLACES = _HERE / "crds.yaml"
_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ESTABLISHED_SECONDS = 60

Definition = dict[str, Any]


def definitions() -> list[Definition]:
    """Every definition as published, without descriptions and without conversion webhooks, which nothing would serve;
    and those of `newer`, which are not available in the same way.

    Raises `Unavailable` if the modules can be neither found nor downloaded.
    """
    sources = (_MODULE / "go.sum", _PLACES, Path(__file__), Path(newer.__file__), newer.METAL3)
    pinned = b"".join(path.read_bytes() for path in sources)
    kept = cache() / "crds" / f"{hashlib.sha256(pinned).hexdigest()[:16]}.json"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have downloaded them while this one waited for the lock.
            if not kept.is_file():
                unfinished = kept.with_suffix(f".{os.getpid()}")
                unfinished.write_text(json.dumps(_published()), encoding="utf-8")
                unfinished.rename(kept)
    found: list[Definition] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def install(kubeconfig: Path, wanted: Iterable[Definition] | None = None) -> None:
    """Installs the `wanted` definitions, or every published one, and returns when their kinds are served.

    Deprecated versions are left out: nothing here may use them, and they cost time.
    """
    from kubernetes import client, config, watch

    api, waiting = Api(kubeconfig), set()
    for definition in map(_current, definitions() if wanted is None else wanted):
        name = definition["metadata"]["name"]
        api.apply(f"{_PATH}/{name}", definition, "bluelamp-tests", dry_run=False, force=True)
        waiting.add(name)
    watching = watch.Watch()
    listing = client.ApiextensionsV1Api(config.new_client_from_config(str(kubeconfig))).list_custom_resource_definition
    for event in watching.stream(listing, timeout_seconds=_ESTABLISHED_SECONDS):
        status = event["raw_object"].get("status", {})
        conditions = {each["type"]: each["status"] for each in status.get("conditions") or ()}
        if conditions.get("Established") == "True":
            waiting.discard(event["raw_object"]["metadata"]["name"])
        if not waiting:
            watching.stop()
            return
    raise Unavailable(f"the API server does not serve {', '.join(sorted(waiting))} after {_ESTABLISHED_SECONDS} s")


def _current(definition: Definition) -> Definition:
    spec = definition["spec"]
    versions = [each for each in spec["versions"] if each["storage"] or not each.get("deprecated")]
    return {**definition, "spec": {**spec, "versions": versions}}


def _published() -> list[Definition]:
    folders, found = _download(), newer.metal3()
    for module, patterns in yaml.safe_load(_PLACES.read_text(encoding="utf-8")).items():
        for pattern in patterns:
            files = sorted(folders[module].glob(pattern))
            if not files:
                raise Unavailable(f"{module} has no {pattern}; mend {_PLACES}")
            for file in files:
                found += [
                    newer.with_v1beta2(_plain(each))
                    for each in yaml.load_all(
                        file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
                    )
                    if each and each["kind"] == "CustomResourceDefinition"
                ]
    return found


def _plain(definition: Definition) -> Definition:
    spec = {key: value for key, value in definition["spec"].items() if key != "conversion"}
    versions = [{**each, "schema": _without_prose(each["schema"])} for each in spec["versions"]]
    return {
        **{key: value for key, value in definition.items() if key != "status"},
        "spec": {**spec, "versions": versions},
    }


def _without_prose(schema: Any) -> Any:
    """The schema without descriptions, which are most of it and cost the server most of the time."""
    if isinstance(schema, list):
        return [_without_prose(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    # A property may also be named description; its value is a schema.
    return {
        key: _without_prose(value)
        for key, value in schema.items()
        if key != "description" or not isinstance(value, str)
    }


def _download() -> dict[str, Path]:
    """The folder of each pinned module, downloaded and checked against `go.sum` by the Go command."""
    go = shutil.which("go")
    if go is None:
        raise Unavailable("custom resource definitions come from Go modules, and Go is not installed (install Go)")
    wanted = [
        "@".join(line.split()[:2])
        for line in (_MODULE / "go.mod").read_text(encoding="utf-8").splitlines()
        if line.startswith("\t")
    ]
    run = subprocess.run(
        [go, "mod", "download", "-json", *wanted],
        cwd=_MODULE,
        env={**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"},
        check=False,
        capture_output=True,
        text=True,
    )
    decoder, text, folders, errors = json.JSONDecoder(), run.stdout.strip(), {}, []
    while text:
        answer, end = decoder.raw_decode(text)
        text = text[end:].lstrip()
        if "Error" in answer:
            errors.append(answer["Error"])
        else:
            folders[answer["Path"]] = Path(answer["Dir"])
    if errors or run.returncode:
        raise Unavailable("go mod download failed: " + "; ".join(errors or [run.stderr.strip()]))
    return folders
