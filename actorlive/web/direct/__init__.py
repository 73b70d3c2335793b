"""The fast way of a websocket over plain TCP: no task, no library between the kernel and the view's outbox.

`handshake` has the application decide as for any websocket, `socket` is one open websocket as a state machine, and
`reactor` looks after all of them in one task. TLS, HTTP/2 and every other ASGI server take the portable way
(`web.transport`); both end in the same `LiveConnection` and the same `Sockets`.
"""
