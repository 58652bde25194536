using Kiroku.Api;

// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Servers;

/// <summary>A grain's reply to a request: accepted with an answer, or refused with a status and a message.</summary>
[GenerateSerializer, Immutable]
internal sealed record ActionAnswer(
    [property: Id(0)] int Status,
    [property: Id(1)] string? Refusal,
    [property: Id(2)] int? RetryAfter,
    [property: Id(3)] Answer? Given)
{
    public static ActionAnswer Accepted(Answer answer) => new(answer.Status, null, null, answer);

    public static ActionAnswer Refused(Fault fault) => new(fault.Status, fault.Message, fault.RetryAfter, null);
}
