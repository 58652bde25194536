using System.Text.Json.Nodes;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// A network that servers can get if none is asked for (neutron/services/auto_allocate): one that is there already.
/// </summary>
internal static class TopologyApi
{
    private const string DryRun = "dry-run";

    public static void MapTopologyRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/auto-allocated-topology/{id}", Show);
        app.MapGet("/availability_zones", ListZones);
        app.MapGet("/agents", ListAgents);
        app.MapGet("/agents/{id}", ShowAgent);
    }

    private static async Task<IResult> Show(HttpContext context, string id, CloudNetworks networks)
    {
        // What clients ask of that name no project, which is the caller's own.
        var project = id == "None" ? Caller.Of(context).ProjectId : id;
        NetworkAccess.Require(context, NetworkRules.Topology, project);
        var network = (await networks.ReadAsync(context.RequestAborted)).All.FirstOrDefault()
            ?? throw new Fault(409, "Deployment error: This cloud's hosts put servers on no network.")
            {
                Type = "AutoAllocationFailure",
            };
        var isDry = new QueryParameters(context.Request).All("fields").Contains(DryRun);
        return NetworkAnswer.Of(new JsonObject
        {
            ["auto_allocated_topology"] = new JsonObject
            {
                ["id"] = isDry ? $"{DryRun}=pass" : network.Id.ToString(),
                ["tenant_id"] = project,
                ["project_id"] = project,
            },
        });
    }

    /// <summary>The zones of agents, of which there are none: the hosts have their networks by themselves.</summary>
    private static JsonResponse ListZones(HttpContext context)
    {
        NetworkAccess.Require(context, NetworkRules.Zones);
        return None(context.Request, "availability_zones", "name", "resource", "state");
    }

    private static JsonResponse ListAgents(HttpContext context)
        => None(context.Request, "agents", "id", "agent_type", "alive", "admin_state_up", "binary", "description",
            "host", "topic", "availability_zone");

    private static JsonResponse ShowAgent(string id)
        => throw NetworkAccess.NotFound("AgentNotFound", $"Agent {id} could not be found.");

    private static JsonResponse None(HttpRequest request, string key, params string[] known)
        => new ListQuery(request, known).Answer(key, []);
}
