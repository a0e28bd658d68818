"""Importing the SDK's protocol stubs without importing the SDK.

`import pulumi` costs 0.6 s and the language host needs only the generated protobuf modules below
`pulumi.runtime.proto`, which import nothing else of the SDK. Empty modules in place of the two packages above them let
Python find those modules without running the packages' `__init__`.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def install() -> None:
    """Puts empty packages `pulumi` and `pulumi.runtime` into `sys.modules`, for a process that needs only stubs."""
    if "pulumi" in sys.modules:
        return
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("the Python package 'pulumi' is not installed beside Bluelamp")
    root = Path(next(iter(spec.submodule_search_locations)))
    for name, folder in (("pulumi", root), ("pulumi.runtime", root / "runtime")):
        module = ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module
