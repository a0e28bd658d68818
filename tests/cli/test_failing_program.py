"""If a program fails, every command that plans one force names the force and the next step."""

from typing import Any

import pytest

from bluelamp.infra import start
from tests.conftest import ROOT, in_process


@pytest.mark.parametrize(
    "words",
    [
        ["policy", "dyfed-powys"],
        ["assets", "dyfed-powys"],
        ["render", "dyfed-powys", "--diagram-only"],
        ["cost", "dyfed-powys"],
        ["explain", "dyfed-powys", "vault-vault"],
        ["explain", "dyfed-powys", "vault-vault", "sku"],
    ],
)
def test_a_failing_program_is_named_with_the_next_step(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(start, "build", fail)
    status, out, err = in_process(ROOT, words)
    assert (status, out) == (1, "")
    output = " ".join(err.split())
    assert "dyfed-powys: the program failed: ZeroDivisionError: by nothing" in output
    assert "Traceback" not in output
    assert words[0] == "cost" or "next: bluelamp check dyfed-powys" in output
