"""The report: what a study lead reads and forwards, drawn from the marts alone."""

from survival.report.article import write_report

__all__ = ["write_report"]
