"""An image and flavors, and how fog signs in, as environment variables."""

import cloud

admin = cloud.admin()
cloud.image(admin, 'picture')
cloud.flavor(admin, 'f.1')
cloud.flavor(admin, 'f.2', 128)
auth = cloud.openstack.connect(cloud='kiroku').config.config['auth']
for name in ('auth_url', 'username', 'password', 'project_name'):
    print(f"export OS_{name.upper()}='{auth[name]}'")
