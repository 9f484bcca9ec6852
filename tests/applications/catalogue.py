"""Applications whose own test suites show whether they run on Fujita as they do on Tornado.

A release and what it needs are named exactly where a suite depends on it, so that a run can be
repeated later.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Application:
    """How to get an application, and its suite, and how to run that.

    Attributes:
        release: The name and the version on PyPI.
        extras: Which of its optional dependencies the suite needs.
        needs: What else it needs from PyPI.
        npm: What it needs from npm.
        tests: What pytest is to run, seen from the root of the source distribution, or, where
            ``--pyargs`` is among the options, the name of an installed package.
        options: Arguments of pytest.
        drop: Entries of the source distribution that must not be imported in place of what is
            installed.
    """

    release: str
    extras: tuple[str, ...] = ("test",)
    needs: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("tests",)
    options: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name on PyPI."""
        return self.release.partition("==")[0]

    @property
    def requirement(self) -> str:
        """What pip is to install."""
        name, _, version = self.release.partition("==")
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{name}{extras}=={version}"


# Without it the older pytest-asyncio that they get warns, and they take warnings for errors.
_LOOP_SCOPE = ("-o", "asyncio_default_fixture_loop_scope=function")

_ALL = (
    Application("flower==2.2.0", extras=(), needs=("redis",), tests=("tests/unit",)),
    Application(
        "ipykernel==7.4.0",
        extras=(),
        needs=("flaky", "pytest-asyncio", "psutil"),
        options=_LOOP_SCOPE,
    ),
    Application(
        "ipyparallel==9.2.0",
        needs=("pytest-asyncio",),
        tests=("ipyparallel/tests",),
        options=("-o", "addopts=", "-o", "asyncio_mode=auto"),
    ),
    Application("jupyter_client==8.10.0"),
    Application(
        "jupyter_server==2.21.1",
        # Tornado 6.6 warns of how these tests make requests, and they take warnings for errors.
        options=(
            *("-W", "default:The method, uri, and version arguments:DeprecationWarning"),
            *("-W", "default:The start_line argument:DeprecationWarning"),
        ),
    ),
    Application("jupyter_server_proxy==4.6.0", options=("--ignore=tests/acceptance",)),
    Application(
        "jupyterhub==6.1.1",
        npm=("configurable-http-proxy",),
        tests=("jupyterhub/tests",),
    ),
    Application("jupyterlab_server==2.28.1"),
    Application("nbclient==0.11.0", options=_LOOP_SCOPE),
    Application("nbconvert==7.17.2", extras=("test", "serve")),
    Application("notebook==7.6.5"),
    Application("pyzmq==27.3.0", extras=(), needs=("pytest-asyncio",), drop=("zmq",)),
    Application("terminado==0.18.1"),
    Application("voila==0.5.13"),
)

APPLICATIONS = {application.name: application for application in _ALL}
