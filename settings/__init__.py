"""The stack configuration: read, checked as a whole, handed out as one typed and unchangeable object."""

from __future__ import annotations

from settings.loader import load, load_or_exit, parse, parse_file
from settings.model import Settings
from settings.problems import SettingsError

__all__ = ["Settings", "SettingsError", "load", "load_or_exit", "parse", "parse_file"]
