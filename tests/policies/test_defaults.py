"""The defaults that rules rely on are recorded with their first API version, and older versions count."""

import importlib
import inspect
import re

import pytest

from bluelamp.core.resource import UNKNOWN_VERSION, Resource
from bluelamp.policies import Verdict, judge, rules
from bluelamp.policies.defaults import recorded, version_of
from bluelamp.policies.rule import Must

RULES = {rule.id: rule for rule in rules()}


def resource(type_, version="", **properties):
    return Resource(f"urn:pulumi:a::b::{type_}::it", type_, "it", properties, api_version=version)


def verdict(rule, made):
    (judged,) = judge([made], [RULES[rule]])
    return judged.verdict, judged.message


def test_every_default_that_passes_a_resource_is_recorded():
    wanted = set()
    for rule in RULES.values():
        if not isinstance(rule.must, Must) or rule.must.default is None or not rule.must._holds(rule.must.default):
            continue
        for type_, paths in rule.at.items():
            wanted |= {(type_, f"{path}.{rule.must.path}".lstrip(".")) for path in paths if type_.startswith("azure")}
    assert wanted <= recorded().keys()
    assert recorded().keys() - wanted == {
        ("azure-native:storage:StorageAccount", "allowBlobPublicAccess"),
        ("azure-native:network:ApplicationGateway", "sslPolicy"),
    }
    assert all(known.source for known in recorded().values())


def test_the_sdks_own_versions_are_not_older_than_the_defaults():
    for (type_, _), known in recorded().items():
        if known.since:
            _, module, name = type_.split(":")
            sdk = inspect.getsource(getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name))
            found = re.search(r"Uses Azure REST API version (\d{4}-\d\d-\d\d)", sdk)
            assert found
            assert found[1] >= known.since, type_


ACCOUNT = "azure-native:storage:StorageAccount"
COSMOS = "azure-native:cosmosdb:DatabaseAccount"


@pytest.mark.parametrize(
    ("rule", "type_", "version", "expected", "expected_message"),
    [
        ("BL-STO-001", ACCOUNT, "", Verdict.PASS, ""),
        ("BL-STO-001", ACCOUNT, "2019-04-01", Verdict.PASS, ""),
        ("BL-STO-001", ACCOUNT, "2018-11-01", Verdict.FAIL, "the service's default is false"),
        ("BL-STO-001", ACCOUNT, UNKNOWN_VERSION, Verdict.UNKNOWN, "depends on the API version"),
        ("BL-STO-004", ACCOUNT, "2022-09-01", Verdict.FAIL, "the default of this API version is true"),
        ("BL-STO-006", ACCOUNT, "2022-05-01", Verdict.FAIL, "the service's default is true"),
        ("BL-STO-007", ACCOUNT, "2016-01-01", Verdict.PASS, ""),
        ("BL-PAAS-010", COSMOS, "2021-10-15", Verdict.UNKNOWN, "before API version 2022-11-15 is not known"),
        ("BL-PAAS-010", COSMOS, "2022-11-15", Verdict.PASS, ""),
        ("BL-STO-001", "azure-native_storage_v20180701:storage:StorageAccount", "", Verdict.FAIL, "false"),
        ("BL-STO-001", "azure-native_storage_v20180701:storage/v20180701:StorageAccount", "", Verdict.FAIL, "false"),
        ("BL-PAAS-010", "azure-native:cosmosdb/v20211015:DatabaseAccount", "", Verdict.UNKNOWN, "2022-11-15"),
        ("BL-AKS-015", "azure-native:containerservice:ManagedCluster", "2022-11-01", Verdict.FAIL, "Unmanaged"),
        ("BL-NET-034", "azure-native:network:ApplicationGateway", "2022-11-01", Verdict.FAIL, "AppGwSslPolicy20150501"),
    ],
)
def test_a_default_applies_since_its_api_version(rule, type_, version, expected, expected_message):
    found, message = verdict(rule, resource(type_, version))
    assert found is expected
    assert expected_message in message


def test_an_explicit_value_does_not_depend_on_the_version():
    assert verdict("BL-STO-001", resource(ACCOUNT, "2016-01-01", enableHttpsTrafficOnly=True))[0] is Verdict.PASS


def test_the_version_is_the_resources_or_its_types():
    assert version_of(resource(ACCOUNT)) == ""
    assert version_of(resource(ACCOUNT, "2019-04-01")) == "2019-04-01"
    assert version_of(resource("azure-native:storage/v20190401:StorageAccount")) == "2019-04-01"
    assert version_of(resource("azure-native_storage_v20190401:storage:StorageAccount")) == "2019-04-01"
    assert version_of(resource("azure-native:storage/v20200801preview:StorageAccount")) == "2020-08-01"
