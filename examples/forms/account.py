"""What a visitor signs up with, and what is wrong with it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from actorlive import Error, Ok
from actorlive.forms import validate

Country = Literal["Austria", "France", "Japan", "Kenya", "Peru"]
Topic = Literal["Baking", "Kites", "Lighthouses"]
TAKEN = {"ada@example.org"}


class Address(Struct):
    street: str
    city: Annotated[str, Meta(min_length=2)]


class Account(Struct):
    name: Annotated[str, Meta(min_length=2, max_length=40)]
    email: Annotated[str, Meta(pattern=r"^\S+@\S+\.\S+$", extra={"message": "must be an e-mail address"})]
    age: Annotated[int, Meta(ge=16, le=150)]
    country: Country
    topics: list[Topic]
    addresses: list[Address]
    terms: bool


def check(account: Account) -> dict[str, str]:
    """What no single field can tell."""
    faults: dict[str, str] = {}
    if account.email.lower() in TAKEN:
        faults["email"] = "has signed up already"
    if not account.terms:
        faults["terms"] = "must be accepted"
    return faults


def sign_up(params: dict[str, object]) -> Ok[Account] | Error[dict[str, list[str]]]:
    return validate(Account, params, check=check)
