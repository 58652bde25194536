using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>The networks of this cloud and their subnets, to be read only.</summary>
internal static class NetworksApi
{
    public static void MapNetworkRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/networks", ListNetworks);
        app.MapGet("/networks/{id}", ShowNetwork);
        app.MapGet("/subnets", ListSubnets);
        app.MapGet("/subnets/{id}", ShowSubnet);
    }

    private static async Task<IResult> ListNetworks(HttpContext context, CloudNetworks networks)
    {
        NetworkAccess.Require(context, NetworkRules.Networks);
        var query = new ListQuery(context.Request, NetworkView.NetworkKeys);
        var all = (await networks.ReadAsync(context.RequestAborted)).All.Select(NetworkView.Of);
        return query.Answer("networks", ListPage.Of(query, all, NoNetwork));
    }

    private static async Task<IResult> ShowNetwork(HttpContext context, string id, CloudNetworks networks)
    {
        NetworkAccess.Require(context, NetworkRules.Networks);
        var network = (await networks.ReadAsync(context.RequestAborted)).Find(id) ?? throw NoNetwork(id);
        return NetworkAnswer.One(context.Request, "network", NetworkView.Of(network));
    }

    private static async Task<IResult> ListSubnets(HttpContext context, CloudNetworks networks)
    {
        NetworkAccess.Require(context, NetworkRules.Subnets);
        var query = new ListQuery(context.Request, NetworkView.SubnetKeys);
        var all = (await networks.ReadAsync(context.RequestAborted)).All.SelectMany(network => network.Subnets);
        return query.Answer("subnets", ListPage.Of(query, all.Select(NetworkView.Of), NoSubnet));
    }

    private static async Task<IResult> ShowSubnet(HttpContext context, string id, CloudNetworks networks)
    {
        NetworkAccess.Require(context, NetworkRules.Subnets);
        var all = (await networks.ReadAsync(context.RequestAborted)).All.SelectMany(network => network.Subnets);
        var subnet = all.FirstOrDefault(subnet => subnet.Id.ToString() == id) ?? throw NoSubnet(id);
        return NetworkAnswer.One(context.Request, "subnet", NetworkView.Of(subnet));
    }

    private static Fault NoNetwork(string id)
        => NetworkAccess.NotFound("NetworkNotFound", $"Network {id} could not be found.");

    private static Fault NoSubnet(string id)
        => NetworkAccess.NotFound("SubnetNotFound", $"Subnet {id} could not be found.");
}
