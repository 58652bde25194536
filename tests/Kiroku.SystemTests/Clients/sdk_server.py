"""The life of a server by openstacksdk, at its default microversions: sdk_server.py IMAGE_FILE."""

import sys
from datetime import datetime

import openstack
from openstack import exceptions, version
from openstack.compute.v2.server_action import ServerAction

from steps import done, expect, wait_until

demo, admin = openstack.connect(cloud="kiroku"), openstack.connect(cloud="kiroku-admin")
compute = demo.compute


def settled(server, status):
    """The server, once nothing runs on it."""

    def ask():
        shown = compute.get_server(server.id)
        assert shown.status != "ERROR", shown
        return shown if shown.status == status and not shown.task_state else None

    return wait_until(f"{status} of {server.id}", ask)


def booted(server, times):
    """Waits for so many boots in the guest's own words: before, it may miss the press of its power button."""
    wait_until(f"boot {times}", lambda: f" boots={times} " in compute.get_server_console_output(server.id)["output"])


def make_what_it_needs():
    image = demo.image.create_image("sdk", filename=sys.argv[1], disk_format="qcow2", container_format="bare", wait=True, hw_kind="small")
    image = demo.image.get_image(image.id)
    expect(("active", "shared", "small"), (image.status, image.visibility, image.properties["hw_kind"]))
    expect([image.id], [found.id for found in demo.image.images(name="sdk")])
    expect(open(sys.argv[1], "rb").read(), demo.image.download_image(image).content)
    demo.image.update_image(image, min_ram=64)
    demo.image.add_tag(image, "tagged")
    image = demo.image.find_image("sdk")
    expect((64, ["tagged"]), (image.min_ram, image.tags))
    done("image")

    small = admin.compute.create_flavor(name="sdk.small", ram=128, vcpus=1, disk=1, description="first")
    large = admin.compute.create_flavor(name="sdk.large", ram=192, vcpus=2, disk=2)
    admin.compute.create_flavor_extra_specs(small, {"hw:a": "b"})
    expect("second", admin.compute.update_flavor(small.id, description="second").description)
    expect({"hw:a": "b"}, compute.find_flavor("sdk.small", get_extra_specs=True).extra_specs)
    expect({"sdk.small", "sdk.large"}, {flavor.name for flavor in compute.flavors() if flavor.name.startswith("sdk")})
    done("flavors")

    key = compute.create_keypair(name="sdk")
    assert "PRIVATE KEY" in key.private_key, key
    expect(key.fingerprint, compute.find_keypair("sdk").fingerprint)
    expect(["sdk"], [found.name for found in compute.keypairs()])
    done("keypair")
    return image, small, large


def create(image, flavor):
    server = demo.create_server(
        "sdk", image=image.id, flavor=flavor.id, key_name="sdk", userdata="#!/bin/sh\necho sdk\n", config_drive=True, meta={"role": "web"}, wait=True, timeout=60
    )
    expect(("ACTIVE", "sdk", "sdk", {"role": "web"}), (server.status, server.name, server.key_name, dict(server.metadata)))
    expect((image.id, "sdk.small"), (server.image.id, server.flavor.original_name))
    assert server.admin_password and server.created_at and server.launched_at, server
    shown = compute.get_server(server.id)
    expect((1, "active", demo.current_project_id, "nova", False, True), (
        shown.power_state, shown.vm_state, shown.project_id, shown.availability_zone, shown.is_locked, bool(shown.has_config_drive)))
    expect([server.id], [found.id for found in compute.servers(name="sdk", status="ACTIVE")])
    expect([server.id], [found.id for found in compute.servers(details=False, all_projects=False)])
    expect([server.id], [found.id for found in demo.list_servers(detailed=True)])
    wait_until("user data in the guest", lambda: "KIROKU USER_DATA echo sdk" in compute.get_server_console_output(server.id)["output"])
    assert "KIROKU KEY ssh-" in demo.get_server_console(server.id)
    done("create")
    return server


def act(server, image, large):
    compute.stop_server(server)
    settled(server, "SHUTOFF")
    compute.start_server(server)
    settled(server, "ACTIVE")
    booted(server, 2)
    done("stop, start")
    compute.reboot_server(server, "SOFT")
    settled(server, "ACTIVE")
    booted(server, 3)
    compute.reboot_server(server, "HARD")
    settled(server, "ACTIVE")
    done("reboot")
    expect("REBUILD", demo.rebuild_server(server.id, image.id).status)
    settled(server, "ACTIVE")
    compute.rebuild_server(server, image.id, name="sdk-again", metadata={"role": "db"})
    shown = settled(server, "ACTIVE")
    expect(("sdk-again", {"role": "db"}), (shown.name, shown.metadata))
    done("rebuild")
    booted(server, 1)
    compute.resize_server(server, large.id)
    settled(server, "VERIFY_RESIZE")
    compute.revert_server_resize(server)
    expect("sdk.small", settled(server, "ACTIVE").flavor.original_name)
    compute.resize_server(server, large.id)
    settled(server, "VERIFY_RESIZE")
    compute.confirm_server_resize(server)
    expect("sdk.large", settled(server, "ACTIVE").flavor.original_name)
    done("resize")


def hold(server):
    compute.pause_server(server)
    settled(server, "PAUSED")
    compute.unpause_server(server)
    settled(server, "ACTIVE")
    compute.suspend_server(server)
    settled(server, "SUSPENDED")
    compute.resume_server(server)
    settled(server, "ACTIVE")
    done("pause, suspend")
    admin.compute.lock_server(server.id, locked_reason="mine")
    shown = compute.get_server(server.id)
    assert shown.is_locked, shown
    try:
        compute.stop_server(server)
        raise AssertionError("a locked server was stopped")
    except exceptions.ConflictException as refused:
        assert "is locked" in str(refused), refused
    admin.compute.unlock_server(server.id)
    assert not compute.get_server(server.id).is_locked
    done("lock")
    compute.rescue_server(server, admin_pass="let me in")
    settled(server, "RESCUE")
    compute.unrescue_server(server)
    settled(server, "ACTIVE")
    done("rescue")
    compute.shelve_server(server)
    settled(server, "SHELVED_OFFLOADED")
    compute.unshelve_server(server)
    settled(server, "ACTIVE")
    done("shelve")


def snapshot(server):
    image = compute.create_server_image(server, "sdk-copy", metadata={"why": "test"}, wait=True, timeout=60)
    expect(("active", server.id, "test"), (image.status, image.instance_uuid, image.properties["why"]))
    settled(server, "ACTIVE")
    demo.image.delete_image(image, ignore_missing=False)
    image = demo.create_image_snapshot("sdk-copy-2", server.id, wait=True, timeout=60)
    assert demo.delete_image(image.id, wait=True)
    settled(server, "ACTIVE")
    done("createImage")


def read_the_record(server):
    # By the sdk's own session: of this version neither server_actions nor get_server_action gets as far as a request.
    path = f"/servers/{server.id}/os-instance-actions"
    actions = compute.get(path, microversion="2.84").json()["instanceActions"]
    expect([
        "createImage", "createImage", "unshelve", "shelve", "unrescue", "rescue", "unlock", "lock", "resume", "suspend", "unpause", "pause",
        "confirmResize", "resize", "revertResize", "resize", "rebuild", "rebuild", "reboot", "reboot", "start", "stop", "create"],
        [action["action"] for action in actions])
    body = compute.get(f"{path}/{actions[0]['request_id']}", microversion="2.84").json()["instanceAction"]
    action = ServerAction.existing(connection=demo, **body)
    expect(("createImage", None), (action.action, action.message))
    expect([("compute_snapshot_instance", "Success")], [(event.event, event.result) for event in action.events])
    assert action.events[0].start_time <= action.events[0].finish_time and action.events[0].host_id, action
    done("actions")


def look_around(server):
    limits = compute.get_limits().absolute
    expect((1, 2, 192), (limits.instances_used, limits.total_cores_used, limits.total_ram_used))
    expect(1, demo.get_compute_limits().total_instances_used)
    admin.compute.update_quota_set(compute.get_quota_set(demo.current_project_id), instances=3)
    expect(3, compute.get_quota_set(demo.current_project_id).instances)
    admin.set_compute_quotas("demo", cores=7)
    expect(7, admin.get_compute_quotas("demo").cores)
    admin.compute.revert_quota_set(demo.current_project_id)
    expect(admin.compute.get_quota_set_defaults(demo.current_project_id).cores, compute.get_quota_set(demo.current_project_id).cores)
    assert admin.get_compute_usage("demo", start=datetime(2020, 1, 1)).total_hours > 0
    assert admin.get_compute_usage("demo").total_hours >= 0
    start = datetime(2020, 1, 1)
    # Before its fourth version it sends what it is given.
    start = start if int(version.__version__.split(".")[0]) >= 4 else start.isoformat()
    assert [usage for usage in admin.compute.usages(start=start) if usage.project_id == demo.current_project_id]
    done("limits, quotas, usage")
    hypervisor = next(admin.compute.hypervisors(details=True))
    expect((hypervisor.id, "up"), (admin.compute.get_hypervisor(hypervisor.id).id, hypervisor.state))
    assert admin.list_hypervisors() and server.id
    expect(["nova-compute"], [service.binary for service in admin.compute.services()])
    expect(["nova"], [zone.name for zone in compute.availability_zones()])
    expect(["nova"], demo.list_availability_zone_names())
    assert list(compute.extensions())
    expect([], list(admin.compute.aggregates()))
    expect([], list(compute.volume_attachments(server)))
    [interface] = compute.server_interfaces(server)
    [port] = demo.network.ports(device_id=server.id)
    expect((port.id, port.mac_address), (interface.port_id, interface.mac_addr))
    done("hypervisors, services, zones")


def delete(server, image, flavors):
    compute.delete_server(server, ignore_missing=False)
    compute.wait_for_delete(compute._get_resource(type(server), server.id), interval=0.1, wait=60)
    assert compute.find_server(server.id) is None
    second = demo.create_server("sdk-second", image="sdk", flavor="sdk.small", auto_ip=False, wait=True, timeout=60)
    assert demo.delete_server("sdk-second", wait=True, timeout=60)
    assert demo.get_server(second.id) is None
    compute.delete_keypair("sdk", ignore_missing=False)
    for flavor in flavors:
        admin.compute.delete_flavor(flavor, ignore_missing=False)
    demo.image.delete_image(image, ignore_missing=False)
    assert compute.find_keypair("sdk") is None and compute.find_flavor("sdk.small") is None and demo.image.find_image("sdk") is None
    done("delete")


image, small, large = make_what_it_needs()
server = create(image, small)
act(server, image, large)
hold(server)
snapshot(server)
read_the_record(server)
look_around(server)
delete(server, image, [small, large])
