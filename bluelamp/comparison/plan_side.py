"""Plans forces for one side of a comparison; also a program that plans the base with the packages of its commit.

As a program it reads one JSON object from standard input: `folder` (the project's files), `forces`, `out` (a folder
that receives `FORCE.json` for each), `key` (hexadecimal, for digests of secrets), and `snapshot` and `reads` (the files
of those modules). It runs with the packages on PYTHONPATH, which may be older than this file, so imports are inside
functions.
"""

import importlib.util
import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any


def plan_side(force: str, root: Path, key: bytes, snapshot: ModuleType, reads: Any = None) -> dict[str, Any]:
    """The side of a force (`side_of` of the module `snapshot`), or `error` with the reason why it cannot be planned.

    `reads` is the module that records what the program reads; the result then contains it as `reads`.
    """

    def plan() -> dict[str, Any]:
        from bluelamp.fleet.judge import judge_plan
        from bluelamp.planning.attempt import attempt

        try:
            from bluelamp.origins.locations import with_locations
        except ImportError:  # an older base
            from bluelamp.origins.places import (  # type: ignore[import-not-found,no-redef] # only the base has it
                placed as with_locations,
            )

        planning, judging = (reads.Reads(), reads.Reads()) if reads else (None, None)
        with reads.recording(planning) if reads else nullcontext():
            plan = attempt(force, root)
        if plan.errors:
            return {"error": "; ".join(plan.errors)}
        with reads.recording(judging) if reads else nullcontext():
            report = with_locations(judge_plan(plan, root), plan, root)
            found: dict[str, Any] = snapshot.side_of(plan, report, root, key)[0]
        if planning is not None and judging is not None:
            found["reads"] = {
                "files": sorted(planning.files | judging.files),
                "probed": sorted(planning.probed | judging.probed),
                "folders": sorted(planning.folders | judging.folders),
                "variables": sorted(planning.variables),
                "asked": sorted(planning.asked),
            }
        return found

    return or_error(plan)


def or_error(plan: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of `plan`, or `error` with the reason why the force cannot be planned."""
    from bluelamp.core.problems import SettingsError
    from bluelamp.errors import BluelampError

    try:
        return plan()
    except SettingsError as error:
        return {"error": "; ".join(map(str, error.problems))}
    except BluelampError as error:
        return {"error": error.message}


def main() -> None:
    """Plans the forces named on standard input."""
    request = json.load(sys.stdin)
    folder = Path(request["folder"])
    snapshot, reads = (_module(request[name]) for name in ("snapshot", "reads"))
    from bluelamp.core import current

    current.use(folder)
    for force in request["forces"]:
        try:
            found = plan_side(force, folder, bytes.fromhex(request["key"]), snapshot, reads)
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        path = Path(request["out"]) / f"{force}.json"
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(found), encoding="utf-8")
        draft.replace(path)


def _module(file: str) -> Any:
    """The module in a file, imported under a name that no package has."""
    name = f"_bluelamp_{Path(file).stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
