"""Opens each page, as a member and as an administrator, and leads a server through its life by clicks."""

import os
import re
import sys
import traceback

import browser
import cloud

PROJECT = ['overview:/project/', 'instances:/project/instances/', 'images:/project/images',
           'key pairs:/project/key_pairs', 'server groups:/project/server_groups/',
           'API access:/project/api_access/', 'networks:/project/networks/',
           'network topology:/project/network_topology/', 'security groups:/project/security_groups/']
ADMIN = ['overview:/admin/', 'hypervisors:/admin/hypervisors/', 'host aggregates:/admin/aggregates/',
         'instances:/admin/instances/', 'flavors:/admin/flavors/', 'images:/admin/images',
         'defaults:/admin/defaults/', 'system information:/admin/info/', 'projects:/identity/',
         'users:/identity/users/', 'roles:/identity/roles/']

results = open(os.environ['RESULTS'], 'w')
window = browser.Browser()


def test(name, body):
    try:
        body()
        outcome = 'passed'
    except Exception:
        outcome = 'failed'
        print(f'---- {name}')
        traceback.print_exc(file=sys.stdout)
        window.driver.save_screenshot(os.path.join(os.environ['SCRATCH'], name.replace(' ', '-') + '.png'))
    print(outcome, name, file=results, flush=True)


def page(path):
    window.open(path)
    window.settle()
    window.check()


def pages(who, listed):
    for line in listed:
        name, path = line.split(':')
        test(f'{who}: {name}', lambda: page(path))


def launch():
    window.open('/project/instances/')
    window.see('#instances__action_launch-ng').click()
    window.see('[name="name"]').send_keys('by-browser')
    for step, row in (('Source', 'picture'), ('Flavor', 'm1.nano')):
        next(link for link in window.all('.wizard-nav a') if link.text.strip().startswith(step)).click()
        allocate(row)
    window.see('.modal-dialog button.btn-primary.finish').click()
    window.until(lambda: re.search(r'by-browser.*\bActive\b', window.text(), re.DOTALL))
    window.settle()
    window.check()


def allocate(name):
    """Clicks the arrow of that row in the visible table of what can be chosen."""
    def arrow():
        for row in window.all('.modal-dialog [ng-model], .modal-dialog tr'):
            if row.tag_name == 'tr' and row.is_displayed() and row.text.strip().startswith(name):
                buttons = row.find_elements('css selector', 'action-list button, button')
                if buttons and buttons[-1].is_displayed():
                    return buttons[-1]
        return None
    window.until(arrow).click()


def detail(tab):
    window.open('/project/instances/')
    window.see('#instances tbody a[href*="/project/instances/"]').click()
    window.settle()
    address = window.driver.current_url
    window.driver.get(f'{address}?tab=instance_details__{tab}')
    window.settle()
    window.check()
    return window.text()


def action_log():
    assert re.search(r'req-\S+\s+create', detail('audit'), re.IGNORECASE), window.text()


def clouds(name):
    return cloud.openstack.connect(cloud=name).config.config['auth']


member = clouds('kiroku')
test('project: sign in', lambda: window.sign_in(member['username'], member['password']))
pages('project', PROJECT)
test('project: launch', launch)
for name, tab in {'overview': 'overview', 'interfaces': 'interfaces', 'log': 'log'}.items():
    test(f'project: instance {name}', lambda: detail(tab))
test('project: instance action log', action_log)

admin = clouds('kiroku-admin')
test('admin: sign in', lambda: window.sign_in(admin['username'], admin['password']))
pages('admin', ADMIN)
window.driver.quit()
