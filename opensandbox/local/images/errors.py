"""What can be wrong with an image."""

from __future__ import annotations


class ImageError(Exception):
    """An image cannot be had or used; the message says which, why, and the way out."""


class ImageBroken(ImageError):
    """What an image is made of is not what it says, or does what no image may."""


class ImageInUse(ImageError):
    """Something still stands on an image that is to be removed."""
