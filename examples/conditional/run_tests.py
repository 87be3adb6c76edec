#!/usr/bin/env python3
"""Runs the basket's tests and writes which share of its functions' lines they came through."""
import argparse
import json
import sys
import unittest
from pathlib import Path
from types import CodeType, FrameType

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER / "basket.py"


def function_lines(code: CodeType, inside: bool = False) -> set[int]:
    """Lines of all functions in a module's code; what runs at import is left out, as is a function's own `def` line."""
    lines = {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno} if inside else set()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            is_function = bool(constant.co_flags & 0x01)
            lines |= function_lines(constant, inside=is_function)
    return lines


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--report", type=Path, required=True)
    options = arguments.parse_args()

    reached: set[int] = set()

    def trace(frame: FrameType, event: str, _argument: object):
        if frame.f_code.co_filename != str(SOURCE):
            return None
        if event == "line":
            reached.add(frame.f_lineno)
        return trace

    sys.path.insert(0, str(FOLDER))
    suite = unittest.defaultTestLoader.discover(str(FOLDER), pattern="test_*.py")
    sys.settrace(trace)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.settrace(None)

    lines = function_lines(compile(SOURCE.read_text(), str(SOURCE), "exec"))
    percent = round(100 * len(reached & lines) / len(lines), 1)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps({"totals": {"percent_covered": percent}}, indent=2) + "\n")
    print(f"{result.testsRun} tests, {percent}% of the lines covered")
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
