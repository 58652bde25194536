using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>The extensions of Neutron's API that are here, with all that each says of itself.</summary>
internal static class NetworkExtensionsApi
{
    private static readonly (string Alias, string Name, string Description, string Updated)[] All =
    [
        ("agent", "agent", "The agent management extension.", "2013-02-03T10:00:00-00:00"),
        ("auto-allocated-topology", "Auto Allocated Topology Services", "Auto Allocated Topology Services.",
            "2016-01-01T00:00:00-00:00"),
        ("availability_zone", "Availability Zone", "The availability zone extension.", "2015-01-01T10:00:00-00:00"),
        ("empty-string-filtering", "Empty String Filtering Extension",
            "Allow filtering by attributes with empty string value", "2018-05-01T10:00:00-00:00"),
        ("external-net", "Neutron external network", "Adds external network attribute to network resource.",
            "2013-01-14T10:00:00-00:00"),
        ("filter-validation", "Filter parameters validation", "Provides validation on filter parameters.",
            "2018-07-04T10:00:00-00:00"),
        ("ip-substring-filtering", "IP address substring filtering",
            "Provides IP address substring filtering when listing ports", "2017-11-28T09:00:00-00:00"),
        ("net-mtu", "Network MTU", "Provides MTU attribute for a network resource.", "2015-03-25T10:00:00-00:00"),
        ("pagination", "Pagination support", "Extension that indicates that pagination is enabled.",
            "2016-06-12T00:00:00-00:00"),
        ("project-id", "project_id field enabled", "Extension that indicates that project_id field is enabled.",
            "2016-09-09T09:09:09-09:09"),
        ("quota_details", "Quota details management support",
            "Expose functions for quotas usage statistics per project", "2017-02-10T10:00:00-00:00"),
        ("quotas", "Quota management support", "Expose functions for quotas management per project",
            "2012-07-29T10:00:00-00:00"),
        ("security-group", "security-group", "The security groups extension.", "2012-10-05T10:00:00-00:00"),
        ("sorting", "Sorting support", "Extension that indicates that sorting is enabled.",
            "2016-06-12T00:00:00-00:00"),
    ];

    public static void MapNetworkExtensionRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/extensions", List);
        app.MapGet("/extensions/{alias}", Show);
    }

    private static JsonResponse List(HttpRequest request)
        => NetworkAnswer.Of(NetworkAnswer.Many(request, "extensions", All.Select(Of)));

    private static JsonResponse Show(HttpContext context, string alias)
        => Array.Find(All, extension => extension.Alias == alias) is { Alias: not null } found
            ? NetworkAnswer.One(context.Request, "extension", Of(found))
            : throw Fault.NotFound($"Extension with alias {alias} does not exist");

    private static JsonObject Of((string Alias, string Name, string Description, string Updated) extension) => new()
    {
        ["alias"] = extension.Alias,
        ["name"] = extension.Name,
        ["description"] = extension.Description,
        ["updated"] = extension.Updated,
        ["links"] = new JsonArray(),
    };
}
