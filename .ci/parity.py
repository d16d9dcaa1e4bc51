#!/usr/bin/env python3
"""Runs the public compatibility cases and holds every difference against the lists in
.ci/differences: what differs in substance (another result, another write, another state left
behind) must be listed with the line of a specification that asks for it, and what is listed must
still differ as it says. Each list opens with the number of cases that it may hold, which may only
fall. The Confluence cases of the cloud flavours run a second time against a site without the
removed interface (v1), and recorded Cloud requests are checked against Atlassian's documents.

A list is made of entries: a line `[CITATION] reason`, then indented lines
`case-id result=… requests=… state=…`, as this script prints them.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

LISTS = pathlib.Path(__file__).resolve().parent / "differences"
CASE = re.compile(r"^\s+(\S+) (result=\S+ requests=\S+ state=\S+)$")
ENTRY = re.compile(r"^\[[^\]]*[a-z][^\]]*\] \S+ .*\.$")
MOST = re.compile(r"^at most (\d+)$")


def listed(path):
    """The cases of one list, each with its verdict."""
    cases, most, cited = {}, None, False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = "%s:%d" % (path.name, number)
        if not line.strip() or line.startswith("#"):
            continue
        if MOST.match(line):
            most = int(MOST.match(line).group(1))
        elif ENTRY.match(line):
            cited = True
        elif CASE.match(line):
            case, verdict = CASE.match(line).groups()
            if not cited:
                sys.exit("%s: a case before any reason" % where)
            if case in cases:
                sys.exit("%s: %s is listed twice" % (where, case))
            cases[case] = verdict
        else:
            sys.exit("%s: neither a reason nor a case: %s" % (where, line))
    if most is None:
        sys.exit("%s does not say how many cases it may hold (`at most N`)" % path.name)
    if len(cases) > most:
        sys.exit("%s holds %d cases; it may hold %d" % (path.name, len(cases), most))
    if len(cases) < most:
        sys.exit("%s holds %d cases: lower its `at most %d`" % (path.name, len(cases), most))
    return cases


def differs(case):
    return (
        case["result"] not in ("same", "error-text", "soft-error-text")
        or case["requests"] == "writes-differ"
        or case["state"] not in ("same", "same-meaning")
    )


def verdict(case):
    return "result=%(result)s requests=%(requests)s state=%(state)s" % case


class Harness:
    def __init__(self, shared, binary, work):
        self.shared, self.binary, self.work = shared, binary, work
        self.sound = True

    def run(self, name, *options):
        """Runs cases and checks the Cloud requests that they caused; returns the report's cases."""
        report, log = self.work / (name + ".json"), self.work / (name + "-traffic.jsonl")
        for old in (report, log):
            old.unlink(missing_ok=True)
        command = [
            sys.executable, str(self.shared / "parity/diff.py"),
            "--cases", str(self.shared / "parity/cases/public.jsonl"),
            "--candidate", self.binary + " --transport stdio", "--modern", "--quiet",
            "--report", str(report), "--keep-log", str(log), *options,
        ]
        # Its exit status says that something differs, which is decided here.
        done = subprocess.run(command, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
                              capture_output=True, text=True)
        if not report.exists():
            sys.exit("the harness ended without a report:\n" + done.stdout + done.stderr)
        print("requests of %s:" % name, flush=True)
        check = [sys.executable, str(self.shared / "openapi/check_requests.py"), str(log)]
        self.sound &= subprocess.run(check).returncode == 0
        return json.loads(report.read_text())["cases"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", required=True)
    arguments = parser.parse_args()
    known = {}
    for path in sorted(LISTS.glob("*.txt")):
        known.update(listed(path))
    shared, work = pathlib.Path(arguments.shared), pathlib.Path(arguments.work)
    harness = Harness(shared, str(pathlib.Path(arguments.binary).resolve()), work)

    cases = harness.run("parity")
    wrong = 0
    seen = {case["id"] for case in cases}
    for case in cases:
        said = known.get(case["id"])
        if differs(case) and said != verdict(case):
            wrong += 1
            print("differs%s: %s %s" % (", but is listed otherwise" if said else " and is not listed",
                                        case["id"], verdict(case)))
        if not differs(case) and said:
            wrong += 1
            print("no longer differs, take it from the list: %s" % case["id"])
    for case in sorted(set(known) - seen):
        wrong += 1
        print("listed, but there is no such case: %s" % case)

    # Where v1 is gone, the same calls still give what they gave.
    before = {case["id"]: case for case in cases}
    without_v1 = harness.run("parity-without-v1", "--tool", "^confluence_", "--filter", "/cloud(-oauth)?$",
                             "--set", "acme.v1_removed=true")
    for case in without_v1:
        if verdict(case) != verdict(before[case["id"]]):
            wrong += 1
            print("differs once v1 is removed: %s %s, before %s"
                  % (case["id"], verdict(case), verdict(before[case["id"]])))

    same = sum(not differs(case) for case in cases)
    print("parity: %d cases, %d like the peer, %d otherwise with a reason; %d without v1; %d wrong"
          % (len(cases), same, len(cases) - same, len(without_v1), wrong))
    return 0 if wrong == 0 and harness.sound and len(cases) > 0 and len(without_v1) > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
