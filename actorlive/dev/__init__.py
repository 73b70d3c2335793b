"""The development server: `actorlive dev`. It reloads, and shows in the browser what goes wrong.

Two processes. The **supervisor** (`supervisor`) holds the listening socket, watches the files, and loads the
application into a **worker** (`worker`): the new one is loaded while the old one still serves, so what cannot be loaded
takes no page away. They talk over a socket pair (`control`).

In the worker a `Developer` stands behind the application: it listens to telemetry and the log (`journal`, `notes`,
`access_log`), makes of each exception a `Diagnosis` (`faults`), draws it (`drawing`), and tells the pages (`hub`). A
template in a file of its own is exchanged in the running program (`swapping`).

Nothing below knows of it: `web` has a seam, `actorlive.web.development`, and production registers nobody there.
"""
