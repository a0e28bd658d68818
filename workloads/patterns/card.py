"""The model card: the fields of ATRS 4.0 and the topics of the PoliceAI registry, with the measured results.

`card.yaml` contains the texts. Fields that only the force can complete are listed as incomplete.
"""

from importlib.resources import files
from typing import Any, Final

import yaml

from bluelamp.workloads.patterns.model import LEVELS
from bluelamp.workloads.patterns.run import Patterns, Result

MISSING: Final = "To be completed by the force."
_KINDS: Final = {
    "type": "types of crime",
    "district": "districts",
    "fifth": "fifths of the areas, by how busy they are",
}


def card(patterns: Patterns) -> dict[str, Any]:
    """The model card of a run, as a JSON document."""
    content = yaml.safe_load((files(__package__) / "card.yaml").read_text(encoding="utf-8"))
    known = _facts(patterns)
    sections = [
        {
            "section": section["section"],
            "fields": [
                {"field": field["field"], "value": (field.get("value") or MISSING).format_map(known).strip()}
                for field in section["fields"]
            ],
        }
        for section in content["sections"]
    ]
    incomplete = [
        f"{each['section']}: {field['field']}"
        for each in sections
        for field in each["fields"]
        if field["value"] == MISSING
    ]
    return {
        "standards": content["standards"],
        "status": "usable" if patterns.usable else "not usable, not published",
        "sections": sections,
        "fairness": {
            "examined": _examined(patterns),
            "notExamined": [each.strip() for each in content["notExamined"]],
        },
        "limits": [each.format_map(known).strip() for each in content["limits"]],
        "incomplete": incomplete,
    }


def _facts(patterns: Patterns) -> dict[str, str]:
    tested, account = patterns.lsoa.backtest, patterns.account
    months = patterns.lsoa.demand.months
    return {
        "force": patterns.force or "all forces in the view",
        "months": ", ".join(months) if len(months) <= 6 else f"{months[0]} to {months[-1]}, {len(months)} months",
        "years": ", ".join(each[:4] for each in tested.history) or "none",
        "tested": tested.month or "no month",
        "events": f"{account.events:,}",
        "used": f"{account.used:,}",
        "unlocated": f"{account.without_location:,}",
        "outside": f"{account.outside:,}",
        "areas": f"{len(patterns.lsoa.demand.areas):,}",
        "cells": f"{len(patterns.h3.demand.areas):,}",
        "types": str(len(patterns.lsoa.demand.types)),
        "resolution": str(patterns.resolution),
        "performance": " ".join(_performance(each) for each in patterns.results),
    }


def _performance(result: Result) -> str:
    name, tested = {"lsoa": "LSOA", "h3": "H3 cell"}[result.demand.geography], result.backtest
    if tested.model is None:
        return f"By {name}: {tested.verdict}."
    coverage = ", ".join(f"{each.level:.0%} interval {each.observed:.1%}" for each in tested.coverage)
    return (
        f"By {name}: {tested.verdict}; margin {tested.margin:.2f}, standard error {tested.standard_error:.3f}; "
        f"predicted {tested.model.predicted:,.0f}, observed {tested.observed:,}; held by the {coverage}."
    )


def _examined(patterns: Patterns) -> list[dict[str, Any]]:
    """The results of the model for groups of cells."""
    found = []
    for kind, label in _KINDS.items():
        groups = [each for each in patterns.lsoa.backtest.groups if each.kind == kind]
        found.append(
            {
                "by": label,
                "groups": [
                    {
                        "name": each.name,
                        "observed": each.observed,
                        "predictedShare": round(each.predicted / each.observed, 3) if each.observed else None,
                        f"within{LEVELS[-1] * 100:.0f}": round(each.covered, 3),
                        "beatsBaseline": each.deviance < each.baseline,
                    }
                    for each in groups
                ],
            }
        )
    return found
