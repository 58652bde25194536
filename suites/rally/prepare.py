"""Writes the deployment and the task: scenarios and their arguments."""

import json
import os

import cloud

admin = cloud.admin()
auth = admin.config.config['auth']
picture = {'name': 'picture'}
cloud.image(admin, picture['name'])
cloud.flavor(admin, 'r.1')
cloud.flavor(admin, 'r.2', 128)

NEW_FLAVOR = {'ram': 64, 'vcpus': 1, 'disk': 1}
NEW_IMAGE = {'container_format': 'bare', 'disk_format': 'raw', 'image_location': os.environ['SCRATCH'] + '/image'}
SERVER = {'image': picture, 'flavor': {'name': 'r.1'}}
RESIZE = {**SERVER, 'to_flavor': {'name': 'r.2'}}
NAMES = {
    'Authenticate': {'keystone': {}, 'validate_glance': {'repetitions': 2}, 'validate_nova': {'repetitions': 2},
                     'validate_neutron': {'repetitions': 2}},
    'GlanceImages': {
        **dict.fromkeys(('create_and_list_image', 'create_and_get_image', 'create_and_delete_image',
                         'create_and_update_image', 'create_and_deactivate_image', 'create_and_download_image'),
                        NEW_IMAGE),
        'list_images': {},
        'create_image_and_boot_instances': {**NEW_IMAGE, 'flavor': {'name': 'r.1'}, 'number_instances': 2}},
    'KeystoneBasic': {
        **dict.fromkeys(('create_user', 'create_delete_user', 'create_user_set_enabled_and_delete', 'create_tenant',
                         'authenticate_user_and_validate_token', 'create_and_list_users', 'create_and_list_tenants',
                         'add_and_remove_user_role', 'create_and_delete_role', 'create_add_and_list_user_roles',
                         'get_entities', 'create_update_and_delete_tenant', 'create_user_update_password',
                         'create_and_get_role', 'create_and_list_roles'), {}),
        'create_and_update_user': {'update_user_kwargs': {'enabled': False}},
        'create_tenant_with_users': {'users_per_tenant': 2}},
    'NovaAgents': {'list_agents': {}},
    'NovaAggregates': {'list_aggregates': {}},
    'NovaAvailabilityZones': {'list_availability_zones': {}},
    'NovaFlavors': {
        'list_flavors': {},
        **dict.fromkeys(('create_and_list_flavor_access', 'create_flavor_and_add_tenant_access', 'create_flavor',
                         'create_and_get_flavor', 'create_and_delete_flavor'), NEW_FLAVOR),
        'create_flavor_and_set_keys': {**NEW_FLAVOR, 'extra_specs': {'quota:cpu_shares': '100'}}},
    'NovaHypervisors': dict.fromkeys(('list_hypervisors', 'list_and_get_hypervisors', 'statistics_hypervisors',
                                      'list_and_get_uptime_hypervisors', 'list_and_search_hypervisors'), {}),
    'NovaKeypair': {
        **dict.fromkeys(('create_and_list_keypairs', 'create_and_delete_keypair', 'create_and_get_keypair'), {}),
        'boot_and_delete_server_with_keypair': SERVER},
    'NovaServers': {
        **dict.fromkeys(('boot_and_list_server', 'boot_and_delete_server', 'boot_and_delete_multiple_servers',
                         'boot_lock_unlock_and_delete', 'snapshot_server', 'boot_server', 'suspend_and_resume_server',
                         'pause_and_unpause_server', 'shelve_and_unshelve_server', 'boot_and_show_server',
                         'boot_and_get_console_output', 'boot_and_update_server'),
                        SERVER),
        'list_servers': {},
        'boot_and_bounce_server': {**SERVER, 'actions': [
            {'hard_reboot': 1}, {'soft_reboot': 1}, {'stop_start': 1}, {'rescue_unrescue': 1}]},
        'resize_server': RESIZE, 'resize_shutoff_server': RESIZE,
        'boot_and_rebuild_server': {'from_image': picture, 'to_image': picture, 'flavor': {'name': 'r.1'}},
        'boot_and_get_console_url': {**SERVER, 'console_type': 'novnc'}},
    'NovaServices': {'list_services': {}},
    'Quotas': {'nova_get': {}, 'nova_update': {}, 'nova_update_and_delete': {}},
}

workload = {'runner': {'type': 'serial', 'times': 1}, 'sla': {'failure_rate': {'max': 0}},
            'context': {'users': {'tenants': 1, 'users_per_tenant': 1}}}
with open('task.json', 'w') as file:
    json.dump({f'{plugin}.{name}': [{**workload, 'args': arguments}]
               for plugin, scenarios in NAMES.items() for name, arguments in scenarios.items()}, file)
with open('deployment.json', 'w') as file:
    json.dump({'openstack': {'auth_url': auth['auth_url'] + '/v3', 'region_name': 'RegionOne', 'admin': {
        'username': auth['username'], 'password': auth['password'], 'project_name': auth['project_name'],
        'user_domain_name': 'Default', 'project_domain_name': 'Default'}}}, file)
