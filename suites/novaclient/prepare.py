"""Makes what novaclient's tests expect of a cloud, and prints the name of a clouds.yaml with the names they use."""

import cloud

admin = cloud.admin()
cloud.image(admin, 'cirros-disk.img')
cloud.devstack_flavors(admin)
file = cloud.clouds({'functional_admin': 'kiroku-admin'})
# The tests look for identities in the configuration, not for names.
with open(file) as source:
    text = source.read().replace('user_domain_name: Default', 'user_domain_id: default')
with open(file, 'w') as target:
    target.write(text.replace('project_domain_name: Default', 'project_domain_id: default'))
print(file)
