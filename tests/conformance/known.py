"""Tests of Tornado's suite that Fujita does not pass, each with the reason.

A test that is listed here and passes all the same makes the run fail, so that the list stays
true.
"""

SNAPSHOT = (
    "finds names by reading the one source file of each public module, and Fujita's are packages; "
    "tests.conformance.api compares the same listing with the imported modules"
)

SELECTOR = (
    "asserts on what asyncio's own loop does between stop() and the next turn; uvloop runs one "
    "turn more, under Tornado too"
)

EVERYWHERE = {
    "tornado.test.api_test.APISnapshotTest.test_api_snapshot": SNAPSHOT,
}

KNOWN: dict[str, dict[str, str]] = {
    "asyncio": EVERYWHERE,
    "uvloop": {
        **EVERYWHERE,
        "tornado.test.asyncio_test.SelectorThreadLeakTest."
        "test_close_before_thread_manager_starts": SELECTOR,
    },
}
"""The reason by the test's full name, for each loop."""
