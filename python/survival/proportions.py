"""Exact limits of a proportion."""


def exact_lower_limit(numerator: int, denominator: int) -> float | None:
    """Lower exact 95% limit of `numerator` of `denominator`.

    The 2.5% quantile of the beta distribution with parameters k and n - k + 1 (Clopper
    and Pearson, Biometrika 1934; 26: 404-413); of 0 of n it is 0. The warehouse lends
    this function to SQL under the same name.

    Parameters
    ----------
    numerator, denominator : int
        k of n, 0 <= k <= n.

    Returns
    -------
    float or None
        A fraction; None where n is 0.
    """
    from scipy.special import betaincinv

    if not denominator:
        return None
    if not numerator:
        return 0.0
    return float(betaincinv(numerator, denominator - numerator + 1, 0.025))


def exact_limits(numerator: int, denominator: int) -> tuple[float | None, float | None]:
    """Both exact 95% limits of `numerator` of `denominator`.

    Parameters
    ----------
    numerator, denominator : int
        k of n, 0 <= k <= n.

    Returns
    -------
    tuple of float or None
        Fractions; the upper one is 1 where all of n are met. None where n is 0.
    """
    rest = exact_lower_limit(denominator - numerator, denominator)
    return exact_lower_limit(numerator, denominator), None if rest is None else 1 - rest
