using System.Collections.Frozen;
using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Identity;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>POST …/action: from the body's one key to what is done.</summary>
internal static class ServerActionsApi
{
    private static readonly FrozenDictionary<string, ActionRoute> Routes = new Dictionary<string, ActionRoute>
    {
        ["os-start"] = new(ActionNames.Start, Rules.ServersStart),
        ["os-stop"] = new(ActionNames.Stop, Rules.ServersStop),
        ["reboot"] = new(ActionNames.Reboot, Rules.ServersReboot),
        ["rebuild"] = new(ActionNames.Rebuild, Rules.ServersRebuild) { ShowsServer = true },
        ["resize"] = new(ActionNames.Resize, Rules.ServersResize),
        ["confirmResize"] = new(ActionNames.ConfirmResize, Rules.ServersConfirmResize) { Status = StatusCodes.Status204NoContent },
        ["revertResize"] = new(ActionNames.RevertResize, Rules.ServersRevertResize),
        ["shelve"] = new(ActionNames.Shelve, Rules.Shelve),
        ["unshelve"] = new(ActionNames.Unshelve, Rules.Unshelve),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static async Task<IResult> Act(
        HttpContext context, string serverId, ServerStore store, ConsoleOutput console, IGrainFactory grains, TimeProvider time)
    {
        var startTime = time.UtcNow();
        var body = await RequestBody.ReadObjectAsync(context.Request);
        var keys = body.EnumerateObject().Select(property => property.Name).Distinct().ToList();
        if (keys is not [var key])
            throw Fault.MalformedBody();
        if (key == ConsoleOutput.Key)
            return await console.ReadAsync(context, serverId, body);
        var route = Routes.GetValueOrDefault(key) ?? throw Fault.BadRequest($"There is no such action: {key}");
        var server = await ServersApi.FindAsync(context, serverId, store);
        Policy.Require(Caller.Of(context), route.Rule, server.ProjectId);
        await BeginAsync(context, server, route.Action, body, grains, startTime);
        return route.ShowsServer ? await ShowAsync(context, server.Id, store) : TypedResults.StatusCode(route.Status);
    }

    /// <summary>Hands the request to the server's grain and returns once it is accepted.</summary>
    /// <exception cref="Fault">The grain refused it.</exception>
    public static async Task BeginAsync(
        HttpContext context, Server server, string action, JsonElement? body, IGrainFactory grains, DateTime startTime)
    {
        var caller = Caller.Of(context);
        var request = new ActionRequest(
            RequestId.Of(context), caller.UserId, caller.ProjectId, action, body?.GetRawText(), startTime, Microversions.Of(context).Minor);
        var answer = await grains.GetGrain<IServerGrain>(server.Id).Begin(request);
        if (answer.Refusal is { } refusal)
            throw new Fault(answer.Status, refusal) { RetryAfter = answer.RetryAfter };
    }

    /// <summary>Nova answers a rebuild with the server as it has become.</summary>
    private static async Task<IResult> ShowAsync(HttpContext context, Guid id, ServerStore store)
    {
        var server = await store.FindAsync(id, context.RequestAborted) ?? throw Fault.NotFound($"Instance {id} could not be found.");
        context.Response.Headers.Location = $"{Links.ComputeBase(context.Request)}/servers/{id}";
        var view = ServersApi.View(context);
        return new JsonResponse(StatusCodes.Status202Accepted, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("server");
            view.Write(json, server, AdminPasswords.New());
            json.WriteEndObject();
        });
    }

    /// <summary>What a key of the body stands for: the action, the rule that guards it and the status of its answer.</summary>
    private sealed record ActionRoute(string Action, string Rule)
    {
        public int Status { get; init; } = StatusCodes.Status202Accepted;

        public bool ShowsServer { get; init; }
    }
}
