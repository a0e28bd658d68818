"""Renders charts with the installed Helm (`helm template`), which needs no cluster and no repository."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.rehearsal import isolation
from bluelamp.rehearsal.kubernetes.manifests import decode
from bluelamp.rehearsal.provider import CloudError

_SECONDS: Final = 120
_CODE: Final = "HelmTemplateFailed"


def rendered(options: str) -> list[Any]:
    """The objects of a chart; `options` are those of `helm.v3.Chart`, in JSON.

    Raises `CloudError` if Helm is not installed or fails, or if the chart is not on this machine.
    """
    given = _options(options)
    helm = shutil.which("helm")
    if helm is None:
        raise CloudError("NotSupported", "Helm is not installed, which renders the chart: put helm on the PATH")
    chart = Path(str(given.get("path") or given.get("chart") or ""))
    if not chart.name or not chart.exists() or given.get("repo") or (given.get("fetch_opts") or {}).get("repo"):
        step = "download it (helm pull --untar) and give its path"
        raise CloudError("NotSupported", f"the chart {chart} is not on this machine; nothing is downloaded: {step}")
    namespace = str(given.get("namespace") or "default")
    with tempfile.TemporaryDirectory(prefix="bluelamp-") as folder:
        values = Path(folder, "values.json")
        values.write_text(json.dumps(given.get("values") or {}), encoding="utf-8")
        words = [helm, "template", str(given.get("release_name") or chart.name), str(chart)]
        words += ["--namespace", namespace, "--values", str(values)]
        words += [] if given.get("skip_crd_rendering") else ["--include-crds"]
        words += [] if given.get("include_test_hook_resources") else ["--skip-tests"]
        words += ["--kube-version", str(given["kube_version"])] if given.get("kube_version") else []
        words += [word for one in given.get("api_versions") or () for word in ("--api-versions", str(one))]
        homes = {f"HELM_{kind}_HOME": folder for kind in ("CACHE", "CONFIG", "DATA")}
        text = _run(
            words, isolation.without_access(os.environ) | isolation.no_credentials(Path(folder), tools=True) | homes
        )
    return decode(text, namespace)


def _options(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise CloudError(_CODE, f"the chart's options are not JSON: {error}") from error
    return given if isinstance(given, dict) else {}


def _run(words: list[str], environment: Mapping[str, str]) -> str:
    try:
        ended = subprocess.run(
            words, check=False, capture_output=True, text=True, timeout=_SECONDS, env=dict(environment)
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CloudError(_CODE, f"helm template cannot be run: {error}") from error
    if ended.returncode:
        raise CloudError(_CODE, f"helm template: {ended.stderr.strip()[:2000]}")
    return ended.stdout
