"""DataHub: an on-premises data catalogue, in its own tenant.

    DataHub("datahub", {"label": label, "host": "catalogue.live.essex.police.example", "images": {...},
                        "database": {"host": "...", "port": 5432, "cidr": "10.144.8.0/28"}, "search": {...},
                        "kafka": {...}})

The module creates the tenant, the metadata service and the front end, each with two replicas, and the upgrade job that
prepares the data stores for a release. It does not create the data stores: the force runs PostgreSQL, OpenSearch and
Kafka, backs them up and lists them in its asset register. It does not configure ingestion, for which
`bluelamp assets --export datahub` provides the data, or Entra ID sign-in, which is set in DataHub. External Secrets
creates the secret `datahub` in the namespace, with the passwords and keys.
"""

from bluelamp.modules.data.datahub.datahub import DataHub, DataHubArgs, DataHubImages, DataHubStore

__all__ = ["DataHub", "DataHubArgs", "DataHubImages", "DataHubStore"]
