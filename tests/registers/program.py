"""A program that speaks to the API with a person's token."""

import json

import pytest
from django.test import Client

from jiuzhi.core import records, tokens
from jiuzhi.core.registers import REGISTERS, get

ALL = sorted(REGISTERS)
HIDING = [c for c in ALL if get(c).sensitive or get(c).blur_km]
BASE = "/api/v1/registers"


class Machine:
    """A program with a person's token."""

    def __init__(self, user):
        self.user = user
        _token, self.text = tokens.issue(user, "试", 30, records.SYSTEM)
        self.client = Client(headers={"Authorization": f"Bearer {self.text}"})

    def get(self, path, **query):
        return self.client.get(f"{BASE}{path}", query)

    def send(self, method, path, body=None, **more):
        return self.client.generic(
            method, f"{BASE}{path}", json.dumps(body), content_type="application/json", **more
        )


@pytest.fixture
def machine(person):
    return lambda role, unit: Machine(person(role, unit))


@pytest.fixture
def own(load, machine):
    """``own(code)``: (register, its records of 城口, a program of that county's administrator)."""

    def made(code, role="admin", unit="500229"):
        register = get(code)
        rows = [r for r in load(register) if r.county.code == "500229"]
        return register, rows, machine(role, unit)

    return made


def problem(answer, status):
    assert answer.status_code == status, answer.content.decode()[:500]
    said = answer.json()
    assert set(said) == {"status", "detail", "fields"}
    assert said["detail"]
    return said
