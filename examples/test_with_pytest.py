"""Tests whose code under test runs in a sandbox. The fixtures come with the package: `pytest test_with_pytest.py`.

When: a test runs generated code, changes system files, or needs a clean machine each time.
"""

from opensandbox import SandboxSync


def test_an_installer_writes_its_settings(sandbox_sync: SandboxSync) -> None:
    sandbox_sync.files.write_file(
        "/workspace/install.sh", "mkdir -p /etc/app && echo port=80 > /etc/app/settings"
    )
    sandbox_sync.commands.run("sh /workspace/install.sh", check=True)
    assert sandbox_sync.files.read_file("/etc/app/settings") == "port=80\n"


def test_each_test_has_a_sandbox_of_its_own(sandbox_sync: SandboxSync) -> None:
    assert not sandbox_sync.commands.run("test -e /etc/app").ok
