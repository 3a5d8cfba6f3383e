"""What all parts of a plan share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A frozen piece of the plan."""

    model_config = ConfigDict(
        frozen=True, arbitrary_types_allowed=True, extra="forbid", ser_json_inf_nan="strings"
    )
