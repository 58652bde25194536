using System.Text.RegularExpressions;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Identity;

/// <summary>
/// A row of docs/visibility.md: a route, or one action of a route, with a request that succeeds for callers who may
/// make it.
/// </summary>
internal sealed partial record VisibilityRow(string Method, string Path, string Action, bool IsCompute)
{
    public const string OfServers = "POST /servers/{}/action";
    public const string OfFlavors = "POST /flavors/{}/action";

    /// <summary>
    /// Bodies by route or by the key of an action. Words in capitals stand for existing things and new names.
    /// </summary>
    private static readonly IReadOnlyDictionary<string, string> Bodies = new Dictionary<string, string>
    {
        ["POST /servers"] = """{"server":{"name":"vm","flavorRef":"42","imageRef":"IMAGE"}}""",
        ["reboot"] = """{"reboot":{"type":"HARD"}}""",
        ["rebuild"] = """{"rebuild":{"imageRef":"IMAGE"}}""",
        ["resize"] = """{"resize":{"flavorRef":"84"}}""",
        ["createImage"] = """{"createImage":{"name":"NEW"}}""",
        ["createBackup"] = """{"createBackup":{"name":"NEW","backup_type":"daily","rotation":1}}""",
        ["addSecurityGroup"] = """{"addSecurityGroup":{"name":"default"}}""",
        ["removeSecurityGroup"] = """{"removeSecurityGroup":{"name":"default"}}""",
        ["addFloatingIp"] = """{"addFloatingIp":{"address":"192.0.2.1"}}""",
        ["removeFloatingIp"] = """{"removeFloatingIp":{"address":"192.0.2.1"}}""",
        ["addFixedIp"] = """{"addFixedIp":{"networkId":"1"}}""",
        ["removeFixedIp"] = """{"removeFixedIp":{"address":"192.0.2.1"}}""",
        ["os-resetState"] = """{"os-resetState":{"state":"active"}}""",
        ["os-getConsoleOutput"] = """{"os-getConsoleOutput":{}}""",
        ["os-getVNCConsole"] = """{"os-getVNCConsole":{"type":"novnc"}}""",
        ["os-getSPICEConsole"] = """{"os-getSPICEConsole":{"type":"spice-html5"}}""",
        ["os-getRDPConsole"] = """{"os-getRDPConsole":{"type":"rdp-html5"}}""",
        ["os-getSerialConsole"] = """{"os-getSerialConsole":{"type":"serial"}}""",
        ["POST /servers/{}/remote-consoles"] = """{"remote_console":{"protocol":"vnc","type":"novnc"}}""",
        ["POST /servers/{}/os-interface"] = "{}",
        ["changePassword"] = """{"changePassword":{"adminPass":"another one"}}""",
        ["PUT /servers/{}"] = """{"server":{"name":"NEW"}}""",
        ["POST /servers/{}/metadata"] = """{"metadata":{"more":"1"}}""",
        ["PUT /servers/{}/metadata"] = """{"metadata":{"some":"2"}}""",
        ["PUT /servers/{}/metadata/{}"] = """{"meta":{"some":"2"}}""",
        ["PUT /servers/{}/tags"] = """{"tags":["red"]}""",
        ["POST /flavors"] = """{"flavor":{"name":"NEW","ram":64,"vcpus":1,"disk":1}}""",
        ["PUT /flavors/{}"] = """{"flavor":{"description":"described anew"}}""",
        ["addTenantAccess"] = """{"addTenantAccess":{"tenant":"ADMINS"}}""",
        ["removeTenantAccess"] = """{"removeTenantAccess":{"tenant":"PROJECT"}}""",
        ["POST /flavors/{}/os-extra_specs"] = """{"extra_specs":{"quota:more":"1"}}""",
        ["PUT /flavors/{}/os-extra_specs/{}"] = """{"quota:some":"2"}""",
        ["POST /os-keypairs"] = """{"keypair":{"name":"NEW"}}""",
        ["POST /os-server-groups"] = """{"server_group":{"name":"NEW","policies":["affinity"]}}""",
        ["PUT /os-quota-sets/{}"] = """{"quota_set":{"instances":-1}}""",
        ["PUT /os-quota-class-sets/{}"] = """{"quota_class_set":{"instances":-1}}""",
        ["PUT /os-services/{}"] = """{"host":"HOST","binary":"nova-compute"}""",
        ["POST /os-security-groups"] = """{"security_group":{"name":"NEW","description":"d"}}""",
        ["PUT /os-security-groups/{}"] = """{"security_group":{"name":"NEW","description":"d"}}""",
        ["POST /os-security-group-rules"] = """{"security_group_rule":{"parent_group_id":"PROJECT"}}""",
        ["POST /images/{}/metadata"] = """{"metadata":{"more":"1"}}""",
        ["PUT /images/{}/metadata"] = """{"metadata":{"some":"2"}}""",
        ["PUT /images/{}/metadata/{}"] = """{"meta":{"some":"2"}}""",
        ["POST /actions/v1/subscriptions"] = """{"url":"http://127.0.0.1:1/NEW","enabled":false}""",
        ["PATCH /actions/v1/subscriptions/{}"] = """{"description":"NEW"}""",
        ["POST /image/v2/images"] = """{"name":"NEW"}""",
        ["PATCH /image/v2/images/{}"] = """[{"op":"replace","path":"/name","value":"NEW"}]""",
        ["PUT /image/v2/images/{}/file"] = "the bytes of a disk",
        ["POST /image/v2/images/{}/members"] = """{"member":"PROJECT"}""",
        ["PUT /image/v2/images/{}/members/{}"] = """{"status":"accepted"}""",
        ["POST /identity/v3/auth/tokens"] =
            """{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo","domain":{"id":"default"},"password":"SECRET"}}}}}""",
        ["POST /identity/v3/projects"] = """{"project":{"name":"NEW"}}""",
        ["PATCH /identity/v3/projects/{}"] = """{"project":{"name":"NEW"}}""",
        ["POST /identity/v3/users"] = """{"user":{"name":"NEW"}}""",
        ["PATCH /identity/v3/users/{}"] = """{"user":{"name":"NEW"}}""",
        ["POST /identity/v3/users/{}/password"]
        = $$$"""{"user":{"original_password":"{{{IdentityDesk.Password}}}","password":"another one"}}""",
        ["POST /identity/v3/roles"] = """{"role":{"name":"NEW"}}""",
        ["PATCH /identity/v3/roles/{}"] = """{"role":{"name":"NEW"}}""",
        ["POST /identity/v3/users/{}/application_credentials"] = """{"application_credential":{"name":"NEW"}}""",
    };

    /// <summary>Preparations on a server, by the key of the action.</summary>
    private static readonly IReadOnlyDictionary<string, string> Befores = new Dictionary<string, string>
    {
        ["os-start"] = """{"os-stop":null}""",
        ["confirmResize"] = """{"resize":{"flavorRef":"84"}}""",
        ["revertResize"] = """{"resize":{"flavorRef":"84"}}""",
        ["unshelve"] = """{"shelve":null}""",
        ["unpause"] = """{"pause":null}""",
        ["resume"] = """{"suspend":null}""",
        ["unrescue"] = """{"rescue":null}""",
        ["unlock"] = """{"lock":null}""",
    };

    public string Name => $"{Method} {Path} {Action}".Trim();

    /// <summary>The path without the names of its parameters.</summary>
    public string Pattern => Parameter().Replace(Path, "{}");

    public bool Changes => Method is not ("GET" or "HEAD");

    public string? Body => Action.Length > 0
        ? Bodies.GetValueOrDefault(Action, $$"""{"{{Action}}":null}""")
        : Bodies.GetValueOrDefault($"{Method} {Pattern}");

    public string? Before => Befores.GetValueOrDefault(Action);

    /// <summary>The query that the address needs.</summary>
    public string Query
        => Pattern.StartsWith("/os-simple-tenant-usage", StringComparison.Ordinal) ? "?start=2020-01-01T00:00:00" : "";

    /// <summary>Whether a success has no end.</summary>
    public bool IsEndless => Pattern == "/actions/v1/stream";

    public string ContentType => $"{Method} {Pattern}" switch
    {
        "PATCH /image/v2/images/{}" => "application/openstack-images-v2.1-json-patch",
        "PUT /image/v2/images/{}/file" => "application/octet-stream",
        _ => "application/json",
    };

    /// <summary>The microversion that added the route; null if it was there from the first.</summary>
    public string? Version => $"{Method} {Pattern}" switch
    {
        "PUT /flavors/{}" => "2.55",
        "POST /servers/{}/remote-consoles" => "2.6",
        var route when route.Contains("/servers/{}/tags", StringComparison.Ordinal) => "2.26",
        _ => ActionKeys.VersionOf(Action),
    };

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
