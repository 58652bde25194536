using System.Text.Json.Nodes;

namespace Kiroku.Tests.Servers;

public sealed class LaterVersionsTests
{
    [Fact]
    public async Task An_unshelve_may_pin_a_zone_name_a_host_and_unpin()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var host = (await cloud.ServerAsync(server)).Host;
        foreach (var (user, version, wishes, zone) in new[]
        {
            (cloud.Demo, "2.77", """{"availability_zone":"nova"}""", "nova"),
            (cloud.Demo, "2.91", "{}", "nova"),
            (cloud.Admin, "2.91", $$"""{"availability_zone":null,"host":"{{host}}"}""", null),
            (cloud.Demo, "2.1", """{"availability_zone":"mars"}""", null),
        })
        {
            await cloud.DoAsync(server, """{"shelve":null}""");
            using var answer = await user.PostAsync(
                $"/v2.1/servers/{server}/action", $$"""{"unshelve":{{wishes}} }""",
                ("OpenStack-API-Version", $"compute {version}"));
            Assert.Equal(202, (int)answer.StatusCode);
            await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
            Assert.Equal(zone, (await cloud.ServerAsync(server)).Labels.PinnedZone);
        }
    }

    [Fact]
    public async Task A_rebuild_takes_the_fields_of_its_version_and_answers_with_its_keys()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var early = await RebuildAsync("2.1", """ "name":"other","metadata":{"a":"b"},"adminPass":"mine" """);
        Assert.Equal(
            ["id", "name", "status", "tenant_id", "user_id", "metadata", "hostId", "image", "flavor", "created",
                "updated", "addresses", "accessIPv4", "accessIPv6",
                "links", "OS-DCF:diskConfig", "progress", "adminPass"],
            early.Select(pair => pair.Key));
        Assert.Equal(("other", "mine", "b"),
            ((string)early["name"]!, (string)early["adminPass"]!, (string)early["metadata"]!["a"]!));

        var late = await RebuildAsync(
            "2.94", """ "description":"new","hostname":"a.b","key_name":null,"user_data":null,"accessIPv6":"::1" """);
        Assert.Equal(("new", "a.b", "::1"),
            ((string)late["description"]!, (string)late["OS-EXT-SRV-ATTR:hostname"]!, (string)late["accessIPv6"]!));
        Assert.True(late.ContainsKey("user_data"));

        async Task<JsonObject> RebuildAsync(string version, string fields)
        {
            using var answer = await cloud.Demo.PostAsync(
                $"/v2.1/servers/{server}/action",
                """{"rebuild":{"imageRef":"IMAGE",FIELDS}}""".Replace("IMAGE", cloud.Image, StringComparison.Ordinal)
                    .Replace("FIELDS", fields, StringComparison.Ordinal),
                    ("OpenStack-API-Version", $"compute {version}"));
            Assert.Equal(202, (int)answer.StatusCode);
            var shown = (await TestApp.JsonAsync(answer))["server"]!.AsObject();
            await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
            return shown;
        }
    }
}
