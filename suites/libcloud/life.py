"""Takes each step that Libcloud's driver for OpenStack knows and a server here can do."""

import cloud
import steps
from libcloud.compute.providers import get_driver
from libcloud.compute.types import NodeState, Provider

admin = cloud.admin()
cloud.image(admin, 'picture')
cloud.flavor(admin, 'l.1')
cloud.flavor(admin, 'l.2', 128)
kiroku = cloud.openstack.connect(cloud='kiroku')
auth = kiroku.config.config['auth']

libcloud = get_driver(Provider.OPENSTACK)(
    auth['username'], auth['password'], api_version='2.2', ex_force_auth_url=auth['auth_url'] + '/v3/auth/tokens',
    ex_force_auth_version='3.x_password', ex_tenant_name=auth['project_name'], ex_domain_name='Default',
    ex_force_service_region='RegionOne')
take = steps.Steps().take


def named(things, name):
    return next(thing for thing in things if thing.name == name)


def node():
    return named(libcloud.list_nodes(), 'by-libcloud')


def wait(state):
    # The driver's own states do not tell paused servers from unknown ones.
    steps.until(lambda: node().extra['vm_state'] == state)


def create():
    picture = named(libcloud.list_images(), 'picture')
    size = named(libcloud.list_sizes(), 'l.1')
    network = named(libcloud.ex_list_networks(), 'default')
    libcloud.create_node(name='by-libcloud', image=picture, size=size, networks=[network], ex_keyname='by-libcloud',
                         ex_userdata='#cloud-config\n', ex_metadata={'of': 'libcloud'})
    wait('active')
    assert node().state == NodeState.RUNNING and node().private_ips, node()
    assert node().extra['metadata'] == {'of': 'libcloud'}, node().extra


def key_pairs():
    made = libcloud.create_key_pair('made')
    assert 'PRIVATE KEY' in made.private_key, made
    libcloud.import_key_pair_from_string('by-libcloud', made.public_key)
    assert libcloud.delete_key_pair(made)


def resize():
    libcloud.ex_resize(node(), named(libcloud.list_sizes(), 'l.2'))
    wait('resized')
    libcloud.ex_confirm_resize(node())
    wait('active')
    assert node().extra['flavorId'] == named(libcloud.list_sizes(), 'l.2').id


def rebuild():
    assert libcloud.ex_rebuild(node(), named(libcloud.list_images(), 'picture'))
    wait('active')


def image():
    made = libcloud.create_image(node(), 'of-by-libcloud')
    steps.until(lambda: libcloud.get_image(made.id).extra['status'].lower() == 'active')
    assert libcloud.delete_image(libcloud.get_image(made.id))


def there_and_back(there, state, back):
    def body():
        assert getattr(libcloud, there)(node())
        wait(state)
        assert getattr(libcloud, back)(node())
        wait('active')
    return body


def metadata():
    libcloud.ex_set_metadata(node(), {'another': 'value'})
    assert libcloud.ex_get_metadata(node())['another'] == 'value'


def delete():
    assert libcloud.destroy_node(node())
    steps.until(lambda: not [each for each in libcloud.list_nodes() if each.name == 'by-libcloud'])


take('images', libcloud.list_images)
take('sizes', libcloud.list_sizes)
take('locations', libcloud.list_locations)
take('networks', libcloud.ex_list_networks)
take('subnets', libcloud.ex_list_subnets)
take('ports', libcloud.ex_list_ports)
take('security groups', libcloud.ex_list_security_groups)
take('quota', lambda: libcloud.ex_get_quota_set(kiroku.current_project_id))
take('key pairs', key_pairs)
take('create', create)
take('metadata', metadata)
take('rename', lambda: libcloud.ex_set_server_name(node(), 'by-libcloud'))
take('pause', there_and_back('ex_pause_node', 'paused', 'ex_unpause_node'))
take('suspend', there_and_back('ex_suspend_node', 'suspended', 'ex_resume_node'))
take('stop', there_and_back('ex_stop_node', 'stopped', 'ex_start_node'))
take('soft reboot', lambda: libcloud.ex_soft_reboot_node(node()) and wait('active'))
take('hard reboot', lambda: libcloud.ex_hard_reboot_node(node()) and wait('active'))
take('resize', resize)
take('rebuild', rebuild)
take('image of a server', image)
take('delete', delete)
