using System.Text.Json.Nodes;
using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Servers;

/// <summary>What actions changed, as the live record tells it.</summary>
public sealed class ChangesTests
{
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";

    [Fact]
    public async Task The_owner_is_told_the_flavor_and_administrators_disk_and_host_as_well_even_of_a_deleted_server()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var host = (await cloud.ServerAsync(server)).Host!;
        var create = await cloud.NewestActionAsync(server);
        var resize = await cloud.DoAsync(server, Resize);
        await cloud.DeleteAsync(server);
        var delete = await cloud.NewestActionAsync(server);

        const string Flavors
            = """{"before":{"id":"42","name":"m1.nano"},"after":{"id":"84","name":"m1.micro"}}""";
        AssertJson("{\"flavor\":" + Flavors + "}", await ChangesAsync(cloud.Demo, resize));
        AssertJson(
            $$$"""
            {"flavor":{{{Flavors}}},"disk_generation":{"before":1,"after":2},
             "former_disk_generation":{"before":null,"after":1}}
            """, await ChangesAsync(cloud.Admin, resize));
        var made = (await ChangesAsync(cloud.Admin, create))!;
        var hostId = made["host_id"]!.DeepClone();
        Assert.NotEqual(host, (string)hostId["after"]!);
        var owners = $$$"""
            {"flavor":{"before":null,"after":{"id":"42","name":"m1.nano"}},
             "image":{"before":null,"after":"{{{cloud.Image}}}"},"host_id":{{{hostId.ToJsonString()}}}
            """;
        AssertJson(owners + "}", await ChangesAsync(cloud.Demo, create));
        AssertJson(
            owners + $$$""","host":{"before":null,"after":"{{{host}}}"},"disk_generation":{"before":null,"after":1}}""",
            made);
        AssertJson(
            $$$"""
            {"host_id":{"before":"{{{(string)hostId["after"]!}}}","after":null},"host":{"before":"{{{host}}}","after":null},
             "disk_generation":{"before":2,"after":null},"former_disk_generation":{"before":1,"after":null}}
            """, await ChangesAsync(cloud.Admin, delete));
    }

    /// <summary>As an action's document tells it, a list does.</summary>
    [Fact]
    public async Task A_list_tells_owners_nothing_of_hosts_and_disks_either()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Resize);
        var filter = $"/actions/v1/actions?filter=server.id={server}";
        var owners = (await cloud.Demo.GetJsonAsync(filter)).ToJsonString();
        Assert.DoesNotContain("generation", owners, StringComparison.Ordinal);
        Assert.DoesNotContain("\"host\"", owners, StringComparison.Ordinal);
        Assert.Contains("\"before\":{\"id\":\"42\"", owners, StringComparison.Ordinal);
        Assert.Contains(
            "former_disk_generation", (await cloud.Admin.GetJsonAsync($"{filter}&all_projects=true")).ToJsonString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebuild_tells_the_image_and_the_names_that_it_gave()
    {
        await using var cloud = await Cloud.StartAsync();
        using var made = await cloud.Demo.PostAsync("/v2.1/os-keypairs", """{"keypair":{"name":"mine"}}""");
        var (server, image) = (await cloud.CreateServerAsync(), await cloud.UploadAsync(new byte[1 << 20], "raw"));
        var longest = new string('é', 255);
        var before = await cloud.ServerAsync(server);

        var rebuild = await DoAsync(cloud, server, "2.90", $$$"""
            {"rebuild":{"imageRef":"{{{image}}}","name":"{{{longest}}}","description":"\"new\"","key_name":"mine",
             "hostname":"box","metadata":{"a":"{{{longest}}}"} } }
            """);

        AssertJson(
            $$$"""
            {"image":{"before":"{{{before.ImageId}}}","after":"{{{image}}}"},"name":{"before":"vm","after":"{{{longest}}}"},
             "description":{"before":"vm","after":"\"new\""},"hostname":{"before":null,"after":"box"},
             "key_name":{"before":null,"after":"mine"}}
            """, await ChangesAsync(cloud.Demo, rebuild));
        ExpectedChanges.AssertAsRowsDiffer(before, await cloud.ServerAsync(server), rebuild);
    }

    [Fact]
    public async Task A_rebuild_that_failed_tells_the_name_that_stays_and_not_the_image_that_does_not()
    {
        await using var cloud = await Cloud.StartAsync();
        var (server, image) = (await cloud.CreateServerAsync(), await cloud.UploadAsync(new byte[1 << 20], "raw"));
        cloud.Hypervisor.Before = operation => operation == "overlay"
            ? throw new HypervisorException(HypervisorFailure.Failed, "make the disk", "no") : Task.CompletedTask;

        var rebuild = await cloud.DoAsync(
            server, $$$"""{"rebuild":{"imageRef":"{{{image}}}","name":"other"}}""");

        Assert.Equal(Outcomes.Failed, rebuild.Action.Outcome);
        AssertJson("""{"name":{"before":"vm","after":"other"}}""", await ChangesAsync(cloud.Admin, rebuild));
    }

    [Fact]
    public async Task What_is_changed_beside_a_running_action_is_not_told_as_its_change()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != "copy")
                return Task.CompletedTask;
            reached.TrySetResult();
            return go.Task;
        };
        var (_, request) = await cloud.ActAsync(server, Resize);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Null(await ChangesAsync(cloud.Admin, await cloud.ActionAsync(server, request)));
        using var renamed = await cloud.App.SendAsync(
            HttpMethod.Put, $"/v2.1/servers/{server}", cloud.Demo.Token,
            TestApp.Json("""{"server":{"name":"other"}}"""));
        Assert.Equal(200, (int)renamed.StatusCode);
        go.SetResult();

        var resize = await cloud.EndedAsync(server, request);

        Assert.Equal("other", (await cloud.ServerAsync(server)).Name);
        Assert.Equal(
            ["flavor", "disk_generation", "former_disk_generation"],
            (await ChangesAsync(cloud.Admin, resize))!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task An_action_that_was_overtaken_tells_what_it_had_changed_and_the_other_one_the_rest()
    {
        await using var cloud = await Cloud.StartAsync();
        var reached = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != "start")
                return Task.CompletedTask;
            reached.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        using var answer = await cloud.Demo.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}"}}""");
        var server = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        var (create, host) = (await cloud.NewestActionAsync(server), (await cloud.ServerAsync(server)).Host);

        await cloud.DeleteAsync(server);

        var (flavor, delete) = (new FlavorTrait("42", "m1.nano"), await cloud.NewestActionAsync(server));
        create = await cloud.ActionAsync(server, create.Action.RequestId);
        Assert.Equal(Outcomes.Superseded, create.Action.Outcome);
        Assert.Equal(
            new Changes(Traits.None, new() { Flavor = flavor, Image = cloud.Image, Host = host, Disk = 1 }),
            create.Action.Changes);
        Assert.Equal(
            (ActionNames.Delete, new Changes(new() { Host = host, Disk = 1 }, Traits.None)),
            (delete.Action.Action, delete.Action.Changes));
    }

    [Fact]
    public async Task A_reset_of_the_state_tells_it_and_the_disk_that_is_given_up()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Resize);

        var reset = await cloud.ResetStateAsync(server, "active");

        AssertJson("""{"vm_state":{"before":"resized","after":"active"}}""", await ChangesAsync(cloud.Demo, reset));
        Assert.Equal(1, reset.Action.Changes?.Before.FormerDisk);
        Assert.Null((await cloud.ResetStateAsync(server, "active")).Action.Changes);
    }

    [Fact]
    public async Task An_unshelve_to_a_zone_tells_that_the_server_stays_there()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"shelve":null}""");

        var unshelve = await DoAsync(cloud, server, "2.77", """{"unshelve":{"availability_zone":"nova"}}""");

        var changes = (await ChangesAsync(cloud.Demo, unshelve))!.AsObject();
        Assert.Equal(["pinned_availability_zone", "host_id"], changes.Select(pair => pair.Key));
        AssertJson("""{"before":null,"after":"nova"}""", changes["pinned_availability_zone"]);
    }

    [Fact]
    public async Task The_image_that_was_made_is_told_and_one_that_is_not_kept_is_not()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var made = await cloud.DoAsync(server, """{"createImage":{"name":"snap"}}""");
        var image = await cloud.Demo.GetJsonAsync(
            $"/image/v2/images/{(string)(await ChangesAsync(cloud.Demo, made))!["created_image"]!["after"]!}");
        Assert.Equal(("snap", "active"), ((string)image["name"]!, (string)image["status"]!));
        var none = await cloud.DoAsync(
            server, """{"createBackup":{"name":"b","backup_type":"daily","rotation":0}}""");
        Assert.Equal((Outcomes.Succeeded, null), (none.Action.Outcome, none.Action.Changes));
    }

    [Fact]
    public async Task A_cancelled_resize_has_changed_nothing()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var reached = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation =>
        {
            if (operation != "copy")
                return Task.CompletedTask;
            reached.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        var (_, request) = await cloud.ActAsync(server, Resize);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(202, (await Cancels.AskAsync(cloud.Demo, server, request)).Status);
        var cancelled = await cloud.EndedAsync(server, request);
        Assert.Null(cancelled.Action.Changes);
        Assert.Contains(cancelled.Events, attempt => attempt.ReasonCode == ReasonCodes.Cancelled);
    }

    private static async Task<RecordedAction> DoAsync(Cloud cloud, Guid server, string version, string body)
    {
        using var answer = await cloud.Demo.PostAsync(
            $"/v2.1/servers/{server}/action", body, ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(202, (int)answer.StatusCode);
        return await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
    }

    private static async Task<JsonNode?> ChangesAsync(TestUser user, RecordedAction action)
        => (await user.GetJsonAsync(
            $"/actions/v1/servers/{action.Action.ServerId}/actions/{action.Action.RequestId}"))["changes"];

    private static void AssertJson(string expected, JsonNode? shown)
        => Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), shown?.ToJsonString());
}
