import codecs
import logging
import struct
from pathlib import Path

import pytest

from fujita import locale
from fujita.locale import CSVLocale, GettextLocale, Locale


def write(path: Path, **files: str | bytes) -> str:
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (path / f"{name}.csv").write_bytes(data)
    return str(path)


def write_mo(path: Path, messages: dict[str, str]) -> None:
    """Writes a catalogue as GNU gettext's manual, "The Format of GNU MO Files", has it."""
    header = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n"
    entries = sorted({"": header, **messages}.items())
    count = len(entries)
    position = 28 + 16 * count
    tables: list[list[int]] = [[], []]
    blob = b""
    for table, texts in zip(tables, zip(*entries, strict=True), strict=True):
        for text in texts:
            table += [len(text.encode()), position + len(blob)]
            blob += text.encode() + b"\0"
    words = [0x950412DE, 0, count, 28, 28 + 8 * count, 0, position, *tables[0], *tables[1]]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(f"<{len(words)}I", *words) + blob)


def test_nothing_loaded() -> None:
    assert set(locale.get_supported_locales()) == {"en_US"}
    found = locale.get("fr_FR", "de")
    assert found.code == "en_US"
    assert found.translate("a") == "a"
    assert found.translate("a", "b", 2) == "b"


def test_names() -> None:
    assert locale.LOCALE_NAMES["pt_BR"] == {
        "name_en": "Portuguese (Brazil)",
        "name": "Português (Brasil)",
    }
    assert all(set(names) == {"name", "name_en"} for names in locale.LOCALE_NAMES.values())
    assert len(locale.LOCALE_NAMES) == 62
    assert CSVLocale("es_LA", {}).name == "Español"
    assert CSVLocale("xx", {}).name == "Unknown"


def test_direction() -> None:
    assert CSVLocale("he_IL", {}).rtl
    assert CSVLocale("ar", {}).rtl
    assert not CSVLocale("es", {}).rtl
    assert not CSVLocale("arn", {}).rtl


def test_a_locale_has_to_translate() -> None:
    with pytest.raises(NotImplementedError, match="translate"):
        Locale("en")

    class Partial(Locale):
        def translate(
            self, message: str, plural_message: str | None = None, count: int | None = None
        ) -> str:
            return message

    with pytest.raises(NotImplementedError, match="pgettext"):
        Partial("en").pgettext("context", "message")


def test_closest(tmp_path: Path) -> None:
    locale.load_translations(write(tmp_path, de="a,b", es_LA="a,b", fr="a,b"))
    for code in ("es_LA", "es-la", "ES_la"):
        assert locale.get(code).code == "es_LA"
    for code in ("de", "DE", "de_AT", "de-at"):
        assert Locale.get_closest(code).code == "de"
    assert locale.get("es").code == "en_US"
    assert locale.get("xx", "", "zh_Hant_TW", "fr_CA", "de").code == "fr"
    assert locale.get().code == "en_US"
    locale.set_default_locale("de")
    assert locale.get("xx").code == "de"
    assert set(locale.get_supported_locales()) == {"de", "es_LA", "fr"}


def test_get_takes_supported_codes_only() -> None:
    assert Locale.get("en_US") is Locale.get("en_US")
    with pytest.raises(AssertionError, match="'en' is none of"):
        Locale.get("en")


def test_csv(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = write(
        tmp_path,
        es_LA='"I love you","Te amo"\n'
        '"%(name)s liked this","A %(name)s les gustó esto","plural"\n'
        '"%(name)s liked this","A %(name)s le gustó esto","singular"\n'
        "alone\n\n  one , uno ,unknown\ntwo,dos,\nwrong,malo,dual\n",
        Es="a,b",
        zh_Hans="a,b",
    )
    (tmp_path / "notes.txt").write_text("a,b")
    with caplog.at_level(logging.DEBUG):
        locale.load_translations(folder)
    messages = [record.getMessage() for record in caplog.records]
    assert [message for message in messages if "Es.csv" in message]
    assert [message for message in messages if "zh_Hans.csv" in message]
    assert [message for message in messages if "'dual'" in message and "line 8" in message]
    assert messages[-1] == "Supported locales: ['en_US', 'es_LA']"
    assert {record.name for record in caplog.records} == {"tornado.general"}
    found = locale.get("es_LA")
    assert isinstance(found, CSVLocale)
    assert found.translate("I love you") == "Te amo"
    liked = "%(name)s liked this"
    assert found.translate(liked, liked, 1) == "A %(name)s le gustó esto"
    assert found.translate(liked, liked, 0) == "A %(name)s les gustó esto"
    assert [found.translate(text) for text in ("one", "two", "alone", "wrong")] == [
        "uno",
        "dos",
        "alone",
        "wrong",
    ]
    with pytest.raises(TypeError, match="count"):
        found.translate("a", "b")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("a,é".encode(), None),
        ("a,é".encode("utf-8-sig"), None),
        (codecs.BOM_UTF16_LE + "a,é".encode("utf-16-le"), None),
        (codecs.BOM_UTF16_BE + "a,é".encode("utf-16-be"), None),
        ("a,é".encode("latin-1"), "latin-1"),
    ],
)
def test_encodings_of_csv(data: bytes, encoding: str | None, tmp_path: Path) -> None:
    # The other file is in UTF-8, or in both: each file has an encoding of its own.
    locale.load_translations(write(tmp_path, aa="a,x", fr=data, zz="a,x"), encoding)
    assert locale.get("fr").translate("a") == "é"
    assert locale.get("zz").translate("a") == "x"


def test_csv_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        locale.load_translations(str(tmp_path / "missing"))
    with pytest.raises(UnicodeDecodeError):
        locale.load_translations(write(tmp_path, fr=b"a,\xe9"))


def test_csv_has_no_context(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    locale.load_translations(write(tmp_path, fr="right,droit"))
    assert locale.get("fr").pgettext("law", "right") == "droit"
    assert "'law'" in caplog.text
    caplog.clear()
    assert locale.get("en_US").pgettext("law", "a", "b", 2) == "b"
    assert not caplog.records


def test_gettext(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_mo(
        tmp_path / "fr_FR" / "LC_MESSAGES" / "app.mo",
        {
            "school": "école",
            "club\0clubs": "club\0clubs (fr)",
            "law\x04right": "le droit",
            "stick\x04club\0clubs": "le bâton\0les bâtons",
        },
    )
    bad = tmp_path / "de" / "LC_MESSAGES" / "app.mo"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"junk")
    write_mo(tmp_path / "it" / "LC_MESSAGES" / "other.mo", {})
    write_mo(tmp_path / ".git" / "LC_MESSAGES" / "app.mo", {})
    locale.load_gettext_translations(str(tmp_path), "app")
    assert "'de'" in caplog.text
    assert set(locale.get_supported_locales()) == {"en_US", "fr_FR"}
    found = locale.get("fr_FR")
    assert isinstance(found, GettextLocale)
    assert found.translate("school") == "école"
    assert found.translate("club", "clubs", 2) == "clubs (fr)"
    assert found.translate("unknown", "unknowns", 2) == "unknowns"
    assert found.pgettext("law", "right") == "le droit"
    assert found.pgettext("politics", "right") == "right"
    assert found.pgettext("stick", "club", "clubs", 1) == "le bâton"
    assert found.pgettext("stick", "club", "clubs", 2) == "les bâtons"
    assert found.pgettext("game", "club", "clubs", 2) == "clubs"
    assert locale.CONTEXT_SEPARATOR == "\x04"
    for translate in (found.translate, lambda *args: found.pgettext("law", *args)):
        with pytest.raises(TypeError, match="count"):
            translate("a", "b")
    # The default locale has no translations, and needs none.
    assert isinstance(locale.get("en_US"), CSVLocale)


def test_loading_again_replaces_what_was_loaded(tmp_path: Path) -> None:
    write_mo(tmp_path / "fr" / "LC_MESSAGES" / "app.mo", {"a": "gettext"})
    locale.load_gettext_translations(str(tmp_path), "app")
    assert locale.get("fr").translate("a") == "gettext"
    locale.load_translations(write(tmp_path, fr="a,csv", de="a,csv"))
    assert locale.get("fr").translate("a") == "csv"
    locale.load_gettext_translations(str(tmp_path), "app")
    assert locale.get("fr").translate("a") == "gettext"
    assert locale.get("de").code == "en_US"
