"""Signed statements about controls, in `stacks/<force>/evidence/`: evidence in addition to rules, never a pass.

    from bluelamp.reports.statements.reading import statements

    for one in statements(root, "essex", today):
        print(one.id, one.status, one.why)

A statement is a YAML file as defined in `shape`; its signature is `<file>.sig`, which `bluelamp evidence sign` writes.
"""

from bluelamp.reports.statements.record import Attachment, StatementRecord, Status

__all__ = ["Attachment", "StatementRecord", "Status"]
