using Kiroku.Tests.Docs;

namespace Kiroku.Tests.Identity;

/// <summary>
/// Checks docs/visibility.md itself: the most that each kind of caller may see and change, whatever its table says.
/// </summary>
public sealed class VisibilityPageTests
{
    private const int Nobody = 1;
    private const int Reader = 2;
    private const int Other = 5;

    private static readonly string[] Open =
    [
        "GET /", "GET /v2", "GET /v2.1", "GET /identity", "GET /identity/v3", "GET /image", "GET /image/versions",
        "GET /network", "GET /healthz", "GET /actions/v1/openapi.json",
        "POST /identity/v3/auth/tokens", "POST /identity/v3/users/{id}/password",
    ];

    /// <summary>The page's rows.</summary>
    internal static IReadOnlyList<string> Lines { get; } =
        [.. Page.Read("visibility.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    [Fact]
    public void Without_a_token_a_caller_can_only_read_versions_and_sign_in()
        => Assert.Equal(Open.Order(), Answered(Nobody, _ => true));

    [Fact]
    public void A_reader_changes_nothing_but_what_is_the_readers_own() => Assert.Equal(
        ["POST /identity/v3/auth/tokens", "POST /identity/v3/users/{id}/password", "POST /os-keypairs"],
        Answered(Reader,
            route => !route.StartsWith("GET ", StringComparison.Ordinal)
                && !route.StartsWith("HEAD ", StringComparison.Ordinal)));

    [Fact]
    public void Another_project_is_shown_only_things_that_belong_to_no_project() => Assert.Equal(
        [
            "GET /extensions/{alias}", "GET /identity/v3/domains/{id}", "GET /identity/v3/regions/{id}",
            "GET /network/v2.0/extensions/{alias}", "GET /network/v2.0/networks/{id}", "GET /network/v2.0/subnets/{id}",
            "GET /os-networks/{id}", "GET /os-quota-sets/{id}/defaults", "GET /os-tenant-networks/{id}",
            "POST /identity/v3/users/{id}/password",
        ],
        Answered(Other, route => route.Contains('{', StringComparison.Ordinal)));

    private static IEnumerable<string> Answered(int column, Func<string, bool> which)
        => Lines.Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(
            cells => cells[column + 1][0] is '2' or '3')
            .Select(cells => cells[1].Trim('`')).Where(which).Order();
}
