"""The browser of the tests here that need one."""

import pytest

from tests.chromium import launch_arguments


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The browser found on this machine."""
    return launch_arguments()
