"""
Runs unittest's tests, those of packages and modules that are named as arguments, and writes a line for each to
$RESULTS: passed, failed or skipped, and its name. With $ONLY, runs those that have one of these words in their name;
with $WITHOUT, not those that have it.
"""

import importlib
import os
import sys
import unittest


def name_of(test):
    # Tempest adds attributes in brackets, which are no part of the name.
    return test.id().split('[')[0]


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def tests_of(name):
    loader = unittest.TestLoader()
    package = importlib.import_module(name)
    # A package may collect its tests in a way of its own, from folders that exist only in its sources.
    found = loader.discover(name) if hasattr(package, '__path__') else loader.loadTestsFromName(name)
    for error in loader.errors:
        print(error)
    return each(found)


class Outcomes(unittest.TextTestResult):
    """Collects outcomes by the tests' names."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.tests = {}
        self.classes = {}

    def note(self, outcome, test):
        name = test.id()
        if name.startswith('setUpClass ('):
            self.classes[name[len('setUpClass ('):-1]] = outcome
        # A test that fails and whose clean-up fails, too, is told twice.
        elif not name.startswith('tearDownClass (') and self.tests.get(name_of(test)) != 'failed':
            self.tests[name_of(test)] = outcome

    def addSuccess(self, test, details=None):
        super().addSuccess(test)
        self.note('passed', test)

    def addError(self, test, err):
        super().addError(test, err)
        self.note('failed', test)
        self.show(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note('failed', test)
        self.show(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note('skipped', test)

    def show(self, test, err):
        self.stream.writeln(f'---- {test.id()}')
        self.stream.writeln(self._exc_info_to_string(err, test))
        self.stream.flush()

    def printErrors(self):
        """Each was shown when it came."""

    def of(self, test):
        # A class that could not begin says why only for itself.
        of_class = self.classes.get(f'{type(test).__module__}.{type(test).__qualname__}', 'failed')
        return self.tests.get(name_of(test), of_class)


def main():
    words = os.environ.get('ONLY', '').split(',')
    without = os.environ.get('WITHOUT')
    tests = [test for name in sys.argv[1:] for test in tests_of(name)
             if any(word in test.id() for word in words) and not (without and without in test.id())]
    result = unittest.TextTestRunner(verbosity=2, resultclass=Outcomes).run(unittest.TestSuite(tests))
    with open(os.environ['RESULTS'], 'w') as results:
        for test in tests:
            print(result.of(test), name_of(test), file=results)


main()
