"""The life of a server by novaclient at one microversion: nova_server.py VERSION."""

import sys

import openstack
from novaclient import client, exceptions

from steps import done, expect, wait_until

version = sys.argv[1]
minor = int(version.split(".")[1])
nova, admin = (client.Client(version, session=openstack.connect(cloud=cloud).session) for cloud in ("kiroku", "kiroku-admin"))
name = f"nova-{minor}"


def settled(status):
    """The server, once nothing runs on it."""

    def ask():
        shown = nova.servers.get(server.id)
        assert shown.status != "ERROR", shown.to_dict()
        return shown if shown.status == status and not getattr(shown, "OS-EXT-STS:task_state") else None

    return wait_until(f"{status} of {server.id}", ask)


def booted(times):
    """Waits for so many boots in the guest's own words: before, it may miss the press of its power button."""
    wait_until(f"boot {times}", lambda: f" boots={times} " in server.get_console_output())


def flavor_of(shown):
    return shown.flavor["original_name"] if minor >= 47 else nova.flavors.get(shown.flavor["id"]).name


nano, micro = (nova.flavors.find(name=flavor) for flavor in ("m1.nano", "m1.micro"))
image = openstack.connect(cloud="kiroku").image.find_image("kiroku-guest")
networks = {"nics": "auto"} if minor >= 37 else {}
server = nova.servers.create(name, image.id, nano, meta={"role": "web"}, **networks)
assert server.adminPass
shown = settled("ACTIVE")
expect((name, {"role": "web"}, "m1.nano", image.id), (shown.name, shown.metadata, flavor_of(shown), shown.image["id"]))
expect([server.id], [found.id for found in nova.servers.list(search_opts={"name": name})])
expect({"isolated": []}, shown.addresses)
done("create")

shown.update(name=name + "-named")
nova.servers.set_meta(server, {"more": "1"})
nova.servers.delete_meta(server, ["role"])
shown = nova.servers.get(server.id)
expect((name + "-named", {"more": "1"}), (shown.name, shown.metadata))
if minor >= 26:
    server.add_tag("red")
    server.set_tags(["red", "blue"])
    server.delete_tag("red")
    expect(["blue"], server.tag_list())
done("update")

booted(1)
server.stop()
settled("SHUTOFF")
server.start()
settled("ACTIVE")
booted(2)
server.reboot("SOFT")
settled("ACTIVE")
booted(3)
server.reboot("HARD")
settled("ACTIVE")
server.rebuild(image.id, name=name)
expect(name, settled("ACTIVE").name)
booted(1)
done("stop, start, reboot, rebuild")

server.resize(micro)
settled("VERIFY_RESIZE")
server.revert_resize()
expect("m1.nano", flavor_of(settled("ACTIVE")))
server.resize(micro)
settled("VERIFY_RESIZE")
server.confirm_resize()
expect("m1.micro", flavor_of(settled("ACTIVE")))
done("resize")

server.pause()
settled("PAUSED")
server.unpause()
settled("ACTIVE")
server.suspend()
settled("SUSPENDED")
server.resume()
settled("ACTIVE")
server.rescue()
settled("RESCUE")
server.unrescue()
settled("ACTIVE")
server.shelve()
settled("SHELVED_OFFLOADED")
server.unshelve()
settled("ACTIVE")
done("pause, suspend, rescue, shelve")

server.lock()
try:
    admin_only = nova.servers.get(server.id)
    expect(True, admin.servers.get(server.id).locked if minor >= 9 else True)
    expect("ACTIVE", admin_only.status)
finally:
    server.unlock()
copy = server.create_image("nova-copy")
copies = openstack.connect(cloud="kiroku").image
wait_until("the image", lambda: copies.get_image(copy).status == "active")
settled("ACTIVE")
copies.delete_image(copy)
done("lock, createImage")

actions = nova.instance_action.list(server)
expect([
    "createImage", "unlock", "lock", "unshelve", "shelve", "unrescue", "rescue", "resume", "suspend", "unpause", "pause",
    "confirmResize", "resize", "revertResize", "resize", "rebuild", "reboot", "reboot", "start", "stop", "create"],
    [action.action for action in actions])
shelve = nova.instance_action.get(server, actions[4].request_id)
expect(("shelve", None, ["Success"]), (shelve.action, shelve.message, [event["result"] for event in shelve.events]))
done("actions")

expect(len(nova.servers.list()), nova.limits.get().to_dict()["absolute"]["totalInstancesUsed"])
assert nova.quotas.get(shown.tenant_id).cores
assert admin.hypervisors.list() and admin.services.list() and nova.availability_zones.list(detailed=False)
done("limits, quotas, hypervisors, services, zones")

server.delete()


def gone():
    try:
        nova.servers.get(server.id)
    except exceptions.NotFound:
        return True
    return False


wait_until("the end", gone)
done("delete")
