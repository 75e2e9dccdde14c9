"""Files of the formats that `radversary import` reads, small and made here, and what Pillow, tifffile, nibabel and
NumPy read in them: test/fixtures/images. Run once: python scripts/goldens/images.py
(Pillow 13.0, tifffile 2026.3, nibabel 5.4, NumPy)."""

import gzip
import json
import struct
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
import tifffile
from PIL import Image

out = Path(__file__).parents[2] / "test/fixtures/images"
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(15)
rows, columns = 9, 13
grey = rng.integers(0, 256, (rows, columns), dtype=np.uint8)
grey16 = rng.integers(0, 65536, (rows, columns), dtype=np.uint16)
colour = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
y, x = np.mgrid[0:24, 0:35]
smooth = np.stack([x * 7 % 256, y * 9 % 256, (x + y) * 4 % 256], -1).astype(np.uint8)
golden = {}


def keep(name, array, **more):
    array = np.asarray(array)
    golden[name] = {"shape": list(array.shape), "values": array.astype(float).ravel().tolist(), **more}


def picture(name, image, expected=None, **options):
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    image.save(out / name, **options)
    keep(name, np.array(Image.open(out / name)) if expected is None else expected)


picture("grey.png", grey)
picture("grey16.png", grey16)
picture("colour.png", colour)
palette = Image.fromarray(colour).quantize(16)
picture("palette.png", palette, np.array(palette.convert("RGB")))
picture("alpha.png", np.dstack([colour, grey]), colour)
picture("bits.png", Image.fromarray(grey > 127), (grey > 127).astype(int))
for subsampling in (0, 1, 2):
    picture(f"colour-{subsampling}.jpg", smooth, quality=85, subsampling=subsampling)
picture("grey.jpg", smooth[..., 0], quality=85)
picture("progressive.jpg", smooth, quality=85, progressive=True)
from PIL import ImageOps

for orientation in range(2, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"exif-{orientation}.jpg"
    Image.fromarray(smooth).save(out / name, quality=85, exif=exif)
    keep(name, np.array(ImageOps.exif_transpose(Image.open(out / name))))
for orientation in range(2, 9):
    name = f"turned-{orientation}.tif"
    Image.fromarray(grey16).save(out / name, tiffinfo={0x0112: orientation})
    # Pillow exchanges the sizes before it reads, and so reads 5 to 8 wrongly.
    keep(name, {2: np.fliplr, 3: lambda a: a[::-1, ::-1], 4: np.flipud, 5: np.transpose, 6: lambda a: np.rot90(a, -1), 7: lambda a: a[::-1, ::-1].T, 8: np.rot90}[orientation](grey16))
picture("lossless.webp", smooth, lossless=True)
picture("lossy.webp", smooth, quality=80)
picture("grey.bmp", grey)
picture("colour.bmp", colour)
picture("palette.bmp", palette, np.array(palette.convert("RGB")))
picture("bits.bmp", Image.fromarray(grey > 127), np.where(grey > 127, 255, 0))
for kind in ("raw", "tiff_lzw", "tiff_deflate", "packbits"):
    picture(f"{kind}.tif", colour, compression=kind)
picture("grey16.tif", grey16)
picture("palette.tif", palette, np.array(palette.convert("RGB")))


def tiff(name, array, expected=None, **options):
    tifffile.imwrite(out / name, array, **options)
    keep(name, array if expected is None else expected)


tiff("planar.tif", np.moveaxis(colour, -1, 0), colour, planarconfig="separate", photometric="rgb")
tiff("tiled.tif", np.tile(colour, (4, 3, 1)), tile=(16, 16), photometric="rgb", compression="zlib", predictor=True)
tiff("signed.tif", grey16.astype(np.int16))
tiff("float.tif", (grey16 / 7).astype(np.float32))
tiff("inverted.tif", grey, photometric="miniswhite")
tiff("pages.tif", np.stack([grey, 255 - grey, grey // 2]), photometric="minisblack")


def nifti(name, array, affine, kind=nib.Nifti1Image, edit=lambda image: None, big=False):
    image = kind(array, affine)
    edit(image)
    if big:
        image = kind(array, affine, header=image.header.as_byteswapped(">"))
    nib.save(image, out / name)
    read = nib.load(out / name)
    keep(name, np.asarray(read.dataobj).T, affine=read.affine.tolist())


volume = rng.integers(-1024, 3000, (7, 6, 5)).astype(np.int16)
turned = np.array([[-0.7, 0.2, 0.1, 90.0], [0.2, 0.69, -0.05, -120.5], [0.0, 0.06, 2.5, 33.25], [0, 0, 0, 1]])
turned[:3, 1] -= turned[:3, 0] * (turned[:3, 0] @ turned[:3, 1]) / (turned[:3, 0] @ turned[:3, 0])
nifti("short.nii.gz", volume, turned)
nifti("big.nii", volume, turned, big=True)
nifti("second.nii.gz", volume, turned, nib.Nifti2Image)
nifti("times.nii.gz", np.stack([volume, -volume, volume // 2], -1), turned)
nifti("float.nii.gz", (volume / 7).astype(np.float32), turned)
nifti("bytes.nii", (volume % 200).astype(np.uint8), np.diag([1.5, 2, 3, 1]))


def scaled(image):
    image.header.set_slope_inter(0.25, -50)


nifti("scaled.nii.gz", (volume * 0.25 - 50), turned, edit=lambda i: (i.set_data_dtype(np.int16), scaled(i)))


def only_qform(image):
    image.set_sform(None, code=0)
    image.set_qform(image.affine, code=1)


rotation = np.diag([0.8, 1.25, -2.0, 1.0])
rotation[:3, 3] = [-10, 20, 30]
nifti("qform.nii.gz", volume, rotation, edit=only_qform)

header = "\n".join(
    [
        "NRRD0004",
        "# made for this project",
        "type: short",
        "dimension: 3",
        "space: left-posterior-superior",
        "sizes: 7 6 5",
        "space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: gzip",
        "space origin: (-10,20,30.5)",
    ]
)
data = gzip.compress(np.asfortranarray(volume).tobytes(order="F"), mtime=0)
(out / "volume.nrrd").write_bytes(header.encode() + b"\n\n" + data)
keep("volume.nrrd", volume.T)

np.save(out / "stack.npy", np.stack([grey, 255 - grey]))
keep("stack.npy", np.stack([grey, 255 - grey]))
np.savez_compressed(
    out / "mnist.npz",
    train_images=rng.integers(0, 256, (4, 6, 6), dtype=np.uint8),
    train_labels=np.array([[0], [2], [1], [0]], dtype=np.uint8),
    test_images=rng.integers(0, 256, (2, 6, 6), dtype=np.uint8),
    test_labels=np.array([[1], [1]], dtype=np.uint8),
)

bad = out / "bad"
bad.mkdir(exist_ok=True)
(bad / "no-png.png").write_bytes(b"this is a text, whatever its name says\n")
(bad / "empty.jpg").write_bytes(b"")
Image.fromarray(smooth).convert("CMYK").save(bad / "cmyk.jpg")
Image.fromarray(grey > 127).save(bad / "bits.tif")
whole = (out / "short.nii.gz").read_bytes()
(bad / "cut.nii.gz").write_bytes(whole[: len(whole) // 2])
(bad / "cut.nii").write_bytes((out / "big.nii").read_bytes()[:500])
(bad / "cut.jpg").write_bytes((out / "colour-0.jpg").read_bytes()[:400])
(bad / "cut.png").write_bytes((out / "colour.png").read_bytes()[:200])
nib.save(nib.Nifti1Image(volume, np.array([[1, 0.9, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])), bad / "sheared.nii.gz")
nib.save(nib.Nifti1Image(volume.astype(np.complex64), turned), bad / "complex.nii.gz")


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


size = (20_000, 15_000)
ihdr = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
(bad / "bomb.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", ihdr) + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
)
jpeg = bytearray((out / "grey.jpg").read_bytes())
at = jpeg.index(b"\xff\xc0") + 5
jpeg[at : at + 4] = struct.pack(">HH", *size)
(bad / "bomb.jpg").write_bytes(bytes(jpeg))
bmp = bytearray((out / "grey.bmp").read_bytes())
bmp[18:26] = struct.pack("<ii", *size)
(bad / "bomb.bmp").write_bytes(bytes(bmp))
tifffile.imwrite(bad / "bomb.tif", shape=(2, 2), dtype=np.uint8, data=None)
cut = bytearray((bad / "bomb.tif").read_bytes())
for tag, value in ((256, size[0]), (257, size[1])):
    place = cut.index(struct.pack("<H", tag), 8)
    cut[place + 2 : place + 12] = struct.pack("<HII", 4, 1, value)
(bad / "bomb.tif").write_bytes(bytes(cut))
webp = bytearray((out / "lossless.webp").read_bytes())
webp[21:25] = struct.pack("<I", 16383 | 16383 << 14)
(bad / "bomb.webp").write_bytes(bytes(webp))
huge = nib.Nifti1Image(volume, turned)
huge.header["dim"][1:4] = (2000, 2000, 2000)
raw = bytearray((out / "bytes.nii").read_bytes())
raw[42:48] = struct.pack("<hhh", 2000, 2000, 2000)
(bad / "bomb.nii").write_bytes(bytes(raw))

# Pages have one scale; what differs between them would show where each had its own.
tiff("pages-float.tif", np.stack([grey / 7, grey / 70 - 3, grey * 5.5]).astype(np.float32), photometric="minisblack")
tiff("pages-signed.tif", np.stack([grey, -grey.astype(np.int32) * 3, grey // 2]).astype(np.int32), photometric="minisblack")
tiff("half.tif", (grey / 4).astype(np.float16))
tiff("grey-alpha.tif", np.dstack([grey, 255 - grey]), grey, photometric="minisblack", extrasamples=["unassalpha"], planarconfig="contig")
tiff("inverted-alpha.tif", np.dstack([grey, 255 - grey]), grey, photometric="miniswhite", extrasamples=["unassalpha"], planarconfig="contig")
entries = rng.integers(0, 256, (3, 256), dtype=np.uint16)
tiff("map8.tif", grey, np.moveaxis(entries[:, grey], 0, -1), photometric="palette", colormap=entries)
np.save(out / "colours.npy", colour.astype(np.int64))
keep("colours.npy", colour)
np.save(out / "colours16.npy", np.stack([colour, colour]).astype(np.int32) * 257)
keep("colours16.npy", np.stack([colour, colour]).astype(np.int32) * 257)

nifti("qform2.nii.gz", volume, rotation, nib.Nifti2Image, edit=only_qform)
angle = np.deg2rad(30)
oblique = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, -1]]) * [0.8, 1.25, 2]
oblique = np.block([[oblique, np.array([[4], [-5], [6]])], [np.zeros((1, 3)), 1]])
nifti("qfac.nii", volume, oblique, edit=only_qform)


def reformed(name, base, qform, b, c, d):
    """Patches bytes, since nibabel writes an affine that it finds damaged anew."""
    raw = bytearray((out / base).read_bytes())
    struct.pack_into("<hhfff", raw, 252, qform, 0, b, c, d)
    (out / name).write_bytes(bytes(raw))


def kept(name):
    read = nib.load(out / name)
    keep(name, np.asarray(read.dataobj).T, affine=read.affine.tolist())


reformed("quaternion.nii", "qfac.nii", 1, 0.6, np.float32(0.80000007), 0)
kept("quaternion.nii")
reformed("formless.nii", "bytes.nii", 0, 0, 0, 0)
kept("formless.nii")
fields = header.replace("little", "BIG").replace("gzip", "RAW").replace("short", "short\ntype:=other\nbyte skip: 0\nendian:=none")
(out / "big.nrrd").write_bytes(fields.encode() + b"\n\n" + volume.astype(">i2").tobytes(order="F"))
keep("big.nrrd", volume.T)
Image.fromarray(colour).save(out / "profile.webp", quality=80, icc_profile=bytes(6000))
keep("profile.webp", np.array(Image.open(out / "profile.webp").convert("RGB")))
see_through = Image.fromarray(colour).quantize(16)
see_through.save(out / "palette-alpha.png", transparency=3)
keep("palette-alpha.png", np.array(see_through.convert("RGB")))

tifffile.imwrite(bad / "samples.tif", np.dstack([colour, grey]), photometric="rgb", extrasamples=["unspecified"])
tifffile.imwrite(bad / "whole64.tif", grey.astype(np.uint64))
tifffile.imwrite(bad / "circle.tif", np.stack([grey, grey]), photometric="minisblack", metadata=None)
chain = bytearray((bad / "circle.tif").read_bytes())
first = struct.unpack_from("<I", chain, 4)[0]
second = first + 2 + 12 * struct.unpack_from("<H", chain, first)[0]
struct.pack_into("<I", chain, second, first)
(bad / "circle.tif").write_bytes(bytes(chain))


def lzw_of_zeros(size):
    """LZW codes of at least so many zeros: each is the newest, a byte longer than the one before."""
    bits, total = "", 0
    while total < size:
        bits += format(256, "09b") + format(0, "09b")
        total += 1
        for n in range(4094 - 258):
            free = 258 + n
            width = 9 + (free >= 511) + (free >= 1023) + (free >= 2047)
            bits += format(free, f"0{width}b")
            total += n + 2
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


for name, compression, strip in (
    ("bomb-deflate.tif", 8, zlib.compress(bytes(60_000_000), 9)),
    ("bomb-lzw.tif", 5, lzw_of_zeros(30_000_000)),
):
    tifffile.imwrite(bad / name, grey, metadata=None)
    inside = bytearray((bad / name).read_bytes())
    for tag, value in ((259, compression), (273, len(inside)), (279, len(strip))):
        place = inside.index(struct.pack("<H", tag), 8)
        inside[place + 2 : place + 12] = struct.pack("<HII", 4, 1, value)
    (bad / name).write_bytes(bytes(inside) + strip)
np.save(bad / "colours.npy", colour / 255)
(bad / "axis.nrrd").write_bytes(header.replace("(0.7,0,0)", "none").encode() + b"\n\n" + data)
(bad / "endless.nrrd").write_bytes(header.replace("endian: little\n", "").encode() + b"\n\n" + data)
(bad / "skip.nrrd").write_bytes(header.replace("endian:", "byte skip: 4\nendian:").encode() + b"\n\n" + data)
np.savez(bad / "count.npz", train_images=np.zeros((3, 4, 4), np.uint8), train_labels=np.zeros((2, 1), np.uint8))
np.savez(bad / "uncertain.npz", images=np.zeros((2, 4, 4), np.uint8), labels=np.array([[0, 1], [1, -1]], np.int8))
reformed("bad/quaternion.nii", "qfac.nii", 1, 0, np.nan, 0)

(out / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
