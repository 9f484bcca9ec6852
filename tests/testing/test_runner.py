import subprocess
import sys
import textwrap
from pathlib import Path

SCRIPT = """
    import unittest
    from fujita.testing import main

    class Tests(unittest.TestCase):
        def test_first(self):
            print("first ran")

        def test_second(self):
            self.fail("second failed")

    {more}

    if __name__ == "__main__":
        main()
"""
ALL = """
    def all():
        return unittest.TestSuite([Tests("test_first")])
"""


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args], cwd=folder, capture_output=True, text=True, timeout=30
    )


def write_script(folder: Path, more: str = "") -> None:
    text = textwrap.dedent(SCRIPT).format(more=textwrap.dedent(more))
    (folder / "script.py").write_text(text)


def test_a_script_says_by_its_all_function_what_to_run(tmp_path: Path) -> None:
    write_script(tmp_path, ALL)
    result = run(tmp_path, "script.py")
    assert result.returncode == 0, result.stderr
    assert "first ran" in result.stdout
    assert "Ran 1 test" in result.stderr


def test_without_that_everything_in_the_script_runs(tmp_path: Path) -> None:
    write_script(tmp_path)
    result = run(tmp_path, "script.py", "--verbose")
    assert result.returncode == 1
    assert "second failed" in result.stderr
    assert "test_first (" in result.stderr


def test_tests_can_be_named(tmp_path: Path) -> None:
    write_script(tmp_path)
    result = run(tmp_path, "-m", "fujita.testing", "--buffer", "script.Tests.test_first")
    assert result.returncode == 0, result.stderr
    assert "first ran" not in result.stdout


def test_options_reach_unittest(tmp_path: Path) -> None:
    write_script(tmp_path)
    result = run(
        tmp_path,
        "script.py",
        *("--failfast", "--quiet", "--catch", "--exception-on-interrupt=no"),
        *("script.Tests.test_second", "script.Tests.test_first"),
    )
    assert result.returncode == 1
    assert "Ran 1 test" in result.stderr
    assert "first ran" not in result.stdout


def test_naming_nothing_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path, "-m", "fujita.testing")
    assert result.returncode == 1
    assert "no tests named" in result.stderr
    assert "Traceback" not in result.stderr
