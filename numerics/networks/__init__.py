"""Trained networks beside the exact theory: linear attention, softmax attention and GPT-2 on in-context regression.

The optional extra `networks` brings what this package needs; nothing outside it imports torch.
"""

from __future__ import annotations

from importlib.util import find_spec

_NEEDED = ("torch", "transformers", "safetensors", "matplotlib")
_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    raise ModuleNotFoundError(
        f"numerics.networks needs {', '.join(_missing)}; install the extra with: pip install 'icl-theory[networks]'",
        name=_missing[0],
    )
