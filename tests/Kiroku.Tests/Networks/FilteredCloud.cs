using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.Servers.Upkeep;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Networks;

/// <summary>A cloud whose one host filters what its servers' cards send and receive.</summary>
internal sealed class FilteredCloud : IAsyncDisposable
{
    private const string Root = "/network/v2.0";

    public static readonly HostNetwork Bridge = new(NetworkKind.Bridge, "lan") { FiltersCards = true };

    private FilteredCloud(Cloud cloud) => Cloud = cloud;

    public Cloud Cloud { get; }

    /// <summary>The group default of demo's project.</summary>
    public string Default { get; private set; } = "";

    public static async Task<FilteredCloud> StartAsync(params (string Key, string Value)[] settings)
    {
        var running = await Cloud.StartAsync([Cloud.Unwatched, .. settings]);
        var cloud = new FilteredCloud(running);
        running.Host.Addresses = [new MachineAddress("lan", "10.0.0.7", "fa:16:3e:00:00:02")];
        await cloud.OnAsync(Bridge);
        cloud.Default = (string)(await cloud.ListAsync("security-groups"))[0]!["id"]!;
        return cloud;
    }

    /// <summary>Has the host put machines on another network.</summary>
    public async Task OnAsync(HostNetwork network)
    {
        Cloud.Host.Network = network;
        // A node looks at its host's network when it starts.
        await Cloud.StopAsync();
        await Cloud.StartAgainAsync();
    }

    public async Task<JsonArray> ListAsync(string path)
        => (await Cloud.Demo.GetJsonAsync($"{Root}/{path}"))[path.Split('?')[0].Replace('-', '_')]!.AsArray();

    public async Task<(int Status, JsonNode? Body)> AskAsync(
        string method, string path, string? body = null, TestUser? user = null)
        => await (user ?? Cloud.Demo).AskAsync(method, $"{Root}/{path}", body);

    /// <summary>Makes a group; returns its id.</summary>
    public async Task<string> GroupAsync(string name)
    {
        var (status, body) = await AskAsync(
            "POST", "security-groups", $$$"""{"security_group":{"name":"{{{name}}}"}}""");
        Assert.Equal(201, status);
        return (string)body!["security_group"]!["id"]!;
    }

    /// <summary>Makes a rule of the group about what comes in; returns its id.</summary>
    public async Task<string> RuleAsync(string group, string keys)
    {
        var (status, body) = await AskAsync("POST", "security-group-rules", Rule(group, keys));
        Assert.True(status == 201, body!.ToJsonString());
        return (string)body["security_group_rule"]!["id"]!;
    }

    public static string Rule(string group, string keys)
        => $$$"""{"security_group_rule":{"security_group_id":"{{{group}}}","direction":"ingress"{{{keys}}}}}""";

    /// <summary>The type and message of a refusal.</summary>
    public async Task<(int Status, string Type, string Message)> RefusalAsync(
        string method, string path, string? body = null, TestUser? user = null)
    {
        var (status, answer) = await AskAsync(method, path, body, user);
        var error = answer!["NeutronError"]!;
        return (status, (string)error["type"]!, (string)error["message"]!);
    }

    /// <summary>Checks that the card of a server's machine lets through just that, now or once it was told.</summary>
    public async Task PassesAsync(Guid server, params string[] expected)
    {
        await Cloud.App.Services.GetRequiredService<FilterKeeper>().KeepAsync(TestContext.Current.CancellationToken);
        var passing = Passing(server)!;
        Assert.Equal(expected.Order(StringComparer.Ordinal), passing.Order(StringComparer.Ordinal));
    }

    /// <summary>What the card of a server's machine lets through; null for everything.</summary>
    public IEnumerable<string>? Passing(Guid server) => Cloud.Host.Machines[server].Spec.Filter?.Rules.Select(
        rule => $"{(rule.IsInbound ? "in" : "out")} {rule.Version} {rule.Protocol} {rule.First}-{rule.Last} "
            + rule.Remote);

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();
}
