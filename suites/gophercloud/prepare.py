"""Makes what gophercloud's tests expect of a cloud, and prints the environment that names it."""

import cloud

admin = cloud.admin()
auth = admin.config.config['auth']
for name, value in dict(
    OS_AUTH_URL=auth['auth_url'] + '/v3', OS_USERNAME=auth['username'], OS_PASSWORD=auth['password'],
    OS_PROJECT_NAME=auth['project_name'], OS_DOMAIN_ID='default', OS_REGION_NAME='RegionOne',
    OS_IMAGE_ID=cloud.image(admin, 'first'), OS_FLAVOR_ID=cloud.flavor(admin, 'g.1'),
    OS_FLAVOR_ID_RESIZE=cloud.flavor(admin, 'g.2', 128), OS_NETWORK_NAME='default', OS_POOL_NAME='none',
    OS_EXTGW_ID='none', OS_MAGNUM_IMAGE_ID='none', OS_MAGNUM_KEYPAIR='none',
).items():
    print(f"export {name}='{value}'")
