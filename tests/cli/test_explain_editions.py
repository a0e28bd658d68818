"""A control with two editions: the newest first with its rules, the older one in one line if its rules are the same."""

from tests.conftest import ROOT, bluelamp


def test_the_rules_of_a_control_are_listed_once_and_the_newest_edition_first() -> None:
    lines = bluelamp(["explain", "B4.a"], ROOT).stdout.splitlines()
    heads = [line for line in lines if line.startswith("NCSC CAF")]
    assert [head.split()[2] for head in heads] == ["4.0", "3.2"]
    assert lines[-1].endswith("rules, the same as in 4.0")
    assert sum(line.startswith("  BL-NET-001 ") for line in lines) == 1
