"""Every instruction set, any number of threads, both array libraries, no Python."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from needlebook.fused import loops

pytestmark = [pytest.mark.since("11"), pytest.mark.native]
NATIVE = Path(__file__).parents[2] / "needlebook" / "native" / "training"

CHILD = """
import hashlib, json, sys
import numpy as np
from needlebook import ops, optim
from needlebook.autograd import Tensor
from needlebook.fused import loops, products
rng = np.random.default_rng(0)
x, w = (rng.normal(size=s).astype("float32") for s in [(9, 32, 32, 9), (3, 3, 9, 17)])
op = ops.Conv(1, 1)
out = products.conv(op, x, w)
dx, dw = (part() for part in products.conv_vjp(op, out, out, x, w))
p = Tensor(rng.normal(size=300_000).astype("float32"))
p.grad = Tensor(p.numpy() * 2, requires_grad=False)
optim.Adam([p]).step()
arrays = out, dx, dw, p.numpy()
hashes = [hashlib.sha256(a.tobytes()).hexdigest() for a in arrays]
sums = [float((a.astype("float64") ** 2).sum()) for a in arrays]
print(json.dumps({"isa": loops().isa(), "hashes": hashes, "sums": sums}))
"""


def child(**settings):
    settings = {"NEEDLEBOOK_BACKEND": "np", "OMP_NUM_THREADS": "1"} | settings
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.fixture(scope="module")
def usual():
    if loops() is None:
        pytest.skip("the native part _training was not compiled")
    return child()


def test_every_instruction_set_computes_the_same_within_rounding(usual):
    sets = {"baseline": [], "avx2": ["avx2"], "avx512": ["avx2", "avx512"]}
    for isa in ["baseline", *sets[usual["isa"]]]:
        found = child(NEEDLEBOOK_ISA=isa)
        assert found["isa"] == isa
        np.testing.assert_allclose(found["sums"], usual["sums"], rtol=1e-5)
        assert found["hashes"][3] == usual["hashes"][3]


def test_threads_change_no_bit(usual):
    assert child(OMP_NUM_THREADS="3")["hashes"] == usual["hashes"]


REASON = """
from needlebook.fused import loops
from needlebook.manual.native import load
print(loops(), load("_training").why_missing)
"""


def test_an_unknown_set_is_refused_with_the_way_out(usual):
    done = subprocess.run(
        [sys.executable, "-c", REASON],
        env=os.environ | {"NEEDLEBOOK_ISA": "altivec", "NEEDLEBOOK_BACKEND": "np"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("None ")
    assert "NEEDLEBOOK_ISA is altivec" in done.stdout
    assert "it may be baseline, avx2 or avx512" in done.stdout


@pytest.mark.skipif(not shutil.which("g++"), reason="no g++ on this machine")
@pytest.mark.parametrize(
    "file, right, wrong",
    [
        ("convolution.cpp", "", ""),
        ("convolution.cpp", "px + s.padding", "px - s.padding"),
        ("convolution.cpp", "share < shares &&", "share + 1 < shares &&"),
        ("products.cpp", "bias ? bias[v] +", "bias ? bias[0] +"),
    ],
)
def test_the_program_without_python_finds_planted_faults(tmp_path, file, right, wrong):
    folder = tmp_path / "training"
    shutil.copytree(NATIVE, folder)
    for source in NATIVE.parent.glob("isa.*"):
        shutil.copy(source, tmp_path)
    if right:
        text = (folder / file).read_text()
        assert text.count(right) == 1
        (folder / file).write_text(text.replace(right, wrong))
    program = folder / "selftest"
    command = ["g++", "-std=c++17", "-O1", folder / "selftest.cpp", "-o", program]
    subprocess.run(command, check=True)
    done = subprocess.run([program], capture_output=True, text=True)
    assert done.returncode == (1 if right else 0), done.stdout
