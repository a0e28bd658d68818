"""The register of a project of one force, extracted from the national one."""

import re
from typing import Final

from bluelamp.core.modeline import modeline
from bluelamp.core.register import REGISTER

_HEADER: Final = f"""\
{modeline(REGISTER, "forces")}\
# The register of this project's forces and their addresses: rows of Bluelamp's own register.
#
#   name        the force's own name
#   kind        territorial, or special
#   region      police region; a national force has `national`
#   onsCode     the Office for National Statistics' code of the police force area, where there is one
#   code        2 to 5 lower-case letters, unique, used in resource names; changing it renames them all
#   addresses   the force's own ranges: in UK South, in UK West, and in its own data centres
#
# The addresses are a proposal. Replace them with the force's own before the first `bluelamp up`.

"""
_PLAN: Final = re.compile(r"^addressPlan:\n(?:[ #].*\n|\n)+", re.MULTILINE)
_ROW: Final = r"^  {slug}:.*\n(?:(?:    .*|\s*)\n)*"


def only(register: str, slugs: list[str]) -> str:
    """The text of `register` with the rows of `slugs` only, in that order. Raises `ValueError` if one is missing."""
    plan = _PLAN.search(register)
    rows = [re.search(_ROW.format(slug=re.escape(slug)), register, re.MULTILINE) for slug in slugs]
    if plan is None or None in rows:
        raise ValueError(f"the register has no address plan or no row of one of {', '.join(slugs)}")
    kept = "".join(row[0] for row in rows if row)
    return f"{_HEADER}{plan[0].rstrip()}\n\nforces:\n{kept}"
