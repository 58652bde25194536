using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Servers.State;

// The namespace is part of the name by which nodes of two versions know it, so it is not the folder's.
namespace Kiroku.Servers;

/// <summary>
/// A request to act on a server: its id, who makes it (nobody when the service itself does), the action and, as JSON,
/// what it asks for; crosses from the API to the server's grain.
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
    /// <summary>How it is answered if it is accepted.</summary>
    [Id(7)]
    public AnswerForm Form { get; init; } = new(StatusCodes.Status202Accepted);

    /// <summary>What it can be known again by.</summary>
    [Id(8)]
    public IdempotencyKey? Key { get; init; }

    /// <summary>Whether the caller is an administrator, who may use what all projects own.</summary>
    [Id(9)]
    public bool ByAdmin { get; init; }

    /// <summary>The id of the image that it makes, which its answer names; null if it makes none.</summary>
    [Id(10)]
    public string? NewImageId { get; init; }

    /// <summary>The process that was asked, which answers; null where nobody waits for an answer.</summary>
    [Id(11)]
    public string? AskedOf { get; init; }

    /// <summary>
    /// All of the above with the server, sealed by the node that let the caller through; null from the version before.
    /// </summary>
    [Id(12)]
    public byte[]? Seal { get; init; }

    /// <summary>
    /// What its body asks for, as it was read where the request came in; it crosses to no other node.
    /// </summary>
    [field: NonSerialized]
    public object? Asked { get; init; }

    /// <summary>
    /// What a caller asks for, who has been let through. The time is for nodes of before acceptances had their own.
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
        };
    }

    /// <summary>Who asks, when the service itself does.</summary>
    public static ActionRequest OfTheService(string action, DateTime now)
        => new($"req-{Guid.NewGuid()}", null, null, action, null, now, Kiroku.Api.Microversion.Minimum.Minor);

    /// <summary>The answer once it is accepted.</summary>
    /// <param name="server">The server as it has become.</param>
    /// <param name="host">What administrators say of its host; null if it is on none.</param>
    public Answer Answer(Server server, Service? host)
        => Form.Fill(RequestId, new Microversion(Microversion), server, host);

    /// <summary>The row of the action that it begins on a server, when it is accepted.</summary>
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
    };

    public JsonElement ReadBody()
    {
        using var document = JsonDocument.Parse(Body ?? "{}");
        return document.RootElement.Clone();
    }
}
