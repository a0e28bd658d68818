"""A part of the cases of `make agreement`: the rehearsal and a real API server decide alike, field by field."""

import sys
from itertools import chain, islice
from pathlib import Path

import pytest

from bluelamp.rehearsal.values import UNKNOWN
from tests import thorough
from tests.agreement.kubernetes import Case, Real, Rehearsed, bases, builtin_cases, compare
from tests.agreement.transitions import cases, definition
from tests.agreement.variations import fields
from tests.cluster import crds

pytestmark = pytest.mark.cluster
_OF_BASE = 6


def test_single_fields_are_judged_as_the_server_judges_them(cluster: Path) -> None:
    cases = chain.from_iterable(islice(builtin_cases(name, obj, ""), _OF_BASE) for name, obj in bases().items())
    outcome = compare(Real(cluster), cases)
    asked, agreed = outcome.asked.total(), outcome.agreed.total()
    sys.stdout.write(f"{agreed} of {asked} verdicts agree\n")
    assert asked > 400
    assert agreed >= 0.97 * asked, "\n".join(
        f"{case.name}: {one or 'takes'} / {two or 'takes'}" for case, one, two in outcome.different
    )


def test_what_is_not_known_yet_is_never_held_against_an_object() -> None:
    rehearsed = Rehearsed()
    wrong = []
    for name, obj in bases().items():
        for path, varied in islice(fields(obj, UNKNOWN), 0, None, 1 if thorough.ALL else 9):
            if verdict := rehearsed.checked(Case(f"{name} {path}", varied)):
                wrong.append(f"{name} with {path} unknown: {verdict}")
    assert not wrong, "\n".join(wrong)


def test_rules_on_a_change_refuse_what_the_server_refuses(cluster: Path) -> None:
    """What the rehearsal makes of the same cases is in tests/rehearsal/kubernetes/test_kubernetes_transitions.py."""
    crds.install(cluster, [definition()])
    real, wrong = Real(cluster), []
    for name, (case, refused) in cases().items():
        assert not case.before or not real.make(case.before), name
        said = real.verdict(case.obj)
        if said is None or bool(said) != bool(refused) or refused not in said:
            wrong.append(f"{name}: {said or 'takes'}")
        if case.before:
            real.remove(case.before)
    assert not wrong, "\n".join(wrong)
