"""The report: what a study lead reads and forwards, drawn from the marts alone."""

from survival.report.build import write_report

__all__ = ["write_report"]
