"""Small decisions: durations, deadlines, readiness, addresses, arguments, endpoint cache."""

import math
from datetime import timedelta

import pytest

from opensandbox._core import arguments
from opensandbox._core.control.readiness import is_final, is_pending, wait_before
from opensandbox._core.deadlines import LONGEST, NO_DEADLINE, Deadline, seconds, span
from opensandbox._core.net import addresses
from opensandbox._core.network.endpoints import EndpointCache, EndpointKey
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import SandboxEndpoint, SandboxImageSpec

# Durations and deadlines


@pytest.mark.parametrize("endless", [timedelta.max, 1e300, timedelta(days=40_000)])
def test_a_duration_is_a_hundred_years_at_most(endless: timedelta | float) -> None:
    assert seconds("timeout", endless) == LONGEST
    assert timedelta(seconds=LONGEST) == timedelta(days=36500)


def test_durations_of_settings_are_as_long_at_most() -> None:
    assert span(timedelta.max) == LONGEST
    assert span(timedelta(seconds=7)) == 7.0


@pytest.mark.parametrize(
    ("value", "expected"), [(timedelta(minutes=1), 60.0), (2, 2.0), (0.5, 0.5), (0, 0.0)]
)
def test_durations_are_timedeltas_or_seconds(value, expected):
    assert seconds("timeout", value) == expected


@pytest.mark.parametrize("value", [-1, timedelta(seconds=-1), math.nan, math.inf, "10", None, True, [1]])
def test_what_is_no_duration_is_refused_by_name(value):
    with pytest.raises(InvalidArgumentException, match="ready_timeout") as caught:
        seconds("ready_timeout", value)
    assert repr(value) in str(caught.value)


def test_zero_is_refused_where_time_is_needed():
    with pytest.raises(InvalidArgumentException, match="greater than zero"):
        seconds("timeout", 0, positive=True)


def test_a_deadline_counts_down_and_never_below_zero():
    deadline = Deadline.after(10.0, now=100.0)
    assert deadline.remaining(104.0) == 6.0
    assert deadline.remaining(200.0) == 0.0
    assert not deadline.passed(109.9)
    assert deadline.passed(110.0)
    assert deadline.clip(20.0, 104.0) == 6.0
    assert deadline.clip(2.0, 104.0) == 2.0


def test_without_a_deadline_nothing_is_cut():
    assert NO_DEADLINE.remaining(1e9) is None
    assert not NO_DEADLINE.passed(1e9)
    assert NO_DEADLINE.clip(5.0, 1e9) == 5.0


def test_the_earlier_deadline_counts():
    early, late = Deadline(1.0), Deadline(2.0)
    assert early.earlier(late) == late.earlier(early) == early
    assert early.earlier(NO_DEADLINE) == NO_DEADLINE.earlier(early) == early


# Readiness


def test_looks_are_dense_at_first_and_then_regular():
    assert [wait_before(n, 0.2) for n in range(1, 8)] == [0.0, 0.02, 0.04, 0.08, 0.16, 0.2, 0.2]
    assert wait_before(10_000, 0.2) == 0.2


def test_only_a_refusal_of_the_caller_is_final():
    assert [status for status in (None, 400, 401, 403, 404, 500, 502, 503) if is_final(status)] == [401, 403]


def test_only_one_404_means_not_yet():
    assert is_pending(404, "KUBERNETES::POD_IP_NOT_AVAILABLE")
    assert not is_pending(404, "DOCKER::SANDBOX_NOT_FOUND")
    assert not is_pending(500, "KUBERNETES::POD_IP_NOT_AVAILABLE")


# Addresses


def test_the_configured_key_beats_a_user_header_of_any_case():
    headers = addresses.control_plane_headers(
        "agent/1", {"open-sandbox-api-key": "theirs", "X-A": "1"}, "ours"
    )
    assert headers == {"User-Agent": "agent/1", "X-A": "1", "OPEN-SANDBOX-API-KEY": "ours"}


def test_without_a_configured_key_a_user_header_serves():
    headers = addresses.control_plane_headers("agent/1", {"OPEN-SANDBOX-API-KEY": "theirs"}, "")
    assert headers["OPEN-SANDBOX-API-KEY"] == "theirs"


@pytest.mark.parametrize(("proxied", "expected"), [(False, None), (True, "ours")])
def test_the_api_key_reaches_a_sandbox_only_through_the_server(proxied, expected):
    headers = addresses.sandbox_headers(
        "agent/1",
        {"open-sandbox-api-key": "theirs"},
        {"X-EXECD-ACCESS-TOKEN": "t"},
        api_key="ours",
        use_server_proxy=proxied,
    )
    keys = {name.lower(): value for name, value in headers.items()}
    assert keys.get("open-sandbox-api-key") == expected
    assert keys["x-execd-access-token"] == "t"
    assert len(keys) == len(headers)


def test_endpoint_headers_win_over_user_headers():
    headers = addresses.sandbox_headers(
        "a", {"x-route": "mine"}, {"X-Route": "theirs"}, api_key="", use_server_proxy=False
    )
    assert headers == {"User-Agent": "a", "X-Route": "theirs"}


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("http://h:1", "/ping", "http://h:1/ping"),
        ("http://h/gateway/sb/44772", "/files/info", "http://h/gateway/sb/44772/files/info"),
        ("http://h/v1/", "/sandboxes", "http://h/v1/sandboxes"),
    ],
)
def test_an_operation_is_appended_to_the_whole_endpoint(base, path, url):
    assert addresses.join(base, path) == url


@pytest.mark.parametrize(
    "name",
    [
        "OPEN-SANDBOX-API-KEY",
        "OpenSandbox-Secure-Access",
        "OPENSANDBOX-EGRESS-AUTH",
        "X-EXECD-ACCESS-TOKEN",
        "Authorization",
        "Cookie",
        "X-My-Token",
        "Set-Cookie",
        "Location",
        "X-Anything",
    ],
)
def test_only_harmless_headers_may_be_shown(name):
    assert not addresses.may_be_shown(name)
    assert addresses.may_be_shown("Content-Type")


@pytest.mark.parametrize("value", ["", "a", "a b", "a\tb", "~!"])
def test_ordinary_header_values_are_sendable(value):
    assert addresses.sendable({"X-Value": value}) == {"X-Value": value}


@pytest.mark.parametrize(
    "value", ["secret\n", " secret", "secret ", "sec\r\nret", "sëcret", "sec\0ret", "\x7f"]
)
def test_header_value_that_cannot_be_sent_is_refused_and_not_repeated(value):
    with pytest.raises(InvalidArgumentException, match="X-Value") as caught:
        addresses.sendable({"X-Value": value})
    assert value not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ä", "a\n"])
def test_header_name_that_cannot_be_sent_is_refused(name):
    with pytest.raises(InvalidArgumentException, match="name of a header"):
        addresses.sendable({name: "value"})


# Arguments


@pytest.mark.parametrize("value", ["", "  ", ".", "..", "a\0b", None, 7])
def test_an_id_that_cannot_be_one_is_refused_by_name(value):
    with pytest.raises(InvalidArgumentException, match="sandbox_id"):
        arguments.identifier("sandbox_id", value)


@pytest.mark.parametrize("value", [0, 65536, -1, "80", 80.0, True, None])
def test_a_port_that_cannot_be_one_is_refused(value):
    with pytest.raises(InvalidArgumentException, match="port"):
        arguments.port(value)


@pytest.mark.parametrize("value", [-1, 4294967295, "0", True, None, 1.5])
def test_a_user_id_that_cannot_be_one_is_refused(value):
    with pytest.raises(InvalidArgumentException, match="uid"):
        arguments.numeric_id("uid", value)


@pytest.mark.parametrize("value", [-1, "1", 1.5, True, None])
def test_an_instant_is_whole_seconds(value):
    with pytest.raises(InvalidArgumentException, match="expires"):
        arguments.instant("expires", value)


@pytest.mark.parametrize("value", ["", " ", None, 3])
def test_a_scope_is_a_word(value):
    with pytest.raises(InvalidArgumentException, match="scope"):
        arguments.scope(value)


@pytest.mark.parametrize("value", ["", "  ", 7, None, ["ubuntu"]])
def test_an_image_that_cannot_be_one_is_refused(value):
    with pytest.raises(InvalidArgumentException, match="image"):
        arguments.image(value, SandboxImageSpec)


def test_an_image_may_be_a_name_or_a_specification():
    spec = SandboxImageSpec("ubuntu")
    assert arguments.image("ubuntu", SandboxImageSpec) == spec
    assert arguments.image(spec, SandboxImageSpec) is spec


# Endpoint cache

KEY = EndpointKey("sb", 80, False)
ENDPOINT = SandboxEndpoint(endpoint="h:1")


def test_an_answer_is_kept_for_its_time():
    cache = EndpointCache(ttl=10.0, size=4)
    cache.put(KEY, ENDPOINT, 0.0, cache.generation)
    assert cache.get(KEY, 9.9) is ENDPOINT
    assert cache.get(KEY, 10.0) is None


def test_the_least_recently_used_answer_goes_first():
    cache = EndpointCache(ttl=10.0, size=2)
    keys = [EndpointKey("sb", port, False) for port in (1, 2, 3)]
    cache.put(keys[0], ENDPOINT, 0.0, 0)
    cache.put(keys[1], ENDPOINT, 0.0, 0)
    assert cache.get(keys[0], 1.0)
    cache.put(keys[2], ENDPOINT, 1.0, 0)
    assert [cache.get(key, 2.0) is not None for key in keys] == [True, False, True]


def test_forgetting_a_sandbox_also_bars_answers_already_on_their_way():
    cache = EndpointCache(ttl=10.0, size=4)
    other = EndpointKey("other", 80, False)
    cache.put(KEY, ENDPOINT, 0.0, 0)
    cache.put(other, ENDPOINT, 0.0, 0)
    asked_at = cache.generation
    cache.forget("sb")
    cache.put(KEY, ENDPOINT, 0.0, asked_at)
    assert cache.get(KEY, 1.0) is None
    assert cache.get(other, 1.0) is ENDPOINT
