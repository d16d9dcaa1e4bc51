#!/usr/bin/env python3
"""Searches what a whole run of the tests left behind for secrets.

Every secret of the simulated Atlassian names its site, product and kind
(`canary-acme-jira-token-ada-<16 hex digits>`), so that it is known wherever it turns up:

* `--leaks FILE`: requests of the product that held a secret of another site or product, written by
  the sandbox (ATLASSIAN_SANDBOX_LEAKS). Any line is a failure.
* `--output FILE`: logs and answers of every server that the tests ran (ATLASSIAN_SUITE_OUTPUT). Any
  secret in it is a failure, also one that is encoded in base64. An empty file is one too: then
  nothing was searched.
"""
import argparse
import base64
import pathlib
import re
import sys

SECRET = re.compile(rb"canary-[\w.]+-(?:jira|confluence)-(?:token|scoped|pat|oauth)-[\w.@~-]*?-?[0-9a-f]{16}")
ENCODED = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")


def secrets_in(line):
    found = set(SECRET.findall(line))
    for text in ENCODED.findall(line):
        text = text.rstrip(b"=")
        # Where a pair begins within longer text is not known, so each of the four places is tried.
        for start in range(4):
            piece = text[start:]
            piece += b"A" * (-len(piece) % 4)
            found.update(SECRET.findall(base64.b64decode(piece)))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaks", required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    problems = []
    leaks = pathlib.Path(arguments.leaks)
    if leaks.exists():
        problems += sorted(set(leaks.read_text(errors="replace").splitlines()))
    lines = 0
    output = pathlib.Path(arguments.output)
    if output.exists():
        with output.open("rb") as whole:
            for line in whole:
                lines += 1
                for secret in secrets_in(line):
                    start = line.find(secret)
                    around = line[max(0, start - 100):start + 160] if start >= 0 else line[:200]
                    problems.append("%s is in the output: %s" % (secret.decode(), around.decode(errors="replace").strip()))
    for problem in problems[:40]:
        print(problem)
    print("canaries: %d lines of output searched, %d secrets found" % (lines, len(problems)))
    if not lines:
        print("the tests left no output to search", file=sys.stderr)
        return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
