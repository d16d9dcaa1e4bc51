"""The Python library `mcp`, either generation: python_sdk.py TRANSPORT TARGET... AUDIT_FILE."""

import asyncio
import contextlib
import importlib.metadata
import sys

from walk import HEADERS, SLOW, Seen, walk

VERSION = importlib.metadata.version("mcp")


@contextlib.asynccontextmanager
async def opened_legacy(transport, target):
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.sse import sse_client
    from mcp.client.stdio import stdio_client
    from mcp.client.streamable_http import streamablehttp_client

    if transport == "stdio":
        streams = stdio_client(StdioServerParameters(command=target[0], args=target[1:]))
    elif transport == "sse":
        streams = sse_client(target[0], headers=HEADERS)
    else:
        streams = streamablehttp_client(target[0], headers=HEADERS)
    async with streams as (reading, writing, *_), ClientSession(reading, writing) as session:
        await session.initialize()
        yield session


@contextlib.asynccontextmanager
async def opened_modern(transport, target):
    from mcp import Client, StdioServerParameters
    from mcp.client.sse import create_mcp_http_client, sse_client
    from mcp.client.streamable_http import streamable_http_client

    async with create_mcp_http_client(headers=HEADERS) as http:
        if transport == "stdio":
            server = StdioServerParameters(command=target[0], args=target[1:])
        elif transport == "sse":
            server = sse_client(target[0], headers=HEADERS)
        else:
            server = streamable_http_client(target[0], http_client=http)
        async with Client(server) as client:
            # The oldest transport has no way to speak the newest revision.
            assert transport == "sse" or client.protocol_version == "2026-07-28", client.protocol_version
            yield client


async def cancel_by_notification(session):
    """The first generation sends the notification only when it is told to."""
    from mcp import types

    slow = asyncio.create_task(session.call_tool("jira_slow_get_issue", SLOW))
    await asyncio.sleep(0.3)
    params = types.CancelledNotificationParams(requestId=session._request_id - 1)
    note = types.CancelledNotification(method="notifications/cancelled", params=params)
    await session.send_notification(types.ClientNotification(note))
    slow.cancel()


async def cancel_by_scope(client):
    slow = asyncio.create_task(client.call_tool("jira_slow_get_issue", SLOW))
    await asyncio.sleep(0.3)
    slow.cancel()


async def main(transport, *rest):
    *target, audit = rest
    legacy = VERSION.startswith("1.")
    async with (opened_legacy if legacy else opened_modern)(transport, target) as client:

        async def names():
            return {tool.name for tool in (await client.list_tools()).tools}

        async def cancel():
            await (cancel_by_notification if legacy else cancel_by_scope)(client)

        # Without a session, a legacy client has no way to name the call it gives up.
        may_cancel = not (legacy and transport == "stateless")
        revision = "" if legacy else f" ({client.protocol_version})"
        title = f"mcp {VERSION}{revision} over {transport}"
        await walk(title, names, client.call_tool, cancel if may_cancel else None, Seen(audit), title)


asyncio.run(main(*sys.argv[1:]))
