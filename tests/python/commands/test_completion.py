"""The tab key: a real bash completes what the parser knows."""

import shutil
import subprocess
import sys

import pytest
from mart_fixtures import ANALYSES, build_warehouse
from survival.cli import main

BASH = shutil.which("bash") or "bash"


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """What bash offers for a line, whose last word is being typed."""
    warehouse = tmp_path / "warehouse.duckdb"
    build_warehouse(warehouse)
    command = tmp_path / "bin" / "survival"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m survival.cli "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("WAREHOUSE", str(warehouse))

    def complete(*words):
        line = " ".join(f"'{word}'" for word in ("survival", *words))
        script = (
            f'PATH="{command.parent}:$PATH"\neval "$(survival completion bash)"\n'
            f"COMP_WORDS=({line})\nCOMP_CWORD={len(words)}\n_survival\n"
            'printf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        done = subprocess.run(
            [BASH, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return set(done.stdout.split())

    return complete


def test_commands_options_and_values_are_offered(offered):
    assert offered("") >= {"estimate", "verify", "report", "check", "completion"}
    assert offered("es") == {"estimate"}
    assert offered("m") == {"map"}
    assert offered("report", "--m") == {"--minimum-cell"}
    assert offered("estimate", "--format", "") == {"table", "csv", "json"}
    assert offered("check", "--format", "h") == {"html"}
    assert offered("completion", "z") == {"zsh"}
    # The value of an option is no place for another option's.
    assert "html" not in offered("estimate", "--format", "")


def test_analyses_are_offered_by_name(offered):
    known = {analysis.analysis_id for analysis in ANALYSES}
    assert offered("estimate", "--analysis", "") == known
    assert offered("estimate", "--analysis", "mrd_pos__d") == {"mrd_pos__dfs"}


def test_files_are_offered_where_a_file_is_asked_for(offered, tmp_path):
    start = f"{tmp_path}/ware"
    assert offered("estimate", "--warehouse", start) == {f"{tmp_path}/warehouse.duckdb"}
    assert offered("report", "--output", f"{tmp_path}/b") == {f"{tmp_path}/bin"}
    assert offered("map", "--with", start) == {f"{tmp_path}/warehouse.duckdb"}


def test_zsh_gets_the_same_through_its_own_bridge(capsys):
    assert main(["completion", "bash"]) == 0
    bash = capsys.readouterr().out
    assert main(["completion", "zsh"]) == 0
    zsh = capsys.readouterr().out
    assert zsh == f"autoload -U +X bashcompinit && bashcompinit\n{bash}"
    subprocess.run([BASH, "-n"], input=bash, text=True, check=True)


def test_a_warehouse_that_there_is_not_is_said_in_one_line(tmp_path, capsys):
    missing = str(tmp_path / "none.duckdb")
    assert main(["completion", "analyses", "--warehouse", missing]) == 2
    assert "there is no warehouse at" in capsys.readouterr().err
