"""Planning forces for one side of a comparison; also a program that plans the base with the packages of its commit.

As a program it reads one JSON object from standard input: `folder` (the project's files), `forces`, `out` (a folder
that takes `FORCE.json` for each), `key` (hexadecimal, for digests of secrets) and `snapshot` (the file of that module).
It runs under the packages that PYTHONPATH leads to, which may be older than this file, so it imports within functions.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any


def side(force: str, root: Path, key: bytes, snapshot: Any) -> dict[str, Any]:
    """The snapshot of a force as `snapshot`, or `error` with the reason why it cannot be planned.

    `costError` says why it has no cost.
    """
    from bluelamp.core.problems import SettingsError
    from bluelamp.cost.price import cost_of_plan
    from bluelamp.errors import BluelampError
    from bluelamp.fleet.judge import judge_plan
    from bluelamp.origins.places import placed
    from bluelamp.planning.attempt import attempt

    try:
        plan = attempt(force, root)
        if plan.errors:
            return {"error": "; ".join(plan.errors)}
        report = placed(judge_plan(plan, root), plan, root)
    except SettingsError as error:
        return {"error": "; ".join(map(str, error.problems))}
    except BluelampError as error:
        return {"error": error.message}
    costs, wrong = None, ""
    try:
        costs = cost_of_plan(plan, root)
    except SettingsError as error:
        wrong = "; ".join(map(str, error.problems))
    return {"snapshot": snapshot(plan, report, costs, key, placer(root)), "costError": wrong}


def placer(root: Path) -> Any:
    """What turns a position that the SDK gives into a file of the project and a line."""
    from bluelamp.origins import places

    bases = places._bases(root)
    return lambda position: places.program_line(position, bases)


def main() -> None:
    """Plans the forces that standard input names."""
    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    spec = importlib.util.spec_from_file_location("_snapshot", asked["snapshot"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    from bluelamp.core import current

    current.use(folder)
    for force in asked["forces"]:
        try:
            found = side(force, folder, bytes.fromhex(asked["key"]), module.snapshot)
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        place = Path(asked["out"]) / f"{force}.json"
        draft = place.with_suffix(".tmp")
        draft.write_text(json.dumps(found), encoding="utf-8")
        draft.replace(place)


if __name__ == "__main__":
    main()
