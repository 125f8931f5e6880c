#!/usr/bin/env python3
"""Makes the wheel of the Python package `thalweg`, with the program and its libraries in it.

usage: make_wheel.py BUILD_DIRECTORY OUTPUT_DIRECTORY

Installs the build (cmake --install) into a scratch directory, adds what libraries of the system the
program needs beyond those that every Linux has, and writes OUTPUT_DIRECTORY/thalweg-*.whl.
"""
import base64
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
# What PEP 600 lets a wheel expect of a system.
EVERYWHERE = re.compile(
    r"(linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libresolv|libutil|libstdc\+\+|libgcc_s)\.so")
METADATA = """Metadata-Version: 2.1
Name: thalweg
Version: {version}
Summary: Spark Structured Streaming as a native engine: a Spark Connect server that needs no JVM
Requires-Python: >=3.9
Provides-Extra: client
Requires-Dist: pyspark-client>=4.0; extra == "client"
"""
WHEEL = """Wheel-Version: 1.0
Generator: make_wheel.py
Root-Is-Purelib: false
Tag: {tag}
"""
ENTRY_POINTS = """[console_scripts]
thalweg = thalweg.__main__:main
"""


def project_version():
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(thalweg VERSION (\S+)", text).group(1)


def tag():
    version = platform.libc_ver()[1].replace(".", "_")
    return f"py3-none-manylinux_{version}_{platform.machine()}"


def libraries(program):
    """Paths of the libraries that the program loads, all the way down."""
    listing = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    missing = re.findall(r"(\S+) => not found", listing)
    if missing:
        sys.exit(f"libraries that are not there: {' '.join(missing)}")
    return [pathlib.Path(path) for path in re.findall(r"=> (/\S+)", listing)]


def lay_out_engine(build, target):
    """bin/thalweg and lib/thalweg/ below `target`, as the run path of the program wants them."""
    with tempfile.TemporaryDirectory() as prefix:
        subprocess.run(["cmake", "--install", build, "--strip", "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
        installed = pathlib.Path(prefix)
        private = next(path for path in installed.glob("lib*/**/thalweg") if any(path.glob("*.so*")))
        place = target / private.relative_to(installed)
        place.mkdir(parents=True)
        (target / "bin").mkdir()
        shutil.copy2(installed / "bin/thalweg", target / "bin/thalweg")
        for library in libraries(installed / "bin/thalweg"):
            if not EVERYWHERE.match(library.name):
                shutil.copy2(library.resolve(), place / library.name)
    return target


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def write_wheel(tree, path, information):
    """Zips the files below `tree` with the record that installers check."""
    record = ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as wheel:
        for file in sorted(tree.rglob("*")):
            if file.is_dir():
                continue
            name = file.relative_to(tree).as_posix()
            data = file.read_bytes()
            entry = zipfile.ZipInfo(name)  # with the earliest time there is: the same each time
            entry.external_attr = (0o100755 if os.access(file, os.X_OK) else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
            record += record_line(name, data)
        wheel.writestr(f"{information}/RECORD", record + f"{information}/RECORD,,\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    build, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    version, wheel_tag = project_version(), tag()
    information = f"thalweg-{version}.dist-info"
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        tree = pathlib.Path(directory)
        (tree / "thalweg").mkdir()
        for module in sorted((ROOT / "python/thalweg").glob("*.py")):
            shutil.copyfile(module, tree / "thalweg" / module.name)
        lay_out_engine(build, tree / "thalweg/engine")
        (tree / information).mkdir()
        (tree / information / "METADATA").write_text(METADATA.format(version=version))
        (tree / information / "WHEEL").write_text(WHEEL.format(tag=wheel_tag))
        (tree / information / "entry_points.txt").write_text(ENTRY_POINTS)
        path = output / f"thalweg-{version}-{wheel_tag}.whl"
        write_wheel(tree, path, information)
    print(f"{path} ({path.stat().st_size / 2**20:.0f} MiB)")


if __name__ == "__main__":
    main()
