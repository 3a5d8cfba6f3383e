"""Lines from a worker: what is unknown is ignored, what is no event is refused."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainlint.probe.protocol import WrongProtocol, number, parse
from trainlint.probe.worker.stream import VERSION, Stream


def test_fields_and_events_of_later_versions_are_passed_over() -> None:
    event = parse('{"v": 1, "t": 0.5, "event": "sings", "melody": "la"}')
    assert event.event == "sings"


def test_another_protocol_is_refused() -> None:
    with pytest.raises(WrongProtocol, match="speaks protocol 7"):
        parse('{"v": 7, "t": 0, "event": "hello", "protocol": 7}')


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text())
def test_any_text_is_an_event_or_refused(line: str) -> None:
    with contextlib.suppress(WrongProtocol):
        assert parse(line).event


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["statistics", "layers", "other"]), PLAIN))
def test_whatever_a_worker_says_is_one_line_of_json(fields: dict[str, Any]) -> None:
    reading, writing = os.pipe()
    Stream(writing).send("result", **fields)
    os.close(writing)
    with os.fdopen(reading, "rb") as lines:
        written = lines.read().decode()
    assert written.count("\n") == 1
    assert json.loads(written)["v"] == VERSION


def test_numbers_that_json_has_no_form_for_travel_as_words() -> None:
    assert number("inf") == float("inf")
    assert number("text") is None
    assert number(True) == 1.0
