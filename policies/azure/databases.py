"""Databases: how they are reached."""

from typing import Final

from policies.controls import caf, ncsc
from policies.model import Severity
from policies.rule import Must, require

SQL_SERVER: Final = "azure-native:sql:Server"

SQL_TLS: Final = require(
    "BL-SQL-001",
    "SQL servers refuse TLS older than 1.2",
    Must("minimalTlsVersion", among=("1.2", "1.3"), default="None"),
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b"),
    at=SQL_SERVER,
    rationale="TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996).",
    fix="Set minimalTlsVersion to 1.2.",
    example='sql.Server("records", ..., minimal_tls_version="1.2")',
)

SQL_NOT_PUBLIC: Final = require(
    "BL-SQL-002",
    "SQL servers are not reachable from the Internet",
    Must("publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B3.c", "B4.a"),
    at=SQL_SERVER,
    rationale="A database that answers the Internet is tried with every leaked password there is.",
    fix="Set publicNetworkAccess to Disabled and reach the server through a private endpoint.",
    example='sql.Server("records", ..., public_network_access="Disabled")',
)

SQL_ENTRA_ONLY: Final = require(
    "BL-SQL-003",
    "SQL servers know people and services by Entra ID only",
    Must("administrators.azureADOnlyAuthentication", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("9", "10") + caf("B2.a", "B2.d"),
    at=SQL_SERVER,
    rationale="A login that lives in the database survives its owner's leaving and never asks for a second factor.",
    fix="Set administrators.azureADOnlyAuthentication to true.",
    example='sql.Server("records", ..., administrators={"azureADOnlyAuthentication": True, "login": "sql-admins"})',
)
