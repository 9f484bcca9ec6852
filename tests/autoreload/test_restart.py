import os
import subprocess
import sys
import textwrap
from pathlib import Path

BEGIN = """
    import os, signal, sys, time
    from fujita import autoreload

    again = "RESTARTED" in os.environ
    os.environ["RESTARTED"] = "1"
"""


def run(folder: Path, code: str, *options: str, args: tuple[str, ...] = ()) -> str:
    """Runs a program that may restart itself; returns what it printed."""
    (folder / "program.py").write_text(textwrap.dedent(BEGIN) + textwrap.dedent(code))
    result = subprocess.run(
        [sys.executable, *options, "program.py", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_the_same_command_line_is_run_in_the_same_process(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
        print(os.getpid(), sys.argv, sys.flags.optimize, sys.warnoptions)
        if not again:
            sys.argv = ["changed"]
            autoreload._reload()
        """,
        *("-O", "-W", "error"),
        args=("a", "--b", "-m"),
    )
    first, second = output.splitlines()
    assert first == second
    assert "['program.py', 'a', '--b', '-m'] 1 ['error']" in first


def test_a_program_that_changed_its_folder_is_found_again(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
        print(os.getcwd())
        os.chdir("/")
        if not again:
            autoreload._reload()
        """,
    )
    assert output == f"{tmp_path}\n" * 2


def test_hooks_are_called_and_buffers_written(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
        autoreload.add_reload_hook(lambda: print("hook"))
        print("again" if again else "first")
        if not again:
            autoreload._reload()
        """,
    )
    assert output == "first\nhook\nagain\n"


def test_a_timer_of_the_old_program_does_not_kill_the_new_one(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
        print(signal.getitimer(signal.ITIMER_REAL))
        signal.signal(signal.SIGALRM, lambda *args: None)
        signal.setitimer(signal.ITIMER_REAL, 100)
        if not again:
            autoreload._reload()
        """,
    )
    assert output == "(0.0, 0.0)\n" * 2


def test_files_of_the_old_program_are_closed(tmp_path: Path) -> None:
    output = run(
        tmp_path,
        """
        import socket
        if again:
            try:
                os.fstat(int(os.environ["NUMBER"]))
                print("open")
            except OSError:
                print("closed")
        else:
            sock = socket.create_server(("127.0.0.1", 0))
            os.environ["NUMBER"] = str(sock.fileno())
            autoreload._reload()
        """,
    )
    assert output == "closed\n"


def test_the_tornado_alias_is_kept(tmp_path: Path) -> None:
    # As under `fujita run`, where another program installs it and then runs this one.
    (tmp_path / "server.py").write_text(
        textwrap.dedent("""
            import os
            import tornado.autoreload
            print(tornado.autoreload.__name__, flush=True)
            if "RESTARTED" not in os.environ:
                os.environ["RESTARTED"] = "1"
                tornado.autoreload._reload()
        """)
    )
    output = run(
        tmp_path,
        """
        del os.environ["RESTARTED"]
        if again:
            os.environ["RESTARTED"] = "1"
        import runpy
        from fujita import compat
        compat.install()
        runpy.run_path("server.py", run_name="__main__")
        """,
    )
    assert output == "fujita.autoreload\n" * 2
    assert os.environ.get("RESTARTED") is None
