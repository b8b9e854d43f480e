"""Makes `.venv` hold exactly what requirements.txt names. Run with any Python 3.11+.

The stamp is written last and holds a digest of what the environment was made from: without
the right stamp, whatever lies there is made anew. With it, nothing is left to do.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
STAMP = VENV / "made-from"
REQUIREMENTS = Path("requirements.txt")


def wanted() -> str:
    """Names the requirements and the Python that the environment is for."""
    return f"{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()} python {sys.version}\n"


def up_to_date() -> bool:
    """Whether the environment was finished, from the same things, and still starts."""
    try:
        if STAMP.read_text("utf-8") != wanted():
            return False
        return subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def make() -> None:
    """Make the environment from nothing."""
    if VENV.is_symlink():
        VENV.unlink()  # another work tree's: clearing it would take it from there
    STAMP.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    install = [*PIP, "install", "--quiet", "--no-deps", "--requirement", str(REQUIREMENTS)]
    subprocess.run(install, check=True)
    # --no-deps installs the list and nothing else; this finds out whether the list was whole.
    subprocess.run([*PIP, "check"], check=True)
    STAMP.write_text(wanted(), "utf-8")


def main() -> int:
    """0 when the environment is ready."""
    if sys.version_info < (3, 11):
        print(f"needs Python 3.11 or newer, this is {sys.version}", file=sys.stderr)
        return 1
    Path("reports").mkdir(exist_ok=True)  # bandit does not make the folder of its report
    if up_to_date():
        print(f"{VENV} is up to date")
        return 0
    try:
        make()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"could not make {VENV}: {error}", file=sys.stderr)
        return 1
    print(f"made {VENV}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
