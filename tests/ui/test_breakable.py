from cti_client.ui.breakable import LONG_WORD, breakable


def test_only_long_words_change_and_only_for_the_eye() -> None:
    short = "x" * LONG_WORD
    assert breakable(f"There is no {short} here.") == f"There is no {short} here."
    long = "a" * LONG_WORD + ".example.com"
    words = breakable(f"No {long}  here.\nNor there.")
    assert words.replace("\u200b", "") == f"No {long}  here.\nNor there."
    assert words.count("\u200b") == len(long) - 1
