using System.Text.RegularExpressions;
using Kiroku.Ui.Visits;

namespace Kiroku.Ui.Servers;

/// <summary>Which servers are listed, as the page's address says.</summary>
public sealed record ServerFilter
{
    public const int PageSize = 50;

    /// <summary>The statuses that can be chosen, as Nova has them.</summary>
    public static IReadOnlyList<string> Statuses { get; } =
    [
        "ACTIVE", "SHUTOFF", "ERROR", "BUILD", "PAUSED", "SUSPENDED", "SHELVED_OFFLOADED", "RESCUE", "VERIFY_RESIZE",
    ];

    /// <summary>A part of the name, in any case; empty for all.</summary>
    public string Name { get; init; } = "";

    /// <summary>A status of Nova's; empty for all.</summary>
    public string Status { get; init; } = "";

    /// <summary>Whether of all projects, for administrators.</summary>
    public bool AllProjects { get; init; }

    /// <summary>The last server of the page before; empty for the first page.</summary>
    public string Marker { get; init; } = "";

    public bool IsAny => Name.Length > 0 || Status.Length > 0;

    internal static ServerFilter Of(IQueryCollection query, bool isAdmin) => new()
    {
        Name = query["name"].ToString().Trim(),
        Status = query["status"].ToString(),
        AllProjects = isAdmin && query["projects"] == "all",
        Marker = query["marker"].ToString(),
    };

    /// <summary>The page's address for it, below the service's.</summary>
    public string Path => Address.Of("/ui/servers", ("name", Name), ("status", Status),
        ("projects", AllProjects ? "all" : ""), ("marker", Marker));

    /// <summary>The API's address for it.</summary>
    internal string ApiPath => Address.Of("/v2.1/servers/detail", ("limit", $"{PageSize}"),
        ("name", Regex.Escape(Name)), ("status", Status), ("all_tenants", AllProjects ? "1" : ""), ("marker", Marker));
}
