using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Actions.Live;
using Kiroku.Storage;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Exports;

/// <summary>How exports go on, break off and wait for their clients.</summary>
public sealed class ExportFlowTests
{
    private const string All = $"{Exported.Path}?all_projects=true";

    /// <summary>More than what lies between a service and a client that does not read.</summary>
    private const int TracebackLength = 64 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_holds_what_was_accepted_when_it_began_once_each_over_many_pages()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await AddServerAsync(cloud);
        await LongHistory.AddActionsAsync(cloud.Database, server, 0, 1234, DateTime.UnixEpoch);
        var pages = 0;
        cloud.Database.AfterRead = async found =>
        {
            if (found is LivePage && ++pages is 2 or 3)
                await LongHistory.AddActionsAsync(cloud.Database, server, 5000 + pages, 1, DateTime.UnixEpoch);
        };

        var exported = await Exported.JsonAsync(cloud.Admin, "?all_projects=true");

        Assert.Equal(
            Enumerable.Range(0, 1234).Select(number => $"req-{number}"),
            exported.Select(action => (string)action["request_id"]!));
        cloud.Database.AfterRead = _ => Task.CompletedTask;
        Assert.Equal(1236, (await Exported.JsonAsync(cloud.Admin, "?all_projects=true")).Count);
    }

    [Theory]
    [InlineData("jsonl", "identity")]
    [InlineData("csv", "identity")]
    [InlineData("cadf", "identity")]
    [InlineData("jsonl", "gzip")]
    [InlineData("jsonl", "br")]
    public async Task One_that_breaks_off_has_no_last_line_and_no_end(string format, string encoding)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await AddServerAsync(cloud);
        await LongHistory.AddActionsAsync(cloud.Database, server, 0, 1600, DateTime.UnixEpoch);
        var pages = 0;
        cloud.Database.AfterRead = found
            => found is LivePage && ++pages == 4
                ? throw new StorageException("The store is away.")
                : Task.CompletedTask;

        await AssertBreaksOffAsync(cloud, cloud.Admin, format, encoding);
    }

    [Fact]
    public async Task One_whose_token_is_revoked_meanwhile_breaks_off()
    {
        var time = new SettableTime();
        await using var cloud = await Cloud.StartAsync(time);
        await LongHistory.AddActionsAsync(
            cloud.Database, await AddServerAsync(cloud), 0, 1600, DateTime.UnixEpoch);
        var user = await cloud.App.SignInAsync("admin");
        var pages = 0;
        cloud.Database.AfterRead = async found =>
        {
            if (found is not LivePage || ++pages != 4)
                return;
            using var revoked = await user.DeleteAsync("/identity/v3/auth/tokens", ("X-Subject-Token", user.Token));
            Assert.Equal(204, (int)revoked.StatusCode);
            time.Ahead = TimeSpan.FromMinutes(1);
        };

        await AssertBreaksOffAsync(cloud, user, "jsonl", "identity");
    }

    /// <summary>
    /// The end of the connection may come before the client has read what was sent, or any of it.
    /// </summary>
    private static async Task AssertBreaksOffAsync(Cloud cloud, TestUser user, string format, string encoding)
    {
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var answer = await cloud.App.Http.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, $"{All}&format={format}")
                {
                    Headers = { { "X-Auth-Token", user.Token }, { "Accept-Encoding", encoding } },
                },
                HttpCompletionOption.ResponseHeadersRead, Token);
            Assert.Equal(200, (int)answer.StatusCode);
            await answer.Content.CopyToAsync(received, Token);
        });
        if (encoding == "identity")
            Assert.DoesNotContain(
                "whole", Encoding.UTF8.GetString(received.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_at_the_beginning_is_a_problem_with_the_time_to_wait()
    {
        await using var cloud = await Cloud.StartAsync();
        await LongHistory.AddActionsAsync(
            cloud.Database, await AddServerAsync(cloud), 0, 1, DateTime.UnixEpoch);
        foreach (var failing in new[] { 1, 2 })
        {
            var pages = 0;
            cloud.Database.AfterRead = found => found is LivePage && ++pages == failing
                ? throw new StorageException("The store is away.")
                : Task.CompletedTask;
            using var answer = await cloud.Admin.GetAsync(All);
            Assert.Equal(503, (int)answer.StatusCode);
            Assert.Equal("application/problem+json", $"{answer.Content.Headers.ContentType}");
            Assert.NotNull(answer.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task A_client_that_reads_nothing_has_one_page_read_ahead_and_is_cut_off()
    {
        await using var cloud = await Cloud.StartAsync(
            ("Export:Patience", "00:00:00.5"), ("Export:MostOfOneUser", "1"));
        await AddLargeAsync(cloud, 1100);
        var large = 0;
        cloud.Database.AfterRead = found =>
        {
            if (found is LivePage { Actions.Count: > 100 })
                Interlocked.Increment(ref large);
            return Task.CompletedTask;
        };
        using var client = await BeginAsync(cloud);

        // As long as that export has its place, the same user gets no other.
        while (true)
        {
            using var other = await cloud.Admin.GetAsync($"{All}&filter=request_id = none");
            if (other.IsSuccessStatusCode)
                break;
        }

        Assert.Equal(2, large);
        var received = await ReadAsync(client);
        Assert.DoesNotContain("whole", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_ends_breaks_an_export_off()
    {
        await using var cloud = await Cloud.StartAsync();
        await AddLargeAsync(cloud, 600);
        using var client = await BeginAsync(cloud);

        await cloud.StopAsync().WaitAsync(TimeSpan.FromSeconds(25), Token);

        Assert.DoesNotContain("whole", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_sends_no_more_at_a_time_than_it_may()
    {
        await using var cloud = await Cloud.StartAsync(
            ("Export:MostAtOnce", "3"), ("Export:MostOfOneUser", "2"));
        var go = new TaskCompletionSource();
        var waiting = new SemaphoreSlim(0);
        cloud.Database.AfterRead = found =>
        {
            if (found is not LivePage)
                return Task.CompletedTask;
            waiting.Release();
            return go.Task;
        };
        TestUser[] users = [cloud.Demo, cloud.Demo, cloud.Admin];
        var exports = users.Select(user => user.GetAsync(Exported.Path)).ToList();
        foreach (var _ in users)
            await waiting.WaitAsync(Token);

        Assert.Equal("urn:kiroku:problem:too-many-requests", (string)(await RefusedAsync(cloud.Demo, 429))["type"]!);
        Assert.Equal("urn:kiroku:problem:service-unavailable", (string)(await RefusedAsync(cloud.Admin, 503))["type"]!);
        go.SetResult();

        foreach (var export in exports)
            Assert.Equal(200, (int)(await export).StatusCode);
        Assert.Empty(await Exported.JsonAsync(cloud.Demo, ""));
    }

    [Theory]
    [InlineData("Export:MostAtOnce", "0")]
    [InlineData("Export:MostOfOneUser", "-1")]
    [InlineData("Export:Patience", "00:00:00")]
    [InlineData("Export:Patience", "2.00:00:00")]
    public async Task Wrong_settings_are_refused_at_the_start(string key, string value)
        => await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => TestApp.StartAsync(builder => builder.Configuration[key] = value));

    private static async Task<Guid> AddServerAsync(Cloud cloud)
    {
        var server = Guid.NewGuid();
        await LongHistory.AddServerAsync(cloud.Database, server, DateTime.UnixEpoch);
        return server;
    }

    /// <summary>Adds actions with tracebacks so long that a few of them fill every buffer on the way.</summary>
    private static async Task AddLargeAsync(Cloud cloud, int count)
    {
        var server = await AddServerAsync(cloud);
        await LongHistory.AddActionsAsync(cloud.Database, server, 0, count, DateTime.UnixEpoch);
        await cloud.Database.WriteAsync(connection => Dapper.SqlMapper.ExecuteAsync(connection,
            "UPDATE records SET attempts = @attempts", new
            {
                attempts = $"""[["",0,1,"E",null,null,"{new string('t', TracebackLength)}"]]""",
            }), Token);
    }

    /// <summary>Asks for an export and reads no more than that it has begun.</summary>
    private static async Task<TcpClient> BeginAsync(Cloud cloud)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(cloud.App.Address.Host, cloud.App.Address.Port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {All} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {cloud.Admin.Token}\r\n\r\n"), Token);
        var status = new byte[15];
        await client.GetStream().ReadExactlyAsync(status, Token);
        Assert.Equal("HTTP/1.1 200 OK", Encoding.ASCII.GetString(status));
        return client;
    }

    /// <summary>What the service has sent, until it broke the connection off.</summary>
    private static async Task<string> ReadAsync(TcpClient client)
    {
        var received = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(received, Token);
        }
        catch (IOException)
        {
            // Reset.
        }
        var text = Encoding.ASCII.GetString(received.ToArray());
        Assert.False(text.EndsWith("0\r\n\r\n", StringComparison.Ordinal));
        return text;
    }

    private static async Task<JsonNode> RefusedAsync(TestUser user, int status)
    {
        using var answer = await user.GetAsync(Exported.Path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        return await TestApp.JsonAsync(answer);
    }
}
