"""The images and flavors that the playbook names."""

import cloud

admin = cloud.admin()
cloud.image(admin, 'picture')
cloud.flavor(admin, 'a.1')
