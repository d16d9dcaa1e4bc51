#!/usr/bin/env python3
"""Judges the documents that recorded Cloud requests carry.

usage: adf.py SCHEMA.json TRAFFIC.jsonl...

SCHEMA.json is Atlassian's schema of ADF (crates/markup/tests/schema); the traffic is what
ATLASSIAN_SANDBOX_TRAFFIC recorded: one JSON object a line with "method", "path", "body", "status".
Every ADF document in a body, also one that is a string, must validate; every body in storage
format must be well-formed. A request that was refused with 400 is left out: a test may send what
is broken on purpose. Exit 0 when all is well, 1 when not, and when no document was found at all.
"""
import html.entities
import json
import re
import sys
import xml.parsers.expat

import jsonschema

XML = {"amp", "lt", "gt", "quot", "apos"}


def documents(value):
    """Every ADF document inside a body, and every storage text: ("adf" or "storage", it)."""
    if isinstance(value, dict):
        if value.get("type") == "doc" and ("content" in value or "version" in value):
            yield "adf", value
            return
        if value.get("representation") == "storage" and isinstance(value.get("value"), str):
            yield "storage", value["value"]
        for key, inner in value.items():
            if key == "storage" and isinstance(inner, dict) and isinstance(inner.get("value"), str):
                yield "storage", inner["value"]
            else:
                yield from documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from documents(inner)
    elif isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            yield from documents(json.loads(value))
        except ValueError:
            pass


def malformed(text):
    """What is wrong with a storage body: its prefixes are undeclared, its entities HTML's."""

    def resolve(match):
        name = match.group(1)
        known = html.entities.html5.get(name + ";")
        if name in XML or known is None:
            return match.group(0)
        return "".join(f"&#{ord(c)};" for c in known)

    text = re.sub(r"<!\[CDATA\[.*?\]\]>|&(\w+);", lambda m: resolve(m) if m.group(1) else m.group(0), text, flags=re.S)
    try:
        xml.parsers.expat.ParserCreate().Parse(f"<body>{text}</body>", True)
    except xml.parsers.expat.ExpatError as error:
        return str(error)
    return None


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        validator = jsonschema.Draft4Validator(json.load(file))
    seen, counts, bad = set(), {"adf": 0, "storage": 0}, 0
    for path in sys.argv[2:]:
        with open(path) as file:
            for line in file:
                entry = json.loads(line) if line.strip() else {}
                if entry.get("status") == 400:
                    continue
                for kind, found in documents(entry.get("body")):
                    key = (kind, json.dumps(found, sort_keys=True))
                    if key in seen:
                        continue
                    seen.add(key)
                    counts[kind] += 1
                    if kind == "storage":
                        wrong = malformed(found)
                    else:
                        best = jsonschema.exceptions.best_match(validator.iter_errors(found))
                        wrong = best and f"{best.json_path}: {best.message[:200]}"
                    if wrong:
                        bad += 1
                        print(f"{entry['method']} {entry['path']}: {kind}: {wrong}\n  {key[1][:400]}")
    print(f"{counts['adf']} ADF documents and {counts['storage']} storage bodies judged, {bad} broken")
    return 1 if bad or not all(counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
