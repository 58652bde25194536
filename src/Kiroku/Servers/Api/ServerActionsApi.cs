using System.Collections.Frozen;
using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>POST …/action: finds the action that the body's only key names, and has it done.</summary>
internal sealed class ServerActionsApi(
    Workflows workflows, IEnumerable<IServerAction> others, ServerStore store, ServerGrains grains, TimeProvider time)
{
    private readonly FrozenDictionary<string, IServerAction> byKey = workflows.All
        .Where(workflow => workflow.Route is not null)
        .Select(workflow => new WorkflowAction(workflow, workflow.Route!, store, grains, time))
        .Concat(others)
        .ToFrozenDictionary(action => action.Key, StringComparer.Ordinal);

    public static async Task<IResult> Act(HttpContext context, string serverId, ServerActionsApi actions)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var key = KeyOf(body);
        var action = actions.byKey.GetValueOrDefault(key) ?? throw Fault.BadRequest($"There is no such action: {key}");
        var version = Microversions.Of(context);
        if (version < action.Since.Minor || version > action.Until.Minor)
            throw Fault.NotFound();
        return await action.ActAsync(context, serverId, body);
    }

    /// <summary>
    /// The only key of the body. A body that is no object is refused exactly as Nova refuses it
    /// (nova/api/openstack/wsgi.py, action_peek).
    /// </summary>
    private static string KeyOf(JsonElement body)
    {
        var length = body.ValueKind switch
        {
            JsonValueKind.Undefined => 0,
            JsonValueKind.Object => body.EnumerateObject().Select(property => property.Name)
                .Distinct(StringComparer.Ordinal).Count(),
            JsonValueKind.Array => body.GetArrayLength(),
            JsonValueKind.String => body.GetString()!.EnumerateRunes().Count(),
            _ => 1,
        };
        if (length != 1)
            throw Fault.MalformedBody();
        return body.ValueKind == JsonValueKind.Object
            ? body.EnumerateObject().First().Name
            : throw Fault.NotFound();
    }
}
