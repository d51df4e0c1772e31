"""Reports compared but for what the clock says."""

from __future__ import annotations

import json
from typing import Any


def equal_up_to_time(a: str, b: str) -> bool:
    """Whether two JSON reports are equal but for timings and the checksum over them."""

    def without_time(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_time(item) for key, item in value.items() if key not in ("seconds", "sha256")}
        return [without_time(item) for item in value] if isinstance(value, list) else value

    return bool(without_time(json.loads(a)) == without_time(json.loads(b)))
