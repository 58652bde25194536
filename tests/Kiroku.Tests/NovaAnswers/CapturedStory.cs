using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.NovaAnswers;

/// <summary>Repeats on a server of ours what was done to the captured one: eleven actions by the same users.</summary>
public sealed class CapturedStory : IAsyncLifetime
{
    /// <summary>Another flavor with the same disk, as in the captured story: the server is resized to it and
    /// back.</summary>
    private const string AsLargeOnDisk = "1";

    private readonly Dictionary<string, TestUser> users = [];

    internal Cloud Cloud { get; private set; } = null!;

    internal Guid Server { get; private set; }

    /// <summary>The answers to the eleven POSTs, oldest first, with the server's status after each action.</summary>
    internal List<(Answer Answer, string StatusAfter)> Posts { get; } = [];

    internal IEnumerable<string> RequestIds
        => Posts.Select(post => post.Answer.Header("x-compute-request-id")).Reverse();

    internal TestUser User(string name) => users[name];

    public async ValueTask InitializeAsync()
    {
        // The captured Nova had its setting of that name at its default.
        Cloud = await Cloud.StartAsync(("Servers:ForceConfigDrive", "false"));
        users["admin"] = Cloud.Admin;
        users["demo"] = Cloud.Demo;
        users["demoreader"] = await People.AddAsync(Cloud.App, "demoreader", "demo", "reader");
        users["other"] = await People.AddAsync(Cloud.App, "other", "other", "member", "reader");
        foreach (var post in Captured.Posts)
            Posts.Add(await RepeatAsync(post));
    }

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();

    private async Task<(Answer, string)> RepeatAsync(JsonObject post)
    {
        // Held until the request is answered, so that the answer shows the action running, as in the captured one.
        var answered = new TaskCompletionSource();
        Cloud.Hypervisor.Before = operation => operation == "capacity" ? Task.CompletedTask : answered.Task;
        var path = (string)post["request"]!["path"]! is "/v2.1/servers"
            ? "/v2.1/servers" : $"/v2.1/servers/{Server}/action";
        using var message = await Cloud.Demo.PostAsync(path, BodyOf(post), ("OpenStack-API-Version", "compute 2.84"));
        var answer = await Answer.OfAsync(message);
        answered.SetResult();
        if (Posts.Count == 0)
            Server = Guid.Parse((string)answer.Body!["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(Server)).RunningAction is null);
        return (answer, (string)(await Cloud.Demo.GetJsonAsync($"/v2.1/servers/{Server}"))["server"]!["status"]!);
    }

    /// <summary>The captured body with our flavors and image.</summary>
    private string BodyOf(JsonObject post) => post["request"]!["body"]!.ToJsonString()
        .Replace("\"101\"", $"\"{Cloud.Small}\"", StringComparison.Ordinal)
        .Replace("\"102\"", $"\"{AsLargeOnDisk}\"", StringComparison.Ordinal)
        .Replace("0c4ff9f2-dadd-49fb-9971-7883ad545020", Cloud.Image, StringComparison.Ordinal);
}
