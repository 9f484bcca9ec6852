import json
import os
import signal
import sys
from pathlib import Path

import pytest

import fujita
from tests.programs import fujita as run_fujita
from tests.programs import running_fujita

SHOW = """
import json, os, sys
print(json.dumps({
    "argv": sys.argv, "path": sys.path[0], "name": __name__, "file": __file__,
    "main": sys.modules["__main__"].__dict__ is globals(), "package": __package__,
}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package, in a folder of its own: not where the tests run."""
    package = tmp_path / "place" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "module.py").write_text(SHOW)
    (package / "__main__.py").write_text(SHOW)
    (tmp_path / "place" / "server.py").write_text(SHOW)
    return tmp_path


def test_a_script_finds_what_the_interpreter_would_give_it(folder: Path) -> None:
    arguments = ["--port", "1", "-m", "--", "x", "--help", "-h", "--version"]
    done = run_fujita("run", "place/server.py", *arguments, cwd=folder)
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "argv": ["place/server.py", *arguments],
        "path": str(folder / "place"),
        "name": "__main__",
        "file": str(folder / "place" / "server.py"),
        "main": True,
        "package": None,
    }


def test_our_options_stand_before_it(folder: Path) -> None:
    done = run_fujita("run", "--grace", "1", "--loop=asyncio", "place/server.py", "7", cwd=folder)
    assert json.loads(done.stdout)["argv"] == ["place/server.py", "7"]


def test_a_module(folder: Path) -> None:
    done = run_fujita("run", "-m", "package.module", "-m", "--port=3", cwd=folder / "place")
    assert done.stderr == ""
    file = str(folder / "place" / "package" / "module.py")
    assert json.loads(done.stdout) == {
        "argv": [file, "-m", "--port=3"],
        "path": str(folder / "place"),
        "name": "__main__",
        "file": file,
        "main": True,
        "package": "package",
    }


def test_a_package_by_its_name_and_by_its_folder(folder: Path) -> None:
    by_name = run_fujita("run", "-m", "package", cwd=folder / "place")
    assert json.loads(by_name.stdout)["package"] == "package"
    by_folder = run_fujita("run", "place/package", "1", cwd=folder)
    shown = json.loads(by_folder.stdout)
    assert shown["name"] == "__main__"
    assert shown["path"] == "place/package"
    assert shown["argv"] == ["place/package", "1"]


def test_import_tornado_gives_fujita_also_in_children(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import subprocess, sys\n"
        "import tornado.util, fujita.util\n"
        "print(tornado.version, tornado.util is fujita.util, flush=True)\n"
        "code = 'import tornado; print(tornado.version)'\n"
        "subprocess.run([sys.executable, '-c', code], check=True)\n"
    )
    done = run_fujita("run", "program.py", cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout == f"{fujita.version} True\n{fujita.version}\n"


LOOPS = """
import asyncio, warnings
warnings.simplefilter("error", ResourceWarning)
from tornado.ioloop import IOLoop

def kind(loop):
    return type(loop).__module__.partition(".")[0]

async def main():
    return kind(asyncio.get_running_loop())

new = asyncio.new_event_loop()
own = IOLoop(make_current=False)
print(asyncio.run(main()), IOLoop.current().run_sync(main), kind(own.asyncio_loop), kind(new))
own.close(), new.close()
"""


@pytest.mark.parametrize(
    ("options", "variables", "expected"),
    [
        ([], {}, "uvloop"),
        (["--loop", "uvloop"], {}, "uvloop"),
        (["--loop", "asyncio"], {}, "asyncio"),
        ([], {"FUJITA_LOOP": "asyncio"}, "asyncio"),
        (["--loop", "uvloop"], {"FUJITA_LOOP": "asyncio"}, "uvloop"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="no uvloop there")
def test_every_loop_is_of_the_kind_asked_for(
    tmp_path: Path, options: list[str], variables: dict[str, str], expected: str
) -> None:
    (tmp_path / "program.py").write_text(LOOPS)
    done = run_fujita("run", *options, "program.py", cwd=tmp_path, **variables)
    assert done.stderr == ""
    assert done.stdout.split() == [expected] * 4


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="makes no loop since 3.14")
def test_get_event_loop_makes_a_loop_as_ever(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import asyncio, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "loop = asyncio.get_event_loop()\n"
        "print(loop.run_until_complete(asyncio.sleep(0, type(loop).__module__)))\n"
    )
    done = run_fujita("run", "program.py", cwd=tmp_path)
    assert done.stdout == "uvloop\n"


def test_a_program_that_sets_a_policy_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import asyncio, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())\n"
        "async def main(): print(type(asyncio.get_running_loop()).__module__.split('.')[0])\n"
        "asyncio.run(main())\n"
    )
    assert run_fujita("run", "program.py", cwd=tmp_path).stdout == "asyncio\n"


@pytest.mark.parametrize(
    ("statement", "status", "errors"),
    [
        ("sys.exit(7)", 7, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit('what it says')", 1, "what it says\n"),
        ("pass", 0, ""),
        ("raise KeyboardInterrupt", 130, ""),
    ],
)
def test_the_programs_own_end(tmp_path: Path, statement: str, status: int, errors: str) -> None:
    (tmp_path / "program.py").write_text(f"import sys\n{statement}\n")
    done = run_fujita("run", "program.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (status, errors)


def test_the_main_module_outlives_the_script(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import atexit, sys\n"
        "atexit.register(lambda: print(sys.modules['__main__'].__file__.endswith('program.py')))\n"
    )
    assert run_fujita("run", "program.py", cwd=tmp_path).stdout == "True\n"


def test_tasks_left_behind_are_ended_in_silence(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import asyncio\n"
        "from tornado.ioloop import IOLoop\n"
        "async def main():\n"
        "    try: await asyncio.Event().wait()\n"
        "    finally: print('ended')\n"
        "loop = IOLoop.current()\n"
        "loop.add_callback(main)\n"
        "loop.call_later(0.01, loop.stop)\n"
        "loop.start()\n"
    )
    done = run_fujita("run", "program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


def test_a_program_that_reloads_itself_stays_a_program_of_ours(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    text = (
        "import os, sys\n"
        "from tornado import ioloop, web\n"
        "web.Application([], debug=True).listen(0, '127.0.0.1')\n"
        "def ready(): print('first', sys.argv, os.environ['PYTHONPATH'])\n"
        "ioloop.IOLoop.current().call_later(0.6, ready)\n"
        "ioloop.IOLoop.current().start()\n"
    )
    script.write_text(text)
    with running_fujita("run", "server.py", "--mine", cwd=tmp_path) as program:
        first = program.line()
        assert first.startswith("first ['server.py', '--mine'] ")
        # Whole at once: the program may look at any moment.
        new = tmp_path / "new.py"
        new.write_text(text.replace("first", "second"))
        os.utime(new, (1, 1))
        new.replace(script)
        assert program.line() == first.replace("first", "second")
        assert program.end(signal.SIGTERM)[:2] == (0, "")
