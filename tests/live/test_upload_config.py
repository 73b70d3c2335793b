"""What is selected, as a value: who is taken, who is refused, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive import Error, Ok, Upload, UploadConfig, UploadEntry
from actorlive.errors import CallbackError
from actorlive.live.uploads.config import SPARE
from actorlive.live.uploads.entry import SelectedFile, clean_name, clean_path
from actorlive.live.uploads.errors import size_text


def config(**options: Any) -> UploadConfig:
    settings: dict[str, Any] = {"accept": "any", **options}
    return UploadConfig("photos", "phx-1", Upload(**settings))


def file(ref: str = "0", name: str = "a.png", size: int = 5, type: str = "image/png") -> SelectedFile:
    return SelectedFile(ref, name, size, type)


def reasons(config: UploadConfig) -> list[tuple[str, Any]]:
    return [(error.ref, error.reason) for error in config.errors]


# -- options -------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"accept": []},
        {"accept": "jpg"},
        {"accept": ["jpg"]},
        {"accept": ["*/*"]},
        {"accept": ["image/png; q=1"]},
        {"accept": "any", "max_entries": 0},
        {"accept": "any", "max_entries": True},
        {"accept": "any", "max_file_size": 1.5},
        {"accept": "any", "chunk_size": -1},
        {"accept": "any", "chunk_timeout": 0},
        {"accept": "any", "chunk_timeout": float("inf")},
        {"accept": "any", "max_entries_mode": "some"},
        {"accept": "any", "progress": "on_progress"},
        {"accept": "any", "writer": print, "external": print},
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CallbackError):
        Upload(**options)


def test_the_options_are_those_of_liveview_by_default() -> None:
    upload = Upload("any")
    assert (upload.max_entries, upload.max_entries_mode, upload.max_file_size) == (1, "selected", 8_000_000)
    assert (upload.chunk_size, upload.chunk_timeout, upload.auto_upload) == (64_000, 10.0, False)


# -- accept --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "name", "type", "admitted"),
    [
        ("any", "x", "", True),
        ([".jpg"], "a.JPG", "", True),
        ([".JPG"], "a.jpg", "application/x", True),
        ([".jpg"], "a.jpg.exe", "", False),
        ([".jpg"], ".jpg", "", False),
        ([".tar.gz"], "a.tar.gz", "", True),
        ([".tar.gz"], "a.gz", "", False),
        (["image/png"], "a", "image/png", True),
        (["image/png"], "a", "IMAGE/PNG", True),
        (["image/png"], "a.png", "image/jpeg", False),
        (["image/*"], "a", "image/anything", True),
        (["image/*"], "a", "images/anything", False),
        (["image/*"], "a", "image", True),
        ([".jpg", "text/plain"], "a.txt", "text/plain", True),
    ],
)
def test_a_file_is_accepted_by_its_extension_or_its_type(
    accept: Any, name: str, type: str, admitted: bool
) -> None:
    assert (reasons(config(accept=accept).select([file(name=name, type=type)])) == []) is admitted


# -- validation ----------------------------------------------------------------


def test_the_size_is_looked_at_first_then_the_type_then_the_validator() -> None:
    seen: list[str] = []

    def validator(entry: UploadEntry) -> Error | None:
        seen.append(entry.client_name)
        return Error("cursed") if entry.client_name == "cursed.png" else None

    upload = config(accept=[".png"], max_entries=9, max_file_size=10)
    files = [
        file("0", "big.txt", 11, ""),
        file("1", "text.txt", 10, ""),
        file("2", "cursed.png"),
        file("3", "good.png"),
    ]
    made = upload.select(files, validator)
    assert reasons(made) == [("0", "too_large"), ("1", "not_accepted"), ("2", "cursed")]
    assert seen == ["cursed.png", "good.png"]
    assert [entry.valid for entry in made.entries] == [False, False, False, True]
    assert [error.message for entry in made.entries for error in made.errors_of(entry)] == [
        "The file is too large: at most 10 bytes can be uploaded.",
        "Files of this type are not accepted, only .png.",
        "cursed",
    ]


def test_a_validator_says_none_or_ok_or_error() -> None:
    assert reasons(config().select([file()], lambda _: Ok(1))) == []
    with pytest.raises(CallbackError, match="the validator of the upload 'photos' returned False"):
        config().select([file()], lambda _: False)


def test_a_file_is_looked_at_once_and_is_what_it_was_announced_as_first() -> None:
    upload = config(max_file_size=10).select([file(size=5)])
    again = upload.select([file(size=500)])
    assert again.entries == upload.entries
    assert again.entries[0].client_size == 5


def test_too_many_files_are_an_error_of_the_upload_until_enough_are_gone() -> None:
    upload = config(max_entries=2).select([file(str(n)) for n in range(3)])
    assert reasons(upload) == [("phx-1", "too_many_files")]
    assert upload.errors_of()[0].message == "Too many files: at most 2 can be uploaded."
    assert upload.errors_of(upload.entries[0]) == []
    assert reasons(upload.drop("1")) == []
    assert reasons(upload.drop("1").select([file("4")])) == [("phx-1", "too_many_files")]


def test_an_upload_of_one_replaces_it() -> None:
    upload = config().select([file("0")])
    assert upload.replaced_by([file("1")]) is upload.entries[0]
    assert upload.replaced_by([file("0")]) is None
    assert upload.replaced_by([file("1"), file("2")]) is None
    assert config(max_entries=2).select([file("0")]).replaced_by([file("1")]) is None


def test_in_the_mode_total_what_was_consumed_counts() -> None:
    upload = config(max_entries=2, max_entries_mode="total").select([file("0"), file("1")])
    assert reasons(upload) == []
    rest = upload.drop("0", consumed=True)
    assert reasons(rest) == []
    assert reasons(rest.select([file("2")])) == [("phx-1", "too_many_files")]
    assert rest.select([file("2")]).preflight({"1", "2"})[1] == [
        rest.select([file("2")]).preflight({"1"})[1][0]
    ]
    cancelled = upload.drop("0").drop("1")
    assert reasons(cancelled.select([file("5"), file("6")])) == []


def test_in_the_mode_selected_what_was_consumed_does_not_count() -> None:
    upload = config(max_entries=1).select([file("0")]).drop("0", consumed=True)
    assert reasons(upload.select([file("1")])) == []


# -- preflight -----------------------------------------------------------------


def test_only_valid_files_among_the_first_that_are_allowed_may_be_sent_and_once() -> None:
    upload = config(max_entries=2, max_file_size=10).select([file("0", size=11), file("1"), file("2")])
    upload, entries = upload.preflight({"0", "1", "2"})
    assert [(entry.ref, entry.preflighted) for entry in entries] == [("0", False), ("1", True)]
    assert upload.preflight({"1", "2"})[1] == []


def test_an_entry_that_failed_shows_why_and_is_kept() -> None:
    upload = config().select([file()]).fail("0", "writer_failure", OSError("disk full"))
    assert reasons(upload) == [("0", "writer_failure")]
    assert not upload.entries[0].valid
    assert upload.fail("9", "writer_failure") is upload


def test_progress_of_a_hundred_is_done() -> None:
    upload = config().select([file()])
    assert not upload.progress("0", 99).entries[0].done
    assert upload.progress("0", 100).entries[0].done
    assert upload.progress("9", 100) is upload


@given(st.data(), st.integers(1, 4), st.sampled_from(["selected", "total"]))
def test_whatever_happens_the_errors_are_those_of_the_entries_and_no_more_are_kept_than_may_be(
    data: st.DataObject, most: int, mode: str
) -> None:
    upload = config(max_entries=most, max_entries_mode=mode, max_file_size=10)
    refs = st.integers(0, 6).map(str)
    for _ in range(data.draw(st.integers(0, 12))):
        match data.draw(st.sampled_from(["select", "drop", "consume", "preflight", "fail", "progress"])):
            case "select":
                files = data.draw(st.lists(st.builds(file, ref=refs, size=st.integers(0, 12)), max_size=4))
                upload = upload.select(files)
            case "drop":
                upload = upload.drop(data.draw(refs))
            case "consume":
                upload = upload.drop(data.draw(refs), consumed=True)
            case "preflight":
                upload, _ = upload.preflight(set(data.draw(st.lists(refs))))
            case "fail":
                upload = upload.fail(data.draw(refs), "writer_failure")
            case _:
                upload = upload.progress(data.draw(refs), data.draw(st.integers(0, 100)))
        entries = {entry.ref: entry for entry in upload.entries}
        assert len(entries) == len(upload.entries) <= most + SPARE
        assert {error.ref for error in upload.errors} <= {*entries, upload.ref}
        assert all(bool(upload.errors_of(entry)) is not entry.valid for entry in upload.entries)
        room = max(0, most - upload.consumed) if mode == "total" else most
        assert bool(upload.errors_of()) is (len(entries) > room)


def test_files_far_beyond_those_that_are_allowed_are_not_kept() -> None:
    upload = config(max_entries=5).select([file(str(n)) for n in range(1000)])
    assert len(upload.entries) == 5 + SPARE
    assert reasons(upload) == [("phx-1", "too_many_files")]


# -- names ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("photo.png", "photo.png"),
        ("Grüße aus Köln.png", "Grüße aus Köln.png"),
        ("👩‍👧.png", "👩‍👧.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\a.png", "a.png"),
        ("a\x00b\r\n\tc\x1b[31m.png", "abc[31m.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("..", "file"),
        ("a/", "file"),
        ("  ", "file"),
        ("", "file"),
        ("x" * 10_000 + ".png", "x" * 251 + ".png"),
        ("x." + "y" * 10_000, "x." + "y" * 253),
        ("x." + "ü" * 10_000, "x." + "ü" * 126),
        ("日" * 100 + ".png", "日" * 83 + ".png"),
        ("x" * 252 + "👩.txt", "x" * 251 + ".txt"),
        ("x" * 254 + "e\u0301", "x" * 254),
        ("x" * 254 + " y", "x" * 254),
        ("e" + "\u0301" * 1_000 + ".png", ".png"),
        ("a\u2028b\u2029c\ud800.png", "abc.png"),
    ],
)
def test_a_name_becomes_that_of_a_file(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


LETTERS = st.sampled_from("a. \u0301ü日👩\u200d\u2028/")


@given(st.text(max_size=400) | st.text(LETTERS, min_size=60, max_size=300))
def test_no_name_leads_out_of_a_folder(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned not in ("", ".", "..")
    assert not set(cleaned) & set("/\\\x00\r\n\u2028")
    assert len(cleaned.encode()) <= 255
    assert clean_name(cleaned) == cleaned


@given(st.text(alphabet="ab./\\ ", max_size=40))
def test_no_path_leads_up(path: str) -> None:
    cleaned = clean_path(path)
    assert cleaned
    assert not cleaned.startswith("/")
    assert all(part not in ("", ".", "..") for part in cleaned.split("/"))


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (64_000, "64 kB"), (8_000_000, "8 MB"), (2_500_000_000, "2.5 GB")],
)
def test_a_size_is_told_as_a_person_reads_it(size: int, text: str) -> None:
    assert size_text(size) == text
