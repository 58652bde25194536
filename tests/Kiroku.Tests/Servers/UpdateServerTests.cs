using System.Text.Json.Nodes;

namespace Kiroku.Tests.Servers;

/// <summary>PUT /servers/{id} changes names and descriptions.</summary>
public sealed class UpdateServerTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Unknown = "4c1a4b9e-0000-4000-8000-000000000000";
    private static readonly string Long = new('x', 256);

    private Cloud Cloud => running.Cloud;

    public static TheoryData<string, string, int, string> Refused => new()
    {
        { "2.1", "", 400, "None is not of type 'object'" },
        { "2.1", "{", 400, "Malformed request body" },
        { "2.1", "[]", 400, "[] is not of type 'object'" },
        { "2.1", "{}", 400, "'server' is a required property" },
        { "2.1", """{"server":null}""", 400, "None is not of type 'object'" },
        { "2.1", """{"server":{},"x":1}""", 400, "Additional properties are not allowed ('x' was unexpected)" },
        { "2.1", """{"server":{"name":null}}""", 400, "None is not of type 'string'" },
        { "2.1", """{"server":{"name":""}}""", 400, "'' is too short" },
        { "2.1", $$$"""{"server":{"name":"{{{Long}}}"}}""", 400, "is too long" },
        { "2.1", """{"server":{"name":"a\u0000b"}}""", 400, "An invalid 'name' value was provided." },
        { "2.1", """{"server":{"name":"a\nb"}}""", 400, "An invalid 'name' value was provided." },
        { "2.1", """{"server":{"name":"a\u200fb"}}""", 400, "An invalid 'name' value was provided." },
        { "2.1", """{"server":{"name":"\ud83d\ude00"}}""", 400, "An invalid 'name' value was provided." },
        { "2.1", """{"server":{"name":"\ud83d"}}""", 400, "Malformed request body" },
        { "2.1", """{"server":{"name":" vm"}}""", 400, "An invalid 'name' value was provided." },
        { "2.1", """{"server":{"description":"x"}}""", 400,
            "Additional properties are not allowed ('description' was unexpected)" },
        { "2.19", """{"server":{"description":"a\u0007"}}""", 400, "is not a 'description'" },
        { "2.19", """{"server":{"description":7}}""", 400, "7 is not of type 'string', 'null'" },
        { "2.1", """{"server":{"accessIPv4":"::1"}}""", 400, "'::1' is not a 'ipv4'" },
        { "2.1", """{"server":{"accessIPv6":null}}""", 400, "None is not of type 'string'" },
        { "2.1", """{"server":{"OS-DCF:diskConfig":"auto"}}""", 400, "'auto' is not one of ['AUTO', 'MANUAL']" },
        { "2.89", """{"server":{"hostname":"ab"}}""", 400,
            "Additional properties are not allowed ('hostname' was unexpected)" },
        { "2.90", """{"server":{"hostname":"a.b"}}""", 400, "does not match" },
        { "2.94", """{"server":{"hostname":"a b"}}""", 400, "does not match" },
        { "2.1", """{"server":{"metadata":{}}}""", 400,
            "Additional properties are not allowed ('metadata' was unexpected)" },
    };

    [Fact]
    public async Task A_server_is_renamed_by_its_project_and_no_action_is_recorded()
    {
        var server = await Cloud.CreateServerAsync();
        var before = await Cloud.NewestActionAsync(server);

        var first = await UpdateAsync(server, "2.1",
            """{"name":"other","accessIPv4":"192.0.2.7","accessIPv6":"2001:db8::7","OS-DCF:diskConfig":"AUTO"}""");
        var second = await UpdateAsync(server, "2.19", """{"description":"what it is for"}""");
        var third = await UpdateAsync(server, "2.94", """{"description":null,"hostname":"db.example"}""");

        Assert.Equal(("other", "192.0.2.7", "2001:db8::7", "AUTO"),
            ((string)first["name"]!, (string)first["accessIPv4"]!, (string)first["accessIPv6"]!,
                (string)first["OS-DCF:diskConfig"]!));
        Assert.Equal(("other", "what it is for"), ((string)second["name"]!, (string)second["description"]!));
        Assert.Equal((null, "db.example"), (third["description"], (string)third["OS-EXT-SRV-ATTR:hostname"]!));
        Assert.True(JsonNode.DeepEquals(third, await ShownAsync(server, "2.94")));
        Assert.Equal(before.Action.RequestId, (await Cloud.NewestActionAsync(server)).Action.RequestId);
    }

    [Fact]
    public async Task The_answer_has_the_keys_of_its_version()
    {
        string[] keys =
        [
            "id", "name", "status", "tenant_id", "user_id", "metadata", "hostId", "image", "flavor", "created",
            "updated", "addresses", "accessIPv4", "accessIPv6",
            "links", "OS-DCF:diskConfig", "progress",
        ];
        Assert.Equal(keys, (await UpdateAsync(running.Server, "2.1", "{}")).Select(pair => pair.Key));
        Assert.Equal(
            [.. keys, "locked", "locked_reason", "description", "tags", "trusted_image_certificates", "server_groups"],
            (await UpdateAsync(running.Server, "2.74", "{}")).Select(pair => pair.Key));
        foreach (var version in new[] { "2.75", "2.96" })
        {
            Assert.Equal((await ShownAsync(running.Server, version)).Select(pair => pair.Key),
                (await UpdateAsync(running.Server, version, "{}")).Select(pair => pair.Key));
        }
    }

    [Fact]
    public async Task Under_v2_spaces_are_taken_off_and_unknown_keys_do_not_count()
    {
        var server = await Cloud.CreateServerAsync();
        using var answer = await Cloud.Demo.PutJsonAsync($"/v2/{Cloud.Demo.ProjectId}/servers/{server}",
            """{"server":{"name":" far ","hostname":"x","description":"y"}}""");
        Assert.Equal(200, (int)answer.StatusCode);
        var changed = await Cloud.ServerAsync(server);
        Assert.Equal(("far", "vm", null), (changed.Name, changed.Description, changed.Labels.Hostname));
    }

    [Fact]
    public async Task Neither_a_lock_nor_a_running_action_prevents_an_update_and_the_action_does_not_undo_it()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.ActAsync(server, """{"lock":null}""");
        await UpdateAsync(server, "2.1", """{"name":"locked"}""");
        await Cloud.ActAsync(server, """{"unlock":null}""");
        var held = new TaskCompletionSource();
        Cloud.Hypervisor.Before = _ => held.Task;
        var (_, stopping) = await Cloud.ActAsync(server, """{"os-stop":null}""");

        await UpdateAsync(server, "2.1", """{"name":"stopping"}""");
        held.SetResult();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await Cloud.EndedAsync(server, stopping);

        Assert.Equal("stopping", (await Cloud.ServerAsync(server)).Name);
        await Cloud.AssertWholeAsync(server);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_wrong_body_is_refused(string version, string body, int status, string message)
        => await AssertRefusedAsync(Cloud.Demo, running.Server.ToString(), (version, body), (status, message));

    [Fact]
    public async Task Other_callers_are_refused()
    {
        const string Body = """{"server":{"name":"mine"}}""";
        await AssertRefusedAsync(running.Reader, running.Server.ToString(), ("2.1", Body),
            (403, "Policy doesn't allow os_compute_api:servers:update to be performed."));
        await AssertRefusedAsync(running.Other, running.Server.ToString(), ("2.1", Body),
            (404, $"Instance {running.Server} could not be found."));
        await AssertRefusedAsync(Cloud.Demo, Unknown, ("2.1", Body), (404, $"Instance {Unknown} could not be found."));
        var deleted = await Cloud.CreateServerAsync();
        await Cloud.DeleteAsync(deleted);
        await AssertRefusedAsync(
            Cloud.Demo, deleted.ToString(), ("2.1", Body), (404, $"Instance {deleted} could not be found."));
    }

    private async Task AssertRefusedAsync(
        TestUser user, string server, (string Version, string Body) request, (int Status, string Message) refusal)
    {
        var before = await running.RowsAsync();
        using var answer = await user.PutJsonAsync(
            $"/v2.1/servers/{server}", request.Body, ("OpenStack-API-Version", $"compute {request.Version}"));
        Assert.Equal(refusal.Status, (int)answer.StatusCode);
        Assert.Contains(refusal.Message,
            (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await running.RowsAsync());
    }

    private async Task<JsonObject> UpdateAsync(Guid server, string version, string update)
    {
        using var answer = await Cloud.Demo.PutJsonAsync(
            $"/v2.1/servers/{server}", $$"""{"server":{{update}}}""", ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(200, (int)answer.StatusCode);
        return (await TestApp.JsonAsync(answer))["server"]!.AsObject();
    }

    private async Task<JsonObject> ShownAsync(Guid server, string version)
        => (await Cloud.Demo.GetJsonAsync(
            $"/v2.1/servers/{server}", ("OpenStack-API-Version", $"compute {version}")))["server"]!.AsObject();
}
