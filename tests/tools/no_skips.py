"""Counts the tests in pytest's junit file and exits 1 when one was skipped: CI has every server and spec."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(file: Path) -> int:
    cases = list(ElementTree.parse(file).iter("testcase"))
    skipped = [case for case in cases if case.find("skipped") is not None]
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    for case in skipped:
        reason = case.find("skipped")
        print(f"skipped: {case.get('classname')}.{case.get('name')}: {'' if reason is None else reason.get('message')}")
    if not cases:
        print("no test ran")
    print(f"{len(cases) - len(skipped) - len(failed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return int(bool(skipped or failed or not cases))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
