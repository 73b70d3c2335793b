"""Uploads: files of the visitor, over the socket or past it, as data of a view (LiveView's `upload*.ex`).

What is allowed is an `Upload`; what has been selected is an `UploadConfig` of `UploadEntry`s, a value that only its own
methods change (`config`). Whose uploads they are is the `UploadWork` of an owner, which knows the process that each
file comes through (`live.process.upload_channel`). A view that allows nothing has none of it.
"""
