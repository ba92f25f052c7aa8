"""The key of the endpoint, which stands in the environment and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from digest.config.assist import AssistSettings
from digest.errors import UsageError


def usable_key(environ: Mapping[str, str], settings: AssistSettings) -> str | None:
    """The key that the settings name; None if they name none.

    Raises:
        UsageError: the variable is not set, or holds what cannot be sent.
    """
    name = settings.key_env
    if not name:
        return None
    key = environ.get(name, "").strip()
    if not key:
        raise UsageError(
            f"digest.toml: [assist] key_env: the variable {name} is not set, so the model cannot be asked",
            hint=f"set {name} to your key in the environment, or draft without: --no-assist",
        )
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise UsageError(
            f"digest.toml: [assist] key_env: the variable {name} holds more than one word of ASCII",
            hint=f"set {name} to the key alone, or draft without: --no-assist",
        )
    return key
