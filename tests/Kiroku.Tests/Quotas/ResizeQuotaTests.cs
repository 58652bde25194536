using Kiroku.Hypervisors;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Quotas;

/// <summary>
/// A server counts with the largest flavor that it can come to have, so that quotas hold whatever runs at once.
/// </summary>
public sealed class ResizeQuotaTests
{
    private const string Grow = """{"resize":{"flavorRef":"84"}}""";
    private const string Shrink = """{"resize":{"flavorRef":"less"}}""";

    // Two servers and what one of them grows by.
    private static readonly (string, string)[] RoomForOne = [("Quotas:Cores", "3"), ("Quotas:Ram", "320")];

    [Fact]
    public async Task Of_two_resizes_accepted_at_once_only_the_one_that_fits_is()
    {
        await using var cloud = await Cloud.StartAsync(RoomForOne);
        Guid[] servers = [await cloud.CreateServerAsync(), await cloud.CreateServerAsync()];
        MeetBeforeWriting(cloud, requests: 2);
        var answers = await Task.WhenAll(servers.Select(server => AskAsync(cloud, server, Grow)));
        Assert.Equal([(202, ""), Refused], answers.Order());
        await IdleAsync(cloud);
        Assert.Equal((3, 320), await UsedAsync(cloud));
    }

    [Fact]
    public async Task A_resize_counts_before_its_first_step_and_no_longer_once_it_has_failed()
    {
        await using var cloud = await Cloud.StartAsync(RoomForOne);
        var (first, second) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        var go = new TaskCompletionSource();
        cloud.Hypervisor.Before = _ => go.Task;
        Assert.Equal((202, ""), await AskAsync(cloud, first, Grow));
        Assert.Equal((3, 320), await UsedAsync(cloud));
        Assert.Equal(Refused, await AskAsync(cloud, second, Grow));

        cloud.Hypervisor.Before = operation => operation == "copy"
            ? throw new HypervisorException(HypervisorFailure.NotSupported, "copy the disk", "it cannot")
            : Task.CompletedTask;
        go.SetResult();
        await IdleAsync(cloud);
        Assert.Equal((2, 256), await UsedAsync(cloud));
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        Assert.Equal((202, ""), await AskAsync(cloud, second, Grow));
    }

    [Fact]
    public async Task A_smaller_flavor_gives_nothing_back_until_it_is_confirmed_so_that_a_revert_always_fits()
    {
        await using var cloud = await Cloud.StartAsync(RoomForOne);
        using var less = await cloud.Admin.PostAsync("/v2.1/flavors",
            """{"flavor":{"id":"less","name":"less","vcpus":1,"ram":128,"disk":2}}""");
        Assert.Equal(200, (int)less.StatusCode);
        var (large, small) = (await cloud.CreateServerAsync(Cloud.Large), await cloud.CreateServerAsync());
        await cloud.DoAsync(large, Shrink);
        Assert.Equal((3, 320), await UsedAsync(cloud));
        Assert.Equal(Refused, await AskAsync(cloud, small, Grow));
        await cloud.DoAsync(large, """{"revertResize":null}""");
        await cloud.DoAsync(large, Shrink);
        await cloud.DoAsync(large, """{"confirmResize":null}""");
        Assert.Equal((2, 256), await UsedAsync(cloud));
        await cloud.DoAsync(small, Grow);
    }

    [Fact]
    public async Task A_limit_is_not_set_below_what_is_taken_up_at_the_same_moment()
    {
        await using var cloud = await Cloud.StartAsync();
        MeetBeforeWriting(cloud, requests: 2);
        var setting = cloud.Admin.App.SendAsync(
            HttpMethod.Put, $"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}", cloud.Admin.Token,
            TestApp.Json("""{"quota_set":{"instances":0}}"""));
        var creating = cloud.Demo.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}"}}""");
        using var set = await setting;
        using var created = await creating;
        var one = ((int)set.StatusCode, (int)created.StatusCode);
        Assert.True(one is (200, 403) or (400, 202), $"{one}");
        await IdleAsync(cloud);
    }

    private static readonly (int Status, string Message) Refused = (403,
        "Quota exceeded for cores, ram: Requested 1, 64, but already used 3, 320 of 3, 320 cores, ram");

    /// <summary>Lets nothing be written before so many requests have made all their checks.</summary>
    private static void MeetBeforeWriting(Cloud cloud, int requests)
    {
        var (left, all) = (requests, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        cloud.Database.Around = moment =>
        {
            if (moment == "before write" && Interlocked.Decrement(ref left) == 0)
                all.SetResult();
            return moment == "before write" ? all.Task : Task.CompletedTask;
        };
    }

    private static async Task<(int Status, string Message)> AskAsync(Cloud cloud, Guid server, string body)
    {
        using var answer = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", body);
        return (int)answer.StatusCode == 202
            ? (202, "")
            : ((int)answer.StatusCode,
                (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
    }

    private static Task IdleAsync(Cloud cloud)
        => cloud.UntilAsync(async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));

    private static async Task<(int Cores, int Ram)> UsedAsync(Cloud cloud)
    {
        var absolute = (await cloud.Demo.GetJsonAsync("/v2.1/limits"))["limits"]!["absolute"]!;
        return ((int)absolute["totalCoresUsed"]!, (int)absolute["totalRAMUsed"]!);
    }
}
