"""Files and buffers become text, with their encoding, newline and byte order mark remembered."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainlint.sources.document import Document, Unreadable


def test_a_file_is_read_with_its_newlines(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes(b"a = 1\r\nb = 2\r\n")
    document = Document.from_path(path, "train.py")
    assert (document.text, document.newline, document.filename) == ("a = 1\r\nb = 2\r\n", "\r\n", "train.py")
    assert document.path == path


def test_the_byte_order_mark_is_taken_off_and_remembered() -> None:
    document = Document.from_bytes(b"\xef\xbb\xbfa = 1\n", "train.py")
    assert (document.text, document.bom) == ("a = 1\n", True)
    assert Document.from_text("\N{ZERO WIDTH NO-BREAK SPACE}a", "train.py").text == "a"


def test_the_coding_cookie_decides() -> None:
    document = Document.from_bytes("# -*- coding: latin-1 -*-\ns = 'é'\n".encode("latin-1"), "train.py")
    assert document.encoding == "iso-8859-1"
    assert "é" in document.text


def test_the_coding_cookie_may_stand_before_a_lone_carriage_return() -> None:
    data = "#!/usr/bin/python\r# coding: latin-1\rs = 'é'\r".encode("latin-1")
    assert "é" in Document.from_bytes(data, "train.py").text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"s = '\xe9'\n", "decoded"),
        (b"a = 1\nb = 2\n\ns = '\xe9'\n", "byte 0xe9 in line 4"),
        (b"# coding: klingon\n", "klingon"),
        (b"# coding: rot13\n", "rot13"),
        (b"# coding: hex\n", "hex"),
        (b"# coding: ascii\n\n\xc3\xa9\n", "ascii"),
    ],
)
def test_what_cannot_be_decoded_is_said_so(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        Document.from_bytes(data, "train.py")


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        Document.from_path(tmp_path)


def test_rows_of_plain_text_belong_to_no_cell() -> None:
    document = Document.from_text("a\nb\n", "train.py")
    assert document.cell_at(1) is None
    assert document.row_in_text(None, 2) == 2


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_unreadable(data: bytes) -> None:
    for filename in ("train.py", "train.ipynb"):
        with contextlib.suppress(Unreadable):
            assert isinstance(Document.from_bytes(data, filename).text, str)


@given(st.text(max_size=60))
def test_text_goes_through_a_file_unchanged(text: str) -> None:
    data = text.encode("utf-8", "replace")
    assert Document.from_bytes(data, "train.py").text == data.decode().removeprefix("\ufeff")
