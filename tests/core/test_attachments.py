"""Files: what counts as a photo."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jiuzhi.core import attachments


def picture(name, form, **more):
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, form, **more)
    return SimpleUploadedFile(name, file.getvalue())


@pytest.mark.parametrize(
    ("name", "form", "more", "is_one"),
    [
        ("河.jpg", "JPEG", {}, True),
        ("河.JPEG", "MPO", {"save_all": True, "append_images": [Image.new("RGB", (8, 8))]}, True),  # as phones write
        ("河.png", "PNG", {}, True),
        ("河.webp", "WEBP", {}, True),
        ("河.gif", "GIF", {}, False),
        ("河.jpg", "TIFF", {}, False),
        ("河.exe", "PNG", {}, False),
    ],
)  # fmt: skip
def test_a_photo_by_content_and_name(name, form, more, is_one):
    file = picture(name, form, **more)
    assert attachments.is_photo(file) is is_one
    assert file.tell() == 0


def test_no_picture_is_no_photo():
    assert not attachments.is_photo(SimpleUploadedFile("河.jpg", b"\xff\xd8photo"))
