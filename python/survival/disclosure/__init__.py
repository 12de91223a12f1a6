"""Disclosure control: a study of which nothing is shown that tells of a few.

`masking` makes the study to be released: of `counts` that are rounded, of curves that
are made again from these (`rounded_curves`), and without what sums would still narrow
to a small count (`suppression`, by the arithmetic of `bounds`).
"""
