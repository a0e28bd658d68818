"""Runs the jobs of a rendered GitHub workflow on this machine, step by step, as a runner does: scripts are executed.

Actions are replaced: a checkout changes the commit of the workspace, artefacts are folders, caches and logins do
nothing. An unknown expression is an error.
"""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.pipelines.standins import JobResult, check_out, shell

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Runner:
    """A runner with a workspace; `context` has the values of expressions, `variables` those of the environment."""

    workspace: Path
    work: Path
    context: dict[str, str]
    variables: dict[str, str]
    actions: list[str] = field(default_factory=list)

    def run(self, workflow: dict[str, Any], name: str, **context: str) -> JobResult:
        """Runs one job."""
        job, result = workflow["jobs"][name], JobResult()
        known = {**self.context, **context}
        temp = self.work / f"{name}-{len(list(self.work.iterdir()))}"
        temp.mkdir(parents=True)
        known["runner.temp"] = str(temp)
        files = {key: temp / key.lower() for key in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        shared = {**self._env(workflow.get("env"), known), **self._env(job.get("env"), known)}
        for step in job["steps"]:
            if not self._wanted(step.get("if"), result, known):
                continue
            if "uses" in step:
                status = self._action(step, known, temp)
                known[f"steps.{step.get('id')}.outcome"] = "failure" if status else "success"
                result.statuses[step["name"]] = 0 if step.get("continue-on-error") else status
            else:
                before = len(files["GITHUB_OUTPUT"].read_text())
                environment = {
                    **self.variables,
                    **{key: str(file) for key, file in files.items()},
                    "RUNNER_TEMP": str(temp),
                    **shared,
                    **self._env(step.get("env"), known),
                }
                path = files["GITHUB_PATH"].read_text().split()
                environment["PATH"] = os.pathsep.join(
                    [self.variables["FIRST"], *reversed(path), self.variables["PATH"]]
                )
                done = shell(self._filled(step["run"], known), self.workspace, environment, "-e")
                result.statuses[step["name"]] = done.returncode
                result.output += done.stdout
                for line in files["GITHUB_OUTPUT"].read_text()[before:].splitlines():
                    key, _, value = line.partition("=")
                    known[f"steps.{step['id']}.outputs.{key}"] = value
        for key, value in (job.get("outputs") or {}).items():
            result.outputs[key] = self._filled(value, known, missing="")
        return result

    def _wanted(self, condition: str | None, result: JobResult, known: dict[str, str]) -> bool:
        if condition == "always()":
            return True
        if result.failed:
            return False
        if condition is None:
            return True
        left, right = re.fullmatch(r"(\S+) == '(\w+)'", condition).groups()  # type: ignore[union-attr]
        return known.get(left) == right

    def _action(self, step: dict[str, Any], known: dict[str, str], temp: Path) -> int:
        action, given = step["uses"].partition("@")[0], step.get("with") or {}
        self.actions.append(action)
        values = {key: self._filled(str(value), known) for key, value in given.items()}
        if action == "actions/checkout":
            return check_out(self.workspace, values.get("ref", known["github.sha"]))
        place = self.work.parent / "artefacts" / values.get("name", "")
        if action == "actions/upload-artifact" and Path(values["path"]).is_dir():
            shutil.copytree(values["path"], place, dirs_exist_ok=True)
        if action == "actions/download-artifact":
            if not place.is_dir():
                return 1
            shutil.copytree(place, values["path"], dirs_exist_ok=True)
        return 0

    def _env(self, given: dict[str, Any] | None, known: dict[str, str]) -> dict[str, str]:
        return {key: self._filled(str(value), known) for key, value in (given or {}).items()}

    def _filled(self, text: str, known: dict[str, str], missing: str | None = None) -> str:
        def value(found: re.Match[str]) -> str:
            return known.get(found[1], missing) if missing is not None else known[found[1]]  # type: ignore[return-value]

        return _EXPRESSION.sub(value, text)
