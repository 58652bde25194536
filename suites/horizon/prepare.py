"""An image for the server that is launched."""

import cloud

cloud.image(cloud.admin(), 'picture')
