"""Phoenix channel framing and the channel state machine, sans-I/O, typed with msgspec."""

from actorlive.wire.connection import UPLOAD, VIEW, Answered, Connection, Ignored, Join, Leave, Push, Received
from actorlive.wire.message import LIVEVIEW_VERSION, BinaryMessage, JoinPayload, Message, frame_size
from actorlive.wire.params import Params, ParamsError, decode_query, form_params, split_name
from actorlive.wire.serializer import (
    decode,
    encode_close,
    encode_error,
    encode_payload,
    encode_push,
    encode_reply,
)

__all__ = [
    "LIVEVIEW_VERSION",
    "UPLOAD",
    "VIEW",
    "Answered",
    "BinaryMessage",
    "Connection",
    "Ignored",
    "Join",
    "JoinPayload",
    "Leave",
    "Message",
    "Params",
    "ParamsError",
    "Push",
    "Received",
    "decode",
    "decode_query",
    "encode_close",
    "encode_error",
    "encode_payload",
    "encode_push",
    "encode_reply",
    "form_params",
    "frame_size",
    "split_name",
]
