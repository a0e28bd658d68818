"""An information asset as the program registers it: the form in which plans, previews, states and rules have a
contract.
"""

from typing import Any

from bluelamp.core.contracts.model import Contract, Placement
from bluelamp.core.contracts.properties import Agreement, LegalHold


def inputs(contract: Contract) -> dict[str, Any]:
    """The component's inputs as JSON, with dates in ISO 8601 format and without values missing from the contract."""
    own = contract.properties
    owner = own.information_asset_owner
    found = {
        "id": contract.asset,
        "name": contract.name,
        "file": contract.file,
        "classification": own.classification,
        "owner": _filled({"role": owner.role, "email": owner.email, "agreed": owner.agreed and str(owner.agreed)}),
        "retentionGroup": own.retention_group,
        "retentionYears": contract.retention_years,
        "pole": list(own.pole),
        "lawfulBasis": own.lawful_basis and own.lawful_basis.regime,
        "placements": [_placement(each) for each in contract.placements],
        "lineage": list(own.lineage),
        "agreements": [_agreement(each) for each in own.sharing_agreements],
        "legalHolds": [_hold(each) for each in own.legal_holds],
    }
    return _filled(found)


def _placement(placement: Placement) -> dict[str, Any]:
    own = placement.properties
    return _filled(
        {
            "server": placement.server,
            "location": own.location,
            "resource": own.resource,
            "path": placement.path if own.resource else None,
            "public": own.public,
        }
    )


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "reference": agreement.reference,
        "partner": agreement.partner,
        "expires": str(agreement.expires),
        "outsideUk": agreement.outside_uk,
        "public": agreement.public,
        "lowerClassification": agreement.lower_classification,
    }


def _hold(hold: LegalHold) -> dict[str, Any]:
    until = str(hold.until) if hold.until else None
    return _filled({"reference": hold.reference, "since": str(hold.since), "until": until})


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != []}
