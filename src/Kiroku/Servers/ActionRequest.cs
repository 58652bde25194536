using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;

namespace Kiroku.Servers;

/// <summary>
/// A request to act on a server: its id, who makes it (nobody when the service itself does), the action and, as JSON, what
/// it asks for; crosses from the API to the server's grain.
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

    /// <summary>All of the above with the server, sealed by the node that let the caller through; null from the version before.</summary>
    [Id(12)]
    public byte[]? Seal { get; init; }

    /// <summary>What a caller asks for, who has been let through. The time is for nodes of before acceptances had their own.</summary>
    public static ActionRequest Of(HttpContext context, string action, DateTime now)
    {
        var caller = Caller.Of(context);
        return new ActionRequest(
            Api.RequestId.Of(context), caller.UserId, caller.ProjectId, action, null, now, Microversions.Of(context).Minor)
        {
            Key = IdempotencyKey.Of(context),
            ByAdmin = caller.IsAdmin,
        };
    }

    /// <summary>Who asks, when the service itself does.</summary>
    public static ActionRequest OfTheService(string action, DateTime now) => new($"req-{Guid.NewGuid()}", null, null, action, null, now, Kiroku.Api.Microversion.Minimum.Minor);

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

/// <summary>What became of a request: accepted with an answer, or refused with a status and words.</summary>
[GenerateSerializer, Immutable]
internal sealed record ActionAnswer(
    [property: Id(0)] int Status, [property: Id(1)] string? Refusal, [property: Id(2)] int? RetryAfter, [property: Id(3)] Answer? Given)
{
    public static ActionAnswer Accepted(Answer answer) => new(answer.Status, null, null, answer);

    public static ActionAnswer Refused(Fault fault) => new(fault.Status, fault.Message, fault.RetryAfter, null);
}
