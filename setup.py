"""Builds the compiled parts of Fujita: each module that has a ``.pxd`` beside its ``.py``.

All else is in pyproject.toml. Without a C compiler, or with FUJITA_PURE=1 in the environment,
the same modules are installed as ordinary Python.
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCE = Path("src")


class BuildAllOrNothing(build_ext):
    """Builds every extension or, where one cannot be built, none of them.

    They know each other's layout, so half of them would be worse than none.
    """

    def finalize_options(self) -> None:
        """Builds on all processors."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        """Builds, and says so if that is not possible here."""
        try:
            super().run()
        except Exception as error:
            print(f"Fujita is installed without compiled parts: {error}", file=sys.stderr)
            for output in self.get_outputs() + self._outputs_in_place():
                Path(output).unlink(missing_ok=True)
            self.extensions = []

    def _outputs_in_place(self) -> list[str]:
        names = [self.get_ext_filename(extension.name) for extension in self.extensions]
        return [str(SOURCE / name) for name in names]


def extensions() -> list[Extension]:
    """Lists the modules to compile, translated to C."""
    if os.environ.get("FUJITA_PURE"):
        return []
    from Cython.Build import cythonize

    modules = [
        Extension(
            ".".join(types.relative_to(SOURCE).with_suffix("").parts),
            [str(types.with_suffix(".py"))],
        )
        for types in sorted(SOURCE.rglob("*.pxd"))
    ]
    return cythonize(
        modules,
        build_dir="build/cython",
        quiet=True,
        # Annotations are for mypy; what is compiled by them stands in the .pxd.
        compiler_directives={"language_level": 3, "annotation_typing": False},
    )


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildAllOrNothing})
