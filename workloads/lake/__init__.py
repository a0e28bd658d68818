"""Folders of the data lake: fetched whole, published in one step, and closed by access control lists.

    with lake.fetched("lake:curated/single-view") as folder: ...
    with lake.published("lake:published/street-crime/open") as folder: ...

Both take a local folder as well. `BLUELAMP_LAKE` holds the lake's address, and `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and
`AZURE_FEDERATED_TOKEN_FILE` the identity, as a job's settings give them.

A published folder of the lake holds `runs/<run>/` and `current.json`, which names the run that is current with its
files, their sizes and SHA-256. `current.json` is put in place last, in one step: whoever reads finds the last run or
the one before it, and never a part of one. Views for people and for interfaces, who read files by their names, are
published `plain`. It talks to the Data Lake Storage REST API, and needs no SDK.
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
