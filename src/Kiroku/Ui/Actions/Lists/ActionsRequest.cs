using Kiroku.Ui.Visits;

namespace Kiroku.Ui.Actions.Lists;

/// <summary>Which actions a visitor asks for, as the address of the page says.</summary>
public sealed record ActionsRequest
{
    public string Filter { get; init; } = "";
    public bool IsOldestFirst { get; init; }

    /// <summary>Of all projects, instead of the session's.</summary>
    public bool IsOfAll { get; init; }

    /// <summary>The API's token of the page; null for the first one.</summary>
    public string? Page { get; init; }

    /// <summary>The page's own address, below the service's.</summary>
    public string Path => Address.Of("/ui/actions",
        ("filter", Filter), ("order", IsOldestFirst ? "oldest" : ""), ("all", IsOfAll ? "true" : ""), ("page", Page));

    /// <summary>The list of the API.</summary>
    public string ApiPath => Address.Of("/actions/v1/actions",
        ("filter", Filter), ("order_by", IsOldestFirst ? "start_time" : ""), AllProjects, ("page_token", Page));

    /// <summary>The stream of what is shown.</summary>
    public string Stream => Address.Of("/ui/stream", ("filter", Filter), AllProjects);

    private (string, string?) AllProjects => ("all_projects", IsOfAll ? "true" : "");

    /// <summary>The address of what is shown as a file.</summary>
    public string ExportPath(string format) => Address.Of("/ui/actions/export",
        ("format", format), ("filter", Filter), ("all", IsOfAll ? "true" : ""));

    /// <summary>The API's export of it.</summary>
    public string ApiExportPath(string format)
        => Address.Of("/actions/v1/export", ("format", format), ("filter", Filter), AllProjects);

    internal static ActionsRequest Of(IQueryCollection query) => new()
    {
        Filter = query.ContainsKey("form") ? FilterForm.Of(query).Text() : query["filter"].ToString(),
        IsOldestFirst = query["order"] == "oldest",
        IsOfAll = query["all"] == "true",
        Page = query["page"].ToString() is { Length: > 0 } page ? page : null,
    };
}
