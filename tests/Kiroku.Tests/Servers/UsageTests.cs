using System.Text.Json.Nodes;

namespace Kiroku.Tests.Servers;

public sealed class UsageTests
{
    private const string Span = "start=2026-01-01T00:00:00&end=2026-01-02T00:00:00";

    [Fact]
    public async Task Hours_are_those_within_the_span_also_of_deleted_servers()
    {
        await using var cloud = await Cloud.StartAsync();
        var living = await LivedAsync(cloud, "2025-12-31T00:00:00.000000", null);
        var young = await LivedAsync(cloud, "2026-01-01T18:00:00.000000", null);
        var dead = await LivedAsync(cloud, "2026-01-01T06:00:00.000000", "2026-01-01T09:30:00.000000");
        await LivedAsync(cloud, "2026-01-03T00:00:00.000000", null);
        await LivedAsync(cloud, "2025-12-01T00:00:00.000000", "2025-12-31T23:59:59.000000");

        var usage =
            (await cloud.Demo.GetJsonAsync(
                $"/v2.1/os-simple-tenant-usage/{cloud.Demo.ProjectId}?{Span}"))["tenant_usage"]!;

        var servers = usage["server_usages"]!.AsArray().ToDictionary(
            server => Guid.Parse((string)server!["instance_id"]!), server => server!);
        Assert.Equal([24, 6, 3.5], new[] { living, young, dead }.Select(id => (double)servers[id]["hours"]!));
        Assert.Equal(3, servers.Count);
        Assert.Equal(("terminated", "active"), ((string)servers[dead]["state"]!, (string)servers[living]["state"]!));
        Assert.Equal((33.5, 33.5, 33.5, 33.5 * 128),
            (Number("total_hours"), Number("total_vcpus_usage"), Number("total_local_gb_usage"),
                Number("total_memory_mb_usage")));
        Assert.Equal(3.5 * 3600, (double)servers[dead]["uptime"]!);

        double Number(string key) => (double)usage[key]!;
    }

    [Fact]
    public async Task Administrators_list_all_projects_page_by_page_and_others_see_only_their_own()
    {
        await using var cloud = await Cloud.StartAsync();
        await LivedAsync(cloud, "2026-01-01T00:00:00.000000", null);
        await LivedAsync(cloud, "2026-01-01T00:00:00.000000", null);
        var all = (await cloud.Admin.GetJsonAsync($"/v2.1/os-simple-tenant-usage?{Span}"))["tenant_usages"]!.AsArray()
            .Single()!.AsObject();
        Assert.Equal((48, false), ((double)all["total_hours"]!, all.ContainsKey("server_usages")));
        var seen = new HashSet<string>();
        var next = $"/v2.1/os-simple-tenant-usage?{Span}&detailed=1&limit=1";
        while (next is not null)
        {
            var page = await cloud.Admin.GetJsonAsync(next, ("OpenStack-API-Version", "compute 2.40"));
            foreach (var server in page["tenant_usages"]!.AsArray().SelectMany(
                project => project!["server_usages"]!.AsArray()))
                Assert.True(seen.Add((string)server!["instance_id"]!));
            next = page["tenant_usages_links"]?[0]?["href"] is JsonValue link
                ? new Uri((string)link!).PathAndQuery : null;
        }
        Assert.Equal(2, seen.Count);
        using var others = await cloud.Demo.GetAsync($"/v2.1/os-simple-tenant-usage/{cloud.Admin.ProjectId}");
        Assert.Equal(403, (int)others.StatusCode);
    }

    [Fact]
    public async Task A_span_without_start_and_end_is_the_present_moment()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var usage =
            (await cloud.Demo.GetJsonAsync($"/v2.1/os-simple-tenant-usage/{cloud.Demo.ProjectId}"))["tenant_usage"]!;
        var shown = Assert.Single(usage["server_usages"]!.AsArray())!;
        Assert.Equal((server.ToString(), 0), ((string)shown["instance_id"]!, (double)shown["hours"]!));
        var all = await cloud.Admin.GetJsonAsync("/v2.1/os-simple-tenant-usage?detailed=1");
        Assert.Single(all["tenant_usages"]!.AsArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("start=2026-1-1T0:0:0")]
    [InlineData("start=2026-11-1T00:00:00&end=2026-11-2T00:00:00")]
    [InlineData("detailed=1")]
    public async Task A_missing_time_is_the_present_and_a_single_digit_is_enough(string query)
    {
        await using var cloud = await Cloud.StartAsync();
        using var answer = await cloud.Admin.GetAsync($"/v2.1/os-simple-tenant-usage?{query}");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("start=yesterday", "2.1")]
    [InlineData("start=2026-01-02T00:00:00&end=2026-01-01T00:00:00", "2.1")]
    [InlineData("start=2026-01-01T00:00:00&marker=none", "2.40")]
    [InlineData("start=2026-01-01T00:00:00&moon=1", "2.75")]
    public async Task A_wrong_usage_query_is_refused(string query, string version)
    {
        await using var cloud = await Cloud.StartAsync();
        using var answer = await cloud.Demo.GetAsync($"/v2.1/os-simple-tenant-usage/{cloud.Demo.ProjectId}?{query}",
            ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_project_without_servers_has_used_nothing()
    {
        await using var cloud = await Cloud.StartAsync();
        Assert.Equal("{}",
            (await cloud.Demo.GetJsonAsync(
                $"/v2.1/os-simple-tenant-usage/{cloud.Demo.ProjectId}?{Span}"))["tenant_usage"]!.ToJsonString());
    }

    /// <summary>Adds a server that existed at that time.</summary>
    private static async Task<Guid> LivedAsync(Cloud cloud, string from, string? to)
    {
        var server = await cloud.CreateServerAsync();
        if (to is not null)
            await cloud.DeleteAsync(server);
        await cloud.Database.WriteAsync(
            db => Dapper.SqlMapper.ExecuteAsync(db,
                "UPDATE servers SET launched_at = @from, terminated_at = @to WHERE id = @id",
                new { from, to, id = server.ToString() }),
            TestContext.Current.CancellationToken);
        return server;
    }
}
