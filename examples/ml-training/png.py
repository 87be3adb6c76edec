"""Writes grey-scale PNG files (https://www.w3.org/TR/png/)."""
import struct
import zlib
from pathlib import Path


def write_png(path: Path, rows: list[list[int]]) -> None:
    """`rows` of pixels, 0 (black) to 255 (white), all of the same length."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
