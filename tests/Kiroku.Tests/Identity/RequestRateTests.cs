using System.Globalization;
using System.Net.Http.Headers;
using Kiroku.Actions;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Identity;

/// <summary>
/// A user who makes too many requests in a project must wait. Others need not, and deletions are always accepted.
/// </summary>
public sealed class RequestRateTests : IAsyncLifetime
{
    private const int Writes = 40;
    private const int Reads = 60;
    private static readonly string[] Keys = ["""{"lock":null}""", """{"unlock":null}"""];
    private Cloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await Cloud.StartAsync(
        ("RateLimit:WritesPerMinute", Writes.ToString(CultureInfo.InvariantCulture)),
        ("RateLimit:ReadsPerMinute", Reads.ToString(CultureInfo.InvariantCulture)));

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_flood_of_locks_is_429_in_Novas_form_and_leaves_no_record_of_what_was_refused()
    {
        var server = await cloud.CreateServerAsync();
        var (accepted, refused) = (new HashSet<string>(), 0);
        for (var i = 0; i < 2 * Writes; i++)
        {
            using var answer = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", Keys[accepted.Count % 2]);
            if ((int)answer.StatusCode == 202)
            {
                accepted.Add(answer.Headers.GetValues("x-compute-request-id").Single());
                continue;
            }
            refused++;
            await AssertLimitedAsync(answer);
        }
        // The creation counted as well, and the bucket fills a little meanwhile.
        Assert.True(accepted.Count >= Writes - 1 && refused > 0);
        var recorded = await cloud.App.Services.GetRequiredService<ActionStore>().ListAsync(
            server, new ActionQuery(1000), TestContext.Current.CancellationToken);
        Assert.Equal(accepted,
            recorded.Where(action => action.Action != ActionNames.Create).Select(action => action.RequestId)
                .ToHashSet());
    }

    [Fact]
    public async Task A_refused_user_may_still_delete_either_way_and_others_are_not_affected()
    {
        var (first, second) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        var elsewhere = await People.AddAsync(cloud.App, "demo2", "demo", "member");
        await UseUpAsync();
        Assert.Equal(204, (int)(await cloud.Demo.DeleteAsync($"/v2.1/servers/{first}")).StatusCode);
        Assert.Equal(202, (await cloud.ActAsync(second, """{"forceDelete":null}""")).Status);
        using (await RefusedAsync(
            () => cloud.Demo.PostAsync($"/v2.1/servers/{second}/action", """{"forceDelete":null,"lock":null}""")))
        {
        }
        Assert.Equal(201, (int)(await elsewhere.PostAsync("/image/v2/images", "{}")).StatusCode);
        Assert.Equal(200, (int)(await cloud.Demo.GetAsync("/v2.1/servers")).StatusCode);
        await cloud.App.SignInAsync();
    }

    [Fact]
    public async Task The_same_user_in_another_project_and_an_administrator_have_limits_of_their_own()
    {
        await UseUpAsync();
        Assert.Equal(201, (int)(await cloud.Admin.PostAsync("/image/v2/images", "{}")).StatusCode);
        var demo = await cloud.App.SignInAsync("admin", "demo");
        Assert.Equal(201, (int)(await demo.PostAsync("/image/v2/images", "{}")).StatusCode);
        using var refused = await RefusedAsync(() => cloud.Admin.PostAsync("/image/v2/images", "{}"));
        Assert.Equal(201, (int)(await demo.PostAsync("/image/v2/images", "{}")).StatusCode);
    }

    [Fact]
    public async Task The_image_and_identity_services_refuse_in_their_own_forms()
    {
        await UseUpAsync();
        using var image = await RefusedAsync(() => cloud.Demo.PostAsync("/image/v2/images", "{}"));
        Assert.Equal("429 Too Many Requests", (string)(await TestApp.JsonAsync(image))["code"]!);
        using var identity = await RefusedAsync(
            () => cloud.Demo.PostAsync($"/identity/v3/users/{cloud.Demo.UserId}/application_credentials", "{}"));
        Assert.Equal(429, (int)(await TestApp.JsonAsync(identity))["error"]!["code"]!);
        Assert.All([image, identity], answer => Assert.NotNull(answer.Headers.RetryAfter));
    }

    [Fact]
    public async Task Reads_have_a_limit_of_their_own()
    {
        for (var i = 0; i < 2 * Reads; i++)
        {
            using var answer = await cloud.Demo.GetAsync("/v2.1/flavors");
            if ((int)answer.StatusCode != 429)
                continue;
            Assert.True(i >= Reads - 1);
            Assert.Equal(201, (int)(await cloud.Demo.PostAsync("/image/v2/images", "{}")).StatusCode);
            return;
        }
        Assert.Fail("reads were not limited");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-2")]
    public async Task An_invalid_limit_is_refused_at_the_start(string limit)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => TestApp.StartAsync(builder => builder.Configuration["RateLimit:WritesPerMinute"] = limit));
        Assert.Contains("RateLimit:WritesPerMinute", failure.Message);
    }

    /// <summary>Sends requests until one is refused. Time allows another one now and then.</summary>
    private static async Task<HttpResponseMessage> RefusedAsync(Func<Task<HttpResponseMessage>> ask)
    {
        for (var i = 0; i < 3 * Writes; i++)
        {
            var answer = await ask();
            if ((int)answer.StatusCode == 429)
                return answer;
            answer.Dispose();
        }
        throw new InvalidOperationException("It was never refused.");
    }

    private async Task UseUpAsync()
    {
        for (var i = 0; i < 2 * Writes; i++)
        {
            using var answer = await cloud.Demo.PostAsync("/image/v2/images", "{}");
            if ((int)answer.StatusCode == 429)
                return;
        }
        Assert.Fail("writes were not limited");
    }

    private static async Task AssertLimitedAsync(HttpResponseMessage answer)
    {
        var after = Assert.IsType<RetryConditionHeaderValue>(answer.Headers.RetryAfter).Delta!.Value.TotalSeconds;
        Assert.InRange(after, 1, 60);
        var fault = (await TestApp.JsonAsync(answer))["overLimit"]!;
        Assert.Equal((429, "This request was rate-limited."), ((int)fault["code"]!, (string)fault["message"]!));
        Assert.Equal(after.ToString(CultureInfo.InvariantCulture), (string)fault["retryAfter"]!);
    }
}
