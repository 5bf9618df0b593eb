"""`opensandbox.api` is another name for the generated clients, not a second copy of them."""

import importlib
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "execd",
        "execd.models",
        "execd.models.code_context",
        "execd.api.code_interpreting.get_context",
        "execd.types",
        "lifecycle",
    ],
)
def test_an_alias_is_the_module_itself(name):
    alias = importlib.import_module(f"opensandbox.api.{name}")
    real = importlib.import_module(f"opensandbox_api.{name}")
    assert alias is real
    assert real.__spec__.name == f"opensandbox_api.{name}"


def test_classes_are_the_same_either_way():
    from opensandbox.api.execd.models import Metrics
    from opensandbox_api.execd.models import Metrics as Real

    assert Metrics is Real


def test_the_alias_may_come_first_and_leads_to_working_relative_imports():
    program = (
        "from opensandbox.api.execd.api.health import ping\n"
        "from opensandbox.api.execd import Client\n"
        "import opensandbox_api.execd.api.health.ping as real\n"
        "assert ping is real and Client.__module__ == 'opensandbox_api.client', Client.__module__\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_what_does_not_exist_is_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"opensandbox\.api\.nothing"):
        importlib.import_module("opensandbox.api.nothing")
