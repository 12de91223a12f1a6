"""`survival check`: a delivery judged without building."""

import shutil

from dbt_builds import DELIVERIES
from survival.cli import main


def test_a_missing_file_is_refused_in_one_line(tmp_path, capsys):
    delivery = shutil.copytree(DELIVERIES / "edges" / "delivery", tmp_path / "delivery")
    (delivery / "patients.csv").unlink()
    assert main(["check", str(delivery), "--format", "table"]) == 1
    printed = capsys.readouterr().out
    assert "patients.csv: required file is missing" in printed
    assert printed.splitlines()[-1] == f"delivery {delivery}: refused"


def test_without_a_folder_the_remedy_is_said(monkeypatch, capsys):
    monkeypatch.delenv("DELIVERY_DIR", raising=False)
    assert main(["check"]) == 2
    assert "DELIVERY_DIR" in capsys.readouterr().err
