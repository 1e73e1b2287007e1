"""Addresses of the pages of registers."""

from django.urls import reverse


def at(name, register, *more, county="500229"):
    return reverse(name, args=[county, register.code, *more])
