using Kiroku.Access;
using Kiroku.Actions.Live.Filters;
using Kiroku.Api;

namespace Kiroku.Actions.Live.Exports;

/// <summary>What a request for an export asks for.</summary>
internal sealed record ExportRequest
{
    /// <summary>How many actions are read at a time: two such pages are in memory at most.</summary>
    private const int PageSize = 500;

    private static readonly string[] Known = ["format", "filter", "all_projects"];

    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have; 403: the caller
    /// may not ask for that.</exception>
    public ExportRequest(HttpRequest request, Caller caller)
    {
        foreach (var (name, values) in request.Query)
        {
            if (!Known.Contains(name))
                throw Refuse($"There is no parameter {name}; there are {string.Join(", ", Known)}.");
            if (values.Count > 1)
                throw Refuse($"{name} is given {values.Count} times.");
        }
        Format = ExportFormat.Find(Value(request, "format") ?? ExportFormat.Default)
            ?? throw Refuse($"format is one of {string.Join(", ", ExportFormat.All.Select(format => format.Name))}.");
        var filter = FilterParser.Parse(Value(request, "filter") ?? "");
        var isOfAllProjects = Value(request, "all_projects") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw Refuse("all_projects is true or false."),
        };
        caller.Require(isOfAllProjects ? ActionRules.AllProjects : ActionRules.List, caller.ProjectId);
        // Who may not read them must not find them out by searching for them either.
        if (filter?.Uses(TextField.AttemptDetails) == true)
            caller.Require(ActionRules.EventsDetails, caller.ProjectId);
        Query = new LiveQuery(PageSize)
        {
            ProjectId = isOfAllProjects ? null : caller.ProjectId,
            Filter = filter,
            IsAscending = true,
        };
    }

    public ExportFormat Format { get; }

    public LiveQuery Query { get; }

    private static string? Value(HttpRequest request, string name)
        => request.Query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    private static Fault Refuse(string why) => new(StatusCodes.Status400BadRequest, why) { Type = "invalid-parameter" };
}
