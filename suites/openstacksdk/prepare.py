"""Makes what openstacksdk's tests expect of a cloud, and prints the name of a clouds.yaml with the names they use."""

import cloud

admin = cloud.admin()
cloud.image(admin, 'cirros-disk')
cloud.devstack_flavors(admin)
print(cloud.clouds({
    'devstack': 'kiroku', 'devstack-admin': 'kiroku-admin', 'devstack-alt': cloud.member(admin, 'alt')}))
