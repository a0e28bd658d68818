"""An embedded cluster for each test."""

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.store import Store


@pytest.fixture
def store() -> Store:
    return Store(":memory:")


@pytest.fixture
def provider(store: Store) -> KubernetesProvider:
    return KubernetesProvider(store, patience=0.0)
