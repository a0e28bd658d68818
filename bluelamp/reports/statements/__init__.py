"""Statements: what people declare of a control, in `stacks/<force>/evidence/`; evidence beside the rules, never a pass.

    from bluelamp.reports.statements.reading import statements

    for one in statements(root, "essex", today):
        print(one.id, one.status, one.why)

A statement is a YAML file, of the shape in `shape`; `<file>.sig` beside it is its signature,
which `bluelamp evidence sign` writes.
"""

from bluelamp.reports.statements.record import Attachment, StatementRecord, Status

__all__ = ["Attachment", "StatementRecord", "Status"]
