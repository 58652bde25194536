"""Writes tempest.conf for the service."""

import os

import cloud

admin = cloud.admin()
auth = admin.config.config['auth']
version = admin.compute.get_endpoint_data()
images = [cloud.image(admin, name) for name in ('tempest-1', 'tempest-2')]
flavors = [cloud.flavor(admin, name, ram) for name, ram in (('tempest.1', 64), ('tempest.2', 128))]

folder = os.path.join(os.environ['SCRATCH'], 'etc')
os.makedirs(os.path.join(folder, 'locks'))
with open(os.path.join(folder, 'tempest.conf'), 'w') as file:
    file.write(f"""
[DEFAULT]
log_file = {folder}/tempest.log
[oslo_concurrency]
lock_path = {folder}/locks
[auth]
use_dynamic_credentials = true
create_isolated_networks = false
admin_username = {auth['username']}
admin_password = {auth['password']}
admin_project_name = {auth['project_name']}
admin_domain_name = Default
[identity]
uri_v3 = {auth['auth_url']}/v3
auth_version = v3
region = RegionOne
[identity-feature-enabled]
api_v2 = false
api_v2_admin = false
[compute]
image_ref = {images[0]}
image_ref_alt = {images[1]}
flavor_ref = {flavors[0]}
flavor_ref_alt = {flavors[1]}
fixed_network_name = default
min_microversion = 2.1
max_microversion = {version.max_microversion[0]}.{version.max_microversion[1]}
build_interval = 1
build_timeout = 60
ready_wait = 0
[compute-feature-enabled]
config_drive = true
personality = true
console_output = false
vnc_console = false
resize = true
shelve = true
rescue = true
suspend = true
attach_encrypted_volume = false
[validation]
run_validation = false
[network]
project_network_cidr = 10.0.0.0/24
[service_available]
cinder = false
glance = true
neutron = true
nova = true
swift = false
horizon = false
""")
