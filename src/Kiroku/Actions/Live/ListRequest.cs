using System.Globalization;
using Kiroku.Access;
using Kiroku.Actions.Live.Filters;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>What a request for a list asks for.</summary>
internal sealed record ListRequest
{
    public const int DefaultPageSize = 50;
    public const int MostPageSize = 1000;

    private const string NewestFirst = "start_time desc";
    private const string OldestFirst = "start_time";
    private static readonly string[] Known = ["filter", "order_by", "page_size", "page_token", "all_projects"];

    private readonly string filterText;
    private readonly Caller caller;

    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have; 403: the caller
    /// may not ask for that.</exception>
    public ListRequest(HttpRequest request, Caller caller)
    {
        this.caller = caller;
        foreach (var (name, values) in request.Query)
        {
            if (!Known.Contains(name))
                throw Refuse($"There is no parameter {name}; there are {string.Join(", ", Known)}.");
            if (values.Count > 1)
                throw Refuse($"{name} is given {values.Count} times.");
        }
        filterText = Value(request, "filter") ?? "";
        Filter = FilterParser.Parse(filterText);
        IsAscending = Value(request, "order_by") switch
        {
            null or NewestFirst => false,
            OldestFirst => true,
            _ => throw Refuse($"order_by is {OldestFirst} or {NewestFirst}."),
        };
        PageSize = Value(request, "page_size") is { } size ? ReadSize(size) : DefaultPageSize;
        IsOfAllProjects = Value(request, "all_projects") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw Refuse("all_projects is true or false."),
        };
        Token = Value(request, "page_token");
        caller.Require(IsOfAllProjects ? ActionRules.AllProjects : ActionRules.List, caller.ProjectId);
        // Who may not read them must not find them out by searching for them either.
        if (TextField.Why.Any(field => Filter?.Uses(field) == true))
            caller.Require(ActionRules.EventsDetails, caller.ProjectId);
    }

    public Filter? Filter { get; }

    public bool IsAscending { get; }

    public int PageSize { get; }

    public bool IsOfAllProjects { get; }

    public string? Token { get; }

    /// <summary>Tells this list from others, whatever its page.</summary>
    public string Identity
        => string.Join('\0', caller.UserId, caller.ProjectId, IsOfAllProjects, IsAscending, filterText);

    public LiveQuery Query(long? after) => new(PageSize)
    {
        ProjectId = IsOfAllProjects ? null : caller.ProjectId,
        Filter = Filter,
        IsAscending = IsAscending,
        After = after,
    };

    private static int ReadSize(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size is > 0 and <= MostPageSize
            ? size
            : throw Refuse($"page_size is a whole number from 1 to {MostPageSize}.");

    private static string? Value(HttpRequest request, string name)
        => request.Query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    private static Fault Refuse(string why) => new(StatusCodes.Status400BadRequest, why) { Type = "invalid-parameter" };
}
