using System.Reflection;
using System.Text.RegularExpressions;
using Kiroku.Actions;

namespace Kiroku.Tests.Docs;

public sealed partial class PagesTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(file => Path.GetRelativePath(Page.Folder, file))];

    public static TheoryData<string> RecordedWords => [.. new[] { typeof(ActionNames), typeof(EventNames), typeof(Outcomes) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(constant => (string)constant.GetRawConstantValue()!).Distinct()];

    [Theory]
    [MemberData(nameof(RecordedWords))]
    public void Every_word_that_is_recorded_stands_on_the_page_about_actions(string word)
        => Assert.Contains($"`{word}`", Page.Read("actions.md"), StringComparison.Ordinal);

    [Fact]
    public async Task Every_route_stands_on_the_page_about_the_API()
    {
        await using var app = await TestApp.StartAsync();
        var named = Route().Matches(Page.Read("api.md")).Select(match => Plain(match.Value)).ToHashSet();

        var missing = app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => Plain($"{method} {Prefix().Replace(endpoint.RoutePattern.RawText!, "/")}")))
            .Where(route => !named.Contains(route));

        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_what_exists(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Page.Folder, page))!;
        Assert.All(Link().Matches(Page.Read(page)).Select(match => match.Groups[1].Value), link => Assert.True(
            link.Contains("://", StringComparison.Ordinal) || Path.Exists(Path.Combine(folder, link.Split('#')[0])), $"{page} links to {link}"));
    }

    [GeneratedRegex(@"(GET|HEAD|POST|PUT|PATCH|DELETE) /[^\s`]*")]
    private static partial Regex Route();

    /// <summary>Where compute's routes answer.</summary>
    [GeneratedRegex(@"^/v2(\.1)?(/\{project_id(:[^}]*)?\})?/")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    private static string Plain(string route) => Parameter().Replace(route, "{}");
}
