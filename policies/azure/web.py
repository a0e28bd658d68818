"""Web and function apps: what they accept."""

from typing import Final

from policies.controls import caf, ncsc
from policies.model import Severity
from policies.rule import Must, require

APPS: Final = ("azure-native:web:WebApp", "azure-native:web:WebAppSlot")

HTTPS_ONLY: Final = require(
    "BL-WEB-001",
    "Web apps accept HTTPS only",
    Must("httpsOnly", be=True, default=False),
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b"),
    at=APPS,
    rationale="Over plain HTTP what people enter, and the session that proves who they are, can be read on the way.",
    fix="Set httpsOnly to true: requests over HTTP are then redirected.",
    example='web.WebApp("front-desk", ..., https_only=True)',
)

NO_FTP: Final = require(
    "BL-WEB-002",
    "Web apps take no files over plain FTP",
    Must("siteConfig.ftpsState", among=("FtpsOnly", "Disabled")),
    severity=Severity.MEDIUM,
    controls=ncsc("1", "12") + caf("B3.b", "B4.c"),
    at=APPS,
    rationale="FTP sends the deployment password in the clear; whoever reads it replaces the application.",
    fix="Set siteConfig.ftpsState to Disabled.",
    example='web.WebApp("front-desk", ..., site_config={"ftps_state": "Disabled"})',
)
