"""The gate: may a delivery be used?"""
