using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Nodes;

namespace Kiroku.Servers;

/// <summary>
/// How an action is answered once it is accepted: by a status or, where Nova shows it, by the server as it has become. The
/// form crosses to the server's grain, because there an answer is made and kept together with the acceptance.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record AnswerForm([property: Id(0)] int Status, [property: Id(1)] ShownServer? Shown = null)
{
    /// <summary>A document that does not depend on the server.</summary>
    [Id(2)]
    public string? Body { get; init; }

    [Id(3)]
    public string? Location { get; init; }

    public Answer Fill(ActionRequest request, Server server, Service? host)
    {
        var answer = new Answer(request.RequestId, Status, Location, Body);
        return Shown is null ? answer : answer with
        {
            Location = Shown.Location(server),
            Body = Shown.Write(server, host, new Microversion(request.Microversion)),
        };
    }
}

/// <summary>What showing a server takes of the request that asked: where it came in, who asked, and the password to show.</summary>
[GenerateSerializer, Immutable]
internal sealed record ShownServer(
    [property: Id(0)] string Scheme,
    [property: Id(1)] string Host,
    [property: Id(2)] string Path,
    [property: Id(3)] string? ProjectId,
    [property: Id(4)] bool IsAdmin,
    [property: Id(5)] string AdminPass)
{
    /// <summary>What stands before the path in the service's public address; a node of the version before sends none.</summary>
    [Id(6)]
    public string? PathBase { get; init; }

    public static ShownServer Of(HttpContext context, string adminPass)
    {
        var request = context.Request;
        var project = request.RouteValues.GetValueOrDefault(ComputeRoutes.ProjectId) as string;
        return new ShownServer(request.Scheme, request.Host.Value!, request.Path.Value!, project, Caller.Of(context).IsAdmin, adminPass)
        {
            PathBase = request.PathBase.Value!,
        };
    }

    public string Location(Server server) => $"{Links.ComputeBase(Request())}/servers/{server.Id}";

    public string Write(Server server, Service? host, Microversion version)
    {
        var view = new ServerView(Request(), version, IsAdmin)
        {
            HostStatuses = host is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [host.Host] = host.HostStatus(isUp: true) },
        };
        return Answer.Write(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("server");
            view.WriteRebuilt(json, server, AdminPass);
            json.WriteEndObject();
        });
    }

    /// <summary>As much of the request as links are made from.</summary>
    private HttpRequest Request()
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host, request.PathBase, request.Path) = (Scheme, new HostString(Host), PathBase, Path);
        if (ProjectId is not null)
            request.RouteValues[ComputeRoutes.ProjectId] = ProjectId;
        return request;
    }
}
