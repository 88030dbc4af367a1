"""The pictures of the media table, as they come from cameras, telephones and people who mean harm. All are made here."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import ExifTags, Image, ImageCms

from tests.factories import image_bytes
from tests.pictures import BOMBS, moving

Maker = Callable[[], bytes]
HTML = b"<!doctype html><script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
PLACE = (52.0, 5.0, 26.0)


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Something to look at: soft shapes with a little grain, so that it packs as a photograph does."""
    small = Image.effect_noise((max(1, width // 12), max(1, height // 12)), 60).convert("RGB")
    tint = Image.linear_gradient("L").resize(small.size)
    mixed = Image.merge("RGB", (small.getchannel("R"), tint, small.getchannel("B")))
    return mixed.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def photo(width: int, height: int, form: str = "JPEG", **options: object) -> bytes:
    return saved(scene(width, height), form, **options)


def exif(orientation: int) -> bytes:
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Make] = "canary-camera"
    made.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = PLACE
    return made.tobytes()


def deep_png() -> bytes:
    """Sixteen bits for each of red, green and blue, which Pillow cannot write."""
    width, height = 300, 200
    row = b"\0" + b"".join(struct.pack(">3H", x * 218, 30_000, 65_535 - x * 218) for x in range(width))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")


def logo(width: int = 600, height: int = 400) -> bytes:
    image = scene(width, height, "RGBA")
    image.putalpha(Image.radial_gradient("L").resize((width, height)))
    return saved(image, "PNG")


def grain(width: int, height: int, mode: str = "RGB", form: str = "PNG") -> bytes:
    """What packs badly."""
    parts = [Image.effect_noise((width, height), 90) for _ in mode]
    return saved(Image.merge(mode, parts), form, **({"compress_level": 1} if form == "PNG" else {}))


def palette() -> bytes:
    image = scene(300, 200).convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
    return saved(image, "PNG", transparency=0)


def noisy_gif() -> bytes:
    frames = [Image.effect_noise((700, 500), 90) for _ in range(30)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)


def with_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("evil.html", HTML)
    return photo(400, 300) + buffer.getvalue()


def p3() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def in_text() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", (PHP + HTML).decode())
    return photo(200, 150, "PNG", pnginfo=info)


REAL: dict[str, tuple[str, Maker]] = {
    "photo, 12 megapixels": ("photo.jpg", lambda: photo(4032, 3024)),
    "photo, 48 megapixels": ("big.jpg", lambda: photo(8000, 6000)),
    "photo with the place where it was taken": ("gps.jpg", lambda: photo(1600, 1200, exif=exif(1))),
    "photo lying on its side": ("turned.jpg", lambda: photo(1600, 1200, exif=exif(6))),
    "photo mirrored": ("mirrored.jpg", lambda: photo(1600, 1200, exif=exif(2))),
    "photo with a colour profile": ("profile.jpg", lambda: photo(1600, 1200, icc_profile=p3())),
    "photo, progressive": ("slow.jpeg", lambda: photo(1600, 1200, progressive=True)),
    "photo for print (CMYK)": ("print.jpg", lambda: saved(scene(1600, 1200, "CMYK"), "JPEG")),
    "photo in grey": ("grey.jpg", lambda: saved(scene(1600, 1200, "L"), "JPEG")),
    "photo of two lenses (MPO)": ("lenses.jpg", lambda: photo(800, 600, "MPO", save_all=True, append_images=[scene(800, 600)])),
    "iPhone photo (HEIC)": ("IMG_0001.HEIC", lambda: photo(4032, 3024, "HEIF")),
    "iPhone photo upright (HEIC)": ("IMG_0002.heic", lambda: photo(1600, 1200, "HEIF", exif=exif(6))),
    "PNG, 16 bits grey": ("deep.png", lambda: saved(Image.new("I;16", (300, 200), 0x8000), "PNG")),
    "PNG, 16 bits a colour": ("deeper.png", deep_png),
    "PNG, palette with a hole": ("palette.png", palette),
    "PNG, two colours": ("fax.png", lambda: saved(scene(300, 200, "1"), "PNG")),
    "logo that shows through": ("logo.png", logo),
    "see-through picture of 8 MB": ("glass.png", lambda: grain(1600, 1250, "RGBA")),
    "screenshot of a telephone": ("screen.png", lambda: photo(1170, 2532, "PNG")),
    "PNG that packs badly": ("grain.png", lambda: grain(2000, 1500)),
    "PNG of 27 MB": ("huge.png", lambda: grain(3000, 3000)),
    "WebP": ("web.webp", lambda: photo(1600, 1200, "WEBP")),
    "WebP that moves": ("moving.webp", lambda: moving("WEBP")),
    "PNG that moves": ("moving.png", lambda: moving("PNG")),
    "GIF standing still": ("still.gif", lambda: photo(400, 300, "GIF")),
    "GIF that moves": ("moving.gif", lambda: moving("GIF", 12, 200)),
    "GIF above 8 MB": ("heavy.gif", noisy_gif),
    "GIF of 400 frames": ("endless.gif", lambda: moving("GIF", 400, 8)),
    "panorama, 8:1": ("panorama.jpg", lambda: photo(8000, 1000)),
    "panorama, 3:1": ("wide.jpg", lambda: photo(3000, 1000)),
    "infographic, 1:5": ("tall.png", lambda: photo(800, 4000, "PNG")),
    "square": ("square.jpg", lambda: photo(1080, 1080)),
    "exactly 4:5": ("portrait.jpg", lambda: photo(1080, 1350)),
    "9:16, as a story": ("story.jpg", lambda: photo(1080, 1920)),
    "one pixel": ("pixel.png", lambda: image_bytes(1, 1)),
}  # fmt: skip

HOSTILE: dict[str, tuple[str, Maker]] = {
    "JPEG cut off": ("cut.jpg", lambda: photo(1600, 1200)[:20_000]),
    "PNG cut off": ("cut.png", lambda: photo(800, 600, "PNG")[:5_000]),
    "HEIC cut off": ("cut.heic", lambda: photo(800, 600, "HEIF")[:5_000]),
    "JPEG named png": ("named.png", lambda: photo(400, 300)),
    "BMP": ("old.bmp", lambda: image_bytes(form="BMP")),
    "TIFF": ("scan.tiff", lambda: image_bytes(form="TIFF")),
    "AVIF": ("new.avif", lambda: image_bytes(form="AVIF")),
    "SVG with a script": ("icon.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    "PDF named jpg": ("paper.jpg", lambda: b"%PDF-1.7\n"),
    "program named png": ("setup.png", lambda: b"MZ\x90\0" + bytes(2000)),
    "empty file": ("empty.jpg", lambda: b""),
    "GIF and script (polyglot)": ("poly.gif", lambda: b"GIF89a/*" + bytes(6) + b"*/=1;" + HTML),
    "JPEG and zip (polyglot)": ("poly.jpg", with_zip),
    "PNG with PHP in its text": ("poly.png", in_text),
    "bomb, 400 megapixels": ("bomb.png", lambda: BOMBS["png"]()[0]),
    "bomb, GIF of 100,000 frames": ("bomb.gif", lambda: BOMBS["gif-frames"]()[0]),
    "bomb, JPEG of 1,000 scans": ("bomb.jpg", lambda: BOMBS["jpeg-scans"]()[0]),
    "bomb, HEIC of 900 megapixels": ("bomb.heic", lambda: BOMBS["heic"]()[0]),
}  # fmt: skip
