namespace Kiroku.Tests.Actions.Live.Description;

/// <summary>A request to a route that the API describes, which gets one of the described answers.</summary>
/// <param name="Operation">The method and path that are described.</param>
/// <param name="Status">The status that the answer has.</param>
/// <param name="Rest">What follows the path.</param>
internal sealed record DescribedRequest(string Operation, int Status, string Rest)
{
    public string By { get; init; } = "demo";

    public (string Name, string Value) Header { get; init; } = ("Accept", "*/*");

    public string? Body { get; init; }

    /// <summary>Whether it is about an action that runs and can be cancelled, instead of one that has failed.</summary>
    public bool IsOfRunning { get; init; }

    public HttpMethod Method => new(Operation.Split(' ')[0]);

    public string Path => Operation.Split(' ')[1];
}
