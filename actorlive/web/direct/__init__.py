"""The fast way over plain TCP: of a live page, with no server's library between the kernel and the application; and of
a websocket, with no task and no library between the kernel and the view's outbox.

`connection` looks at what comes, one request after another (`http`). `pages` has the application answer it, `handshake`
has it decide as for any websocket (both by `answers`); `socket` is one open websocket as a state machine, and
`reactor` looks after all of them in one task. TLS, HTTP/2 and every other ASGI server take the portable way
(`web.transport`); both end in the same `LiveConnection` and the same `Sockets`.
"""
