using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Quotas;

public sealed class QuotaClassesTests
{
    private const string Default = "/v2.1/os-quota-class-sets/default";

    [Fact]
    public async Task The_class_default_holds_for_projects_without_limits_of_their_own()
    {
        await using var cloud = await Cloud.StartAsync([("Quotas:Instances", "2"), ("Quotas:Ram", "512")]);
        var project = $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}";
        Assert.Equal((200, "1"), await PutAsync(cloud, Default, """{"instances":"1","cores":7}""", "instances"));
        await cloud.CreateServerAsync();
        using (var refused = await cloud.Demo.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}","networks":"none"}}""",
            ("OpenStack-API-Version", "compute 2.37")))
            Assert.Equal(403, (int)refused.StatusCode);
        foreach (var path in new[] { project, project + "/defaults", Default })
        {
            var shown = (await cloud.Admin.GetJsonAsync(path)).AsObject().Single().Value!;
            Assert.Equal((1, 7, 512), ((int)shown["instances"]!, (int)shown["cores"]!, (int)shown["ram"]!));
        }

        Assert.Equal((200, "3"), await PutAsync(cloud, project, """{"instances":3}""", "instances", "quota_set"));
        await cloud.CreateServerAsync();
        Assert.Equal(7, (int)(await cloud.Demo.GetJsonAsync(project))["quota_set"]!["cores"]!);
    }

    [Fact]
    public async Task Another_class_is_kept_and_has_no_effect()
    {
        await using var cloud = await Cloud.StartAsync([("Quotas:Instances", "2")]);
        Assert.Equal(
            (200, "0"), await PutAsync(cloud, "/v2.1/os-quota-class-sets/small", """{"instances":0}""", "instances"));
        var shown = (await cloud.Admin.GetJsonAsync("/v2.1/os-quota-class-sets/small"))["quota_class_set"]!;
        Assert.Equal(("small", 0), ((string)shown["id"]!, (int)shown["instances"]!));
        Assert.Equal(2, (int)(await cloud.Admin.GetJsonAsync(Default))["quota_class_set"]!["instances"]!);
        await cloud.CreateServerAsync();
    }

    [Theory]
    [InlineData("2.1", 12, true, false)]
    [InlineData("2.49", 12, true, false)]
    [InlineData("2.50", 10, false, true)]
    [InlineData("2.57", 7, false, true)]
    public async Task Each_version_shows_its_resources(string version, int limits, bool networks, bool groups)
    {
        await using var cloud = await Cloud.StartAsync([]);
        var shown = (await cloud.Admin.GetJsonAsync(Default, ("OpenStack-API-Version", $"compute {version}")))
            ["quota_class_set"]!.AsObject();
        Assert.Equal(limits + 1, shown.Count);
        Assert.Equal((networks, groups), (shown.ContainsKey("fixed_ips"), shown.ContainsKey("server_groups")));
    }

    [Theory]
    [InlineData("""{"quota_class_set":{"instances":-2}}""", "default")]
    [InlineData("""{"quota_class_set":{"moons":1}}""", "default")]
    [InlineData("""{"quota_class_set":{"force":true}}""", "default")]
    [InlineData("""{"quota_class_set":{"id":"default"}}""", "default")]
    [InlineData("""{"quota_class_set":[]}""", "default")]
    [InlineData("{}", "default")]
    [InlineData("""{"quota_class_set":{"instances":1}}""", "LONG")]
    public async Task A_wrong_set_is_refused(string body, string name)
    {
        await using var cloud = await Cloud.StartAsync([]);
        var path = "/v2.1/os-quota-class-sets/" + name.Replace("LONG", new string('a', 256), StringComparison.Ordinal);
        Assert.Equal(400, (await cloud.Admin.AskAsync("PUT", path, body)).Status);
    }

    [Fact]
    public async Task Only_an_administrator_sees_and_sets_them()
    {
        await using var cloud = await Cloud.StartAsync([]);
        Assert.Equal(403, (await cloud.Demo.AskAsync("GET", Default)).Status);
        Assert.Equal(
            403, (await cloud.Demo.AskAsync("PUT", Default, """{"quota_class_set":{"instances":1}}""")).Status);
    }

    private static async Task<(int Status, string Limit)> PutAsync(
        Cloud cloud, string path, string limits, string shown, string key = "quota_class_set")
    {
        var (status, answer) = await cloud.Admin.AskAsync("PUT", path, $$"""{"{{key}}":{{limits}}}""");
        Assert.False(answer![key]!.AsObject().ContainsKey("id"));
        return (status, answer[key]![shown]!.ToString());
    }
}
