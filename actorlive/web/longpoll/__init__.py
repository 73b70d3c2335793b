"""Long polling: what the official client falls back to where a network lets no websocket through.

The same `LiveConnection` and the same limits as behind a websocket, with requests in place of a stream, as Phoenix's
LongPoll transport has them. `route` has the HTTP of it, `body` what Quart is not to do with these requests, `socket`
one client and `sessions` all of them. The rules:

* **A socket is opened by a GET without a token**, and each later request names it by the token that it was given. The
  token is signed, and good with the session and the CSRF token of the visitor who opened the socket; for anybody else
  the socket does not exist. It is one of an address's sockets (`Limits.max_peer_sockets`), and there are
  `Limits.max_polled` in all.
* **One poll waits at a time**, for `Limits.poll_timeout` at most. A newer one takes the place of the older, which is
  answered with nothing.
* **A batch is kept until it is acknowledged.** The token of an answer has the number of its batch, and the next poll
  brings it back. One that brings the number before has not had the answer (a proxy, or the browser by itself, has sent
  it again), and is given the same batch. What is kept counts as unread.
* **One post is read at a time**, line by line: each line is a frame, is handed over before the next is looked at, and
  waits for what a websocket's frame waits for (`web.pace`). No more than a line of it is in memory.
* **Who does not poll has left**: after half as long again as a poll waits, or `RETURN` seconds after a poll that was
  given up on, as closing a tab does.
* **A socket that is closed says so by being gone** (410), behind what was queued; the client comes back by itself.
* **The answers set no cookie.** A poll that began before a login or a logout ends behind it, and would bring the old
  session back.

It has no line beneath it: the sockets are in the memory of one process. Of several workers any may be asked, and relays
a request to the one whose number stands before the token (`web.workers.relaying`); several servers behind a balancer
need each client's requests to reach the same one.
"""
