"""Annotations: one line each, in the host's syntax, and no text in them is another command."""

from comparisons import comparison, filled, judged
from hypothesis import given, settings
from hypothesis import strategies as st
from test_harmless import BAD, TEXTS

from bluelamp.comment.annotations import MOST, annotations, azure, github
from bluelamp.comparison.model import Force, VerdictStatus
from tests.thorough import tries


def test_a_new_failure_is_at_its_line() -> None:
    found = annotations(comparison(Force("kent", verdicts=(judged(), judged("BL-X-1", level="advisory")))))
    first, second = github(found)
    assert first == (
        "::error file=stacks/Pulumi.kent.yaml,line=12,title=BL-NET-001 (mandatory)::Management port is open to the "
        "Internet: hub: securityRules[0].access: found Allow, expected Deny"
    )
    assert second.startswith("::warning file=stacks/Pulumi.kent.yaml,line=12,title=BL-X-1 (advisory)::")
    assert next(azure(found)).startswith(
        "##vso[task.logissue type=error;sourcepath=stacks/Pulumi.kent.yaml;linenumber=12;code=BL-NET-001 (mandatory)]"
    )


def test_resolved_and_exempt_failures_have_no_annotation() -> None:
    assert not annotations(
        comparison(Force("kent", verdicts=(judged(turn=VerdictStatus.GONE), judged(verdict="exempt"))))
    )


def test_one_line_of_a_module_has_one_annotation() -> None:
    shared = judged(file="modules/azure/hub/hub.py", line=40)
    assert len(annotations(comparison(Force("kent", verdicts=(shared,)), Force("essex", verdicts=(shared,))))) == 1


def test_there_are_no_more_than_a_host_shows() -> None:
    found = annotations(comparison(Force("kent", verdicts=tuple(judged(f"BL-X-{number}") for number in range(30)))))
    assert len(found) == MOST
    assert found[-1].text == "21 more findings: see the comment"


@settings(max_examples=tries(60), derandomize=True, deadline=None)
@given(st.one_of(TEXTS, st.sampled_from(BAD)))
def test_any_text_is_one_command_per_line(text: str) -> None:
    found = annotations(filled(f"{text}v"))
    for line in (*github(found), *azure(found)):
        assert line.isprintable()
        assert line.count("##vso[") == line.startswith("##vso[")
        assert line.startswith(("::error ", "::warning ", "##vso[task.logissue type="))
    for line in github(found):
        assert line.count("::") == 2, "the beginning of the command and of its text"
    for line in azure(found):
        assert line.count("]") == 1
