"""What each fault scenario of the till would catch.

`python -m tests.protections` takes one protection away at a time and sees the scenario's test fail.
"""
