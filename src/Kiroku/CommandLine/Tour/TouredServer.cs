using System.Net;
using System.Text.Json.Nodes;

namespace Kiroku.CommandLine.Tour;

/// <summary>The server of the tour: made, changed and deleted through the API.</summary>
internal sealed class TouredServer(
    Cloud cloud, string id, string image, IReadOnlyDictionary<string, Flavor> flavors, TimeProvider time)
{
    public const string Name = "tour";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ActionTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    public string Id => id;

    public Flavor FlavorOf(string name) => flavors[name];

    /// <summary>
    /// Creates the server and waits until it is built. Tries again while the hypervisor is not yet connected.
    /// </summary>
    public static async Task<TouredServer> CreateAsync(
        Cloud cloud, TimeProvider time, CancellationToken cancellationToken)
    {
        var flavors = (await cloud.GetAsync("/v2.1/flavors/detail", cancellationToken))["flavors"]!.AsArray()
            .ToDictionary(
            f => (string)f!["name"]!,
            f => new Flavor((string)f!["id"]!, (int)f["vcpus"]!, (int)f["ram"]!, (int)f["disk"]!));
        var images =
            (await cloud.GetAsync("/image/v2/images?name=kiroku-guest", cancellationToken))["images"]!.AsArray();
        var image = (string?)images.FirstOrDefault()?["id"]
            ?? throw new TourException("expected an image kiroku-guest, came none");
        var body =
            $$"""{"server": {"name": "{{Name}}", "imageRef": "{{image}}","""
            + $$""" "flavorRef": "{{flavors[Stage.Nano].Id}}" } }""";
        var began = time.GetTimestamp();
        var answer = await cloud.SendAsync(HttpMethod.Post, "/v2.1/servers", body, cancellationToken);
        while (answer.Status == HttpStatusCode.ServiceUnavailable && time.GetElapsedTime(began) < ConnectTimeout)
        {
            await Task.Delay(LookInterval, time, cancellationToken);
            answer = await cloud.SendAsync(HttpMethod.Post, "/v2.1/servers", body, cancellationToken);
        }
        answer.Require(HttpStatusCode.Accepted);
        var server = new TouredServer(cloud, (string)answer.Json["server"]!["id"]!, image, flavors, time);
        await server.WaitForAsync("ACTIVE", _ => { }, requestId: null, cancellationToken);
        return server;
    }

    /// <summary>Starts an action.</summary>
    /// <returns>The request's id, which is also the id of its record.</returns>
    public async Task<string> ActAsync(Stage stage, CancellationToken cancellationToken)
    {
        JsonNode? argument = stage.Action switch
        {
            Actions.ActionNames.Reboot => new JsonObject { ["type"] = "SOFT" },
            Actions.ActionNames.Rebuild => new JsonObject { ["imageRef"] = image },
            Actions.ActionNames.Resize => new JsonObject { ["flavorRef"] = flavors[stage.Flavor!].Id },
            _ => null,
        };
        var answer = await cloud.SendAsync(
            HttpMethod.Post, $"/v2.1/servers/{id}/action", new JsonObject { [stage.Key] = argument }.ToJsonString(),
            cancellationToken);
        answer.Require(HttpStatusCode.Accepted, HttpStatusCode.NoContent);
        return answer.Header("x-compute-request-id");
    }

    /// <summary>
    /// Waits until the server has that status and no action is in progress. Meanwhile reports the current step.
    /// </summary>
    public async Task WaitForAsync(
        string status, Action<string> tell, string? requestId, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var server = (await cloud.GetAsync($"/v2.1/servers/{id}", cancellationToken))["server"]!;
            var (now, task) = ((string)server["status"]!, (string?)server["OS-EXT-STS:task_state"]);
            if (now == status && task is null)
                return;
            if (now == "ERROR" || time.GetElapsedTime(began) > ActionTimeout)
                throw new TourException(
                    $"expected the server to become {status}, came {now} {task} {server["fault"]?["message"]}"
                        .TrimEnd());
            if (requestId is not null && (await ReadAsync(requestId, cancellationToken)).Open is { } step)
                tell(step.Name);
            await Task.Delay(LookInterval, time, cancellationToken);
        }
    }

    /// <summary>The record in the API's first version.</summary>
    public async Task<Record> ReadAsync(string requestId, CancellationToken cancellationToken)
    {
        var answer = await cloud.SendAsync(HttpMethod.Get,
            $"/v2/{cloud.ProjectId}/servers/{id}/os-instance-actions/{requestId}", null, cancellationToken);
        answer.Require(HttpStatusCode.OK);
        return new Record(answer);
    }

    /// <summary>When the action ended, which the API shows from 2.58 on.</summary>
    public async Task<DateTime> ReadEndAsync(string requestId, CancellationToken cancellationToken)
    {
        var answer = await cloud.SendAsync(
            HttpMethod.Get, $"/v2.1/servers/{id}/os-instance-actions/{requestId}", null, cancellationToken, "2.58");
        answer.Require(HttpStatusCode.OK);
        return Record.Time(answer.Json["instanceAction"]!["updated_at"]);
    }

    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var answer = await cloud.SendAsync(HttpMethod.Delete, $"/v2.1/servers/{id}", null, cancellationToken);
        while (answer.Status != HttpStatusCode.NotFound && time.GetElapsedTime(began) < ConnectTimeout)
        {
            await Task.Delay(LookInterval, time, cancellationToken);
            answer = await cloud.SendAsync(HttpMethod.Get, $"/v2.1/servers/{id}", null, cancellationToken);
        }
        answer.Require(HttpStatusCode.NotFound);
    }
}
