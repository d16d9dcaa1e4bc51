"""The library `fastmcp`, either generation: fastmcp_client.py TRANSPORT TARGET... AUDIT_FILE."""

import asyncio
import importlib.metadata
import sys

from fastmcp import Client
from fastmcp.client.transports import SSETransport, StdioTransport, StreamableHttpTransport
from walk import HEADERS, SLOW, Seen, walk

VERSION = importlib.metadata.version("fastmcp")


def server(transport, target):
    if transport == "stdio":
        return StdioTransport(command=target[0], args=target[1:])
    if transport == "sse":
        return SSETransport(target[0], headers=HEADERS)
    return StreamableHttpTransport(target[0], headers=HEADERS)


async def main(transport, *rest):
    *target, audit = rest
    legacy = VERSION.startswith("3.")
    async with Client(server(transport, target)) as client:

        async def names():
            return {tool.name for tool in await client.list_tools()}

        async def cancel():
            slow = asyncio.create_task(client.call_tool_mcp("jira_slow_get_issue", SLOW))
            await asyncio.sleep(0.3)
            if legacy:
                # It sends the notification only when it is told to.
                await client.cancel(client.session._request_id - 1)
            slow.cancel()

        may_cancel = not (legacy and transport == "stateless")
        title = f"fastmcp {VERSION} over {transport}"
        await walk(title, names, client.call_tool_mcp, cancel if may_cancel else None, Seen(audit), title)


asyncio.run(main(*sys.argv[1:]))
