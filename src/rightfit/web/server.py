"""The server of the playground: a page, its socket, and a place to bring tables to."""

import asyncio
import contextlib
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path, PurePath
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from rightfit.errors import RightFitError
from rightfit.web.engine import import_engine, warm_up
from rightfit.web.guard import Guard
from rightfit.web.session import Session
from rightfit.web.tables import MOST_BYTES, OwnTable, Tables

_STATIC = Path(__file__).parent / "static"
_LARGEST_MESSAGE = 2**16
_SWITCH_SECONDS = 0.001


def make_app(token: str, tables: Tables, ready: Callable[[], None] | None = None) -> Starlette:
    """Make the application.

    Args:
        token: the first part of every path.
        tables: that people brought already; those chosen in pages join them.
        ready: called once the server answers.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="rightfit-play-") as folder:
            app.state.folder = Path(folder)
            if ready is not None:
                ready()
            yield

    app = Starlette(
        routes=[
            Mount(
                f"/{token}",
                routes=[
                    Route("/", _page),
                    Route("/table", _receive_table, methods=["POST"]),
                    Route("/report", _report),
                    WebSocketRoute("/socket", _talk),
                    Mount("/", StaticFiles(directory=_STATIC)),
                ],
            )
        ],
        middleware=[Middleware(Guard, token=token)],
        lifespan=lifespan,
    )
    app.state.tables = tables
    return app


def serve(
    token: str,
    port: int,
    table: tuple[Path, str] | None,
    ready: Callable[[str], None],
    started: Callable[[uvicorn.Server], None] = lambda server: None,
) -> None:
    """Serve the playground on this machine until Ctrl-C.

    Args:
        token: the first part of every path.
        port: where; 0 for any free one.
        table: a table's file and its target; None without one.
        ready: called with the address once it answers.
        started: called with the server, for those who want to end it.

    Raises:
        OSError: the port is taken.
    """
    tables = Tables()
    if table is not None:
        path, target = table
        tables.first = tables.add(
            path, name=path.name, folder=path.absolute().parent, target=target
        )
    door = socket.create_server(("127.0.0.1", port))
    address = f"http://127.0.0.1:{door.getsockname()[1]}/{token}/"
    app = make_app(token, tables, ready=lambda: ready(address))
    config = uvicorn.Config(
        app,
        log_level="warning",
        use_colors=False if os.environ.get("NO_COLOR") else None,  # None: as the terminal is
        ws="websockets-sansio",
        ws_max_size=_LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    # So that a lesson that trains does not keep its own messages waiting.
    sys.setswitchinterval(_SWITCH_SECONDS)
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    server = uvicorn.Server(config)
    started(server)
    server.run(sockets=[door])


async def _page(request: Request) -> Response:
    return FileResponse(_STATIC / "index.html")


async def _report(request: Request) -> Response:
    """Show the report of a model that was trained on all columns of a table."""
    asked, tables = request.query_params, request.app.state.tables
    table = tables.get(asked.get("table"))
    reports = [] if table is None else table.reports
    path = {str(number): each for number, each in enumerate(reports)}.get(asked.get("number", ""))
    if path is None:
        return PlainTextResponse("There is no such report any more.", status_code=404)
    if not path.is_file():
        return PlainTextResponse(f"The report {path} is gone.", status_code=404)
    return FileResponse(path)


async def _receive_table(request: Request) -> Response:
    """Take a file that was chosen in the page, and say what is in it."""
    name = PurePath(request.query_params.get("name", "")).name or "table.csv"
    if "\0" in name:
        return _refuse(f"{name!r} cannot be the name of a file.")
    folder: Path = request.app.state.folder
    try:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            path = Path(place) / name
            if not await _store(request, path):
                return _refuse(
                    f"{name} is larger than {MOST_BYTES // 2**20} MB.",
                    hint=f"open it from the command line: rightfit play {name} --target COLUMN",
                )
            table = await run_in_threadpool(_read, request.app.state.tables, path)
            return JSONResponse(await run_in_threadpool(table.as_plain))
    except RightFitError as error:
        return _refuse(error.what, error.expected, error.hint)
    except OSError as error:
        return _refuse(f"{name} could not be kept: {error.strerror}.")


def _read(tables: Tables, path: Path) -> OwnTable:
    import_engine()
    return tables.add(path, name=path.name, folder=Path.cwd())


async def _store(request: Request, path: Path) -> bool:
    """Write what comes to a file; stop where it is too much."""
    size = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > MOST_BYTES:
                return False
            file.write(chunk)
    return True


def _refuse(what: str, expected: str = "", hint: str = "") -> Response:
    return JSONResponse({"what": what, "expected": expected, "hint": hint}, status_code=422)


async def _talk(websocket: WebSocket) -> None:
    """Give a page a session of its own."""
    await websocket.accept()
    # When the server closes while a page is greeted or served, there is nobody left to tell.
    with contextlib.suppress(asyncio.CancelledError):
        await _serve_page(websocket)


async def _serve_page(websocket: WebSocket) -> None:
    loop = asyncio.get_running_loop()

    def send(message: str | bytes) -> None:
        work = _send(websocket, message)
        try:
            asyncio.run_coroutine_threadsafe(work, loop)
        except RuntimeError:
            work.close()  # the server is closing

    await websocket.send_text(json.dumps(await run_in_threadpool(_greeting, websocket.app.state)))
    session = Session(send, websocket.app.state.tables)
    try:
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            command = _command(message.get("text") or "")
            if command is not None:
                session.receive(command)
    finally:
        session.close()


def _greeting(state: Any) -> dict[str, Any]:
    import_engine()
    from rightfit.web.drawings import DRAWINGS
    from rightfit.web.form import describe_paths, describe_settings

    first = state.tables.first
    return {
        "kind": "hello",
        "settings": describe_settings(),
        "paths": describe_paths(),
        "drawings": list(DRAWINGS),
        "table": None if first is None else first.as_plain(),
    }


async def _send(websocket: WebSocket, message: str | bytes) -> None:
    # A page that has just gone needs nothing any more.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
        if isinstance(message, str):
            await websocket.send_text(message)
        else:
            await websocket.send_bytes(message)


def _command(text: str) -> dict[str, Any] | None:
    try:
        command = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return command if isinstance(command, dict) else None
