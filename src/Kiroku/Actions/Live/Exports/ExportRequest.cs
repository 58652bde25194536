using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Actions.Live.Exports;

/// <summary>What a request for an export asks for.</summary>
internal sealed record ExportRequest
{
    /// <summary>How many actions are read at a time: two such pages are in memory at most.</summary>
    private const int PageSize = 500;

    private static readonly string[] Known = ["format", LiveScope.FilterName, LiveScope.AllProjectsName];

    private readonly LiveScope scope;

    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have; 403: the caller
    /// may not ask for that.</exception>
    public ExportRequest(HttpRequest request, Caller caller)
    {
        var asked = new LiveParameters(request, Known);
        Format = ExportFormat.Find(asked["format"] ?? ExportFormat.Default) ?? throw LiveParameters.Refuse(
            $"format is one of {string.Join(", ", ExportFormat.All.Select(format => format.Name))}.");
        scope = LiveScope.Read(asked);
        scope.Require(caller);
        Query = new LiveQuery(PageSize)
        {
            ProjectId = scope.ProjectOf(caller),
            Filter = scope.Filter,
            IsAscending = true,
        };
    }

    public ExportFormat Format { get; }

    public LiveQuery Query { get; }

    /// <exception cref="Fault">403: the caller may not ask for that.</exception>
    public void Require(Caller caller) => scope.Require(caller);
}
