using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Networks;

/// <summary>
/// A cloud whose host gives its servers a card in its network, with a server of demo's and one of another project's.
/// </summary>
public sealed class NetworkCloud : IAsyncLifetime
{
    internal const string Root = "/network/v2.0";
    internal const string Address = "10.0.2.20";

    internal Cloud Cloud { get; private set; } = null!;

    internal TestUser Other { get; private set; } = null!;

    internal Guid Server { get; private set; }

    internal Guid OthersServer { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Cloud = await Cloud.StartAsync(Cloud.Unwatched);
        Other = await People.AddAsync(Cloud.App, "other", "other", "member");
        Cloud.Host.Addresses = [new MachineAddress("isolated", Address, "fa:16:3e:00:00:02")];
        Server = await Cloud.CreateServerAsync();
        Cloud.Host.Addresses = [new MachineAddress("isolated", null, "fa:16:3e:00:00:03")];
        using var made = await Other.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{Cloud.Image}}}"}}""");
        OthersServer = Guid.Parse((string)(await TestApp.JsonAsync(made))["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(OthersServer)).RunningAction is null);
    }

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();

    /// <summary>A list of demo's, or of whoever asks.</summary>
    internal async Task<JsonArray> ListAsync(string path, TestUser? user = null)
        => (await (user ?? Cloud.Demo).GetJsonAsync($"{Root}/{path}"))[path.Split('?')[0].Replace('-', '_')]!.AsArray();

    /// <summary>The type and message of a refusal.</summary>
    internal async Task<(int Status, string Type, string Message)> RefusalAsync(
        string method, string path, string? body = null, TestUser? user = null)
    {
        var (status, answer) = await (user ?? Cloud.Demo).AskAsync(method, $"{Root}/{path}", body);
        var error = answer!["NeutronError"]!;
        Assert.Equal("", (string)error["detail"]!);
        return (status, (string)error["type"]!, (string)error["message"]!);
    }
}
