import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from fujita.autoreload.command import _files_of, _parse

WRAPPER = (sys.executable, "-m", "fujita.autoreload")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "until_success", "module", "argv"),
    [
        (["-m", "pkg.mod"], False, "pkg.mod", ["pkg.mod"]),
        (["-m", "mod", "-m", "--until-success"], False, "mod", ["mod", "-m", "--until-success"]),
        (["--until-success", "-m", "mod", "a"], True, "mod", ["mod", "a"]),
        (["/", "a", "--b", "-m", "c"], False, None, ["/", "a", "--b", "-m", "c"]),
        (["--until-success", "/", "--until-success"], True, None, ["/", "--until-success"]),
    ],
)
def test_the_program_s_arguments_are_its_own(
    arguments: list[str], until_success: bool, module: str | None, argv: list[str]
) -> None:
    assert _parse(arguments) == (until_success, module, argv)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "expected -m and a module, or the path of a script"),
        (["--until-success"], "expected -m and a module, or the path of a script"),
        (["--until-succes", "/"], "unrecognized arguments: --until-succes"),
        (["/no/such/script.py"], "no such file: /no/such/script.py"),
    ],
)
def test_a_wrong_command_line_is_explained(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        _parse(arguments)
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


def test_help_is_given(tmp_path: Path) -> None:
    result = run(tmp_path, *WRAPPER, "--help")
    assert result.returncode == 0
    assert "--until-success" in result.stdout


SHOW = """
    import sys
    spec = sys.modules["__main__"].__spec__
    print(__name__, spec and spec.name, sys.argv[1:])
"""


@pytest.mark.parametrize("mode", [["-m", "app"], ["app"], ["app/__main__.py"]])
def test_programs_run_as_the_interpreter_would_run_them(mode: list[str], tmp_path: Path) -> None:
    write(tmp_path, {"app/__init__.py": "", "app/__main__.py": SHOW})
    wrapped = run(tmp_path, *WRAPPER, "--until-success", *mode, "a", "-b")
    assert wrapped.returncode == 0, wrapped.stderr
    assert wrapped.stdout == run(tmp_path, sys.executable, *mode, "a", "-b").stdout


# Writes the program's next version, again and again: one of them comes after the first look.
REWRITE = """
    import os, threading, time

    def rewrite(path, text):
        for seconds in range(1, 1000):
            time.sleep(0.1)
            # Moved into place: nobody sees half of it.
            with open(path + ".new", "w") as file:
                file.write(text)
            os.utime(path + ".new", (seconds, seconds))
            os.replace(path + ".new", path)

    arguments = [__file__, "print('second version')"]
    threading.Thread(target=rewrite, args=arguments, daemon=True).start()
"""


@pytest.mark.parametrize(
    ("end", "complaint"),
    [
        ("raise SystemExit(3)", "ended with status 3"),
        ("raise SystemExit('sorry')", "ended with status sorry"),
        ("raise KeyError('lost')", "KeyError: 'lost'"),
        ("import broken", "SyntaxError"),
    ],
)
def test_a_program_that_failed_runs_again_when_its_file_changes(
    end: str, complaint: str, tmp_path: Path
) -> None:
    write(tmp_path, {"program.py": textwrap.dedent(REWRITE) + end, "broken.py": "def ("})
    result = run(tmp_path, *WRAPPER, "--until-success", "program.py")
    assert result.returncode == 0
    assert result.stdout == "second version\n"
    assert complaint in result.stderr


def test_a_module_that_could_not_be_imported_is_watched(tmp_path: Path) -> None:
    repair = REWRITE.replace("__file__", "'part.py'").replace("print('second version')", "")
    write(
        tmp_path,
        {
            "program.py": textwrap.dedent(repair) + "import part\nprint('imported')",
            "part.py": "def (",
        },
    )
    result = run(tmp_path, *WRAPPER, "--until-success", "-m", "program")
    assert result.returncode == 0
    assert result.stdout == "imported\n"
    assert "SyntaxError" in result.stderr


def test_without_the_option_a_success_is_waited_after_as_well(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "program.py": """
                import os, signal, sys, threading, time

                def is_waiting():
                    frame = sys._current_frames()[threading.main_thread().ident]
                    while frame and not frame.f_code.co_filename.endswith("watching.py"):
                        frame = frame.f_back
                    return frame and frame.f_code.co_name == "wait"

                def interrupt():
                    while not is_waiting():
                        time.sleep(0.01)
                    os.kill(os.getpid(), signal.SIGINT)

                threading.Thread(target=interrupt, daemon=True).start()
                print("done", flush=True)
            """
        },
    )
    result = run(tmp_path, *WRAPPER, "program.py")
    assert result.stdout == "done\n"
    assert (result.returncode, result.stderr) == (130, "")


def test_it_also_goes_by_tornado_s_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "sitecustomize.py": "import fujita.compat; fujita.compat.install()",
            "program.py": """
                import os, sys
                import tornado.autoreload
                print(sys.argv, flush=True)
                if "RESTARTED" not in os.environ:
                    os.environ["RESTARTED"] = "1"
                    tornado.autoreload._reload()
            """,
        },
    )
    command = (sys.executable, "-m", "tornado.autoreload", "--until-success", "program.py", "a")
    result = run(tmp_path, *command, PYTHONPATH=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert result.stdout == "['program.py', 'a']\n" * 2


def test_the_files_of_an_error_are_those_of_its_causes_too(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def (")
    try:
        try:
            compile(broken.read_text(), str(broken), "exec")
        except SyntaxError as error:
            raise ImportError("no part") from error
    except ImportError as error:
        error.__cause__.__context__ = error  # type: ignore[union-attr]
        files = set(_files_of(error))
    assert files == {str(broken), __file__}
