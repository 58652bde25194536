"""A stack's life with Heat, and what is recorded of its server."""

import os

import openstack
from heatclient.client import Client
from heatclient.common import template_utils

from steps import Steps, until

demo = openstack.connect(cloud='kiroku')
auth = demo.config.config['auth']
project = demo.session.get_project_id()
heat = Client(
    '1', endpoint=f'http://127.0.0.1:{os.environ["PORT"]}/v1/{project}', session=demo.session,
    # There are no trusts: Heat keeps the password of whoever makes a stack.
    username=auth['username'], password=auth['password'], include_pass=True)
files, template = template_utils.get_template_contents(os.path.join(os.path.dirname(__file__), 'stack.yaml'))
steps = Steps()


def listens():
    try:
        return heat.build_info.build_info()
    except Exception:
        return None


def ended(status):
    def look():
        stack = heat.stacks.get('by-heat')
        assert not stack.stack_status.endswith('FAILED'), f'{stack.stack_status}: {stack.stack_status_reason}'
        return stack.stack_status == status
    until(look)


def outputs():
    return {output['output_key']: output['output_value'] for output in heat.stacks.get('by-heat').outputs}


def create():
    heat.stacks.create(
        stack_name='by-heat', template=template, files=files, parameters={'flavor': 'h.1', 'colour': 'red'})
    ended('CREATE_COMPLETE')
    return outputs()


def update(**parameters):
    heat.stacks.update('by-heat', template=template, files=files, parameters=parameters)
    ended('UPDATE_COMPLETE')


def act(action, status):
    getattr(heat.actions, action)('by-heat')
    ended(status)


def recorded(server, expected):
    actions = [action['action'] for action in demo.compute.get(
        f'/servers/{server}/os-instance-actions').json()['instanceActions']]
    assert actions == expected, actions


def address(made):
    shown = demo.compute.get_server(made['server'])
    assert made['address'] in [entry['addr'] for entry in shown.addresses['default']], shown.addresses


def change(server):
    update(flavor='h.1', colour='blue')
    assert demo.compute.get_server(server).metadata == {'colour': 'blue'}


def resize(server):
    update(flavor='h.2', colour='blue')
    assert demo.compute.get_server(server).flavor['original_name'] == 'h.2'


def delete(server):
    heat.stacks.delete('by-heat')
    until(lambda: not list(heat.stacks.list()))
    assert not list(demo.compute.servers()) and not list(demo.compute.keypairs())


def life():
    until(listens)
    steps.take('resource types', lambda: heat.resource_types.get('OS::Nova::Server'))
    steps.take('template validate', lambda: heat.stacks.validate(template=template, files=files))
    made = steps.take('stack create', create)
    server = made and made['server']
    steps.take('output of the address', lambda: address(made))
    steps.take('stack check', lambda: act('check', 'CHECK_COMPLETE'))
    steps.take('stack update of metadata', lambda: change(server))
    steps.take('stack update of the flavor', lambda: resize(server))
    steps.take('stack suspend', lambda: act('suspend', 'SUSPEND_COMPLETE'))
    steps.take('stack resume', lambda: act('resume', 'RESUME_COMPLETE'))
    steps.take('the record of the server', lambda: recorded(
        server, ['resume', 'suspend', 'confirmResize', 'resize', 'create']))
    steps.take('stack delete', lambda: delete(server))


life()
