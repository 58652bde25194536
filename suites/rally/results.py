"""Writes a line for each scenario to $RESULTS, and shows the errors of those that failed."""

import json
import os

with open('results.json') as file, open(os.environ['RESULTS'], 'w') as results:
    for workload in json.load(file):
        name = workload['key']['name']
        errors = [iteration['error'] for iteration in workload['result'] if iteration['error']]
        failed = errors or not workload['result'] or not all(sla['success'] for sla in workload['sla'])
        print('failed' if failed else 'passed', name, file=results)
        for error in errors:
            print(f'---- {name}', *error, sep='\n')
