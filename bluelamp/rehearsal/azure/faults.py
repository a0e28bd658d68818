"""Failures that a test has planned."""

from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Store


def strike(store: Store, token: str, operation: str) -> None:
    """Raises the planned fault for this operation, where there is one; the same call may succeed later.

    `operation` is create, read, update, delete, or reference (a resource that others cannot see yet).
    """
    fault = store.take_fault(token, operation)
    if fault is not None:
        raise CloudError(fault.code, fault.message, retryable=True)
