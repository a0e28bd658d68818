"""Runs the cases of rules on a real API server, against the policies that the rules compile to."""

import contextlib
import copy
from functools import partial
from pathlib import Path
from typing import Any

from bluelamp.policies import UNKNOWN, Case, Rule, Verdict
from bluelamp.policies.compiled import admission
from bluelamp.policies.compiled.facet import facet_of
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from tests.cluster import estate
from tests.cluster.completing import LABEL, Object, completed

_ANNOUNCED = "ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {}:"


class Replay:
    """The compiled policies on a server, each bound to the objects labelled as cases of its rule."""

    def __init__(self, kubeconfig: Path, rules: list[Rule]) -> None:
        self.api = Api(kubeconfig)
        self.left_out: dict[str, str] = {}
        self._answers: dict[tuple[str, str], bool | str] = {}
        self._objects: dict[tuple[str, str], list[Object]] = {}
        self._made: list[Object] = []
        for rule in rules:
            for case in rule.cases:
                self._prepare(rule, case)
        for rule in rules:
            self._make(admission.policy(rule))
            for name in sorted({_name(rule, case) for case in rule.cases}):
                (case, *_) = [each for each in rule.cases if _name(rule, each) == name]
                self._bind(rule.using(**case.parameters) if case.parameters else rule, name)

    def cases(self, rule: Rule) -> list[Case]:
        """The cases of `rule` that can be applied to a server."""
        return [case for case in rule.cases if (rule.id, case.name) in self._objects]

    def answer(self, rule: Rule, case: Case) -> bool | str:
        """Whether the rule's policy refuses the case; the server's message if it refuses for another reason."""
        key = (rule.id, case.name)
        if key not in self._answers:
            expected = case.verdict is Verdict.FAIL
            # The server's caches take a moment to see policies, parameters and the case's surroundings.
            self._answers[key] = estate.until(lambda: self._ask(rule, case), partial(_settled, expected))
        return self._answers[key]

    def _ask(self, rule: Rule, case: Case) -> bool | str:
        try:
            self._try(self._objects[rule.id, case.name][0])
        except RefusalError as error:
            announced = _ANNOUNCED.format(admission.name_of(rule), _name(rule, case), rule.id)
            return announced in error.message or error.message.splitlines()[0]
        return False

    def close(self) -> None:
        """Deletes everything that was created."""
        for obj in reversed(self._made):
            # Objects in a deleted namespace may already be gone.
            with contextlib.suppress(RefusalError):
                self.api.request("DELETE", self._path(obj))

    def _path(self, obj: Object) -> str:
        meta = obj["metadata"]
        return self.api.path(obj["apiVersion"], obj["kind"], meta.get("namespace") or "default", meta["name"])

    def _try(self, obj: Object) -> None:
        ephemeral = obj["spec"].get("ephemeralContainers") if obj["kind"] == "Pod" else None
        if ephemeral is None:
            self.api.apply(self._path(obj), obj, "tests", dry_run=True, force=True)
            return
        # Ephemeral containers are added to a running pod through a subresource.
        patch = {"spec": {"ephemeralContainers": ephemeral}}
        path = f"{self._path(obj)}/ephemeralcontainers"
        self.api.request("PATCH", path, patch, "application/strategic-merge-patch+json", dryRun="All")

    def _prepare(self, rule: Rule, case: Case) -> None:
        reason = _not_for_a_server(rule, case)
        objects: list[Object] = []
        if not reason:
            objects, reason = completed(case, rule)
        if reason:
            self.left_out[f"{rule.id}, case {case.name}"] = reason
            return
        namespaces = _apart(objects, f"{rule.id}-{case.name.split()[0]}".lower())
        first, *others = objects
        if first["metadata"]["name"] == case.resources[0].name:
            first["metadata"]["name"] += f"-{rule.id}-{case.name.split()[0]}".lower()
        first["metadata"].setdefault("labels", {})[LABEL] = _name(rule, case)
        try:
            for namespace in namespaces:
                self._make({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
            for other in others:
                self._make(other)
            if first["kind"] == "Pod" and "ephemeralContainers" in first["spec"]:
                bare = copy.deepcopy(first)
                del bare["spec"]["ephemeralContainers"]
                self._admit(bare)
        except RefusalError as error:
            self.left_out[f"{rule.id}, case {case.name}"] = error.message.splitlines()[0]
            return
        self._objects[rule.id, case.name] = objects

    def _bind(self, rule: Rule, name: str) -> None:
        for parameters in admission.settings(rule, name):
            self._make(parameters)
        binding = admission.binding(rule)
        binding["metadata"]["name"] = name
        binding["spec"]["validationActions"] = ["Deny"]
        binding["spec"]["matchResources"]["objectSelector"] = {"matchLabels": {LABEL: name}}
        if "paramRef" in binding["spec"]:
            binding["spec"]["paramRef"]["name"] = name
        self._make(binding)

    def _admit(self, pod: Object) -> None:
        """Creates a pod as soon as its namespace has its service account."""

        def made() -> str:
            try:
                self._make(pod)
            except RefusalError as error:
                return error.message
            return ""

        estate.until(made, lambda found: "serviceaccount" not in found)

    def _make(self, obj: Object) -> None:
        self.api.apply(self._path(obj), obj, "tests", dry_run=False, force=True)
        if obj not in self._made:
            self._made.append(obj)


def _settled(expected: bool, found: bool | str) -> bool:
    """Whether the server's answer will no longer change when its caches have caught up."""
    return found == expected if isinstance(found, bool) else "synced" not in found and "no params" not in found


def _name(rule: Rule, case: Case) -> str:
    """The name of the binding that judges a case; a case with its own parameters has its own binding."""
    name = admission.name_of(rule)
    return f"{name}-{case.name.split()[0]}" if case.parameters else name


def _not_for_a_server(rule: Rule, case: Case) -> str:
    """Why the case cannot be applied to a server; nothing if it can."""
    if case.verdict in (Verdict.UNKNOWN, Verdict.ERROR) or any(_unknown(each.properties) for each in case.resources):
        return "an API server is never given a value that is not known yet"
    kind = case.resources[0].type.rpartition(":")[2]
    if kind not in {each.name for each in admission.judged_kinds(rule)}:
        return f"a {kind} is judged by the pods that it makes"
    unseen = {each.type.rpartition(":")[2] for each in case.resources[1:]} & set(facet_of(rule).unseen)
    if case.verdict is Verdict.FAIL and unseen:
        return f"admission does not see the {unseen.pop()}"
    return ""


def _unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_unknown(each) for each in value.values())
    return any(_unknown(each) for each in value) if isinstance(value, list) else value is UNKNOWN


def _apart(objects: list[Object], case: str) -> set[str]:
    """Moves the objects of a case into namespaces of their own; returns those that have to be created."""
    found = set()
    for obj in objects:
        named = obj["metadata"].get("namespace")
        if named and named != "default":
            obj["metadata"]["namespace"] = f"{named}-{case}"
            found.add(f"{named}-{case}")
    return found
