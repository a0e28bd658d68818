"""Planning forces for one side of a comparison; also a program that plans the base with the packages of its commit.

As a program it reads one JSON object from standard input: `folder` (the project's files), `forces`, `out` (a folder
that takes `FORCE.json` for each), `key` (hexadecimal, for digests of secrets), and `snapshot` and `reads` (the files of
those modules).
It runs under the packages that PYTHONPATH leads to, which may be older than this file, so it imports within functions.
"""

import importlib.util
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any


def side(force: str, root: Path, key: bytes, snapshot: ModuleType, reads: Any = None) -> dict[str, Any]:
    """The side of a force (`side_of` of the module `snapshot`), or `error` with the reason why it cannot be planned.

    `reads` is the module that records what the program reads; the side then has that as `reads`.
    """
    from bluelamp.core.problems import SettingsError
    from bluelamp.errors import BluelampError
    from bluelamp.fleet.judge import judge_plan
    from bluelamp.origins.places import placed
    from bluelamp.planning.attempt import attempt

    read, judged = (reads.Reads(), reads.Reads()) if reads else (None, None)
    try:
        with reads.recording(read) if reads else nullcontext():
            plan = attempt(force, root)
        if plan.errors:
            return {"error": "; ".join(plan.errors)}
        with reads.recording(judged) if reads else nullcontext():
            report = placed(judge_plan(plan, root), plan, root)
            found, _ = snapshot.side_of(plan, report, root, key)
    except SettingsError as error:
        return {"error": "; ".join(map(str, error.problems))}
    except BluelampError as error:
        return {"error": error.message}
    if read is not None and judged is not None:
        found["reads"] = {
            "files": sorted(read.files | judged.files),
            "probed": sorted(read.probed | judged.probed),
            "folders": sorted(read.folders | judged.folders),
            "variables": sorted(read.variables),
            "asked": sorted(read.asked),
        }
    made: dict[str, Any] = found
    return made


def main() -> None:
    """Plans the forces that standard input names."""
    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    snapshot, reads = (_module(asked[name]) for name in ("snapshot", "reads"))
    from bluelamp.core import current

    current.use(folder)
    for force in asked["forces"]:
        try:
            found = side(force, folder, bytes.fromhex(asked["key"]), snapshot, reads)
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        place = Path(asked["out"]) / f"{force}.json"
        draft = place.with_suffix(".tmp")
        draft.write_text(json.dumps(found), encoding="utf-8")
        draft.replace(place)


def _module(file: str) -> Any:
    """The module in a file, under a name that no package has."""
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
