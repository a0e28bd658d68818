"""Checks beyond the import contracts: no module imports itself through others, not even lazily or for types only."""

from graphlib import CycleError, TopologicalSorter

import grimp


def cycle(modules: "dict[str, set[str]]") -> list[str]:
    """One of the cycles, with the first module repeated at its end; empty if there is none."""
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_module_is_part_of_an_import_cycle() -> None:
    graph = grimp.build_graph("bluelamp", exclude_type_checking_imports=False, cache_dir=None)
    imported = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imported) > 1000, "the links to infra, modules, policies and workloads are not followed"
    assert cycle(imported) == []


def test_a_cycle_is_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert sorted(set(cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}))) == ["a", "b", "c"]
