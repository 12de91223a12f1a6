"""The report: what a study lead reads and forwards, drawn from the marts alone."""

from survival.report.article import SECTIONS, write_report

__all__ = ["SECTIONS", "write_report"]
