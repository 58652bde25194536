using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Servers.State;

// The namespace is part of the name by which nodes of two versions know it, so it is not the folder's.
namespace Kiroku.Servers;

/// <summary>
/// How an action is answered once it is accepted: by a status or, where Nova shows it, by the server as it has become.
/// The form crosses to the server's grain, because there an answer is made and kept together with the acceptance.
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
        var answer = new Answer(requestId, Status, Location, Body);
        return Shown is null ? answer : answer with
        {
            Location = Shown.Location(server),
            Body = Shown.Write(server, host, version),
        };
    }
}
