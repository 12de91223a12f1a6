"""SAS transport files: every observation, every number, every missing value."""

import math
import struct

import pandas
import pytest
from delivery.mapping.xpt import read_xpt
from hypothesis import given
from hypothesis import strategies as st
from xpt_files import write_xpt


def read(path):
    columns, rows = read_xpt(path.read_bytes(), encoding="utf-8")
    return columns, list(rows)


def test_what_was_written_is_read(tmp_path):
    rows = [("001", 0.0001, "x"), ("é", None, ""), ("3", -2.5, "a b"), ("4", ".A", "c")]
    write_xpt(tmp_path / "dm.xpt", "DM", ["USUBJID", "AGE", "ARM"], rows)
    assert read(tmp_path / "dm.xpt") == (
        ("USUBJID", "AGE", "ARM"),
        [("001", "0.0001", "x"), ("é", "", ""), ("3", "-2.5", "a b"), ("4", ".A", "c")],
    )


def test_a_zero_is_zero_and_the_last_record_is_read(tmp_path):
    """Both go wrong in pandas, which is why it does not read these files."""
    rows = [(f"{n:08}", 0.0 if n == 1 else 1.0, "") for n in range(1, 8)]
    write_xpt(tmp_path / "lb.xpt", "LB", ["USUBJID", "N", "FLAG"], rows)
    _, found = read(tmp_path / "lb.xpt")
    assert found == [(f"{n:08}", "0" if n == 1 else "1", "") for n in range(1, 8)]


def test_pandas_agrees_where_it_can_read(tmp_path):
    rows = [(f"{n:0100}", n / 7, f"w{n}") for n in range(1, 50)]
    write_xpt(tmp_path / "lb.xpt", "LB", ["A", "N", "B"], rows)
    frame = pandas.read_sas(
        tmp_path / "lb.xpt",
        format="xport",
        index=None,
        encoding="utf-8",
        chunksize=None,
        iterator=False,
        compression=None,
    )
    columns, found = read(tmp_path / "lb.xpt")
    assert columns == tuple(frame.columns)
    assert [(a, float(n), b) for a, n, b in found] == list(
        frame.itertuples(index=False, name=None)
    )


@pytest.mark.parametrize("n_rows", [0, 1, 2, 9, 10, 11])
def test_padding_is_no_record(tmp_path, n_rows):
    rows = [("a" * (n % 7 + 1),) for n in range(n_rows)]
    write_xpt(tmp_path / "a.xpt", "A", ["A"], rows)
    assert read(tmp_path / "a.xpt") == (("A",), rows)


def test_padding_may_be_nul(tmp_path):
    write_xpt(tmp_path / "a.xpt", "A", ["A"], [("a" * 50,), ("b" * 50,)])
    data = (tmp_path / "a.xpt").read_bytes()
    filled = data.rstrip(b" ").ljust(len(data), b"\0")
    assert filled != data
    _, rows = read_xpt(filled, encoding="utf-8")
    assert list(rows) == [("a" * 50,), ("b" * 50,)]


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_a_double_is_read_as_itself(tmp_path_factory, number):
    if number and not 1e-70 < abs(number) < 1e70:
        number = math.copysign(1.5, number)
    path = tmp_path_factory.mktemp("xpt") / "n.xpt"
    write_xpt(path, "N", ["N", "A"], [(number, "x")])
    _, ((text, _),) = read(path)
    assert struct.pack(">d", float(text)) == struct.pack(">d", number + 0.0)
    assert "e" not in text


def test_what_is_no_version_5_is_said(tmp_path):
    path = tmp_path / "a.xpt"
    write_xpt(path, "A", ["A"], [("x" * 100,), ("y" * 100,)])
    whole = path.read_bytes()
    write_xpt(path, "A", [], [])
    later = whole.replace(b"LIBRARY HEADER", b"LIBV8   HEADER", 1)
    for data, said in (
        (path.read_bytes(), "has no variable"),
        (later, "is XPT version 8; expected version 5, or CSV"),
        (b"USUBJID,AGE\n", "is no SAS transport file"),
        (whole[:500], "headers are not whole"),
        (whole[:700], "is cut short|headers are not whole"),
        (whole[:-40], "is cut short"),
        (whole[:-80], "is cut short"),
        (whole + whole[240:], "holds several data sets"),
    ):
        with pytest.raises(ValueError, match=said):
            list(read_xpt(data, encoding="utf-8")[1])
