"""The rules' own cases on a real API server with the policies that the rules compile to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluelamp.policies import Verdict, rules
from bluelamp.policies.compiled import admission, to_admission
from tests.cluster import estate
from tests.cluster.replaying import Replay

pytestmark = pytest.mark.cluster
_DOCUMENTS = to_admission(rules()).documents
COMPILED = [rule for rule in rules() if rule.id in _DOCUMENTS]


@pytest.fixture(scope="module")
def replay(crds: Path) -> Iterator[Replay]:
    replay = Replay(crds, COMPILED)
    yield replay
    replay.close()


@pytest.mark.parametrize("rule", COMPILED, ids=lambda rule: rule.id)
def test_the_server_gives_the_rules_verdict_on_every_case(replay: Replay, rule) -> None:
    answers = [(case, replay.answer(rule, case)) for case in replay.cases(rule)]
    wrong = [
        f"case {case.name}: the server {'refuses' if output else 'takes'} it"
        for case, output in answers
        if isinstance(output, bool) and output != (case.verdict is Verdict.FAIL)
    ]
    assert not wrong
    for refused in (True, False):
        output = [output for case, output in answers if (case.verdict is Verdict.FAIL) == refused]
        # The server itself may refuse what a rule forbids.
        assert refused in output or (output and all(isinstance(each, str) for each in output)), answers


def test_expressions_are_valid(replay: Replay) -> None:
    for rule in COMPILED:
        path = estate.path_of(replay.api, admission.policy(rule))
        status = estate.until(
            lambda path=path: replay.api.request("GET", path).get("status", {}), lambda found: "typeChecking" in found
        )
        assert status["typeChecking"] == {}, rule.id


def test_few_cases_are_left_out_and_each_has_a_reason(replay: Replay, request: pytest.FixtureRequest) -> None:
    given = [
        (f"{rule.id}, case {case.name}", replay.answer(rule, case)) for rule in COMPILED for case in replay.cases(rule)
    ]
    left_out = replay.left_out | {case: output for case, output in given if isinstance(output, str)}
    known = {case: why for case, why in left_out.items() if "not known yet" not in why}
    replayed = len(given) + len(replay.left_out) - len(left_out)
    lines = [
        f"{replayed} cases replayed, {len(left_out) - len(known)} not, for they hold what is not known yet, and",
        *(f"  {case}: {why}" for case, why in known.items()),
    ]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("", *lines, sep="\n")  # noqa: T201 - how much was shown is part of the result
    assert replayed > 9 * len(known)
