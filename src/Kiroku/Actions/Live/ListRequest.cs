using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>What a request for a list asks for.</summary>
internal sealed record ListRequest
{
    private const string NewestFirst = "start_time desc";
    private const string OldestFirst = "start_time";

    /// <summary>The orders that there are.</summary>
    public static readonly DescribedValue Orders = DescribedValue.OneOf(NewestFirst, OldestFirst);

    private static readonly string[] Known =
    [
        LiveScope.FilterName, "order_by", LiveParameters.PageSize, LiveParameters.PageToken,
        LiveScope.AllProjectsName,
    ];

    private readonly LiveScope scope;
    private readonly Caller caller;

    /// <exception cref="Fault">400: a parameter is unknown, or is none of the values that it may have; 403: the caller
    /// may not ask for that.</exception>
    public ListRequest(HttpRequest request, Caller caller)
    {
        this.caller = caller;
        var asked = new LiveParameters(request, Known);
        scope = LiveScope.Read(asked);
        IsAscending = asked["order_by"] switch
        {
            null or NewestFirst => false,
            OldestFirst => true,
            _ => throw LiveParameters.Refuse($"order_by is {OldestFirst} or {NewestFirst}."),
        };
        PageSize = asked.ReadPageSize();
        Token = asked[LiveParameters.PageToken];
        scope.Require(caller);
    }

    public bool IsAscending { get; }

    public int PageSize { get; }

    public string? Token { get; }

    /// <summary>Tells this list from others, whatever its page.</summary>
    public string Identity
        => string.Join('\0', caller.UserId, caller.ProjectId, scope.IsOfAllProjects, IsAscending, scope.FilterText);

    public LiveQuery Query(long? after) => new(PageSize)
    {
        ProjectId = scope.ProjectOf(caller),
        Filter = scope.Filter,
        IsAscending = IsAscending,
        After = after,
    };
}
