"""The image and the flavor that the template names."""

import cloud

admin = cloud.admin()
cloud.image(admin, 'picture')
cloud.flavor(admin, 'p.1')
