"""Progress in a pipe: a line for the start and for every tenth force."""

import pytest

from bluelamp.cli.screen import Screen


@pytest.mark.parametrize(
    ("total", "quiet", "message"),
    [
        (48, False, ["checking 48 forces", *(f"checked {count} of 48" for count in (10, 20, 30, 40))]),
        (20, False, ["checking 20 forces", "checked 10 of 20"]),
        (9, False, []),
        (48, True, []),
    ],
)
def test_the_start_and_every_tenth_force_are_reported_on_stderr(
    capsys: pytest.CaptureFixture[str], total: int, quiet: bool, message: list[str]
) -> None:
    tell = Screen(quiet=quiet).milestones(total)
    for count in range(1, total + 1):
        tell(count)
    out, err = capsys.readouterr()
    assert (out, err.splitlines()) == ("", message)
