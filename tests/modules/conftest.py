import pytest
from sample_args import LABEL

from bluelamp.modules.naming import Label


@pytest.fixture
def label() -> Label:
    return LABEL.copy()
