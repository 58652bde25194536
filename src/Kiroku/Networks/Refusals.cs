using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// What Neutron can make and change and this cloud cannot: refused to everybody, with a sentence that says why.
/// </summary>
internal static class Refusals
{
    private const string Networks =
        "The networks of this cloud are those that its hosts put servers on: they cannot be made, changed or deleted.";

    private const string Ports =
        "A port of this cloud is a server's one card, which comes and goes with the server: it cannot be made, changed "
        + "or deleted by itself.";

    private const string Groups =
        "What a server can send and receive follows from the network that it is in: security groups and their rules "
        + "cannot be made, changed or deleted.";

    private const string Quotas =
        "Quotas of networks, ports and security groups follow from what this cloud has: they cannot be set.";

    public static void MapRefusals(this IEndpointRouteBuilder app)
    {
        Refuse(app, "networks", Networks);
        Refuse(app, "subnets", Networks);
        Refuse(app, "ports", Ports);
        app.MapPut("/quotas/{id}", () => Refusal(Quotas));
        app.MapDelete("/auto-allocated-topology/{id}", () => Refusal(Networks));
    }

    /// <param name="why">Why hosts do not enforce groups, as a part of a sentence; null if that is not known.</param>
    public static Fault OfGroups(string? why)
        => new(403, why is null ? Groups : $"{Groups} It cannot be enforced on every host: {why}.");

    private static void Refuse(IEndpointRouteBuilder app, string collection, string sentence)
    {
        app.MapPost($"/{collection}", () => Refusal(sentence));
        app.MapPut($"/{collection}/{{id}}", () => Refusal(sentence));
        app.MapDelete($"/{collection}/{{id}}", () => Refusal(sentence));
    }

    private static IResult Refusal(string sentence) => throw new Fault(403, sentence);
}
