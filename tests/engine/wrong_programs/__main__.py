"""The small platform; the setting `wrong-programs:broken` names the one thing that is wrong with it."""

from __future__ import annotations

import pulumi

from tests.support.wrong_program import program

program(pulumi.Config("wrong-programs").get("broken") or "")
