using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Servers.State;

// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Servers;

/// <summary>
/// The form of the answer to an accepted action: a status and, where Nova shows it, the changed server. The form
/// crosses to the server's grain, which makes the answer and keeps it in the transaction of the acceptance.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record AnswerForm([property: Id(0)] int Status, [property: Id(1)] ShownServer? Shown = null)
{
    /// <summary>A document that does not depend on the server.</summary>
    [Id(2)]
    public string? Body { get; init; }

    [Id(3)]
    public string? Location { get; init; }

    public Answer Fill(string requestId, Microversion version, Server server, Service? host)
    {
        var answer = new Answer(requestId, Status, Location, Body) { IsRecorded = true };
        return Shown is null ? answer : answer with
        {
            Location = Shown.Location(server),
            Body = Shown.Write(server, host, version),
        };
    }
}
