"""Refreshing prices from a local service that responds like the Azure Retail Prices API."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bluelamp.core.problems import SettingsError
from bluelamp.cost.refresh import Refreshed, family_of, meters, outliers, refresh
from bluelamp.cost.retail import VARIABLE, Service
from bluelamp.errors import BluelampError, UsageError
from bluelamp.pricing.snapshot import FILE, load
from tests.conftest import in_process, make_project

DAY = date(2026, 11, 30)
MACHINES = "serviceName eq 'Virtual Machines'"
Answer = Callable[[str, int], tuple[int, dict[str, str], Any]]


def item(meter: str, price: str, *, region: str = "uksouth", unit: str = "1 Hour", **more: Any) -> dict[str, Any]:
    """An item of the API, with the price as given in the text."""
    one = next(each for each in meters() if each.key == meter)
    return {
        "currencyCode": "GBP",
        "tierMinimumUnits": int(one.tier),
        "retailPrice": f"<{price}>",
        "armRegionName": region,
        "meterName": one.meter,
        "productName": one.product or "Some product",
        "skuName": one.sku or "Some SKU",
        "serviceName": one.service,
        "unitOfMeasure": unit,
        "type": "Consumption",
        **more,
    }


def machine(size: str, price: str, **more: Any) -> dict[str, Any]:
    found = {
        "currencyCode": "GBP",
        "tierMinimumUnits": 0,
        "retailPrice": f"<{price}>",
        "armRegionName": "uksouth",
        "armSkuName": size,
        "productName": "Virtual Machines Series",
        "skuName": size,
        "serviceName": "Virtual Machines",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
    }
    return {**found, **more}


class Api:
    """A service: `answers` by substrings of the filter, each a function of the request's query and count."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[dict[str, list[str]]] = []
        self.url = ""

    def give(self, words: str, *items: dict[str, Any]) -> None:
        self.answers[words] = lambda _query, _count: (200, {}, {"Items": list(items), "NextPageLink": None})

    def answer(self, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        self.requests.append(query)
        words = query["$filter"][0]
        for known, found in self.answers.items():
            if known in words:
                return found(json.dumps(query), len(self.requests))
        return 200, {}, {"Items": [], "NextPageLink": None}


@contextmanager
def serving() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, document = api.answer(parse_qs(urlsplit(self.path).query))
            text = document if isinstance(document, str) else json.dumps(document)
            # Prices are JSON numbers with all of their digits.
            content = text.replace('"<', "").replace('>"', "").encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A test may have a client that disconnects early."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            api.url = f"http://127.0.0.1:{server.server_address[1]}/prices"
            yield api
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def run(root: Path, api: Api, *keys: str, **more: Any) -> Refreshed:
    wanted = [one for one in meters() if one.key in keys]
    waits = more.pop("waits", [])
    service = Service(api.url, wait=waits.append, **more)
    return refresh(root, service, wanted=wanted, day=DAY)


def test_a_price_is_fetched_checked_and_written(tmp_path: Path, api: Api) -> None:
    api.give("Premium Deployment", item("firewall-premium", "1.4000001"))
    done = run(tmp_path, api, "firewall-premium")
    assert [(was.gbp, now.gbp) for was, now in done.changed] == [(Decimal("1.320805"), Decimal("1.4000001"))]
    found = load(tmp_path).find("firewall-premium")
    assert found is not None
    assert (found.gbp, found.dated, found.source, found.region) == (Decimal("1.4000001"), DAY, "retail", "uksouth")
    # The other prices are those shipped with the project.
    assert load(tmp_path).find("bastion-basic") == load().find("bastion-basic")


def test_the_filter_requests_pounds_and_keeps_the_case_of_names(tmp_path: Path, api: Api) -> None:
    run(tmp_path, api, "firewall-premium")
    query = api.requests[0]
    assert query["currencyCode"] == ["'GBP'"]
    assert query["$filter"] == [
        "serviceName eq 'Azure Firewall' and productName eq 'Azure Firewall' and skuName eq 'Premium' "
        "and meterName eq 'Premium Deployment' and priceType eq 'Consumption'"
    ]


def test_pages_are_followed_to_the_last(tmp_path: Path, api: Api) -> None:
    def pages(query: str, _count: int) -> tuple[int, dict[str, str], Any]:
        parameters = json.loads(query)
        page = int(parameters.get("page", ["0"])[0])
        region = ["westeurope", "eastus", "uksouth"][page]
        following = f"{api.url}?$filter={parameters['$filter'][0].replace(' ', '%20')}&page={page + 1}"
        items = [item("firewall-premium", "1.5", region=region)]
        return 200, {}, {"Items": items, "NextPageLink": following if page < 2 else None}

    api.answers["Premium Deployment"] = pages
    assert len(run(tmp_path, api, "firewall-premium").changed) == 1
    assert len([each for each in api.requests if "Premium Deployment" in each["$filter"][0]]) == 3


def test_a_next_page_elsewhere_is_refused(tmp_path: Path, api: Api) -> None:
    api.answers["Premium"] = lambda *_: (200, {}, {"Items": [], "NextPageLink": "http://192.0.2.1/prices"})
    with pytest.raises(BluelampError, match="another address"):
        run(tmp_path, api, "firewall-premium")


def test_throttling_waits_as_long_as_the_service_says(tmp_path: Path, api: Api) -> None:
    def busy(_query: str, count: int) -> tuple[int, dict[str, str], Any]:
        if count < 3:
            return 429, {"Retry-After": str(count * 7)}, {}
        return 200, {}, {"Items": [item("firewall-premium", "1.5")], "NextPageLink": ""}

    api.answers["Premium Deployment"] = busy
    waits: list[float] = []
    assert len(run(tmp_path, api, "firewall-premium", waits=waits).changed) == 1
    assert waits == [7, 14]


def test_endless_throttling_fails_and_keeps_the_snapshot(tmp_path: Path, api: Api) -> None:
    api.answers["Premium"] = lambda *_: (429, {"Retry-After": "9999"}, {})
    waits: list[float] = []
    with pytest.raises(BluelampError, match="429"):
        run(tmp_path, api, "firewall-premium", waits=waits)
    assert waits == [60, 60, 60, 60]
    assert not (tmp_path / FILE).exists()


def test_an_unresponsive_service_times_out(tmp_path: Path, api: Api) -> None:
    held = threading.Event()

    def silent(*_: object) -> tuple[int, dict[str, str], Any]:
        held.wait(20)
        return 200, {}, {"Items": []}

    api.answers["Premium"] = silent
    began = time.monotonic()
    try:
        with pytest.raises(BluelampError, match="no answer in time"):
            run(tmp_path, api, "firewall-premium", seconds=0.05)
    finally:
        held.set()
    assert time.monotonic() - began < 15
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html>", "not JSON"),
        ("[]", "not an object"),
        ("{}", "no list"),
        ('{"Items": [], "NextPageLink": "http://["}', "another address"),
        ('{"Items": [], "NextPageLink": "http://127.0.0.1:99999/"}', "another address"),
        ('{"Items": [], "Count": 1e99999999999999999999}', "not JSON"),
    ],
)
def test_an_answer_of_another_form_is_refused(tmp_path: Path, api: Api, content: str, message: str) -> None:
    api.answers["Premium"] = lambda *_: (200, {}, content)
    with pytest.raises(BluelampError, match=message):
        run(tmp_path, api, "firewall-premium")


@pytest.mark.parametrize(
    ("price", "more", "message"),
    [
        ("0", {}, "not a price above zero"),
        ("-1.5", {}, "not a price above zero"),
        ("14.1", {}, "changed by more than 10 times"),
        ("0.13", {}, "changed by more than 10 times"),
        ("1.3", {"unit": "100 Hours"}, "the unit has changed"),
        ("1.3", {"currencyCode": "USD"}, "not in pounds"),
        ("null", {}, "not a price above zero"),
        ("1e999999", {}, "no price that Azure can have"),
        ("1e-400", {}, "no price that Azure can have"),
    ],
)
def test_an_absurd_price_is_refused_and_the_old_snapshot_kept(
    tmp_path: Path, api: Api, price: str, more: dict[str, Any], message: str
) -> None:
    api.give("Premium Deployment", item("firewall-premium", "1.4"))
    run(tmp_path, api, "firewall-premium")
    before = (tmp_path / FILE).read_bytes()
    api.give("Premium Deployment", item("firewall-premium", price, **more))
    api.give("Standard Gateway", item("bastion-standard", "0.3"))
    with pytest.raises(SettingsError, match=message) as raised:
        run(tmp_path, api, "firewall-premium", "bastion-standard")
    assert [problem.path for problem in raised.value.problems] == ["firewall-premium"]
    assert (tmp_path / FILE).read_bytes() == before


def test_every_refused_price_is_reported_at_once(tmp_path: Path, api: Api) -> None:
    api.give("Premium Deployment", item("firewall-premium", "0"))
    api.give("Standard Gateway", item("bastion-standard", "-1"))
    api.give(MACHINES, machine("Standard_D4s_v5", "99"))
    with pytest.raises(SettingsError) as raised:
        run(tmp_path, api, "firewall-premium", "bastion-standard")
    assert [problem.path for problem in raised.value.problems] == [
        "firewall-premium",
        "bastion-standard",
        "vm-d4s-v5-linux",
    ]


def test_a_price_of_a_zone_is_used_if_the_region_has_none(tmp_path: Path, api: Api) -> None:
    zone = item("dns-private-zone", "0.4", region="Zone 1", unit="1")
    api.give(
        "Private Zone",
        zone,
        {**zone, "armRegionName": "Zone 3"},
        {**zone, "tierMinimumUnits": 25, "retailPrice": "<0.08>"},
    )
    done = run(tmp_path, api, "dns-private-zone", "dns-private-zone-26")
    assert [each.key for each in done.added] == ["dns-private-zone-26"]
    found = load(tmp_path).find("dns-private-zone")
    assert found is not None
    assert found.note == "listed under Zone 1, not under uksouth"


def test_a_price_of_another_tier_or_name_is_not_used(tmp_path: Path, api: Api) -> None:
    right = item("egress-100", "0.07", unit="1 GB")
    api.give(
        "Standard Data Transfer Out",
        {**right, "tierMinimumUnits": 0, "retailPrice": 0},
        {**right, "meterName": "Other"},
    )
    done = run(tmp_path, api, "egress-100")
    assert done.missing == ("egress-100",)
    assert load(tmp_path).find("egress-100") == load().find("egress-100")


def test_a_redirect_is_followed_on_the_same_host_only(tmp_path: Path, api: Api) -> None:
    given = {"Items": [item("firewall-premium", "1.4")], "NextPageLink": None}
    query = "?%24filter=moved"
    api.answers["moved"] = lambda *_: (200, {}, given)
    api.answers["Premium Deployment"] = lambda *_: (302, {"Location": api.url + query}, "")
    assert len(run(tmp_path, api, "firewall-premium").changed) == 1
    before = (tmp_path / FILE).read_bytes()
    elsewhere = api.url.replace("127.0.0.1", "localhost") + query
    api.answers["Premium Deployment"] = lambda *_: (302, {"Location": elsewhere}, "")
    count = len(api.requests)
    with pytest.raises(BluelampError, match="302 redirects to another address"):
        run(tmp_path, api, "firewall-premium")
    assert len(api.requests) == count + 1, "the other address gets no request"
    assert (tmp_path / FILE).read_bytes() == before


def test_two_prices_for_one_meter_are_refused(tmp_path: Path, api: Api) -> None:
    api.give("Premium Deployment", item("firewall-premium", "1.4"), item("firewall-premium", "1.5"))
    with pytest.raises(SettingsError, match="several prices"):
        run(tmp_path, api, "firewall-premium")


def test_machine_prices_are_checked_per_vcpu(tmp_path: Path, api: Api) -> None:
    linux = [
        machine("Standard_D2as_v5", "0.0755"),
        machine("Standard_D4as_v5", "0.29"),
        machine("Standard_D8as_v5", "0.302"),
    ]
    api.give(MACHINES, *linux)
    with pytest.raises(SettingsError, match="out of line for its vCPUs") as raised:
        run(tmp_path, api)
    assert [problem.path for problem in raised.value.problems] == ["vm-d4as-v5-linux"]


def test_windows_and_spot_prices_are_not_used_for_linux(tmp_path: Path, api: Api) -> None:
    api.give(
        MACHINES,
        machine("Standard_D4s_v5", "0.31", productName="Virtual Machines Dsv5 Series Windows"),
        machine("Standard_D4s_v5", "0.03", skuName="D4s v5 Spot"),
        machine("Standard_D4s_v5", "0.17"),
    )
    run(tmp_path, api)
    found = load(tmp_path).machine("uksouth", "Standard_D4s_v5")
    assert found is not None
    assert found.gbp == Decimal("0.17")


def test_outliers_are_found_in_families_charged_by_the_vcpu() -> None:
    assert family_of("Standard_E16-4ads_v5") == family_of("Standard_E8ads_v5") == "Eads_v5"
    assert family_of("Standard_B2s") == family_of("Standard_D2") == ""
    assert outliers({"a": ("Standard_B1ls", Decimal(1)), "b": ("Standard_B8ms", Decimal(90))}) == {}


def test_the_command_refreshes_and_reports_the_changes(
    tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path / "project")
    api.give("Premium Deployment", item("firewall-premium", "1.35"))
    monkeypatch.setenv(VARIABLE, api.url)
    status, out, err = in_process(project.root, ["cost", "--refresh"])
    assert status == 0
    assert "firewall-premium: £1.320805 -> £1.35 for each hour" in out
    assert "1 price written to stacks/prices.csv: 1 changed, 0 new" in out
    assert "not found: public-ip-standard" in err
    api.give("Premium Deployment", item("firewall-premium", "0"))
    status, out, err = in_process(project.root, ["cost", "--refresh"])
    assert status == 2
    assert "stacks/prices.csv: firewall-premium: not a price above zero (found 0)" in err
    assert load(project.root).by_key["firewall-premium"].gbp == Decimal("1.35")


def test_an_answer_that_is_not_http_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(5):
                connection = server.accept()[0]
                with connection:
                    connection.recv(65_536)
                    connection.sendall(b"nonsense\r\n\r\n")

        served = threading.Thread(target=answer)
        served.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(BluelampError, match="nonsense"):
            refresh(tmp_path, Service(address, wait=lambda _: None), wanted=meters()[:1], day=DAY)
        served.join()


def test_a_password_in_the_address_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "https://reader:hunter2@prices.example/")
    with pytest.raises(UsageError, match="contains a user name or a password") as raised:
        Service.of_environment()
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://prices.example/api", "ftp://127.0.0.1/", "nonsense", "http://[", "https://127.0.0.1:99999/"]
)
def test_an_unsafe_address_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, url)
    with pytest.raises(UsageError, match=VARIABLE):
        Service.of_environment()
