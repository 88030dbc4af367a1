"""Templates compiled once a process: every test has an application of its own, and compiling was half the time of the tests of the web."""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from socialq.web.pages import Web


class Compiled(BytecodeCache):
    """In memory. A template that has changed meanwhile has another checksum and is compiled anew."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.kept[bucket.key, bucket.checksum] = bucket.code


def keep_compiled() -> None:
    """For every application that is made from now on."""
    Web.jinja_options = {**Web.jinja_options, "bytecode_cache": Compiled()}
