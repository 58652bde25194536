using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Quotas;

public sealed class QuotasTests
{
    private static readonly (
        string, string)[] Few = [("Quotas:Instances", "2"), ("Quotas:Cores", "3"), ("Quotas:Ram", "512")];

    [Fact]
    public async Task A_request_beyond_the_quota_is_refused_in_novas_words_and_leaves_nothing()
    {
        await using var cloud = await Cloud.StartAsync(Few);
        await cloud.CreateServerAsync();
        Assert.Equal((403, "Quota exceeded for instances: Requested 2, but already used 1 of 2 instances"),
            await RefusedAsync(cloud, ""","min_count":2"""));
        Assert.Equal((403, "Quota exceeded for cores, instances, ram: Requested 4, 4, 512, but already used 1, 1, 128 "
            + "of 3, 2, 512 cores, instances, ram"),
            await RefusedAsync(cloud, ""","min_count":4"""));
        Assert.Equal((403, "Quota exceeded for cores, instances: Requested 3, 2-3, but already used 1, 1 of 3, 2 "
            + "cores, instances"), await RefusedAsync(cloud, ""","min_count":2,"max_count":3"""));
        Assert.Single(await cloud.ServersAsync());
    }

    [Fact]
    public async Task Of_several_servers_as_many_are_made_as_the_quota_allows()
    {
        await using var cloud = await Cloud.StartAsync(Few);
        using var answer = await CreateAsync(cloud, ""","min_count":1,"max_count":9""");
        Assert.Equal(202, (int)answer.StatusCode);
        await BuiltAsync(cloud);
        Assert.Equal(["vm-1", "vm-2"], (await cloud.ServersAsync()).Select(server => server.Name).Order());
    }

    [Fact]
    public async Task Of_many_requests_at_once_no_more_than_the_quota_allows_are_accepted()
    {
        await using var cloud = await Cloud.StartAsync(Few);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(cloud, "")));
        Assert.Equal(2, answers.Count(answer => (int)answer.StatusCode == 202));
        Assert.Equal(6, answers.Count(answer => (int)answer.StatusCode == 403));
        await BuiltAsync(cloud);
        Assert.Equal(2, (await cloud.ServersAsync()).Count);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task A_flavor_beyond_the_quota_is_refused_and_a_deletion_frees_room()
    {
        await using var cloud = await Cloud.StartAsync([("Quotas:Cores", "2"), ("Quotas:Ram", "256")]);
        var (server, other) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        using var answer = await cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", """{"resize":{"flavorRef":"84"}}""");
        Assert.Equal(
            (403, "Quota exceeded for cores, ram: Requested 1, 64, but already used 2, 256 of 2, 256 cores, ram"),
            await ReadAsync(answer));
        await cloud.DeleteAsync(other);
        await cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}""");
    }

    [Fact]
    public async Task Metadata_has_a_quota_too()
    {
        await using var cloud = await Cloud.StartAsync([("Quotas:MetadataItems", "1")]);
        Assert.Equal((403, "Maximum number of metadata items exceeds 1"),
            await RefusedAsync(cloud, ""","metadata":{"a":"b","c":"d"}"""));
    }

    [Fact]
    public async Task An_administrator_sets_a_projects_quotas_and_goes_back_to_the_defaults()
    {
        await using var cloud = await Cloud.StartAsync(Few);
        var path = $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}";
        await cloud.CreateServerAsync();
        using (var low = await PutAsync(cloud.Admin, path, """{"quota_set":{"instances":0}}"""))
            Assert.Equal(
                (400, "Quota limit 0 for instances must be greater than or equal to already used and reserved 1."),
                await ReadAsync(low));
        using (var set = await PutAsync(
            cloud.Admin, path, """{"quota_set":{"instances":0,"cores":"-1","force":true}}"""))
            Assert.Equal(
                """{"instances":0,"cores":-1,"ram":512,"metadata_items":128,"key_pairs":100,"server_groups":10,"server_group_members":10}""",
                (await TestApp.JsonAsync(set))["quota_set"]!.ToJsonString());
        var shown = (await cloud.Demo.GetJsonAsync(path))["quota_set"]!;
        Assert.Equal(
            (cloud.Demo.ProjectId, 0, -1), ((string)shown["id"]!, (int)shown["instances"]!, (int)shown["cores"]!));
        Assert.Equal(403, (await RefusedAsync(cloud, "")).Status);
        Assert.Equal("""{"in_use":1,"limit":0,"reserved":0}""",
            (await cloud.Demo.GetJsonAsync(path + "/detail"))["quota_set"]!["instances"]!.ToJsonString());
        Assert.Equal(2, (int)(await cloud.Demo.GetJsonAsync(path + "/defaults"))["quota_set"]!["instances"]!);
        using var gone = await cloud.Admin.DeleteAsync(path);
        Assert.Equal(202, (int)gone.StatusCode);
        Assert.Equal(2, (int)(await cloud.Demo.GetJsonAsync(path))["quota_set"]!["instances"]!);
    }

    [Theory]
    [InlineData("""{"quota_set":{"instances":-2}}""")]
    [InlineData("""{"quota_set":{"instances":2147483648}}""")]
    [InlineData("""{"quota_set":{"instances":"many"}}""")]
    [InlineData("""{"quota_set":{"moons":1}}""")]
    [InlineData("""{"quota_set":{"injected_files":1}}""")]
    [InlineData("""{"quota_set":[]}""")]
    [InlineData("{}")]
    public async Task A_wrong_set_is_refused(string body)
    {
        await using var cloud = await Cloud.StartAsync();
        using var answer = await PutAsync(cloud.Admin, $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}", body);
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_user_sees_only_the_quotas_of_their_own_project_and_sets_none()
    {
        await using var cloud = await Cloud.StartAsync();
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, $"/v2.1/os-quota-sets/{cloud.Admin.ProjectId}"),
            (HttpMethod.Put, $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}"),
            (HttpMethod.Delete, $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}"),
            (HttpMethod.Get, $"/v2.1/limits?tenant_id={cloud.Admin.ProjectId}"),
        })
        {
            using var answer = await cloud.App.SendAsync(method, path, cloud.Demo.Token,
                method == HttpMethod.Put ? TestApp.Json("""{"quota_set":{"cores":1}}""") : null);
            Assert.Equal(403, (int)answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("2.1", 19)]
    [InlineData("2.36", 14)]
    [InlineData("2.39", 13)]
    [InlineData("2.57", 11)]
    public async Task Limits_show_quotas_and_their_use(string version, int keys)
    {
        await using var cloud = await Cloud.StartAsync(Few);
        await cloud.CreateServerAsync();
        var limits =
            (await cloud.Demo.GetJsonAsync("/v2.1/limits", ("OpenStack-API-Version", $"compute {version}")))["limits"]!;
        var absolute = limits["absolute"]!.AsObject();
        Assert.Empty(limits["rate"]!.AsArray());
        Assert.Equal(keys, absolute.Count);
        Assert.Equal((2, 1, 3, 1, 512, 128),
            (Number("maxTotalInstances"), Number("totalInstancesUsed"), Number("maxTotalCores"),
                Number("totalCoresUsed"),
            Number("maxTotalRAMSize"), Number("totalRAMUsed")));

        int Number(string key) => (int)absolute[key]!;
    }

    private static Task<HttpResponseMessage> PutAsync(TestUser user, string path, string json)
        => user.App.SendAsync(
            HttpMethod.Put, path, user.Token, TestApp.Json(json), ("OpenStack-API-Version", "compute 2.57"));

    private static Task BuiltAsync(Cloud cloud)
        => cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));

    private static Task<HttpResponseMessage> CreateAsync(Cloud cloud, string more) => cloud.Demo.PostAsync(
        "/v2.1/servers",
        """{"server":{"name":"vm","flavorRef":"42","imageRef":"IMAGE"MORE}}""".Replace(
            "IMAGE", cloud.Image, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal));

    private static async Task<(int Status, string Message)> RefusedAsync(Cloud cloud, string more)
    {
        using var answer = await CreateAsync(cloud, more);
        return await ReadAsync(answer);
    }

    private static async Task<(int Status, string Message)> ReadAsync(HttpResponseMessage answer)
        => ((int)answer.StatusCode, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
}
