"""Runs jobs of a rendered GitLab pipeline on this machine, as a runner does: one script for each job, in bash."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pipelines.standins import JobResult, check_out, shell

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_TERM = re.compile(r'\$(\w+) == "([^"]*)"')


@dataclass
class Runner:
    """A runner with a workspace; `variables` are the environment with the variables of GitLab and the project's
    settings.
    """

    workspace: Path
    work: Path
    variables: dict[str, str]

    def run(self, pipeline: dict[str, Any], name: str, sha: str, source: str, **more: str) -> JobResult:
        """Runs one job, which its rules must include, at a commit of a pipeline that `source` has started."""
        job = self._job(pipeline, name)
        known = {**self.variables, "CI_COMMIT_SHA": sha, "CI_PIPELINE_SOURCE": source, **more}
        assert any(self._holds(rule["if"], known) for rule in job["rules"]), f"{name} does not run on {source}"
        for variables in (pipeline["variables"], job.get("variables", {})):
            known |= {key: self._expanded(value, known) for key, value in variables.items()}
        assert check_out(self.workspace, sha) == 0
        subprocess.run(["git", "clean", "-ffdq"], cwd=self.workspace, check=True)
        for need in job.get("needs", []):
            if isinstance(need, dict) and need.get("artifacts") and (self.work / need["job"]).is_dir():
                shutil.copytree(self.work / need["job"], self.workspace, dirs_exist_ok=True)
        script = "\n".join([*job.get("before_script", []), *job["script"]])
        done = shell(script, self.workspace, known, "-e", "-o", "pipefail")
        kept = job.get("artifacts", {})
        for path in kept.get("paths", []):
            found, place = self.workspace / path, self.work / name / path
            if found.exists() and (not done.returncode or kept.get("when") == "always"):
                place.parent.mkdir(parents=True, exist_ok=True)
                if found.is_dir():
                    shutil.copytree(found, place, dirs_exist_ok=True)
                else:
                    shutil.copy(found, place)
        # The next job finds only the files that it fetches.
        for each in ("comment", "plans", "preview", "reports", "drift.md"):
            shutil.rmtree(self.workspace / each, ignore_errors=True)
            if (self.workspace / each).is_file():
                (self.workspace / each).unlink()
        return JobResult({name: done.returncode}, {}, done.stdout)

    def _job(self, pipeline: dict[str, Any], name: str) -> dict[str, Any]:
        own = pipeline[name]
        if "extends" not in own:
            return dict(own)
        found = self._job(pipeline, own["extends"])
        for key, value in own.items():
            found[key] = {**found[key], **value} if isinstance(value, dict) and key in found else value
        return found

    def _expanded(self, value: str, known: dict[str, str]) -> str:
        return _VARIABLE.sub(lambda found: known.get(found[1], ""), value)

    def _holds(self, rule: str, known: dict[str, str]) -> bool:
        terms = [_TERM.fullmatch(term) for term in rule.split(" && ")]
        assert all(terms), rule
        return all(known.get(term[1]) == term[2] for term in terms if term)
