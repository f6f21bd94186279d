"""Who may talk to the playground: pages that it served itself, to somebody on this machine."""

import hmac
import secrets

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_OURS = ("127.0.0.1", "localhost", "[::1]")
_REFUSED = 4403

# The page takes nothing from elsewhere, and nobody may frame it.
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


def new_token() -> str:
    """Make the part of the address that nobody can guess."""
    return secrets.token_urlsafe(16)


class Guard:
    """Lets through what has the token in its path, our host and no foreign origin.

    The host is checked because a foreign page may give its own name to this address (DNS
    rebinding), the origin because a browser lets any page open a WebSocket to anywhere.

    Args:
        app: what is guarded.
        token: the first part of every path.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _REFUSED, "reason": problem})
        else:
            await PlainTextResponse(problem, status_code=403)(scope, receive, send)

    def _problem(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host.rpartition(":")[0] not in _OURS and host not in _OURS:
            return "The playground answers on this machine only."
        # "OPTIONS *" has no slash.
        first = scope["path"].partition("/")[2].partition("/")[0]
        if not hmac.compare_digest(first.encode(), self.token.encode()):
            return "The address lacks its token. Open the one that `rightfit play` printed."
        origin = headers.get("origin")
        must_have = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD")
        if origin != f"http://{host}" and (origin is not None or must_have):
            return "The playground talks to its own page only."
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            before = message.get("headers", [])
            message = {**message, "headers": [*before, *_HEADERS]}  # type: ignore[misc]
        await send(message)

    return sending  # type: ignore[return-value]
