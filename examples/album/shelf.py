"""The photos of an album: files in a folder, captions and order in SQLite. All of it blocks: call it in a thread."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

MOST = 24
"""So many photos are kept; the oldest makes room."""

TABLE = """
    CREATE TABLE IF NOT EXISTS photo
    (id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT, name TEXT, caption TEXT DEFAULT '', place INTEGER)
"""

SIGNATURES = {"jpg": (b"\xff\xd8\xff",), "png": (b"\x89PNG\r\n\x1a\n",), "gif": (b"GIF87a", b"GIF89a")}
TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}


@dataclass(frozen=True)
class Photo:
    id: int
    file: str
    name: str
    caption: str

    @property
    def text(self) -> str:
        """What stands for the picture where it is not seen."""
        return self.caption or self.name


def kind_of(head: bytes) -> str | None:
    """What a file is by its first bytes, whatever its name says; None for what is not a picture."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((kind for kind, starts in SIGNATURES.items() if head.startswith(starts)), None)


class Shelf:
    """The album in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def photos(self) -> list[Photo]:
        """All, in their order."""
        with self._open() as db:
            rows = db.execute("SELECT id, file, name, caption FROM photo ORDER BY place, id").fetchall()
        return [Photo(*row) for row in rows]

    def add(self, path: Path, name: str) -> str | None:
        """Take a file into the folder; what it is called there, or None for what is not a picture."""
        with path.open("rb") as file:
            kind = kind_of(file.read(16))
        if kind is None:
            return None
        with self._open() as db:
            place = db.execute("SELECT coalesce(max(place), 0) + 1 FROM photo").fetchone()[0]
            made = db.execute("INSERT INTO photo (file, name, place) VALUES ('', ?, ?)", (name, place))
            stored = f"{made.lastrowid}.{kind}"
            (self.folder / stored).write_bytes(path.read_bytes())
            db.execute("UPDATE photo SET file = ? WHERE id = ?", (stored, made.lastrowid))
        for old in self.photos()[:-MOST]:
            self.remove(old.id)
        return stored

    def caption(self, id: int, text: str) -> None:
        """Write what stands below a photo."""
        with self._open() as db:
            db.execute("UPDATE photo SET caption = ? WHERE id = ?", (text, id))

    def move(self, id: int, step: int) -> None:
        """Let a photo and its neighbour change places; at either end it stays."""
        ids = [photo.id for photo in self.photos()]
        if id not in ids or not 0 <= ids.index(id) + step < len(ids):
            return
        at = ids.index(id)
        ids[at], ids[at + step] = ids[at + step], ids[at]
        with self._open() as db:
            db.executemany("UPDATE photo SET place = ? WHERE id = ?", list(enumerate(ids)))

    def remove(self, id: int) -> None:
        """Remove a photo and its file."""
        with self._open() as db:
            row = db.execute("DELETE FROM photo WHERE id = ? RETURNING file", (id,)).fetchone()
        if row is not None:
            (self.folder / row[0]).unlink(missing_ok=True)

    def read(self, file: str) -> bytes | None:
        """The bytes of a photo; None when there is none."""
        path = self.folder / file
        return path.read_bytes() if path.is_file() else None

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.folder / "album.db")) as db, db:
            db.execute(TABLE)
            yield db
