"""validate with pydantic models: the same preparation, the same paths, the same words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator

from actorlive.forms import to_form, validate
from actorlive.results import Error, Ok


class Colour(Enum):
    RED = "red"


class Address(BaseModel):
    city: str
    zip: str = Field(pattern=r"^\d{5}$")


class User(BaseModel):
    name: str = Field(min_length=3, max_length=5, alias="fullName")
    age: int = Field(ge=18)
    born: date | None
    admin: bool
    tags: list[str] = Field(max_length=2)
    addresses: list[Address] = []
    home: Address | None = None
    nick: str = "x"
    note: str | None = "none yet"

    @field_validator("nick")
    @classmethod
    def refuse(cls, nick: str) -> str:
        if nick == "root":
            raise ValueError("is reserved")
        return nick


class Range(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def ordered(self) -> Range:
        if self.low > self.high:
            raise ValueError("has its ends swapped")
        return self


def test_a_good_form_is_a_model() -> None:
    params = {
        "fullName": "Ada",
        "age": "36",
        "born": "",
        "tags": ["", "a"],
        "addresses": {
            "1": {"city": "b", "zip": "00002"},
            "0": {"city": "a", "zip": "00001", "_unused_zip": ""},
        },
        "nick": " ",
        "_target": ["age"],
    }
    result = validate(User, params)
    assert isinstance(result, Ok)
    assert result.value == User(
        fullName="Ada",
        age=36,
        born=None,
        admin=False,
        tags=["a"],
        addresses=[Address(city="a", zip="00001"), Address(city="b", zip="00002")],
    )


def test_all_faults_are_found_at_their_paths() -> None:
    params: dict[str, Any] = {
        "fullName": "",
        "age": "x",
        "admin": "on",
        "tags": ["a", "b", "c"],
        "addresses": [{"city": "", "zip": "1"}],
        "home": {},
        "nick": "root",
    }
    result = validate(User, params)
    assert result == Error(
        {
            "fullName": ["can't be blank"],
            "age": ["must be a whole number"],
            "tags": ["should have at most 2 items"],
            "addresses.0.city": ["can't be blank"],
            "addresses.0.zip": ["has invalid format"],
            "home.city": ["can't be blank"],
            "home.zip": ["can't be blank"],
            "nick": ["is reserved"],
        }
    )
    form = to_form(params, errors=result)
    assert form["addresses"].nested()[0]["zip"].errors == ("has invalid format",)


@pytest.mark.parametrize(
    ("declared", "value", "message"),
    [
        (str, {"a": "b"}, "must be text"),
        (float, "x", "must be a number"),
        (Decimal, "x", "must be a number"),
        (bool, "x", "must be true or false"),
        (date, "x", "must be a date"),
        (Colour, "x", "is not one of the choices"),
        (Literal["a"], "x", "is not one of the choices"),
        (list[int], "x", "Input should be a valid list"),
        (Address, "x", "Input should be a valid dictionary or instance of Address"),
    ],
)
def test_a_fault_is_said_in_words(declared: Any, value: Any, message: str) -> None:
    model = type("Model", (BaseModel,), {"__annotations__": {"x": declared}})
    assert validate(model, {"x": value}) == Error({"x": [message]})


def test_a_fault_between_fields_is_about_the_form() -> None:
    assert validate(Range, {"low": "2", "high": "1"}) == Error({"": ["has its ends swapped"]})


def test_a_check_sees_the_model() -> None:
    result = validate(Range, {"low": "1", "high": "2"}, check=lambda made: {"low": f"is {made.low}"})
    assert result == Error({"low": ["is 1"]})


@pytest.mark.parametrize("params", ["x", ["a"], None])
def test_params_of_another_shape_have_no_values(params: Any) -> None:
    assert validate(Range, params) == Error({"low": ["can't be blank"], "high": ["can't be blank"]})


class Numbers(BaseModel):
    whole: int = 0
    share: float = 0.0
    ids: set[int] = set()
    prices: list[Decimal] = []
    counts: dict[int, int] = {}


@pytest.mark.parametrize(
    ("params", "path", "message"),
    [
        ({"whole": str(2**63)}, "whole", "is out of range"),
        ({"share": "nan"}, "share", "must be a number"),
        ({"share": "-Infinity"}, "share", "must be a number"),
        ({"ids": ["1", str(2**64)]}, "ids.1", "is out of range"),
        ({"prices": ["1e5000"]}, "prices.0", "is out of range"),
        ({"counts": {"1": str(2**63)}}, "counts.1", "is out of range"),
    ],
)
def test_numbers_are_bounded_for_models_too(params: dict[str, Any], path: str, message: str) -> None:
    assert validate(Numbers, params) == Error({path: [message]})


def test_numbers_within_bounds_pass() -> None:
    params = {"whole": " 5", "share": "1.5", "ids": ["1", "2"], "prices": ["1.50"], "counts": {"1": "2"}}
    made = Numbers(whole=5, share=1.5, ids={1, 2}, prices=[Decimal("1.50")], counts={1: 2})
    assert validate(Numbers, params) == Ok(made)
