"""The wire: reads messages whatever their sender makes of the protocol, and answers all that ask.

pygls runs the handlers. Reading is done here, because it must not share threads with anything else, must answer
messages that are malformed or come out of order, and must notice when the client is gone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
from typing import IO, Any

from lsprotocol import types
from pygls.io_ import StdoutWriter
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.protocol.language_server import lsp_method

log = logging.getLogger(__name__)

_PARENT_EVERY = 2.0
"""Seconds between looks whether the client's process is still there."""

_LARGEST_MESSAGE = 1 << 30
_NOT_INITIALIZED, _INVALID_REQUEST, _PARSE_ERROR, _INVALID_PARAMS = -32002, -32600, -32700, -32602


class Closed(Exception):
    """The client sends nothing more."""


class Protocol(LanguageServerProtocol):
    """Answers what pygls passes over in silence."""

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self.initialized = False
        self.left = False

    def take(self, body: bytes) -> None:
        """Handles one message."""
        try:
            data = json.loads(body)
        except ValueError as error:
            self._refuse(None, _PARSE_ERROR, f"no JSON: {error}")
            return
        if not isinstance(data, dict):
            self._refuse(None, _INVALID_REQUEST, "a message is an object")
            return
        method, number = data.get("method"), data.get("id")
        asks = "id" in data and "method" in data
        if data.get("jsonrpc") != "2.0" or ("method" in data and not isinstance(method, str)):
            self._refuse(number, _INVALID_REQUEST, "no message of JSON-RPC 2.0")
            return
        if asks and (isinstance(number, bool) or not isinstance(number, int | str)):
            self._refuse(None, _INVALID_REQUEST, "an id is a number or a text")
            return
        if asks and (reason := self._out_of_order(str(method))):
            self._refuse(number, *reason)
            return
        if "method" in data and not asks and not self.initialized and method != types.EXIT:
            return  # as the protocol wants it
        if method == types.INITIALIZE:
            self.initialized = True
        try:
            message = self.structure_message(data)
        except Exception as error:
            log.warning("parameters of %s that do not fit: %s", method, error)
            if asks:
                self._refuse(number, _INVALID_PARAMS, f"parameters of `{method}` that do not fit")
                if method == types.INITIALIZE:
                    self.initialized = False
            return
        self.handle_message(message)

    def _out_of_order(self, method: str) -> tuple[int, str] | None:
        if self._shutdown:
            return _INVALID_REQUEST, "the server is shut down"
        if method == types.INITIALIZE:
            return (_INVALID_REQUEST, "the server is initialized") if self.initialized else None
        return None if self.initialized else (_NOT_INITIALIZED, "the server is not initialized")

    def _refuse(self, number: Any, code: int, reason: str) -> None:
        self._send_data({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": reason}})

    def _send_data(self, data: Any) -> None:
        if not self.left:  # nobody reads what is sent after the end
            try:
                super()._send_data(data)
            except (OSError, ValueError):  # the pipe is closed
                self.left = True

    def is_shut_down(self) -> bool:
        return self._shutdown

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> None:  # type: ignore[override]
        # A copy, because what is in flight leaves this table as it is cancelled.
        for number, future in list(self._request_futures.items()):
            if number != self.msg_id and not future.done():
                future.cancel()
        self._shutdown = True

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]
        self.left = True
        server: Connection = self._server  # type: ignore[assignment]
        server.ends.set()


class Connection(LanguageServer):
    """A language server that lasts as long as its client."""

    protocol: Protocol

    def __init__(self, name: str, version: str, **options: Any) -> None:
        super().__init__(
            name,
            version,
            protocol_cls=Protocol,
            converter_factory=default_converter,
            max_workers=1,
            **options,
        )
        self.ends = asyncio.Event()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Errors go to the log: a message box for each would be noise, and may itself fail."""
        log.error("%s: %s", getattr(source, "__name__", source), error)

    async def prepare(self) -> None:
        """Called before the first message is read."""

    async def finish(self) -> None:
        """Called when no message will come any more."""

    def serve_stdio(self) -> int:
        """Serves on standard input and output; the exit status. What anybody prints goes to standard error."""
        incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)  # processes that are started must not read what the client sends
        os.close(nowhere)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self.protocol.set_writer(StdoutWriter(outgoing))
        return asyncio.run(self._serve_pipe(incoming))

    def serve_tcp(self, host: str, port: int) -> int:
        """Serves the first client that connects; the exit status."""
        return asyncio.run(self._serve_socket(host, port))

    async def _serve_pipe(self, incoming: IO[bytes]) -> int:
        loop = asyncio.get_running_loop()
        messages: asyncio.Queue[bytes | None] = asyncio.Queue()

        def read() -> None:
            try:
                while True:
                    body = _message(incoming)
                    loop.call_soon_threadsafe(messages.put_nowait, body)
            except (Closed, OSError, ValueError):
                pass
            except RuntimeError:
                return  # the loop is closed
            try:
                loop.call_soon_threadsafe(messages.put_nowait, None)
            except RuntimeError:
                return

        threading.Thread(target=read, daemon=True, name="reader").start()
        return await self._serve(messages)

    async def _serve_socket(self, host: str, port: int) -> int:
        messages: asyncio.Queue[bytes | None] = asyncio.Queue()
        connected = False

        async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connected
            if connected:
                writer.close()
                return
            connected = True
            self.protocol.set_writer(_SocketWriter(writer))
            try:
                while True:
                    messages.put_nowait(await _message_of_stream(reader))
            except (Closed, OSError, asyncio.IncompleteReadError):
                messages.put_nowait(None)

        async with await asyncio.start_server(client, host, port, limit=_LARGEST_MESSAGE) as sockets:
            where = ", ".join("{}:{}".format(*socket.getsockname()[:2]) for socket in sockets.sockets)
            sys.stderr.write(f"Serving on {where}\n")
            sys.stderr.flush()
            return await self._serve(messages)

    async def _serve(self, messages: asyncio.Queue[bytes | None]) -> int:
        await self.prepare()
        watching = asyncio.create_task(self._watch_parent())
        ending = asyncio.create_task(self.ends.wait())
        try:
            while True:
                coming = asyncio.create_task(messages.get())
                await asyncio.wait((coming, ending), return_when=asyncio.FIRST_COMPLETED)
                if ending.done():
                    coming.cancel()
                    break
                body = coming.result()
                if body is None:
                    break
                try:
                    self.protocol.take(body)
                except Exception:
                    log.exception("a message could not be handled")
        finally:
            self.protocol.left = True
            watching.cancel()
            ending.cancel()
            await self.finish()
        return 0 if self.protocol.is_shut_down() else 1

    async def _watch_parent(self) -> None:
        """Ends when the client's process is gone, though its end of the pipe may live on in another process."""
        while True:
            await asyncio.sleep(_PARENT_EVERY)
            if self.process_id is not None and not _is_alive(self.process_id):
                log.warning("the client's process %s is gone", self.process_id)
                self.ends.set()
                return


class _SocketWriter:
    """Writes to a socket at once, for a protocol that does not wait."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._writer.close()


def _length(header: bytes) -> int | None:
    """The length that a header names, in any spelling; None for other headers.

    Raises:
        ValueError: it names none that can be.
    """
    name, _, value = header.partition(b":")
    if name.strip().lower() != b"content-length":
        return None
    length = int(value)
    if not 0 <= length <= _LARGEST_MESSAGE:
        raise ValueError(f"a message of {length} bytes")
    return length


def _message(incoming: IO[bytes]) -> bytes:
    """The next message of a pipe.

    Raises:
        Closed: there is none.
    """
    length: int | None = None
    while True:
        header = incoming.readline()
        if not header:
            raise Closed
        if header.strip():
            try:
                length = _length(header) if length is None else length
            except ValueError:
                length = None  # the next header counts
        elif length is not None:
            body = incoming.read(length)
            if len(body) < length:
                raise Closed
            return body


async def _message_of_stream(reader: asyncio.StreamReader) -> bytes:
    """The same of a socket."""
    length: int | None = None
    while True:
        header = await reader.readline()
        if not header:
            raise Closed
        if header.strip():
            try:
                length = _length(header) if length is None else length
            except ValueError:
                length = None
        elif length is not None:
            return await reader.readexactly(length)


def _is_alive(process_id: int) -> bool:
    """Whether a process runs."""
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x00100000, False, process_id)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
