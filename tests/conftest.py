"""What every test gets: the servers of the run, a real worker where one is asked for, lines for the end of the run."""

import gc
import itertools
import os
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import cast

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from crm.database.owner import as_owner
from tests.drills.tally import Tally, line_of
from tests.emptying import be_quick, clear_dead_rows
from tests.servers import Servers
from tests.together import Together
from tests.worker import Worker

LINE = "line at the end"
DRILL = "drill"
DRILLS: Counter[str] = Counter()
OWN_PRODUCTS = ("tests/drills/", "tests/platform/test_serve.py", "tests/operations/test_compose.py")
CLEARED_EVERY = 150  # tests
TESTS = itertools.count(1)
WALKS = ("access walk", "admin walk")
gc.set_threshold(20_000, 20, 20)
# no test depends on a time: other processes have the processors, too
hypothesis.settings.register_profile("crm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("crm")


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the process that was called, and say to the others which template to copy."""
    is_helper = hasattr(config, "workerinput")
    if settings.CRM_DATABASE_URL or config.option.collectonly:
        return
    if not is_helper:
        servers = Servers()
        config.add_cleanup(servers.stop)
        servers.start()
        os.environ["CRM_TEST_TEMPLATE"] = servers.template()
        os.environ["CRM_TEST_RUN"] = uuid.uuid4().hex[:6]
    test = settings.DATABASES["default"].setdefault("TEST", {})
    test["TEMPLATE"] = os.environ["CRM_TEST_TEMPLATE"]
    test["NAME"] = f"test_crm_{os.environ['CRM_TEST_RUN']}"
    be_quick()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread over the run what starts a product of its own. It asks for no database of tests, so pytest-django puts it
    behind everything: there all of it met, waited by the clock for processors that the others had, and ended last."""
    groups = [[item for item in items if item.nodeid.startswith(place)] for place in OWN_PRODUCTS]
    rest = [item for item in items if not item.nodeid.startswith(OWN_PRODUCTS)]
    step = len(rest) // len(groups)
    for number, group in reversed(list(enumerate(groups))):
        rest[number * step : number * step] = group
    items[:] = rest


def pytest_collection_finish() -> None:
    """What is imported stays: to look through it again and again for garbage is a tenth of all work."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """Tests that share what takes long to make stay together."""
    return Together(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines that tests left with `say_at_the_end`, and how far the walks went, from all processes."""
    cells = dict.fromkeys(WALKS, 0)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, said in getattr(report, "user_properties", []) if getattr(report, "when", "") == "call" else []:
                if name == LINE:
                    terminalreporter.write_line(said)
                elif name in cells:
                    cells[name] += said
    for name, count in cells.items():
        if count:
            terminalreporter.write_line(f"{name}: {count} cells")


@pytest.fixture(scope="session")
def django_db_setup(
    request, django_test_environment, django_db_blocker, django_db_modify_db_settings
) -> Iterator[None]:
    """Makes the database as the owner; the tests then run as the application's role, as pages and jobs do."""
    how_loud = request.config.option.verbose
    with django_db_blocker.unblock(), as_owner():
        made = setup_databases(verbosity=how_loud, interactive=False)
    yield
    with django_db_blocker.unblock(), as_owner():
        teardown_databases(made, verbosity=how_loud)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Once in so many tests of a process, after one of them."""
    done = yield
    is_made = str(connection.settings_dict["NAME"]).startswith("test_crm")
    if next(TESTS) % CLEARED_EVERY == 0 and is_made and not settings.CRM_DATABASE_URL:
        clear_dead_rows()
    return done


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what the drills of all processes did."""
    for name, counts in report.user_properties if report.when == "teardown" else []:
        if name == DRILL:
            DRILLS.update(cast(dict[str, int], counts))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run with drills in it."""
    if DRILLS and not hasattr(config, "workerinput"):
        sys.stdout.write(f"{line_of(DRILLS)}\n")


@pytest.fixture
def tally(record_property) -> Iterator[Tally]:
    """The counts of a drill; the run's last line adds them up."""
    counted = Tally()
    yield counted
    record_property(DRILL, dict(counted.counts))


@pytest.fixture
def say_at_the_end(record_property):
    """A function that leaves a line for the end of the run's output."""
    return lambda line: record_property(LINE, line)


@pytest.fixture
def real_worker(transactional_db, tmp_path) -> Iterator[Worker]:
    """A Celery worker in a process of its own, on this test's database; tasks sent from the test reach it."""
    with Worker(tmp_path) as worker:
        yield worker
