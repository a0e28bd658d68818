"""Holds an export to DataHub's own classes: `bluelamp assets FORCE --export datahub --out FILE`, then, in an environment
of its own with `acryl-datahub` 1.7 (it cannot live beside this project), `python tests/assets/datahub_check.py FILE`.
"""

import json
import sys
from pathlib import Path

from datahub.emitter.mcp import MetadataChangeProposalWrapper
from datahub.metadata.schema_classes import MetadataChangeProposalClass

for document in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    proposal = MetadataChangeProposalClass.from_obj(document)
    aspect = MetadataChangeProposalWrapper.try_from_mcpc(proposal)
    if not (proposal.validate() and aspect and aspect.validate()):
        sys.exit(f"not valid: {document}")
