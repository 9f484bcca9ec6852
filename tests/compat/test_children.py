import os
import subprocess
import sys
from pathlib import Path

import fujita
from fujita.compat import install_in_children, uninstall_in_children
from fujita.compat.children import SHIM_VARIABLE


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without what the shim needs, and with something else."""
    names = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**names, **variables}


def output_of(arguments: list[str], variables: dict[str, str]) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, env=variables, capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_child_finds_tornado() -> None:
    variables = environment()
    install_in_children(variables)
    code = "import tornado.util, fujita.util; print(tornado.util is fujita.util, tornado.version)"
    assert output_of(["-c", code], variables) == f"True {fujita.version}"


def test_a_grandchild_finds_tornado() -> None:
    variables = environment()
    install_in_children(variables)
    inner = "import tornado; print(tornado.version)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    assert output_of(["-c", code], variables) == fujita.version


def test_a_module_of_tornado_can_be_run() -> None:
    variables = environment()
    install_in_children(variables)
    assert "--until-success" in output_of(["-m", "tornado.autoreload", "--help"], variables)


def test_another_sitecustomize_is_run_too(tmp_path: Path) -> None:
    other = tmp_path / "sitecustomize.py"
    other.write_text("import sys\nsys.other = __file__\nimport tornado\n")
    variables = environment(PYTHONPATH=str(tmp_path))
    install_in_children(variables)
    code = "import sys; print(sys.other, sys.modules['sitecustomize'].__file__)"
    assert output_of(["-c", code], variables) == f"{other} {other}"


def test_our_folder_does_not_stay_in_sys_path() -> None:
    variables = environment()
    install_in_children(variables)
    shown = output_of(["-c", "import sys; print(sys.path)"], variables)
    assert "compat" not in shown


def test_the_variable_turns_it_off() -> None:
    variables = environment()
    install_in_children(variables)
    variables[SHIM_VARIABLE] = "0"
    code = "import sys; print('fujita' in sys.modules, 'tornado' in sys.modules)"
    assert output_of(["-c", code], variables) == "False False"


def test_a_python_without_fujita_is_left_alone() -> None:
    variables = environment()
    install_in_children(variables)
    # Without the site-packages of this environment, as in another one.
    code = (
        "import sys; sys.path = [p for p in sys.path if not p.endswith(('site-packages', 'src'))]; "
        "sys.meta_path = [f for f in sys.meta_path if not getattr(f, '__module__', '').startswith"
        "('__editable__')]; "
        f"import runpy; runpy.run_path({str(site_file())!r}); print('fujita' in sys.modules)"
    )
    variables["PYTHONPATH"] = ""
    assert output_of(["-c", code], variables) == "False"


def site_file() -> Path:
    return Path(fujita.__file__).parent / "compat" / "site" / "sitecustomize.py"


def test_what_was_in_pythonpath_stays() -> None:
    variables = {"PYTHONPATH": os.pathsep.join(["/a", "/b"])}
    install_in_children(variables)
    install_in_children(variables)
    first, *rest = variables["PYTHONPATH"].split(os.pathsep)
    assert Path(first, "sitecustomize.py").is_file()
    assert rest == ["/a", "/b"]
    uninstall_in_children(variables)
    assert variables == {"PYTHONPATH": os.pathsep.join(["/a", "/b"])}


def test_nothing_is_left_where_nothing_was() -> None:
    variables: dict[str, str] = {}
    install_in_children(variables)
    uninstall_in_children(variables)
    assert variables == {}
