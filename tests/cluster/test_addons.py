"""The rehearsal's add-on kinds are those of the pinned definitions."""

import gzip
import json

import pytest

from tests.cluster.addons import DATA, addons
from tests.cluster.binaries import Unavailable


@pytest.mark.cluster
def test_the_rehearsal_has_the_add_ons_as_published() -> None:
    try:
        published = addons()
    except Unavailable as reason:
        pytest.skip(str(reason))
    kept = json.loads(gzip.decompress(DATA.read_bytes()))
    assert kept == published, "run: python -m tests.cluster.addons"
