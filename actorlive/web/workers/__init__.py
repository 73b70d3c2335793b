"""Several workers on one port: `actorlive run --workers N`.

* **A synchronous parent imports the application, freezes what it has, and forks** (`parent`): a worker costs some
  milliseconds and what it writes itself. It can be forked again at any time, because the parent runs no Trio and no
  thread; an application that starts threads when it is imported is refused (`threads`).
* **What the parent does is decided without I/O** (`crew`): whom it forks, whom it signals, when it gives up.
* **Each worker has a listener of its own** (SO_REUSEPORT: the kernel spreads connections evenly), which the parent
  opened and keeps open: who waits to be accepted while a worker dies waits for the next one, and is not reset.
  A Unix socket cannot be had twice, so all workers accept from one.
* **A worker whose parent has died goes down in order** (`seat`): it would serve beside whoever is started next.
"""
