import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fujita.template import BaseLoader, DictLoader, Loader, ParseError, Template


@pytest.mark.parametrize(
    ("name", "parent", "expected"),
    [
        ("a", None, "a"),
        ("a", "", "a"),
        ("a", "b", "a"),
        ("a", "d/b", "d/a"),
        ("./a", "d/b", "d/a"),
        ("../a", "d/b", "a"),
        ("x//y", "d/b", "d/x/y"),
        ("a", "d/e/b", "d/e/a"),
        ("/a", "d/b", "/a"),
        ("a", "/d/b", "a"),
        ("a", "<string>", "a"),
    ],
)
def test_resolved_names(name: str, parent: str | None, expected: str, tmp_path: Path) -> None:
    assert DictLoader({}).resolve_path(name, parent) == expected
    assert Loader(str(tmp_path)).resolve_path(name, parent) == expected


@pytest.mark.parametrize(
    ("name", "parent"),
    [("../../a", "d/b"), ("../a", "b"), ("../root-of-others/a", "b"), ("../../../etc/a", "d/b")],
)
def test_name_that_leads_out_of_the_root_is_left_alone(
    name: str, parent: str, tmp_path: Path
) -> None:
    assert Loader(str(tmp_path / "root")).resolve_path(name, parent) == name


def test_dictionary_may_hold_names_above_its_root() -> None:
    loader = DictLoader({"a": "{% include ../b %}", "../b": "up", "b": "same"})
    assert loader.load("a").generate() == b"up"


def test_root_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Loader("templates").root == os.path.join(os.getcwd(), "templates")


def test_files_are_read_as_utf8(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "page.html").write_bytes("{% include sub/é.html %}  b".encode())
    (tmp_path / "sub" / "é.html").write_bytes(b"{% include other.html %}")
    (tmp_path / "sub" / "other.html").write_bytes("中 ".encode())
    loader = Loader(str(tmp_path))
    assert loader.load("page.html").generate() == "中  b".encode()
    assert loader.load(str(tmp_path / "sub" / "other.html")).generate() == "中 ".encode()
    assert sorted(loader.templates) == [
        str(tmp_path / "sub" / "other.html"),
        "page.html",
        "sub/other.html",
        "sub/é.html",
    ]


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.html"):
        Loader(str(tmp_path)).load("none.html")


def test_dictionary_may_hold_bytes() -> None:
    sources: dict[str, str] = {"page": "é".encode()}  # type: ignore[dict-item]
    assert DictLoader(sources).load("page").generate() == "é".encode()


def test_load_resolves_relative_to_the_parent() -> None:
    assert DictLoader({"d/a": "", "d/b": ""}).load("a", parent_path="d/b").name == "d/a"


def test_templates_are_kept_until_reset() -> None:
    sources = {"page": "1"}
    loader = DictLoader(sources)
    first = loader.load("page")
    sources["page"] = "2"
    assert loader.load("page") is first
    loader.reset()
    assert loader.load("page").generate() == b"2"
    assert first.generate() == b"1"


def test_failed_template_is_tried_again() -> None:
    sources = {"page": "{{"}
    loader = DictLoader(sources)
    with pytest.raises(ParseError):
        loader.load("page")
    sources["page"] = "mended"
    assert loader.load("page").generate() == b"mended"


@pytest.mark.parametrize("directive", ["include", "extends"])
def test_circle_of_templates_is_an_error(directive: str) -> None:
    loader = DictLoader({"a": f"{{% {directive} b %}}", "b": f"{{% {directive} a %}}"})
    with pytest.raises(ParseError, match=r"includes or extends itself \(a -> b -> a\)"):
        loader.load("a")


def test_settings_reach_the_templates() -> None:
    namespace = {"shout": str.upper}
    loader = DictLoader(
        {"page.html": " {{ shout('<a>') }}  "},
        autoescape=None,
        namespace=namespace,
        whitespace="oneline",
    )
    assert loader.namespace is namespace
    assert loader.load("page.html").generate() == b" <A> "


def test_namespace_may_change_later() -> None:
    loader = DictLoader({"page": "{{ x }}"}, namespace={"x": 1})
    page = loader.load("page")
    loader.namespace["x"] = 2
    assert page.generate() == b"2"


def test_base_loader_leaves_the_finding_to_subclasses() -> None:
    with pytest.raises(NotImplementedError):
        BaseLoader().load("page")
    with pytest.raises(NotImplementedError):
        BaseLoader().resolve_path("page")
    with pytest.raises(NotImplementedError):
        BaseLoader()._create_template("page")


class OwnLoader(BaseLoader):
    """Finds every name; a page consists of its name and includes the page one letter shorter."""

    def __init__(self) -> None:
        super().__init__()
        self.created: list[str] = []

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        return name.lower()

    def _create_template(self, name: str) -> Template:
        self.created.append(name)
        rest = f"{{% include {name[1:].upper()} %}}" if name[1:] else ""
        return Template(name + rest, name=name, loader=self)


def test_loader_of_ones_own() -> None:
    loader = OwnLoader()
    assert loader.load("ABC").generate() == b"abcbcc"
    assert loader.created == ["abc", "bc", "c"]


def test_threads_share_one_compilation() -> None:
    loader = OwnLoader()
    together = threading.Barrier(8)

    def load(_: int) -> Template:
        together.wait()
        return loader.load("abc")

    with ThreadPoolExecutor(8) as pool:
        templates = set(pool.map(load, range(8)))
    assert len(templates) == 1
    assert loader.created == ["abc", "bc", "c"]


def test_threads_may_render_one_template_at_once() -> None:
    page = Template("{% for i in range(200) %}{% set j = x %}{{ j }}{% end %}")
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda x: page.generate(x=x), range(64)))
    assert pages == [str(x).encode() * 200 for x in range(64)]
