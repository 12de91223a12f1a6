"""``survival completion``: what the tab key needs, from the parser itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator

from survival.commands.common import DONE, Commands, add_warehouse, command

HELP = """\
Prints a script that completes commands, options, their values and the names of
analyses. Add it to the start file of the shell:

  eval "$(survival completion bash)"     # in ~/.bashrc
  eval "$(survival completion zsh)"      # in ~/.zshrc, after compinit

`analyses` prints the names of the analyses, for which the scripts ask.
"""
# What follows these is a file, a folder, or the name of an analysis.
FILES, FOLDERS, ANALYSES = "files", "folders", "analyses"
KINDS = {
    "--warehouse": FILES,
    "--with": FILES,
    "--output": FOLDERS,
    "--analysis": ANALYSES,
}
SCRIPT = """\
_survival() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local words="" kind="" command="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
            NAMES) command="${COMP_WORDS[i]}"; break ;;
        esac
    done
    case "$command $before" in
VALUES
    esac
    if [ -z "$words$kind" ]; then
        case "$command" in
OPTIONS
        esac
    fi
    case "$kind" in
        files) COMPREPLY=($(compgen -f -- "$word")) ;;
        folders) COMPREPLY=($(compgen -d -- "$word")) ;;
        analyses)
            words="$(survival completion analyses 2> /dev/null)"
            COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
        *) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    esac
}
complete -o default -F _survival survival
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "print a script for the shell's tab key"
    parser = command(commands, "completion", summary, HELP, run)
    add_warehouse(parser)
    parser.add_argument("what", choices=("bash", "zsh", ANALYSES))
    parser.set_defaults(commands=commands)


def run(arguments: argparse.Namespace) -> int:
    """Print the script, or the names."""
    if arguments.what == ANALYSES:
        from survival.warehouse import Warehouse

        with Warehouse(arguments.warehouse) as warehouse:
            for analysis in warehouse.analyses():
                print(analysis.analysis_id)
        return DONE
    if arguments.what == "zsh":
        print("autoload -U +X bashcompinit && bashcompinit")
    sys.stdout.write(script(arguments.commands.choices))
    return DONE


def script(parsers: dict[str, argparse.ArgumentParser]) -> str:
    """The completion of these commands, for bash."""
    values: list[str] = []
    options: list[str] = []
    for name, parser in parsers.items():
        values += _values(name, parser)
        options.append(_branch(name, words=_options(parser), depth=12))
    options.append(_branch('""', words=[*parsers, "--help"], depth=12))
    filled = SCRIPT.replace("NAMES", "|".join(parsers))
    filled = filled.replace("VALUES", "\n".join(values))
    return filled.replace("OPTIONS", "\n".join(options))


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """Options, and the values of what has no option's name."""
    words: list[str] = []
    for action in parser._actions:
        words += action.option_strings or action.choices or []
    return words


def _values(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        for option in action.option_strings:
            pattern = f'"{name} {option}"'
            if option in KINDS:
                yield f"        {pattern}) kind={KINDS[option]} ;;"
            elif action.choices:
                yield _branch(pattern, words=action.choices, depth=8)


def _branch(pattern: str, *, words: Iterable[str], depth: int) -> str:
    return f'{" " * depth}{pattern}) words="{" ".join(words)}" ;;'
