"""Planned failures of Azure operations (`bluelamp cloud fail`)."""

from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Store


def fail_if_planned(store: Store, token: str, operation: str) -> None:
    """Raises a retryable `CloudError` if a failure of this operation is planned.

    `operation` is create, read, update, delete, or reference (a resource that is not visible to others yet).
    """
    fault = store.take_fault(token, operation)
    if fault is not None:
        raise CloudError(fault.code, fault.message, retryable=True)
