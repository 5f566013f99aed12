"""Secrets at rest: what opens them, what does not, and what a start that needs none of it never imports."""

import base64
import subprocess
import sys

import pytest

from cti_client.hub.secrets import NoSecretsKeyError, SecretBox, SecretsKeyError, SecretsLostError, new_key

OLD, NEW = (base64.urlsafe_b64encode(letters * 32).decode() for letters in (b"o", b"n"))
SECRETS = {"secret": "what calls carry", "password": "p\N{LATIN SMALL LETTER A WITH DIAERESIS}ss"}


def test_what_was_locked_is_opened_by_its_owner_alone() -> None:
    box = SecretBox(OLD)
    locked = box.lock("kannel", SECRETS)
    assert box.open("kannel", locked) == SECRETS
    assert not any(words in locked for words in SECRETS.values())
    assert locked != box.lock("kannel", SECRETS)
    with pytest.raises(SecretsLostError):
        box.open("other", locked)


@pytest.mark.parametrize("keys", [f"{NEW} {OLD}", f"{NEW},{OLD}", f" {NEW}\n{OLD}, "])
def test_of_several_keys_the_first_locks_and_all_open(keys: str) -> None:
    both = SecretBox(keys)
    assert both.open("kannel", SecretBox(OLD).lock("kannel", SECRETS)) == SECRETS
    anew = both.lock("kannel", SECRETS)
    assert SecretBox(NEW).open("kannel", anew) == SECRETS
    with pytest.raises(SecretsLostError):
        SecretBox(OLD).open("kannel", anew)


def test_a_new_key_is_one_and_another_each_time() -> None:
    key = new_key()
    assert SecretBox(key).open("kannel", SecretBox(key).lock("kannel", SECRETS)) == SECRETS
    assert key != new_key()


def test_what_was_tampered_with_is_lost() -> None:
    box = SecretBox(OLD)
    locked = box.lock("kannel", SECRETS)
    for broken in (locked[:-4], locked[:20] + ("A" if locked[20] != "A" else "B") + locked[21:], "nonsense"):
        with pytest.raises(SecretsLostError):
            box.open("kannel", broken)


def test_without_a_key_nothing_is_kept_or_opened() -> None:
    none = SecretBox()
    assert (none.keeps, none.lock("kannel", {}), none.open("kannel", "")) == (False, "", {})
    with pytest.raises(NoSecretsKeyError):
        none.lock("kannel", SECRETS)
    with pytest.raises(SecretsLostError):
        none.open("kannel", SecretBox(OLD).lock("kannel", SECRETS))


def test_a_key_is_learned_behind_those_that_are_there() -> None:
    box = SecretBox(NEW)
    assert box.learn(OLD)
    assert not box.learn(f"{OLD} {NEW}")
    assert SecretBox(NEW).open("kannel", box.lock("kannel", SECRETS)) == SECRETS


@pytest.mark.parametrize("key", ["short", OLD[:-1], OLD + "A", OLD.replace(OLD[5], "\N{BULLET}"), f"{OLD};{NEW}"])
def test_what_is_no_key_is_not_quoted(key: str) -> None:
    with pytest.raises(SecretsKeyError, match=r"^is no key") as refused:
        SecretBox(key)
    assert key not in str(refused.value)


def test_a_start_with_nothing_to_open_imports_no_cryptography_and_none_of_the_screens() -> None:
    program = (
        "import sys\n"
        "import cti_client.hub.own_hub_process\n"
        "from cti_client.hub.secrets import SecretBox, new_key\n"
        "assert SecretBox(new_key()).open('kannel', '') == {}\n"
        "assert 'cryptography' not in sys.modules\n"
        "assert not [one for one in sys.modules if one.endswith(('settings_handlers', 'settings.view', 'sms.kinds'))]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
