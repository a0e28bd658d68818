"""Folders of the data lake: download, atomic publication and access control lists.

    with lake.fetched("lake:curated/single-view") as folder: ...
    with lake.published("lake:published/street-crime/open") as folder: ...

Both also accept a local folder. `BLUELAMP_LAKE` is the lake's address, and `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and
`AZURE_FEDERATED_TOKEN_FILE` are the identity; a job's settings set them.

A published folder contains `runs/<run>/` and `current.json`, with the name of the current run, its files, their sizes
and SHA-256. `current.json` is replaced last and atomically, so that readers see a complete run. Views for people and
APIs, which read files by name, are published `plain`. The Data Lake Storage REST API is called without an SDK.
"""

from bluelamp.workloads.lake.acls import Changed, apply
from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.folders import CURRENT, PREFIX, Lake, copied, fetched, lake_path, published, put
from bluelamp.workloads.lake.rest import Client

__all__ = [
    "CURRENT",
    "PREFIX",
    "Changed",
    "Client",
    "Lake",
    "LakeError",
    "apply",
    "copied",
    "fetched",
    "lake_path",
    "published",
    "put",
]
