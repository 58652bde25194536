"""What Packer left: an image to make servers from, and nothing else."""

import cloud
import steps

kiroku = cloud.openstack.connect(cloud='kiroku')
take = steps.Steps().take


def image():
    found = kiroku.image.find_image('by-packer', ignore_missing=False)
    assert found.status == 'active' and found.tags == ['packed'] and found.min_disk == 1, found


def use():
    server = kiroku.create_server(
        'of-by-packer', image='by-packer', flavor='p.1', network='default', auto_ip=False, wait=True)
    assert server.status == 'ACTIVE', server
    assert kiroku.delete_server(server.id, wait=True)


def not_left(things):
    assert not things, things


take('image', image)
take('nothing else is left', lambda: not_left(list(kiroku.compute.servers()) + list(kiroku.compute.keypairs())))
take('server of the image', use)

