using System.Text.Json.Nodes;
using Kiroku.SystemTests.CommandLine;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Identity;

/// <summary>OpenStack's own client creates and deletes users, projects and roles, on libvirt's mock.</summary>
public sealed class StockIdentityTests : IAsyncLifetime
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("ki-");
    private KirokuProcess? service;
    private Uri address = null!;
    private StockClient admin = null!;

    public async ValueTask InitializeAsync()
    {
        StockClient.Require();
        service = new KirokuProcess(
            ["serve", "--data", data.FullName, "--listen", "http://127.0.0.1:0", "--hypervisor", "test:///default"]);
        address = new Uri((await service.ReadLineUntilAsync("listening on "))["listening on ".Length..]);
        admin = StockClient.Of(data.FullName, "kiroku-admin");
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null)
            await service.DisposeAsync();
        data.Delete(recursive: true);
    }

    private Uri Identity => new(address, "identity");

    [LongTheory("it starts the client thirty times; openstacksdk does the same in LibraryTests")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task Projects_users_and_roles_live_from_create_to_delete(string clients)
    {
        admin = admin.In(clients);
        var project = await admin.JsonAsync("project create --description d --tag red p1");
        await admin.RunAsync("project set --description changed --property cost=7 p1");
        project = await admin.JsonAsync("project show p1");
        Assert.Equal(("changed", "7"), ((string)project["description"]!, (string)project["cost"]!));
        await admin.RunAsync("user create --password first --project p1 --email a@b ann");
        await admin.RunAsync("user set --description helper ann");
        Assert.Equal("helper", (string)(await admin.JsonAsync("user show ann"))["description"]!);
        await admin.RunAsync("role create support");
        await admin.RunAsync("role add --project p1 --user ann member");
        await admin.RunAsync("role add --project p1 --user ann support");
        await admin.RunAsync("role add --domain Default --user ann reader");
        Assert.Equal(
            ["member@p1@Default", "reader@", "support@p1@Default"],
            (await admin.JsonAsync("role assignment list --names --user ann")).AsArray().Select(
                row => $"{row!["Role"]}@{row["Project"]}").Order(StringComparer.Ordinal));
        await admin.RunAsync("role remove --project p1 --user ann support");
        Assert.Equal(["member", "reader"],
            Column(await admin.JsonAsync("role assignment list --names --user ann --project p1 --effective"), "Role"));

        var ann = StockClient.Of(Identity, "ann", "first", "p1").In(clients);
        Assert.Matches(Refusal(403), await ann.FailAsync("user create x"));
        Assert.Equal(["p1"], Column(await ann.JsonAsync("project list"), "Name"));
        // Debian 13's client does not send whose password it is (openstackclient 7.4, user.py, SetPasswordUser).
        if (clients == "trixie")
            await admin.RunAsync("user set --password second ann");
        else
            await ann.RunAsync("user password set --original-password first --password second");
        Assert.Matches(Refusal(401), await ann.FailAsync("token issue"));
        ann = StockClient.Of(Identity, "ann", "second", "p1").In(clients);
        Assert.Equal((string)project["id"]!, (string)(await ann.JsonAsync("token issue"))["project_id"]!);

        await admin.RunAsync("project delete p1");
        Assert.Matches(Refusal(401), await ann.FailAsync("token issue"));
        await admin.RunAsync("user delete ann");
        await admin.RunAsync("role delete support");
        Assert.Equal(["admin", "demo"], Column(await admin.JsonAsync("project list"), "Name"));
        Assert.Equal(["admin", "demo"], Column(await admin.JsonAsync("user list"), "Name"));
        Assert.Equal(["admin", "member", "reader"], Column(await admin.JsonAsync("role list"), "Name"));
    }

    [LongTheory("it starts the client ten times; in process it is tried on every route")]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task An_application_credential_signs_in_until_it_is_deleted(string clients)
    {
        admin = admin.In(clients);
        var demo = StockClient.Of(data.FullName, "kiroku").In(clients);
        var made = await demo.JsonAsync(
            "application credential create --role reader --expiration 2040-01-01T00:00:00 ci");
        Assert.Equal(["ci"], Column(await demo.JsonAsync("application credential list"), "Name"));
        Assert.Equal("reader", RoleOf(Value(await demo.JsonAsync("application credential show ci"), "roles")));
        var program = new StockClient(
            ("OS_AUTH_TYPE", "v3applicationcredential"), ("OS_AUTH_URL", Identity.ToString()),
            ("OS_APPLICATION_CREDENTIAL_ID", (string)Value(made, "id")!),
            ("OS_APPLICATION_CREDENTIAL_SECRET", (string)Value(made, "secret")!)).In(clients);
        Assert.Empty((await program.JsonAsync("server list")).AsArray());
        Assert.Matches(Refusal(403), await program.FailAsync("application credential create more"));
        await demo.RunAsync("application credential delete ci");
        Assert.Matches(Refusal(401), await program.FailAsync("server list"));
    }

    [Theory]
    [MemberData(nameof(ClientRoot.All), MemberType = typeof(ClientRoot))]
    public async Task Tokens_catalog_and_versions_are_as_the_client_expects_them(string clients)
    {
        admin = admin.In(clients);
        var token = (string)(await admin.JsonAsync("token issue"))["id"]!;
        var holder = new StockClient(("OS_AUTH_TYPE", "v3token"), ("OS_AUTH_URL", Identity.ToString()),
            ("OS_TOKEN", token), ("OS_PROJECT_NAME", "admin"), ("OS_PROJECT_DOMAIN_NAME", "Default")).In(clients);
        await holder.RunAsync("flavor list");
        await admin.RunAsync($"token revoke {token}");
        Assert.Matches(Refusal(401), await holder.FailAsync("flavor list"));
        Assert.Equal(["compute", "identity", "image", "network"],
            Column(await admin.JsonAsync("catalog list"), "Type").Order(StringComparer.Ordinal));
        Assert.Equal("nova", (string)(await admin.JsonAsync("catalog show compute"))["name"]!);
        Assert.Equal(["compute", "identity", "image", "network"],
            Column(await admin.JsonAsync("service list"), "Type").Order(StringComparer.Ordinal));
        Assert.Equal(12, (await admin.JsonAsync("endpoint list")).AsArray().Count);
        Assert.Equal(["RegionOne"], Column(await admin.JsonAsync("region list"), "Region"));
        Assert.Equal(["Default"], Column(await admin.JsonAsync("domain list"), "Name"));
        Assert.Equal(["admin", "member"], Column(await admin.JsonAsync("implied role list"), "Prior Role Name"));
        Assert.Contains((await admin.JsonAsync("versions show")).AsArray(),
            row => (string)row!["Service Type"]! == "identity" && (string)row["Version"]! == "3.14");
    }

    /// <summary>The client's message about a refusal: that of older clients and of signing in, or that of today's
    /// with openstacksdk.</summary>
    private static string Refusal(int status) => $"HTTP {status}|Exception: {status}: Client Error";

    private static IEnumerable<string> Column(JsonNode rows, string name)
        => rows.AsArray().Select(row => (string)row![name]!);

    /// <summary>A value by its name, which newer clients capitalize.</summary>
    private static JsonNode Value(JsonNode shown, string name)
        => shown.AsObject().Single(value => value.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value!;

    /// <summary>The only role, which older clients print by name and newer ones as Keystone's answer.</summary>
    private static string RoleOf(JsonNode roles)
        => (string)(roles is JsonArray list ? list.Single()!["name"]! : roles)!;
}
