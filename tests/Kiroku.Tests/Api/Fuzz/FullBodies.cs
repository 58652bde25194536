using Kiroku.Tests.Identity;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Bodies with every key that a route knows, for routes that also accept a shorter one; by route or by the key of an
/// action.
/// </summary>
internal static class FullBodies
{
    private static readonly Dictionary<string, string[]> Bodies = new()
    {
        ["POST /servers"] =
        [
            """
            {"server":{"name":"vm","flavorRef":"42","imageRef":"IMAGE","adminPass":"x","metadata":{"a":"b"},"networks":[{"uuid":"x","fixed_ip":"1.2.3.4","port":null}],
            "OS-DCF:diskConfig":"AUTO","accessIPv4":"1.2.3.4","accessIPv6":"::1","availability_zone":"nova","config_drive":true,"key_name":"key","min_count":1,"max_count":2,
            "return_reservation_id":true,"security_groups":[{"name":"default"}],"user_data":"eA==","description":"d","block_device_mapping_v2":[{"boot_index":"0","uuid":"IMAGE",
            "source_type":"image","destination_type":"local"}],"personality":[{"path":"/x","contents":"eA=="}]},"os:scheduler_hints":{"group":"5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a","different_host":["5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a"],"foo":1}}
            """,
            """
            {"server":{"name":"vm","flavorRef":42,"imageRef":"IMAGE","networks":"none","min_count":"1","tags":["red"],"trusted_image_certificates":["x"],"host":"h",
            "hypervisor_hostname":"h","hostname":"vm","description":null}}
            """,
        ],
        ["rebuild"] =
        [
            """
            {"rebuild":{"imageRef":"IMAGE","name":"n","adminPass":"x","metadata":{"a":"b"},"preserve_ephemeral":false,"OS-DCF:diskConfig":"AUTO","accessIPv4":"1.2.3.4","accessIPv6":"::1",
            "description":"d","key_name":null,"user_data":"eA==","trusted_image_certificates":null,"hostname":"vm"}}
            """,
        ],
        ["resize"] = ["""{"resize":{"flavorRef":84,"OS-DCF:diskConfig":"AUTO"}}"""],
        ["createImage"] = ["""{"createImage":{"name":"NEW","metadata":{"a":"b"}}}"""],
        ["createBackup"]
        = ["""{"createBackup":{"name":"NEW","backup_type":"daily","rotation":"1","metadata":{"a":"b"}}}"""],
        ["addFloatingIp"] = ["""{"addFloatingIp":{"address":"192.0.2.1","fixed_address":"::1"}}"""],
        ["POST /os-floating-ips"] = ["""{"pool":"public"}"""],
        ["POST /os-security-group-rules"] =
        [
            """{"security_group_rule":{"parent_group_id":"PROJECT","group_id":"PROJECT","ip_protocol":"tcp","from_port":1,"to_port":2,"cidr":"::/0"}}""",
        ],
        ["os-getConsoleOutput"]
        = ["""{"os-getConsoleOutput":{"length":10}}""", """{"os-getConsoleOutput":{"length":"10"}}"""],
        ["lock"] = ["""{"lock":{"locked_reason":"x"}}"""],
        ["unshelve"] = ["""{"unshelve":{"availability_zone":"nova","host":"HOST"}}"""],
        ["migrate"] = ["""{"migrate":{"host":"HOST"}}"""],
        ["rescue"] = ["""{"rescue":{"adminPass":"x","rescue_image_ref":"IMAGE"}}"""],
        ["evacuate"] = ["""{"evacuate":{"host":"HOST","adminPass":"x"}}"""],
        ["PUT /servers/{}"]
        = ["""{"server":{"name":"NEW","OS-DCF:diskConfig":"AUTO","accessIPv4":"1.2.3.4","accessIPv6":"::1","description":"d","hostname":"vm"}}"""],
        ["POST /flavors"] =
        [
            """
            {"flavor":{"name":"NEW","id":null,"ram":64,"vcpus":1,"disk":1,"OS-FLV-EXT-DATA:ephemeral":0,"swap":0,"rxtx_factor":1.0,"os-flavor-access:is_public":true,"description":"d"}}
            """,
            """{"flavor":{"name":"NEW","id":"NEW","ram":"64","vcpus":"1","disk":"1","swap":"0","rxtx_factor":"1.5"}}""",
        ],
        ["POST /flavors/{}/os-extra_specs"] = ["""{"extra_specs":{"quota:more":1,"hw:x":"y"}}"""],
        ["POST /os-keypairs"]
        = ["""{"keypair":{"name":"NEW","type":"ssh","public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGh2 x","user_id":"USER"}}"""],
        ["POST /os-server-groups"] =
        [
            """{"server_group":{"name":"NEW","policy":"anti-affinity","rules":{"max_server_per_host":2}}}""",
            """{"server_group":{"name":"NEW","policies":["soft-affinity"]}}""",
        ],
        ["PUT /os-quota-sets/{}"] =
        [
            """{"quota_set":{"instances":-1,"cores":"-1","ram":-1,"metadata_items":128,"key_pairs":100,"injected_files":0,"server_groups":0,"force":true}}""",
        ],
        ["PUT /os-services/{}"]
        = ["""{"host":"HOST","binary":"nova-compute","disabled_reason":"x","status":"enabled","forced_down":false}"""],
        ["POST /actions/v1/subscriptions"] =
        [
            """{"url":"http://127.0.0.1:1/","filter":"outcome = failed","events":["begun","changed","ended"],"description":"d","enabled":false,"all_projects":false}""",
        ],
        ["PATCH /actions/v1/subscriptions/{}"] =
        [
            """{"url":"http://127.0.0.1:1/","filter":"","events":["ended"],"description":null,"enabled":false}""",
        ],
        ["POST /actions/v1/subscriptions/{}/redeliver"] = ["""{"deliveries":["1","2"]}"""],
        ["POST /image/v2/images"] =
        [
            """
            {"name":"NEW","disk_format":"raw","container_format":"bare","visibility":"private","min_disk":1,"min_ram":1,"protected":false,"tags":["red"],"os_hidden":false,
            "hw_disk_bus":"virtio","architecture":"x86_64"}
            """,
        ],
        ["PATCH /image/v2/images/{}"] =
        [
            """
            [{"op":"replace","path":"/name","value":"NEW"},{"op":"add","path":"/x","value":"y"},{"op":"remove","path":"/x"},{"op":"replace","path":"/min_disk","value":1},
            {"op":"replace","path":"/tags","value":["a"]},{"op":"add","path":"/min_ram","value":2},{"op":"replace","path":"/protected","value":false}]
            """,
        ],
        ["POST /identity/v3/auth/tokens"] =
        [
            """
            {"auth":{"identity":{"methods":["password","token"],"password":{"user":{"id":"USER","name":"nobody","domain":{"id":"default","name":"Default"},"password":"x"}},"token":{"id":"x"},
            "application_credential":{"id":"x","name":"n","secret":"s","user":{"id":"USER"}}},"scope":{"project":{"id":"PROJECT","name":"demo","domain":{"id":"default"}}}}}
            """,
            """{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"x","secret":"s"}},"scope":{"domain":{"id":"default"},"system":{"all":true}}}}""",
        ],
        ["POST /identity/v3/projects"] =
        [
            """{"project":{"name":"NEW","domain_id":"default","parent_id":"default","description":"d","enabled":true,"is_domain":false,"tags":["a"],"options":{"immutable":false},"more":1}}""",
        ],
        ["PATCH /identity/v3/projects/{}"]
        = ["""{"project":{"name":"NEW","enabled":true,"tags":["a"],"options":{"immutable":null},"description":"d"}}"""],
        ["POST /identity/v3/users"] =
        [
            """{"user":{"name":"NEW","password":"pw","domain_id":"default","default_project_id":"PROJECT","enabled":true,"options":{},"email":"x@y","description":"d"}}""",
        ],
        ["PATCH /identity/v3/users/{}"]
        = ["""{"user":{"name":"NEW","password":"pw","enabled":true,"default_project_id":null,"email":1}}"""],
        ["POST /identity/v3/roles"]
        = ["""{"role":{"name":"NEW","description":"d","domain_id":null,"options":{"immutable":false}}}"""],
        ["POST /identity/v3/users/{}/application_credentials"] =
        [
            """{"application_credential":{"name":"NEW","secret":"s","description":"d","expires_at":"2099-01-01T00:00:00.000000Z","unrestricted":false,"roles":[{"name":"member"}],"access_rules":[]}}""",
        ],
    };

    /// <summary>All bodies to begin from; none if the route has no body.</summary>
    public static IReadOnlyList<string> Of(VisibilityRow row)
    {
        var full = Bodies.GetValueOrDefault(row.Action.Length > 0 ? row.Action : $"{row.Method} {row.Pattern}", []);
        return row.Body is { } least ? [least, .. full] : full;
    }
}
