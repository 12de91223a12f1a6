"""The command ``survival``: parses, calls and prints; nothing is computed here.

Exit codes: 0 done (verify: equal), 1 a difference or inconsistent data, 2 usage: what
was asked for does not exist.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

DONE, FAILED, USAGE = 0, 1, 2
DEFAULT_MONTHS = (6.0, 12.0, 18.0, 24.0)

DESCRIPTION = """\
Survival estimates from the marts of the warehouse, which is opened read-only.
WAREHOUSE names the file (default: warehouse.duckdb); --warehouse overrides it.
"""

ESTIMATE_HELP = """\
Prints medians and estimates at months, computed from the counts of
survival_event_table. An analysis is named
  <population>__<endpoint>[__censored_at_hsct][__by_<variable>][__landmark]
and the beginning of a name stands for all that begin so.

  survival estimate --analysis rr_ph_neg__os
  survival estimate --analysis mrd_pos --at-months 12 24 --format csv

The table gives percent, rounded once; csv and json give proportions in full
precision, and an empty cell or null where nothing can be estimated. NR is a median
not reached, NE an estimate or limit that is not estimable.
"""

VERIFY_HELP = """\
Recounts every analysis from time_to_event and survival_strata, compares the counts
with survival_event_table, refits, and compares with survival_curves and
survival_summary. A value on one side only is an infinite difference.
Exit code: 0 equal, 1 past the tolerance, 2 usage.
"""

REPORT_HELP = """\
Writes one self-contained index.html: what was delivered, who is in, how they were,
how they responded, how long they lived, how much of the paper it reproduces and what
is doubtful. Beside it: tables/*.csv, tables.rtf and figures/*. No patient is in them.

  survival report
  survival report --formats svg,png,pdf --output for-the-journal
  survival report --minimum-cell 5 --output for-release
"""

CHECK_HELP = """\
Judges a delivery as `dbt build` would, without building: what was found, a row each.
Nothing is written but what is asked for, and no mart is touched.
Exit code: 0 accepted (warnings are listed), 1 refused, 2 usage.

  survival check ~/deliveries/2018-04
  survival check ~/deliveries/2018-04 --format html > findings.html
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = _parser().parse_args(argv)
    # Imported after parsing, so that --help and slips of the user are answered at once.
    from survival.errors import (
        CountsError,
        SurvivalError,
    )

    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except CountsError as error:
        return _complain(error, FAILED)
    except SurvivalError as error:
        return _complain(error, USAGE)
    except BrokenPipeError:
        # The reader (head, less) has gone; Python's own last flush must not fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return _complain("interrupted", FAILED)


def _complain(error: object, code: int) -> int:
    print(f"survival: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="survival",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")

    estimate = _command(
        commands, "estimate", "print estimates", ESTIMATE_HELP, _run_estimate
    )
    _add_analysis(estimate)
    estimate.add_argument(
        "--at-months",
        nargs="+",
        type=_month,
        default=list(DEFAULT_MONTHS),
        metavar="MONTH",
        help="time points of the estimates (default: 6 12 18 24)",
    )
    estimate.add_argument(
        "--format",
        choices=("table", "csv", "json"),
        default="table",
        help="what to print (default: table)",
    )

    verify = _command(
        commands,
        "verify",
        "compare the SQL estimates with Python's",
        VERIFY_HELP,
        _run_verify,
    )
    _add_analysis(verify)
    verify.add_argument(
        "--tolerance",
        type=float,
        default=1e-9,
        help="largest difference that counts as equal (default: 1e-9)",
    )

    report = _command(commands, "report", "write the report", REPORT_HELP, _run_report)
    _add_analysis(report)
    report.add_argument(
        "--output",
        default=os.path.join("target", "report"),
        metavar="FOLDER",
        help="folder for index.html (default: target/report)",
    )
    report.add_argument(
        "--formats",
        type=_formats,
        default=("svg",),
        metavar="LIST",
        help="formats of the figures' own files, of svg, png and pdf (default: svg)",
    )
    report.add_argument(
        "--minimum-cell",
        type=_smallest,
        metavar="N",
        help="mask counts below N: every count becomes a multiple of N, and estimates "
        "are made from these (default: nothing is masked, and the report says so)",
    )

    check = commands.add_parser(
        "check",
        help="judge a delivery without building",
        description=CHECK_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "folder",
        nargs="?",
        default=os.environ.get("DELIVERY_DIR"),
        help="the delivery (default: $DELIVERY_DIR)",
    )
    check.add_argument(
        "--format",
        choices=("table", "csv", "json", "html"),
        default="table",
        help="what to print (default: table)",
    )
    check.set_defaults(run=_run_check)
    return parser


def _command(
    commands: argparse._SubParsersAction,
    name: str,
    summary: str,
    description: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--warehouse",
        metavar="FILE",
        help="the published DuckDB file (default: $WAREHOUSE, or warehouse.duckdb)",
    )
    command.set_defaults(run=run)
    return command


def _add_analysis(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--analysis",
        action="append",
        default=[],
        metavar="ID",
        help="an analysis, or the beginning of its name; may be repeated "
        "(default: all)",
    )


def _formats(text: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(text.split(",")))
    if not set(formats) <= {"svg", "png", "pdf"}:
        raise argparse.ArgumentTypeError(f"{text} is not a list of svg, png and pdf")
    return formats


def _smallest(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text} is no smallest count: give 2 or more")
    return int(text)


def _month(text: str) -> float:
    try:
        month = float(text)
    except ValueError:
        month = -1.0
    if not 0 <= month < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no month: give 0 or more")
    return month


def _run_estimate(arguments: argparse.Namespace) -> int:
    from survival.estimates import RENDERERS, estimate
    from survival.progress import Progress
    from survival.warehouse import Warehouse

    with Warehouse(arguments.warehouse) as warehouse:
        analyses = warehouse.find_analyses(arguments.analysis)
        _note_unpublished(warehouse)
        with Progress("estimating", total=len(analyses)) as progress:
            estimates = estimate(
                warehouse,
                analyses,
                at_months=arguments.at_months,
                progress=progress.step,
            )
    sys.stdout.write(RENDERERS[arguments.format](estimates))
    return DONE


def _run_verify(arguments: argparse.Namespace) -> int:
    from survival.progress import Progress
    from survival.tables import verification_table
    from survival.verify import verify
    from survival.warehouse import Warehouse

    with Warehouse(arguments.warehouse) as warehouse:
        analyses = warehouse.find_analyses(arguments.analysis)
        with Progress("verifying", total=len(analyses)) as progress:
            result = verify(warehouse, analyses=analyses, progress=progress.step)
    is_equal = result.is_equal(tolerance=arguments.tolerance)
    sys.stdout.write(verification_table(result, tolerance=arguments.tolerance))
    return DONE if is_equal else FAILED


def _run_report(arguments: argparse.Namespace) -> int:
    from survival.progress import Progress
    from survival.report import write_report
    from survival.warehouse import Warehouse

    with Warehouse(arguments.warehouse) as warehouse:
        analyses = warehouse.find_analyses(arguments.analysis)
        _note_unpublished(warehouse)
        with Progress("writing", total=None) as progress:
            path = write_report(
                warehouse,
                analyses,
                folder=arguments.output,
                formats=arguments.formats,
                minimum_cell=arguments.minimum_cell,
                progress=progress.step,
            )
    print(path)
    return DONE


def _run_check(arguments: argparse.Namespace) -> int:
    if arguments.folder is None:
        return _complain("name the delivery's folder, or set DELIVERY_DIR", USAGE)
    from expectations.check import CheckFailed
    from expectations.check import main as check

    print("checking ...", file=sys.stderr)
    try:
        return check(arguments.folder, output_format=arguments.format)
    except CheckFailed as failed:
        return _complain(failed, USAGE)


def _note_unpublished(warehouse: Warehouse) -> None:
    """Say on stderr that the marts are not those of the latest delivery."""
    for later in warehouse.unpublished_since()[-1:]:
        print(
            f"survival: note: delivery {later.delivery_id or 'of unknown id'} was "
            f"{later.verdict} ({later.reason or 'no reason recorded'}); these are the "
            "marts of the delivery before",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
