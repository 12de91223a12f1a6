"""What is printed, where the terminal does not know every letter."""

import io
import sys


def escape_letters() -> None:
    """Print the number of a letter that the terminal's encoding lacks, not an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def print_utf8() -> None:
    """Print UTF-8, whatever the terminal is: what is printed will be a file."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
