"""An embedded cluster of a test's own."""

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.store import Store


@pytest.fixture
def store() -> Store:
    return Store(":memory:")


@pytest.fixture
def provider(store: Store) -> KubernetesProvider:
    return KubernetesProvider(store, patience=0.0)
