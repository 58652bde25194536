using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;

// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Servers;

/// <summary>
/// The parts of a request that are needed to show a server in its answer: the address, the caller, and the password to
/// show.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record ShownServer(
    [property: Id(0)] string Scheme,
    [property: Id(1)] string Host,
    [property: Id(2)] string Path,
    [property: Id(3)] string? ProjectId,
    [property: Id(4)] bool IsAdmin,
    [property: Id(5)] string AdminPass)
{
    /// <summary>
    /// The path before Kiroku's own in the service's public address; null from a node of the version before.
    /// </summary>
    [Id(6)]
    public string? PathBase { get; init; }

    /// <summary>
    /// The names of security groups by their ids, as a JSON object; null where the server is in its project's group
    /// default alone. Requests are compared with what was sealed, which two dictionaries would fail.
    /// </summary>
    [Id(7)]
    public string? GroupNames { get; init; }

    public static ShownServer Of(HttpContext context, string adminPass)
    {
        var request = context.Request;
        var project = request.RouteValues.GetValueOrDefault(ComputeRoutes.ProjectId) as string;
        return new ShownServer(
            request.Scheme, request.Host.Value!, request.Path.Value!, project, Caller.Of(context).IsAdmin, adminPass)
        {
            PathBase = request.PathBase.Value!,
        };
    }

    public string Location(Server server) => $"{Links.ComputeBase(Request())}/servers/{server.Id}";

    public string Write(Server server, Service? host, Microversion version)
    {
        var view = new ServerView(Request(), version, IsAdmin)
        {
            HostStatuses = host is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { [host.Host] = host.HostStatus(isUp: true) },
            GroupNames = NamesOfGroups(),
        };
        return Answer.Write(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("server");
            view.WriteRebuilt(json, server, AdminPass);
            json.WriteEndObject();
        });
    }

    private Dictionary<Guid, string> NamesOfGroups() => GroupNames is null ? [] : JsonSerializer
        .Deserialize(GroupNames, ServerJson.Default.IReadOnlyDictionaryStringString)!
        .ToDictionary(group => Guid.Parse(group.Key), group => group.Value);

    /// <summary>The parts of the request that links are made from.</summary>
    private HttpRequest Request()
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host, request.PathBase, request.Path) = (Scheme, new HostString(Host), PathBase, Path);
        if (ProjectId is not null)
            request.RouteValues[ComputeRoutes.ProjectId] = ProjectId;
        return request;
    }
}
