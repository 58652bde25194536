"""What the scripts beside share: a line for each step that went well, and waiting for what a server is to become."""

import time


def done(step):
    print(step, flush=True)


def expect(expected, actual):
    assert expected == actual, f"expected {expected!r}, was {actual!r}"


def wait_until(what, ask, limit=120):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + limit
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited in vain for {what}"
        # A guest that boots needs the processor more than we do.
        time.sleep(0.2)
