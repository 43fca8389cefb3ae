"""`python -m bench.sink [SECONDS]`: the barest mail server there is, in a process of its own; prints its port.

Takes all, several commands at once too, as every common server does; answers each content after so many seconds.
"""

from __future__ import annotations

import asyncio
import sys

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0


async def serve_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            writer.write(b"354 go\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            if SECONDS:
                await asyncio.sleep(SECONDS)
            writer.write(b"250 taken\r\n")
        elif word == b"EHLO":
            writer.write(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        elif word == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"250 ok\r\n")
        await writer.drain()
    writer.close()


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.start_server(serve_line, "127.0.0.1", 0, limit=1 << 24)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
