"""Prepares images and flavors, and writes Heat's configuration, with a free port."""

import os
import socket

import cloud

SCRATCH = os.environ['SCRATCH']

admin = cloud.admin()
cloud.image(admin, 'picture')
cloud.flavor(admin, 'h.1')
cloud.flavor(admin, 'h.2', ram=128)

with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    port = free.getsockname()[1]
with open(os.path.join(os.path.dirname(__file__), 'heat.conf')) as source:
    text = source.read()
values = {'SCRATCH': SCRATCH, 'PORT': str(port), 'ADDRESS': os.environ['ADDRESS'],
          'SECRET': admin.config.config['auth']['password']}
for word, value in values.items():
    text = text.replace(word, value)
with open(os.path.join(SCRATCH, 'heat.conf'), 'w') as target:
    target.write(text)
print(port)
