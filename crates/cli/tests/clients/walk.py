"""What each client does, and what must come of it: list, read, write on staging, three refusals, a
cancellation. Production is read-only: nothing that a client says there may arrive.

Used by the programs beside it. A step that does not bring what it must raises.
"""

import asyncio
import json
import os
import pathlib

# The user's credentials over HTTP; none over stdio, where the server has its own.
HEADERS = json.loads(os.environ.get("CLIENT_HEADERS", "{}"))

SLOW = {"issue_key": "DEPOT-1"}


class Seen:
    """The audit file of the server: one record per call, whatever became of it."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def records(self):
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    async def cancelled(self, before):
        """Waits for the record that says that a call of the slow instance was cancelled."""
        for _ in range(100):
            new = [r for r in self.records()[before:] if r["tool"] == "jira_slow_get_issue"]
            if new:
                assert new[0]["outcome"] == "cancelled", new
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the server did not notice the cancellation within ten seconds")


def text_of(result):
    return "".join(block.text for block in result.content if block.type == "text")


def failed(result):
    # The name of the attribute differs between generations of the libraries.
    return result.isError if hasattr(result, "isError") else result.is_error


async def walk(title, names, call, cancel, seen, body):
    """`names` gives the listed tools, `call` a raw result, `cancel` gives a started slow call up."""
    listed = await names()
    for name in ("jira_get_issue", "jira_staging_add_comment", "confluence_staging_search"):
        assert name in listed, (name, listed)
    for name in ("jira_add_comment", "confluence_create_page"):
        assert name not in listed, "production is read-only, so it lists no write"

    read = await call("jira_get_issue", {"issue_key": "PAY-6"})
    assert not failed(read), text_of(read)
    assert json.loads(text_of(read))["key"] == "PAY-6", text_of(read)

    written = await call("jira_staging_add_comment", {"issue_key": "DEPOT-5", "body": body})
    assert not failed(written), text_of(written)
    found = await call("jira_staging_get_issue", {"issue_key": "DEPOT-5", "comment_limit": 100})
    assert body in text_of(found), text_of(found)

    hidden = await call("jira_add_comment", {"issue_key": "PAY-6", "body": body})
    assert failed(hidden) and text_of(hidden) == "Unknown tool: jira_add_comment", text_of(hidden)
    untouched = await call("jira_get_issue", {"issue_key": "PAY-6", "comment_limit": 100})
    assert not failed(untouched) and body not in text_of(untouched), text_of(untouched)

    refused = await call("jira_staging_add_comment", {"issue_key": "OPS-1", "body": body})
    assert failed(refused) and "PROJECTS_FILTER" in text_of(refused), text_of(refused)

    unknown = await call("jira_make_coffee", {})
    assert failed(unknown), text_of(unknown)
    assert text_of(unknown) == "Unknown tool: jira_make_coffee", text_of(unknown)

    done = "not asked to cancel"
    if cancel:
        before = len(seen.records())
        await cancel()
        await seen.cancelled(before)
        done = "cancelled"
        again = await call("jira_get_issue", {"issue_key": "PAY-6"})
        assert not failed(again), text_of(again)
    print(f"{title}: {len(listed)} tools, read, written, hidden, refused, unknown, {done}", flush=True)
