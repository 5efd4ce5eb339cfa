"""Writes images of every kind into a folder and prints, for each, what Pillow makes of it:
name width height filter CRC-32 of the RGB bytes; filter "-" is the decoded image itself."""
import os, random, struct, sys, zlib
import numpy as np
from PIL import Image, ImageOps

os.chdir(sys.argv[1])
rng = np.random.default_rng(1)
pick = random.Random(1)
W, H = 83, 61
y, x = np.mgrid[0:H, 0:W]
smooth = np.stack([x * 3 % 256, y * 4 % 256, (x + y) * 2 % 256], -1)
rgb = Image.fromarray(((smooth * 3 + rng.integers(0, 256, (H, W, 3))) // 4).astype(np.uint8))
grey = rgb.convert("L")
alpha = Image.fromarray(((x * 5 + y) % 256).astype(np.uint8))
rgba = rgb.copy()
rgba.putalpha(alpha)
palette = rgb.quantize(200)
names = []


def save(name, image, **options):
    image.save(name, **options)
    names.append(name)


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
    names.append(name)


def read(name):
    with open(name, "rb") as file:
        return bytearray(file.read())


def png(name, depth, colour, samples, width=32, height=20):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    line = width * depth * samples // 8
    rows = b"".join(b"\0" + rng.bytes(line) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    write(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def bmp(name, bits, compression=0, masks=b"", width=32, height=20):
    data = rng.bytes(width * abs(height) * bits // 8)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, 0, 0)
    start = 14 + len(header) + len(masks)
    write(name, b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + masks + data)


def framed(name, source, width, height, left, top):
    """A GIF whose first frame does not fill its screen."""
    data = read(source)
    struct.pack_into("<HH", data, 6, width, height)
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    struct.pack_into("<HH", data, at + 1, left, top)
    write(name, data)


for kind in ("png", "bmp", "gif"):
    save("colour." + kind, rgb)
    save("grey." + kind, grey)
    save("palette." + kind, palette)
    save("bit." + kind, grey.convert("1"))
    save("sixteen." + kind, rgb.quantize(16))
save("alpha.png", rgba)
save("alpha.bmp", rgba)
save("greyalpha.png", Image.merge("LA", (grey, alpha)))
save("two.png", rgb.quantize(2), bits=1)
save("four.png", rgb.quantize(4), bits=2)
save("transparent.png", palette, transparency=3)
save("key.png", rgb, transparency=(10, 20, 30))
save("greykey.png", grey, transparency=77)
png("deep.png", 16, 2, 3)
png("deepalpha.png", 16, 6, 4)
png("deepgreyalpha.png", 16, 4, 2)
png("grey2.png", 2, 0, 1)
png("grey4.png", 4, 0, 1)
bmp("b555.bmp", 16)
bmp("b565.bmp", 16, 3, struct.pack("<III", 0xF800, 0x7E0, 0x1F))
bmp("b32.bmp", 32)
bmp("b32masks.bmp", 32, 3, struct.pack("<III", 0xFF0000, 0xFF00, 0xFF))
bmp("topdown.bmp", 24, height=-20)
save("transparent.gif", palette, transparency=5)
save("moving.gif", rgb, save_all=True, append_images=[rgb.rotate(90)])
framed("offset.gif", "colour.gif", 100, 90, 7, 9)
framed("offsettransparent.gif", "transparent.gif", 100, 90, 7, 9)
framed("beyond.gif", "colour.gif", 80, 50, 7, 9)
for sampling in (0, 1, 2):
    save("sampling%d.jpg" % sampling, rgb, subsampling=sampling, quality=85)
save("progressive.jpg", rgb, progressive=True)
save("grey.jpg", grey)
exif = Image.Exif()
exif[0x112] = 6
save("turned.jpg", rgb, exif=exif)
upright = []
for orientation in range(10):
    exif = Image.Exif()
    exif[0x10F] = "a camera"
    exif[0x112] = orientation
    for kind in ("jpg", "png"):
        rgb.save("held%d.%s" % (orientation, kind), exif=exif)
        upright.append("held%d.%s" % (orientation, kind))
grey.save("heldgrey.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0")
rgb.convert("CMYK").save("heldinks.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x08\0\0\0\0\0\0\0")
rgb.save("heldbroken.jpg", exif=b"Exif\0\0II*\0\xff\xff\0\0\1\0\x12\1\3\0")
upright += ["heldgrey.jpg", "heldinks.jpg"]
save("inks.jpg", rgb.convert("CMYK"), quality=90)
ycck = read("inks.jpg")
ycck[ycck.index(b"Adobe") + 11] = 2
write("ycck.jpg", ycck)


def line(name, image, kind):
    print(name, image.width, image.height, kind, zlib.crc32(image.tobytes()))


for name in upright:
    line(name, ImageOps.exif_transpose(Image.open(name)).convert("RGB"), "UPRIGHT")
line("heldbroken.jpg", Image.open("heldbroken.jpg").convert("RGB"), "UPRIGHT")

for name in names:
    image = Image.open(name).convert("RGB")
    line(name, image, "-")
    for kind in ("BILINEAR", "BICUBIC", "LANCZOS"):
        size = (pick.randint(1, 200), pick.randint(1, 200))
        line(name, image.resize(size, getattr(Image, kind)), kind)


def cut(image, resize, crop, squash, kind):
    """torchvision's Resize and CenterCrop, by Pillow's operations alone."""
    w, h = image.size
    short, long = min(w, h), max(w, h)
    longest = int(resize * long / short)
    size = (resize, resize) if squash else (resize, longest) if w <= h else (longest, resize)
    image = image.resize(size, getattr(Image, kind))
    w, h = image.size
    if crop > w or crop > h:
        padded = Image.new("RGB", (max(w, crop), max(h, crop)))
        padded.paste(image, (max(0, crop - w) // 2, max(0, crop - h) // 2))
        image = padded
        w, h = image.size
    top, left = int(round((h - crop) / 2.0)), int(round((w - crop) / 2.0))
    return image.crop((left, top, left + crop, top + crop))


try:
    from torchvision import transforms
    from torchvision.transforms import InterpolationMode
except ImportError:
    transforms = None

for name in ("colour.png", "sampling2.jpg", "grey.jpg", "offset.gif"):
    image = Image.open(name).convert("RGB")
    for turned in (False, True):
        if turned:
            image = image.rotate(90, expand=True)
            name = "turned-" + name.split(".")[0] + ".png"
            image.save(name)
        for resize, crop in ((32, 28), (33, 28), (47, 40), (61, 61), (20, 27), (40, 57), (90, 80)):
            for kind in ("BILINEAR", "BICUBIC", "LANCZOS"):
                for squash in (False, True):
                    made = cut(image, resize, crop, squash, kind)
                    if transforms:
                        theirs = transforms.Compose([
                            transforms.Resize((resize, resize) if squash else resize, InterpolationMode[kind]),
                            transforms.CenterCrop(crop)])(image)
                        assert theirs.tobytes() == made.tobytes(), (name, resize, crop, kind, squash)
                    print(name, resize, crop, ("SQUASH-" if squash else "CUT-") + kind, zlib.crc32(made.tobytes()))
