"""Patterns of Go's regexp package match in the rehearsal as in an API server."""

import pytest

from bluelamp.rehearsal.kubernetes.formats import matches


@pytest.mark.parametrize(
    ("pattern", "value", "found"),
    [
        ("^[[:alpha:]]+$", "abc", True),
        ("^[[:alpha:]]+$", "ab1", False),
        ("^[[:alnum:]_-]+$", "a-1_", True),
        ("^[^[:space:]]+$", "a b", False),
        ("^a$", "a\n", False),
        ("(?m)^a$", "a\nb", True),
        (r"^a\z", "a", True),
        (r"^\d$", "\u0661", False),
        (r"^\s$", "\v", False),
        (r"^\Qa.b\E$", "a.b", True),
        (r"^\Qa.b\E$", "axb", False),
        ("^(?<letter>a)$", "a", True),
        ("^a{,2}$", "aa", False),
        ("^a{,2}$", "a{,2}", True),
        (r"^\x{41}$", "A", True),
        ("^[]a]+$", "]a", True),
        ("^[$]$", "$", True),
        # Patterns that Python does not support are left to the server.
        (r"^\pL$", "1", True),
        ("^[[:^alpha:]]$", "a", True),
    ],
)
def test_a_pattern_matches_as_in_go(pattern, value, found):
    assert matches(pattern, value) is found
