using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Servers.State;

// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Servers;

/// <summary>
/// A request for an action on a server, on its way from the API to the server's grain: its id, the user and project
/// that ask (null if the service itself does), the action, and the body as JSON.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record ActionRequest(
    [property: Id(0)] string RequestId,
    [property: Id(1)] string? UserId,
    [property: Id(2)] string? ProjectId,
    [property: Id(3)] string Action,
    [property: Id(4)] string? Body,
    [property: Id(5)] DateTime StartTime,
    [property: Id(6)] int Microversion)
{
    /// <summary>The form of the answer if the request is accepted.</summary>
    [Id(7)]
    public AnswerForm Form { get; init; } = new(StatusCodes.Status202Accepted);

    /// <summary>The key by which a repeated request is recognised.</summary>
    [Id(8)]
    public IdempotencyKey? Key { get; init; }

    /// <summary>Whether the caller is an administrator, who may use what all projects own.</summary>
    [Id(9)]
    public bool ByAdmin { get; init; }

    /// <summary>The id of the image that the action makes, which the answer names; null if it makes none.</summary>
    [Id(10)]
    public string? NewImageId { get; init; }

    /// <summary>The process that received the request and answers it; null if nobody waits for an answer.</summary>
    [Id(11)]
    public string? AskedOf { get; init; }

    /// <summary>
    /// All of the above and the server's id, sealed by the node that let the caller in; null from a node of the version
    /// before.
    /// </summary>
    [Id(12)]
    public byte[]? Seal { get; init; }

    /// <summary>The caller's span, as <c>traceparent</c> has it; null if it named none.</summary>
    [Id(13)]
    public string? TraceParent { get; init; }

    /// <summary>
    /// The content of the body, as the node that received the request has read it. It does not cross to another node.
    /// </summary>
    [field: NonSerialized]
    public object? Asked { get; init; }

    /// <summary>
    /// The server as the node that received the request has read it. It does not cross to another node.
    /// </summary>
    [field: NonSerialized]
    public Server? Seen { get; init; }

    /// <summary>
    /// The request of a caller who has been let in. Only nodes of an older version use its start time.
    /// </summary>
    public static ActionRequest Of(HttpContext context, string action, DateTime now)
    {
        var caller = Caller.Of(context);
        return new ActionRequest(
            Kiroku.Api.RequestId.Of(context), caller.UserId, caller.ProjectId, action, null, now,
            Microversions.Of(context).Minor)
        {
            Key = IdempotencyKey.Of(context),
            ByAdmin = caller.IsAdmin,
            TraceParent = CallersTrace.Of(context),
        };
    }

    /// <summary>A request that the service itself makes.</summary>
    public static ActionRequest OfTheService(string action, DateTime now)
        => new($"req-{Guid.NewGuid()}", null, null, action, null, now, Kiroku.Api.Microversion.Minimum.Minor);

    /// <summary>The answer to the request once it is accepted.</summary>
    /// <param name="server">The server after the acceptance.</param>
    /// <param name="host">The service of the server's host, which administrators may have disabled; null if the server
    /// is on no host.</param>
    public Answer Answer(Server server, Service? host)
        => Form.Fill(RequestId, new Microversion(Microversion), server, host);

    /// <summary>The row of the action that the request begins on a server.</summary>
    public ActionRecord Record(Guid serverId, DateTime now, string outcome) => new()
    {
        ServerId = serverId,
        RequestId = RequestId,
        Action = Action,
        UserId = UserId,
        ProjectId = ProjectId,
        StartTime = now,
        UpdatedAt = now,
        Outcome = outcome,
        Trace = ActionTrace.Of(TraceParent, RequestId),
    };

    public JsonElement ReadBody()
    {
        using var document = JsonDocument.Parse(Body ?? "{}");
        return document.RootElement.Clone();
    }
}
