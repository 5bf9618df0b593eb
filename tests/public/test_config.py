"""What a connection config promises: addresses, keys, transports, and nothing behind one's back."""

from __future__ import annotations

import inspect
import subprocess
import sys
from datetime import timedelta

import httpx
import pytest
from pydantic import ValidationError

from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.config.client_ip import apply_client_ip, detect_outbound_ip, get_client_ip
from opensandbox.config.settings import ConnectionSettings
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.transport import (
    RetryAsyncTransport,
    RetryPolicy,
    RetrySyncTransport,
    unwrap_retry_transport,
)

both = pytest.mark.parametrize("config_type", [ConnectionConfig, ConnectionConfigSync])


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("OPEN_SANDBOX_API_KEY", "OPEN_SANDBOX_DOMAIN"):
        monkeypatch.delenv(name, raising=False)


@both
def test_environment_is_read_at_each_use_and_arguments_win(config_type, monkeypatch):
    config = config_type()
    assert (config.get_domain(), config.get_api_key()) == ("localhost:8080", "")
    monkeypatch.setenv("OPEN_SANDBOX_DOMAIN", "env.example.com")
    monkeypatch.setenv("OPEN_SANDBOX_API_KEY", "env-key")
    assert config.get_base_url() == "http://env.example.com/v1"
    assert config.get_api_key() == "env-key"
    given = config_type(domain="mine.example.com", api_key="mine")
    assert (given.get_domain(), given.get_api_key()) == ("mine.example.com", "mine")


@both
def test_an_empty_key_means_no_key_whatever_the_environment_says(config_type, monkeypatch):
    monkeypatch.setenv("OPEN_SANDBOX_API_KEY", "env-key")
    assert config_type(api_key="").get_api_key() == ""


@both
@pytest.mark.parametrize(
    ("domain", "protocol", "url"),
    [
        ("h:1", "http", "http://h:1/v1"),
        ("h", "https", "https://h/v1"),
        ("h/", "http", "http://h/v1"),
        ("https://h//", "http", "https://h/v1"),
        ("https://h:8443/prefix/", "http", "https://h:8443/prefix/v1"),
        ("HTTPS://h", "http", "https://h/v1"),
        ("http://h", "https", "http://h/v1"),
        ("[::1]:8080", "http", "http://[::1]:8080/v1"),
    ],
)
def test_base_url(config_type, domain, protocol, url):
    assert config_type(domain=domain, protocol=protocol).get_base_url() == url


@both
@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("sand boxes", "white space"),
        ("h\n", "white space"),
        (" h", "white space"),
        ("ftp://h", "'ftp'"),
        ("h?x=1", "query"),
        ("https://h#top", "fragment"),
        ("https:/h", "host and port"),
        ("http://", "host and port"),
        ("/only/a/path", "host and port"),
        ("h:", "host and port"),
        ("h:0", "host and port"),
        ("h:port", "port"),
        ("h:99999", "ort"),
        ("C:\\x", "."),
        ("[::1", "."),
    ],
)
def test_a_domain_that_cannot_be_one_is_refused_with_its_text(config_type, domain, reason):
    with pytest.raises(InvalidArgumentException) as caught:
        config_type(domain=domain).get_base_url()
    assert reason in str(caught.value)
    assert repr(domain) in str(caught.value)
    assert "host[:port]" in str(caught.value)


@both
def test_a_domain_from_the_environment_is_blamed_on_it(config_type, monkeypatch):
    monkeypatch.setenv("OPEN_SANDBOX_DOMAIN", "not a domain")
    with pytest.raises(InvalidArgumentException, match="OPEN_SANDBOX_DOMAIN"):
        config_type().get_base_url()


@both
def test_a_password_in_the_domain_is_refused_without_repeating_it(config_type):
    with pytest.raises(InvalidArgumentException) as caught:
        config_type(domain="https://user:s3cr3t@h").get_base_url()
    assert "s3cr3t" not in str(caught.value)


@both
@pytest.mark.parametrize(
    "bad",
    [
        {"protocol": "ftp"},
        {"request_timeout": timedelta(0)},
        {"request_timeout": -1},
        {"transport": object()},
        {"http_backend": "curl"},
        {"verify": object()},
    ],
)
def test_impossible_settings_are_refused_by_name(config_type, bad):
    with pytest.raises(ValidationError, match=next(iter(bad))):
        config_type(**bad)


def test_the_transport_has_to_be_of_the_same_side():
    transport = httpx.HTTPTransport(verify=False)
    with transport, pytest.raises(ValidationError, match=r"httpx\.AsyncBaseTransport, got HTTPTransport"):
        ConnectionConfig(transport=transport)


@both
def test_another_http_library_has_no_effect_and_says_so(config_type):
    with pytest.warns(DeprecationWarning, match="has no effect") as warned:
        assert config_type(http_backend="aiohttp").http_backend == "aiohttp"
    assert [warning.filename for warning in warned] == [__file__]


@both
def test_nothing_is_added_that_nobody_asked_for(config_type):
    assert config_type().headers == {}
    headers = {"X": "1"}
    assert apply_client_ip(headers) is headers
    assert headers == {"X": "1"}
    assert (get_client_ip(), detect_outbound_ip()) == ("", "")


@both
def test_protocol_is_folded_and_seconds_do_for_the_timeout(config_type):
    config = config_type(protocol="HTTPS", request_timeout=2.5)
    assert config.protocol == "https"
    assert config.request_timeout == timedelta(seconds=2.5)


def test_both_configs_have_the_same_fields_defaults_and_methods():
    for one, other in [(ConnectionConfig, ConnectionConfigSync), (ConnectionConfigSync, ConnectionConfig)]:
        assert issubclass(one, ConnectionSettings)
        assert one().model_dump() == other().model_dump()
        for name, member in vars(one).items():
            if inspect.isfunction(member) and not name.startswith("_"):
                parameters = inspect.signature(member).parameters
                assert list(parameters) == list(inspect.signature(getattr(other, name)).parameters)


def test_importing_and_filling_a_config_does_not_import_httpx():
    code = (
        "import sys\n"
        "from opensandbox.config import ConnectionConfig, ConnectionConfigSync\n"
        "ConnectionConfig(domain='h').get_base_url(), ConnectionConfigSync().get_api_key()\n"
        "print('httpx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.anyio
async def test_a_config_owns_the_transport_it_made_and_closes_it():
    config = ConnectionConfig()
    ready = config.with_transport_if_missing()
    assert (config.transport, config.owns_transport) == (None, True)
    assert ready.with_transport_if_missing() is ready
    assert ready.headers is config.headers
    assert isinstance(ready.transport, RetryAsyncTransport)
    closed = recording_close(ready.transport, "aclose")
    await ready.close_transport_if_owned()
    assert closed == ["closed"]


@pytest.mark.anyio
async def test_a_transport_that_was_passed_in_is_never_closed():
    transport = httpx.MockTransport(lambda request: httpx.Response(204))
    closed = recording_close(transport, "aclose")
    config = ConnectionConfig(transport=transport)
    assert config.with_transport_if_missing() is config
    assert not config.owns_transport
    await config.close_transport_if_owned()
    assert closed == []


@pytest.mark.anyio
async def test_a_failure_to_close_is_logged_and_not_raised(caplog):
    ready = ConnectionConfig().with_transport_if_missing()

    async def fail() -> None:
        raise OSError("half closed")

    ready.transport.aclose = fail
    await ready.close_transport_if_owned()
    assert "half closed" in caplog.text


def test_the_blocking_config_does_the_same():
    ready = ConnectionConfigSync().with_transport_if_missing()
    assert isinstance(ready.transport, RetrySyncTransport)
    closed = recording_close(ready.transport, "close")
    ready.close_transport_if_owned()
    assert closed == ["closed"]
    given = httpx.MockTransport(lambda request: httpx.Response(204))
    closed = recording_close(given, "close")
    ConnectionConfigSync(transport=given).close_transport_if_owned()
    assert closed == []


@both
def test_a_policy_that_does_nothing_wraps_nothing(config_type):
    plain = config_type(retry_policy=RetryPolicy.disabled()).new_owned_transport()
    assert unwrap_retry_transport(plain) is plain
    wrapped = config_type(retry_policy=RetryPolicy()).new_owned_transport()
    assert unwrap_retry_transport(wrapped) is wrapped.inner


def recording_close(transport: object, name: str) -> list[str]:
    """Note calls of the transport's close method; return where they are noted."""
    calls: list[str] = []
    original = getattr(transport, name)

    def close():
        calls.append("closed")
        return original()

    setattr(transport, name, close)
    return calls
