using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Hypervisors;

namespace Kiroku.SystemTests.Service;

/// <summary>
/// A server of demo's: acts on it, waits for it, and asks the service, its guest and the hypervisor about it.
/// </summary>
internal sealed class TestServer
{
    public const string Nano = "42";
    public const string Micro = "84";

    private readonly TestService service;

    private TestServer(TestService service, Guid id, string request)
        => (this.service, Id, CreateRequest) = (service, id, request);

    public Guid Id { get; }

    /// <summary>Request id of its creation.</summary>
    public string CreateRequest { get; }

    private Cloud Demo => service.Demo;

    public static async Task<TestServer> CreateAsync(
        TestService service, string flavor, string image, string? userData = null)
    {
        var data = userData is null ? "" : ", \"config_drive\": true, \"user_data\": "
            + $"\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(userData))}\"";
        var answer = await service.Demo.PostAsync(
            "/v2.1/servers",
            $$"""{"server": {"name": "system-test", "flavorRef": "{{flavor}}", "imageRef": "{{image}}"{{data}}} }""");
        Assert.True(answer.Status == 202, answer.Text);
        return new TestServer(service, Guid.Parse((string)answer.Json["server"]!["id"]!), answer.RequestId!);
    }

    public async Task<JsonObject> ShowAsync() => (await Demo.ReadAsync($"/v2.1/servers/{Id}"))["server"]!.AsObject();

    /// <summary>
    /// Posts an action, which must be accepted, and returns its request id. A bare name stands for one without
    /// arguments.
    /// </summary>
    public async Task<string> ActAsync(string action)
    {
        var answer = await TryAsync(action);
        Assert.True(answer.Status is 200 or 202 or 204, $"{action}: {answer.Status} {answer.Text}");
        return answer.RequestId!;
    }

    public Task<Answer> TryAsync(string action) =>
        Demo.PostAsync($"/v2.1/servers/{Id}/action", action.StartsWith('{') ? action : $$"""{"{{action}}": null}""");

    /// <summary>Performs an action, and waits until none is in progress and the server has that status.</summary>
    public async Task<string> DoAsync(string action, string status)
    {
        var request = await ActAsync(action);
        await SettledAsync(status);
        return request;
    }

    /// <summary>Waits until no action runs on the server and it has that status.</summary>
    public Task<JsonObject> SettledAsync(string status, TimeSpan? limit = null) => Poll.ForAsync(
        $"{Id} to be {status}",
        async () =>
        {
            var shown = await ShowAsync();
            return (string)shown["status"]! == status && shown["OS-EXT-STS:task_state"] is null ? shown : null;
        },
        limit,
        ExplainAsync);

    /// <summary>Waits until the action has failed and none is in progress.</summary>
    public async Task<Recorded> FailedAsync(string request)
    {
        await Poll.UntilAsync(
            $"{request} to fail", async () => (await RecordAsync(request)).Message == "Error", explain: ExplainAsync);
        return await RecordAsync(request);
    }

    /// <summary>The action as its owner sees it in the newest version.</summary>
    public Task<Recorded> RecordAsync(string request) => RecordAsync(Demo, request);

    public async Task<Recorded> RecordAsync(Cloud cloud, string request, string version = "2.84") =>
        new((await cloud.ReadAsync(
            $"/v2.1/servers/{Id}/os-instance-actions/{request}", version))["instanceAction"]!.AsObject());

    /// <summary>Names and request ids of all its actions, newest first.</summary>
    public async Task<IReadOnlyList<JsonObject>> ActionsAsync() =>
        [.. (await Demo.ReadAsync($"/v2.1/servers/{Id}/os-instance-actions", "2.84"))["instanceActions"]!.AsArray()
            .Select(item => item!.AsObject())];

    /// <summary>Waits until an attempt at that step has begun.</summary>
    public Task OpenedAsync(string request, string step) => Poll.UntilAsync(
        $"{step} to begin", async () => (await RecordAsync(request)).HasOpen(step), explain: ExplainAsync);

    /// <summary>Waits for the guest to be ready, in another boot than <paramref name="before"/>.</summary>
    public Task<Guest> BootedAsync(Guest? before = null) => Poll.ForAsync(
        $"the guest of {Id}",
        async ()
            => Guest.ReadAll(await ConsoleAsync()) is [.., var last] && last.BootId != before?.BootId ? last : null,
        explain: ConsoleAsync);

    public async Task<string> ConsoleAsync()
    {
        var answer = await TryAsync("""{"os-getConsoleOutput": {} }""");
        return answer.Status == 200 ? (string)answer.Json["output"]! : "";
    }

    public Task<MachineState> MachineAsync() =>
        service.AskHypervisorAsync(hypervisor => hypervisor.GetStateAsync(Id, TestContext.Current.CancellationToken));

    public IEnumerable<string> Disks() => service.DisksOf(Id);

    /// <summary>Deletes the server if it exists, and waits until it is gone.</summary>
    public async Task DeleteAsync()
    {
        var answer = await Demo.SendAsync(HttpMethod.Delete, $"/v2.1/servers/{Id}");
        Assert.True(answer.Status is 204 or 404, $"delete: {answer.Status} {answer.Text}");
        await GoneAsync();
    }

    public Task GoneAsync() => Poll.UntilAsync(
        $"{Id} to be gone", async () => (await Demo.GetAsync($"/v2.1/servers/{Id}")).Status == 404,
        explain: ExplainAsync);

    /// <summary>Everything useful to know when a wait timed out.</summary>
    private async Task<string> ExplainAsync()
    {
        var shown = await Demo.GetAsync($"/v2.1/servers/{Id}");
        var actions = await service.Admin.GetAsync($"/v2.1/servers/{Id}/os-instance-actions", "2.84");
        var newest = shown.Status == 200 && actions.Json["instanceActions"]!.AsArray() is [{ } first, ..]
            ? await RecordAsync(service.Admin, (string)first["request_id"]!) : null;
        return $"{shown.Text}\n{newest}";
    }
}
