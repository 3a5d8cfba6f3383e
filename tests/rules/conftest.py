"""Lets pytest explain the assertions of the police."""

import pytest

pytest.register_assert_rewrite("tests.rules.policing")
