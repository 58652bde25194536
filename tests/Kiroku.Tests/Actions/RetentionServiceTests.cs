using Kiroku.Tests.Servers;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Actions;

public sealed class RetentionServiceTests
{
    [Fact]
    public async Task The_service_trims_by_itself_as_time_goes_on()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
        await using var cloud = await Cloud.StartAsync(
            time, ("Retention:Living:MaxCount", "2"), ("Retention:Deleted:MaxAge", "00:15:00"),
            ("Retention:Interval", "00:01:00"), ("Retention:Pause", "00:00:00"));
        var (kept, gone) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        foreach (var body in new[] { """{"os-stop":null}""", """{"os-start":null}""" })
            await cloud.DoAsync(kept, body);
        await cloud.DeleteAsync(gone);
        Assert.Equal((3, 2), (await CountAsync(cloud, kept), await CountAsync(cloud, gone)));

        await WhenAdvancedAsync(cloud, time, TimeSpan.FromMinutes(2), async () => await CountAsync(cloud, kept) == 2);
        Assert.Equal(2, await CountAsync(cloud, gone));
        await WhenAdvancedAsync(
            cloud, time, TimeSpan.FromMinutes(16), async () => await CountAsync(cloud, gone) is null);

        Assert.Equal(2, await CountAsync(cloud, kept));
        Assert.Null(await cloud.ServerAsync(gone));
    }

    [Theory]
    [InlineData("Retention:Living:MaxAge", "00:00:00", "Retention:Living:MaxAge is to be")]
    [InlineData("Retention:Deleted:MaxAge", "-1.00:00:00", "Retention:Deleted:MaxAge is to be")]
    [InlineData("Retention:Living:MaxCount", "0", "Retention:Living:MaxCount is to be")]
    [InlineData("Retention:Deleted:MaxCount", "-5", "Retention:Deleted:MaxCount is to be")]
    [InlineData("Retention:Interval", "00:00:00", "Retention:Interval is to be")]
    [InlineData("Retention:BatchSize", "0", "Retention:BatchSize is to be")]
    [InlineData("Retention:Pause", "-00:00:01", "Retention:Pause is to be")]
    [InlineData("Idempotency:Lifetime", "00:00:00", "Idempotency:Lifetime is to be")]
    public async Task An_invalid_setting_keeps_the_service_from_starting(
        string key, string value, string says)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => TestApp.StartAsync(
            builder => builder.Configuration.AddInMemoryCollection([new(key, value)])));
        Assert.StartsWith(says, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task WhenAdvancedAsync(
        Cloud cloud, FakeTimeProvider time, TimeSpan by, Func<Task<bool>> condition)
    {
        time.Advance(by);
        await cloud.UntilAsync(condition);
    }

    /// <summary>The number of actions in the record of a server, deleted or not; null if the record does not know the
    /// server.</summary>
    private static async Task<int?> CountAsync(Cloud cloud, Guid server)
    {
        using var answer = await cloud.Demo.GetAsync(
            $"/v2.1/servers/{server}/os-instance-actions", ("OpenStack-API-Version", "compute 2.21"));
        return (int)answer.StatusCode == 404
            ? null : (await TestApp.JsonAsync(answer))["instanceActions"]!.AsArray().Count;
    }
}
