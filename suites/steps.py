"""Steps of a test that a suite of ours takes with somebody else's client; each is a line in $RESULTS."""

import os
import sys
import time
import traceback


def until(condition, seconds=240):
    """Asks until it is so; long enough for a slow machine."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f'not so after {seconds} s'
        time.sleep(0.5)


class Steps:
    def __init__(self):
        self.results = open(os.environ['RESULTS'], 'a')

    def take(self, name, body):
        """Returns what the body returns, or None if it failed."""
        outcome = 'failed'
        try:
            result = body()
            outcome = 'passed'
            return result
        except Exception:
            print(f'---- {name}')
            traceback.print_exc(file=sys.stdout)
        finally:
            print(outcome, name, file=self.results, flush=True)
