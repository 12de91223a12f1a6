"""What goes wrong for a reason that the user can mend."""


class SurvivalError(Exception):
    """An error whose message says what is wrong and what to do about it."""


class WarehouseError(SurvivalError):
    """The published warehouse is missing, unreadable or lacks a mart."""


class UnknownAnalysisError(SurvivalError):
    """No analysis has this id."""


class CountsError(SurvivalError, ValueError):
    """Times, statuses or counts that no group of patients can have."""
