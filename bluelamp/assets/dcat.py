"""The register as a DCAT 3 catalogue in JSON-LD, by the UK Cross-Government Metadata Exchange Model (version 0.1.0).

Each asset is a dataset with the model's mandatory properties. The model's security classification has tiers only, so
OFFICIAL-SENSITIVE is exported as OFFICIAL, with the full marking in another property.
"""

from collections.abc import Iterable
from typing import Any, Final

from bluelamp.core.contracts import Contract

OPEN_LICENCE: Final = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
AGREED_LICENCE: Final = "DATA_SHARE_AGREEMENT"
"""The model's licence for data under a sharing agreement."""

_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "freq": "http://purl.org/cld/freq/",
    "prov": "http://www.w3.org/ns/prov#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "ukgov": "https://w3id.org/co-cddo/ukgov-metadata-exchange-model/",
    "type": "@type",
    "identifier": "dct:identifier",
    "title": "dct:title",
    "description": "dct:description",
    "creator": "dct:creator",
    "publisher": "dct:publisher",
    "accessRights": "dct:accessRights",
    "licence": "dct:license",
    "keyword": "dcat:keyword",
    "version": "dcat:version",
    "modified": {"@id": "dct:modified", "@type": "http://www.w3.org/2001/XMLSchema#date"},
    "contactPoint": "dcat:contactPoint",
    "contactName": "vcard:fn",
    "email": "vcard:hasEmail",
    "updateFrequency": {"@id": "dct:accrualPeriodicity", "@type": "@id"},
    "securityClassification": "ukgov:securityClassification",
    "marking": "ukgov:marking",
    "relatedResource": {"@id": "dct:relation", "@type": "@id"},
    "derivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "dataset": "dcat:dataset",
    "name": "foaf:name",
}
_TIERS: Final = {"OFFICIAL-SENSITIVE": "OFFICIAL", "TOP SECRET": "TOP_SECRET"}
_DAYS: Final = {"m": 1 / 1440, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "y": 365.0}
_FREQUENCIES: Final = (
    (0.5, "continuous"),
    (1, "daily"),
    (7, "weekly"),
    (14, "biweekly"),
    (31, "monthly"),
    (62, "bimonthly"),
    (92, "quarterly"),
    (183, "semiannual"),
    (366, "annual"),
)


def catalogue(force: str, name: str, contracts: Iterable[Contract]) -> dict[str, Any]:
    """The catalogue of a force called `name`, a JSON-LD document."""
    listed = list(contracts)
    return {
        "@context": _CONTEXT,
        "@id": f"urn:bluelamp:{force}",
        "@type": "dcat:Catalog",
        "title": f"Information assets of {name}",
        "description": f"The information asset register of {name}.",
        "publisher": {"@id": f"urn:bluelamp:{force}:force", "@type": "foaf:Organization", "name": name},
        "dataset": [dataset(force, contract) for contract in listed],
    }


def dataset(force: str, contract: Contract) -> dict[str, Any]:
    """One asset, with the model's property names."""
    own, document = contract.properties, contract.document
    public = any(each.properties.public for each in contract.placements)
    owner = own.information_asset_owner
    purpose = document.description.purpose if document.description else None
    found: dict[str, Any] = {
        "@id": _id(force, contract.asset),
        "type": "dcat:Dataset",
        "identifier": _id(force, contract.asset),
        "title": contract.name,
        "description": purpose or contract.name,
        "accessRights": "OPEN" if public else "INTERNAL",
        "contactPoint": {"@type": "vcard:Kind", "contactName": owner.role, "email": owner.email},
        "creator": [force],
        "publisher": force,
        "licence": OPEN_LICENCE if public else AGREED_LICENCE,
        "modified": _modified(contract),
        "securityClassification": _TIERS.get(own.classification, own.classification),
        "marking": own.classification,
        "updateFrequency": f"freq:{_frequency(contract)}",
        "version": document.version or "1.0.0",
    }
    if own.pole:
        found["keyword"] = list(own.pole)
    if own.lineage:
        found["derivedFrom"] = [_id(force, each) for each in own.lineage]
        found["relatedResource"] = [_id(force, each) for each in own.lineage]
    return found


def _id(force: str, asset: str) -> str:
    return f"urn:bluelamp:{force}:{asset}"


def _modified(contract: Contract) -> str:
    """The latest date of a decision in the contract, as the model requires a modification date."""
    own = contract.properties
    dpia = [own.dpia.approved] if own.dpia else []
    agreed = [own.information_asset_owner.agreed] if own.information_asset_owner.agreed else []
    created = str(contract.document.contractCreatedTs or "")[:10]
    return max([*map(str, (*dpia, *agreed)), created or "1970-01-01"])


def _frequency(contract: Contract) -> str:
    """The update frequency, from the SLA property `freshness`; irregular without one."""
    for row in contract.document.slaProperties or ():
        if row.property == "freshness" and isinstance(row.value, int | float):
            days = row.value * _DAYS.get((row.unit or "d").casefold(), 1.0)
            return next((name for most, name in _FREQUENCIES if days <= most), "irregular")
    return "irregular"
