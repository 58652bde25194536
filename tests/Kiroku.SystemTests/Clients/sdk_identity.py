"""Projects, users, roles and application credentials by openstacksdk's identity proxy."""

import openstack

from steps import done, expect

admin = openstack.connect(cloud="kiroku-admin")
identity = admin.identity

project = identity.create_project(name="sdk", description="first")
expect("second", identity.update_project(project, description="second").description)
expect(project.id, identity.find_project("sdk").id)
user = identity.create_user(name="sdk", password="a secret of the sdk", default_project_id=project.id)
expect([user.id], [found.id for found in identity.users(name="sdk")])
role = identity.create_role(name="sdk")
expect(role.id, identity.find_role("sdk").id)
done("create")

member = identity.find_role("member")
identity.assign_project_role_to_user(project, user, member)
expect(
    [(project.id, user.id)],
    [(found.scope["project"]["id"], found.user["id"]) for found in identity.role_assignments(user_id=user.id)])
done("assign")

auth = dict(auth_url=admin.config.auth["auth_url"], user_domain_name="Default", project_domain_name="Default", project_name="sdk")
theirs = openstack.connect(auth=dict(auth, username="sdk", password="a secret of the sdk"), region_name="RegionOne")
expect(project.id, theirs.current_project_id)
expect([], list(theirs.compute.servers()))
credential = theirs.identity.create_application_credential(user.id, "sdk")
assert credential.secret, credential
by_credential = openstack.connect(
    auth_type="v3applicationcredential", region_name="RegionOne",
    auth=dict(auth_url=auth["auth_url"], application_credential_id=credential.id, application_credential_secret=credential.secret))
expect([], list(by_credential.compute.servers()))
expect([credential.id], [found.id for found in theirs.identity.application_credentials(user.id)])
theirs.identity.delete_application_credential(user.id, credential, ignore_missing=False)
done("sign in")

identity.unassign_project_role_from_user(project, user, member)
expect([], list(identity.role_assignments(user_id=user.id)))
identity.delete_role(role, ignore_missing=False)
identity.delete_user(user, ignore_missing=False)
identity.delete_project(project, ignore_missing=False)
assert identity.find_user("sdk") is None and identity.find_project("sdk") is None
expect(["compute", "identity", "image", "network"], sorted(service.type for service in identity.services()))
assert identity.get_domain("default").is_enabled and list(identity.regions()) and list(identity.endpoints())
done("delete")
