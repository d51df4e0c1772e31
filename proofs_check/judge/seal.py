"""The checksum of a report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def seal(record: Mapping[str, Any]) -> str:
    """The SHA-256 of a report: of everything in it but timings and the checksum itself."""
    return hashlib.sha256(json.dumps(_sealed(record), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sealed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sealed(item) for key, item in value.items() if key not in ("seconds", "sha256")}
    return [_sealed(item) for item in value] if isinstance(value, list | tuple) else value
