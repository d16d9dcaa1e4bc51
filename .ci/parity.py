#!/usr/bin/env python3
"""Runs the public compatibility cases of the tools that exist and holds the result against the
number kept in .ci/parity-passing: it may only grow. Recorded Cloud requests are checked against
Atlassian's documents. Prints the cases that differ.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PASSING = HERE / "parity-passing"


def tools_of(binary):
    env = {
        "PATH": os.environ["PATH"],
        "JIRA_URL": "https://a.atlassian.net", "JIRA_USERNAME": "a", "JIRA_API_TOKEN": "b",
        "CONFLUENCE_URL": "https://a.atlassian.net", "CONFLUENCE_USERNAME": "a", "CONFLUENCE_API_TOKEN": "b",
    }
    listed = subprocess.run([binary, "tools", "--json"], env=env, check=True, capture_output=True, text=True)
    return [tool["name"] for tool in json.loads(listed.stdout)["tools"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", required=True)
    arguments = parser.parse_args()
    shared, work = pathlib.Path(arguments.shared), pathlib.Path(arguments.work)
    binary = str(pathlib.Path(arguments.binary).resolve())
    report, log = work / "parity.json", work / "parity-traffic.jsonl"
    names = tools_of(binary)
    command = [
        sys.executable, str(shared / "parity/diff.py"), "--cases", str(shared / "parity/cases/public.jsonl"),
        "--candidate", binary + " --transport stdio", "--modern", "--quiet",
        "--tool", "^(" + "|".join(map(re.escape, names)) + ")$", "--report", str(report), "--keep-log", str(log),
    ]
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    subprocess.run(command, env=env)
    cases = json.loads(report.read_text())["cases"]
    failing = [c for c in cases if not passes(c)]
    passed = len(cases) - len(failing)
    kept = int(PASSING.read_text().split()[0])
    for case in failing:
        print("differs: %-60s result=%s state=%s" % (case["id"], case["result"], case["state"]))
    print("parity: %d of %d cases pass, at least %d must" % (passed, len(cases), kept))
    traffic = subprocess.run([sys.executable, str(shared / "openapi/check_requests.py"), str(log)])
    if traffic.returncode:
        return 1
    return 0 if passed >= kept else 1


def passes(case):
    """The same result, or a failure on both sides whose words differ; and the same facts left behind."""
    return case["result"] in ("same", "error-text", "soft-error-text") and case["state"] in ("same", "same-meaning")


if __name__ == "__main__":
    sys.exit(main())
