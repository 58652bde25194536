"""Writes a line for each task to $RESULTS."""

import os

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_NAME = 'results'

    def note(self, outcome, result):
        with open(os.environ['RESULTS'], 'a') as results:
            print(outcome, result.task_name, file=results)

    def v2_runner_on_ok(self, result):
        self.note('passed', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.note('failed', result)
