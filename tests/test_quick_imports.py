import ssl
import subprocess
import sys

PROGRAM = """
import ssl, threading
from cti_client.quick_imports import certificates_later
before = dict(vars(ssl.SSLContext))
others = []
with certificates_later() as load:
    ours = ssl.create_default_context()
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.set_default_verify_paths()
    thread = threading.Thread(target=lambda: others.append(ssl.create_default_context()))
    thread.start()
    thread.join()
assert dict(vars(ssl.SSLContext)) == before
def known(context):
    return context.cert_store_stats()["x509_ca"]
print(known(ours), known(bare), known(others[0]), ours.verify_mode.name, ours.check_hostname)
load()
load()
print(known(ours), known(bare))
"""


def test_certificates_are_read_when_asked_for_and_other_threads_have_theirs() -> None:
    """In a process of its own: the function stands in for one of the standard library's."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()
    all_of_them = str(ssl.create_default_context().cert_store_stats()["x509_ca"])
    assert before.split() == ["0", "0", all_of_them, "CERT_REQUIRED", "True"]
    assert after.split() == [all_of_them, all_of_them]


def test_a_desktop_imports_aiohttp_without_reading_certificates() -> None:
    program = """
import asyncio, ssl
read = []
ssl.SSLContext.load_default_certs = ssl.SSLContext.set_default_verify_paths = lambda *args: read.append(args)
from cti_client.desk.hub_client import prepare
asyncio.run(prepare())
import sys
print("aiohttp" in sys.modules, len(read))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0"]


def test_a_desktop_starts_without_the_settings_screens() -> None:
    """Most people never need them, and they would cost the start some hundredths of a second.

    What leads to them is there.
    """
    program = """
import sys
import cti_client.bootstrap
print([name for name in sys.modules if name.startswith("cti_client.") and "settings" in name])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['cti_client.ui.settings', 'cti_client.ui.settings.administration']"
