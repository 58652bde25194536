"""Prepares the service for a suite: images and flavors that it expects, and clouds under the names that it uses."""

import copy
import os

import openstack
import yaml


def admin():
    return openstack.connect(cloud='kiroku-admin')


def image(cloud, name, size=1 << 20):
    """A raw image of zeros, which is enough for a hypervisor that only pretends."""
    file = os.path.join(os.environ['SCRATCH'], 'image')
    with open(file, 'wb') as target:
        target.truncate(size)
    return cloud.create_image(
        name, filename=file, disk_format='raw', container_format='bare', visibility='public', wait=True).id


def flavor(cloud, name, ram=64, disk=1, vcpus=1):
    found = cloud.get_flavor(name)
    return (found or cloud.create_flavor(name, ram, vcpus, disk)).id


def devstack_flavors(cloud):
    """Just those flavors that a cloud made by devstack has had since the beginning."""
    sizes = {'cirros256': (256, 1), 'm1.tiny': (512, 1), 'm1.small': (2048, 1), 'm1.medium': (4096, 2),
             'm1.large': (8192, 4), 'm1.xlarge': (16384, 8)}
    for other in cloud.list_flavors():
        cloud.delete_flavor(other.id)
    for name, (ram, vcpus) in sizes.items():
        cloud.create_flavor(name, ram, vcpus, 1)


def clouds(names):
    """
    Copies clouds.yaml and returns the copy's name. {NAME: 'kiroku-admin'} adds a cloud NAME that is the same as that
    one, {NAME: dict(...)} one that signs in with these values.
    """
    with open(os.environ['OS_CLIENT_CONFIG_FILE']) as source:
        content = yaml.safe_load(source)
    known = content['clouds']
    for name, like in names.items():
        new = copy.deepcopy(known[like if isinstance(like, str) else 'kiroku'])
        if isinstance(like, dict):
            new['auth'].update(like)
        known[name] = new
    file = os.path.join(os.environ['SCRATCH'], 'clouds.yaml')
    with open(file, 'w') as target:
        yaml.safe_dump(content, target)
    return file


def member(cloud, name):
    """A user in a project of the same name, and how it signs in."""
    project = cloud.create_project(name=name, domain_id='default')
    user = cloud.create_user(name=name, password='secret', default_project=project.id, domain_id='default')
    cloud.grant_role('member', user=user.id, project=project.id)
    return dict(username=name, password='secret', project_name=name)
