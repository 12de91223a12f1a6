"""Courses that meet the printed survival figures, found by simulated annealing."""
