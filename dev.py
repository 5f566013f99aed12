#!/usr/bin/env python3
"""Every developer command, on every system, with nothing but Python.

    python3 dev.py run     set up, then the product: demo with a handset window, or, with no display, the tour
    python3 dev.py test    set up, then every test (arguments go to pytest)
    python3 dev.py check   format, lint, types for three platforms, import contracts, file sizes
    python3 dev.py bench   the measurements of bench/README.md
    python3 dev.py chaos   three hubs, a hundred agents and everything that can go wrong (--minutes N)
    python3 dev.py shots   screenshots of every screen, light and dark, into docs/screenshots
    python3 dev.py lock    resolve the dependencies anew into requirements/

Set-up makes `.venv` and installs the locked, hashed requirements into it; on Linux it also looks for the system
libraries Qt needs and, on Debian and its kin, installs them (as root, or through sudo after asking on a terminal).
This file must be readable by old Pythons too, so that they can say which one is wanted.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
SUPPORTED = [(3, 13), (3, 12), (3, 11)]
SOURCES = ["cti_client", "tests", "bench", "chaos", "dev.py"]
MOST_TEST_PROCESSES = 5  # each starts a PostgreSQL and a Kannel of its own

# Which Debian package carries a library. Newer releases renamed some (t64): the first name that apt knows is taken.
PACKAGE_OF = {
    "libglib-2.0": ["libglib2.0-0t64", "libglib2.0-0"],
    "libgthread-2.0": ["libglib2.0-0t64", "libglib2.0-0"],
    "libGL": ["libgl1"],
    "libEGL": ["libegl1"],
    "libxkbcommon": ["libxkbcommon0"],
    "libxkbcommon-x11": ["libxkbcommon-x11-0"],
    "libfontconfig": ["libfontconfig1"],
    "libfreetype": ["libfreetype6"],
    "libdbus-1": ["libdbus-1-3"],
    "libX11": ["libx11-6"],
    "libX11-xcb": ["libx11-xcb1"],
    "libxcb": ["libxcb1"],
    "libxcb-cursor": ["libxcb-cursor0"],
    "libxcb-icccm": ["libxcb-icccm4"],
    "libxcb-image": ["libxcb-image0"],
    "libxcb-keysyms": ["libxcb-keysyms1"],
    "libxcb-randr": ["libxcb-randr0"],
    "libxcb-render": ["libxcb-render0"],
    "libxcb-render-util": ["libxcb-render-util0"],
    "libxcb-shape": ["libxcb-shape0"],
    "libxcb-shm": ["libxcb-shm0"],
    "libxcb-sync": ["libxcb-sync1"],
    "libxcb-util": ["libxcb-util1"],
    "libxcb-xfixes": ["libxcb-xfixes0"],
    "libxcb-xkb": ["libxcb-xkb1"],
}
TEST_PACKAGES = [
    "kannel",
    "kannel-extras",
    "postgresql",
    "xvfb",
    "dbus-x11",
    "gnome-keyring",
    "libsecret-1-0",
    "dunst",
    "xdotool",
]


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(f"· {text}", flush=True)


def fail(text: str) -> None:
    """End with a sentence."""
    sys.exit(f"dev.py: {text}")


# --- Python and its packages ---------------------------------------------------------------------------------


def find_python() -> list[str]:
    """The command of a Python this project supports: this one, else the newest on the machine."""
    if sys.version_info[:2] in SUPPORTED:
        return [sys.executable]
    for major, minor in SUPPORTED:
        name = f"python{major}.{minor}"
        if shutil.which(name):
            return [name]
        if WINDOWS and shutil.which("py"):
            command = ["py", f"-{major}.{minor}"]
            if subprocess.run([*command, "-c", ""], capture_output=True, check=False).returncode == 0:
                return command
    fail(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]} and no other was found")
    raise AssertionError


def make_venv() -> None:
    """`.venv`, made anew where it is broken or of an unsupported Python."""
    probe = "import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else 1)"
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-c", probe], check=False).returncode == 0:
        return
    python = find_python()
    say(f"making {VENV.name} with {' '.join(python)}")
    if VENV.exists():
        shutil.rmtree(VENV)
    if subprocess.run([*python, "-c", "import ensurepip"], capture_output=True, check=False).returncode != 0:
        version = subprocess.run(
            [*python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        install_packages([[f"python{version}-venv", "python3-venv"]], needed=True, why="Python's venv module")
    subprocess.run([*python, "-m", "venv", str(VENV)], check=True)


def install_requirements(name: str) -> None:
    """The locked requirements, once for each content of the lock file."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f".installed-{name}"
    digest = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    say(f"installing the locked requirements ({name})")
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-warn-script-location",
    ]
    subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=True, cwd=ROOT)
    subprocess.run([*command, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True, cwd=ROOT)
    unpack_shiboken()
    stamp.write_text(digest)


def unpack_shiboken() -> None:
    """Have Shiboken's own modules as files, which Python keeps compiled.

    They are source text inside its library, compiled anew at each start of a program with a window: a third of the
    time that importing PySide takes. `SBK_EMBED=0` is Shiboken's own switch for it and replaces older ones.
    """
    subprocess.run([str(PYTHON), "-c", "import shiboken6"], env=os.environ | {"SBK_EMBED": "0"}, check=True, cwd=ROOT)


# --- system packages -----------------------------------------------------------------------------------------


def missing_libraries(plugins: list[str]) -> list[list[str]]:
    """Package candidates for each shared library that the Qt platform `plugins` lack."""
    found = subprocess.run(
        [str(PYTHON), "-c", "import PySide6, os; print(os.path.dirname(PySide6.__file__))"],
        capture_output=True,
        text=True,
        check=True,
    )
    qt = Path(found.stdout.strip()) / "Qt"
    files = [qt / "plugins" / "platforms" / f"lib{plugin}.so" for plugin in plugins]
    files += [qt / "lib" / f"libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets", "DBus", "Network", "Svg")]
    wanted: list[list[str]] = []
    unknown: set[str] = set()
    for file in files:
        out = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
        for row in out.splitlines():
            if "not found" in row:
                soname = row.split()[0]
                packages = PACKAGE_OF.get(soname.split(".so")[0])
                if packages is None:
                    unknown.add(soname)
                elif packages not in wanted:
                    wanted.append(packages)
    if unknown:
        say(f"Qt also lacks {', '.join(sorted(unknown))}; install what provides them")
    return wanted


def has_font() -> bool:
    """Is there any font at all? Without one every letter is a box."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    folders.append(Path.home() / ".local/share/fonts")
    return any(next(folder.rglob("*.[to]tf"), None) for folder in folders if folder.is_dir())


def install_packages(candidates: list[list[str]], *, needed: bool, why: str) -> None:
    """Install one package of each list. Not possible: end (or, if not `needed`, go on) with the exact command."""
    if not candidates:
        return
    names = [names[0] for names in candidates]
    if not (LINUX and shutil.which("apt-get")):
        text = f"{why} needs system packages that provide what Debian has in: {' '.join(names)}"
        fail(text) if needed else say(text)
        return
    prefix: list[str] = []
    if not is_root():
        command = "sudo apt-get install " + " ".join(names)
        asked = sys.stdin.isatty() and shutil.which("sudo")
        if asked and input(f"{why} needs {' '.join(names)}. Install with sudo? [Y/n] ").strip().lower() in (
            "",
            "y",
            "yes",
        ):
            prefix = ["sudo"]
        else:
            text = f"{why} needs system packages; install them with: {command}"
            fail(text) if needed else say(text)
            return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing system packages for {why}")
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=env, check=False, stdout=subprocess.DEVNULL)
    chosen = [next((name for name in group if apt_knows(name)), group[-1]) for group in candidates]
    install = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *dict.fromkeys(chosen)]
    if subprocess.run(install, env=env, check=False, stdout=subprocess.DEVNULL).returncode != 0:
        text = f"{why}: could not be installed; try: {' '.join(install)}"
        fail(text) if needed else say(text)


def is_root() -> bool:
    """May we install packages ourselves?"""
    return sys.platform != "win32" and os.geteuid() == 0


def apt_knows(name: str) -> bool:
    """Does the package manager offer this package?"""
    out = subprocess.run(["apt-cache", "policy", name], capture_output=True, text=True, check=False).stdout
    return "Candidate:" in out and "Candidate: (none)" not in out


def set_up(requirements: str, *, window: bool, peers: bool = False) -> None:
    """Everything a fresh machine lacks."""
    make_venv()
    install_requirements(requirements)
    if not LINUX:
        return
    plugins = ["qoffscreen", "qxcb"] if window else ["qoffscreen"]
    libraries = missing_libraries(plugins)
    if not has_font():
        libraries.append(["fonts-dejavu-core"])
    install_packages(libraries, needed=True, why="Qt")
    if peers:
        absent = [[name] for name in TEST_PACKAGES if not package_installed(name)]
        install_packages(absent, needed=False, why="the tests against real peers (Kannel, PostgreSQL, keyring, X)")


def package_installed(name: str) -> bool:
    """Is a Debian package installed? True where dpkg cannot be asked and the program can be found."""
    if not shutil.which("dpkg-query"):
        return False
    query = ["dpkg-query", "-W", "-f", "${Status}", name]
    out = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return out.startswith("install ok installed")


# --- commands ------------------------------------------------------------------------------------------------


def python(*arguments: str, env: dict[str, str] | None = None) -> int:
    """Run the project's Python; its exit status."""
    full = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=full, check=False).returncode


def has_display() -> bool:
    """Can a window be shown here?"""
    if not LINUX:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(arguments: list[str]) -> int:
    """The product: with a display the demo, without one the tour."""
    display = has_display()
    set_up("run", window=display)
    if display:
        return python("-m", "cti_client", "demo", *arguments)
    say("no display here: the tour shows the same product offscreen")
    return python("-m", "cti_client", "tour", *arguments, env={"QT_QPA_PLATFORM": "offscreen"})


def test(arguments: list[str]) -> int:
    """Every test, by several processes. With arguments: what they say, by one process unless they say otherwise."""
    set_up("dev", window=True, peers=True)
    env = {} if os.environ.get("QT_QPA_PLATFORM") else {"QT_QPA_PLATFORM": "offscreen"}
    return python("-m", "pytest", *(arguments or side_by_side()), env=env)


def side_by_side() -> list[str]:
    """Tests wait for other processes much of the time: one process more than there are cores keeps these busy."""
    return ["-n", str(min((os.cpu_count() or 1) + 1, MOST_TEST_PROCESSES)), "--dist", "worksteal"]


def check(_: list[str]) -> int:
    """Everything a machine can see without running the product. Runs all, then says what failed."""
    set_up("dev", window=False)
    scripts = PYTHON.parent
    linter = str(scripts / ("lint-imports.exe" if WINDOWS else "lint-imports"))
    steps = [
        ("format", [str(PYTHON), "-m", "ruff", "format", "--check", "."]),
        ("lint", [str(PYTHON), "-m", "ruff", "check", "."]),
        *((f"types ({name})", types_for(name)) for name in ("linux", "win32", "darwin")),
        ("import contracts", [linter]),
    ]
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, under_way in [(name, pool.submit(run_quietly, command)) for name, command in steps]:
            done = under_way.result()
            say(name)
            print(done.stdout, end="", flush=True)
            if done.returncode != 0:
                failed.append(name)
    say("file sizes")
    long_files = [f for f in project_files() if len(f.read_text(encoding="utf-8").splitlines()) > 600]
    for file in long_files:
        print(f"{file.relative_to(ROOT)} has more than 600 lines")
    if long_files:
        failed.append("file sizes")
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def types_for(platform: str) -> list[str]:
    """The type check as on that system. A cache for each: they run at the same time."""
    return [str(PYTHON), "-m", "mypy", "--platform", platform, "--cache-dir", f".mypy_cache/{platform}"]


def run_quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a step; all that it says is in its `stdout`."""
    return subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )


def project_files() -> list[Path]:
    """Our Python files."""
    files = [ROOT / "dev.py"]
    for name in ("cti_client", "tests", "bench", "chaos"):
        files += sorted((ROOT / name).rglob("*.py"))
    return files


def bench(arguments: list[str]) -> int:
    """The measurements."""
    set_up("dev", window=False)
    return python("-m", "bench", *arguments, env={"QT_QPA_PLATFORM": "offscreen"})


def chaos(arguments: list[str]) -> int:
    """Faults on purpose; the exit status says whether anything was lost or doubled."""
    set_up("dev", window=False, peers=True)
    return python("-m", "chaos", *arguments)


def shots(arguments: list[str]) -> int:
    """Screenshots of every screen, light and dark."""
    set_up("dev", window=False)
    env = {"QT_QPA_PLATFORM": "offscreen"}
    status = 0
    for theme in ("light", "dark"):
        out = f"docs/screenshots/{theme}"
        status |= python("-m", "cti_client", "tour", "--theme", theme, "--out", out, "--quiet", *arguments, env=env)
        status |= python("-m", "tests.helpers.team_shots", theme, out, env=env)
    return status


def lock(_: list[str]) -> int:
    """Resolve once for all systems and Pythons; no index address is written."""
    make_venv()
    subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "uv"], check=True)
    resolve = ["-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
    resolve += ["--no-emit-index-url", "--no-header"]
    newest = [*resolve, "--upgrade", "pyproject.toml", "--group", "build"]
    hub = [*resolve, "--group", "pyproject.toml:hub", "--constraints", "requirements/run.txt"]
    return (
        python(*newest, "-o", "requirements/run.txt")
        or python(*newest, "--group", "dev", "-o", "requirements/dev.txt")
        or python(*hub, "-o", "requirements/hub.txt")
    )


COMMANDS = {"run": run, "test": test, "check": check, "bench": bench, "chaos": chaos, "shots": shots, "lock": lock}


def main() -> int:
    """Read the command and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="handed on")
    options = parser.parse_args()
    try:
        return COMMANDS[options.command](options.arguments)
    except subprocess.CalledProcessError as error:
        fail(f"a step of the set-up failed: {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
