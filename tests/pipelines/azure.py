"""Runs jobs of rendered Azure Pipelines on this machine, step by step, as an agent does: scripts run in bash.

Tasks are replaced: a checkout changes the commit of the workspace, artefacts are folders, caches do nothing. An unknown
condition or task is an error.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.pipelines.standins import JobResult, check_out, shell

_MACRO = re.compile(r"\$\(([\w.]+)\)")
_SET = re.compile(r"##vso\[task\.setvariable variable=(\w+)(;isOutput=true)?\](.*)")
_WORD = re.compile(r"\s*(?:('[^']*')|([\w.]+(?:\['[^']*'\])?)|([(),]))")


@dataclass
class Runner:
    """An agent with a workspace; `variables` are the environment, `macros` the values of `$(...)`.

    `known` has the values for conditions of stages: results (`dependencies.plan.result`) and outputs of earlier stages.
    """

    workspace: Path
    work: Path
    variables: dict[str, str]
    macros: dict[str, str]
    known: dict[str, str] = field(default_factory=dict)

    def wanted(self, stage: dict[str, Any]) -> bool:
        """Whether a stage runs after earlier ones that succeeded."""
        return "condition" not in stage or self._holds(stage["condition"], failed=False, known=self.known)

    def run(self, stage: dict[str, Any], name: str, sha: str, **macros: str) -> JobResult:
        """Runs one job of a stage at a commit, and stores its result and outputs."""
        (job,) = [each for each in stage["jobs"] if name in (each.get("job"), each.get("deployment"))]
        steps = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
        temp = self.work / f"{name}-{len(list(self.work.iterdir()))}"
        temp.mkdir(parents=True)
        values, result, known = (
            {**self.macros, "Agent.TempDirectory": str(temp), **macros},
            JobResult(),
            dict(self.known),
        )
        for step in steps:
            if not self._holds(step.get("condition", "succeeded()"), failed=bool(result.failed), known=known):
                continue
            title = step.get("displayName", "Check out")
            script = step.get("bash") or (step.get("inputs") or {}).get("inlineScript")
            if script is None:
                result.statuses[title] = self._task(step, values, sha)
                continue
            given = {key: self._filled(str(value), values) for key, value in (step.get("env") or {}).items()}
            fixed = {"AGENT_TEMPDIRECTORY": str(temp), "BUILD_SOURCEVERSION": sha}
            done = shell(self._filled(script, values), self.workspace, {**self.variables, **fixed, **given})
            result.statuses[title] = done.returncode
            result.output += done.stdout
            for variable, output, value in _SET.findall(done.stdout):
                place = f"{step['name']}.{variable}" if output else variable
                values[variable] = known[f"variables['{place}']"] = value
                if output:
                    result.outputs[variable] = value
                    for key in (f"{stage['stage']}.outputs['{name}.{place}']", f"{name}.outputs['{place}']"):
                        self.known[f"dependencies.{key}"] = value
        self.known[f"dependencies.{stage['stage']}.result"] = "Failed" if result.failed else "Succeeded"
        return result

    def _task(self, step: dict[str, Any], values: dict[str, str], sha: str) -> int:
        artefacts = self.work.parent / "azure-artefacts"
        if "checkout" in step:
            return check_out(self.workspace, sha)
        if "publish" in step:
            source = Path(self._filled(step["publish"], values))
            shutil.copytree(source, artefacts / self._filled(step["artifact"], values), dirs_exist_ok=True)
        elif "download" in step:
            pattern = step.get("artifact") or step["patterns"].partition("/")[0]
            found = list(artefacts.glob(pattern))
            for each in found:
                shutil.copytree(each, Path(values["Pipeline.Workspace"]) / each.name, dirs_exist_ok=True)
            return 0 if found else 1
        else:
            assert step["task"] in ("UsePythonVersion@0", "Cache@2"), step["task"]
        return 0

    def _filled(self, text: str, values: dict[str, str]) -> str:
        # Unknown macros stay as they are.
        return _MACRO.sub(lambda found: values.get(found[1], found[0]), text)

    def _holds(self, condition: str, *, failed: bool, known: dict[str, str]) -> bool:
        words = iter(_WORD.findall(condition))
        return bool(_value(words, next(words), {**known, "succeeded": "" if failed else "yes"}))


def _value(words: Iterator[tuple[str, str, str]], word: tuple[str, str, str], known: dict[str, str]) -> Any:
    text, name, _ = word
    if text:
        return text[1:-1]
    if not _is_call(name):
        return known.get(name, "")
    assert next(words)[2] == "("
    given = []
    while (word := next(words))[2] != ")":
        if word[2] != ",":
            given.append(_value(words, word, known))
    return {
        "always": lambda: True,
        "canceled": lambda: False,
        "succeeded": lambda: known["succeeded"],
        "not": lambda: not given[0],
        "and": lambda: all(given),
        "eq": lambda: given[0] == given[1],
        "ne": lambda: given[0] != given[1],
        "in": lambda: given[0] in given[1:],
    }[name]()


def _is_call(name: str) -> bool:
    return "." not in name and "[" not in name
