using System.Buffers.Text;
using System.Xml.Linq;
using Dapper;
using Kiroku.Storage;
using Kiroku.Tests.Fakes;
using Microsoft.AspNetCore.DataProtection;
using static Kiroku.Tests.Identity.IdentityDesk;

namespace Kiroku.Tests.Identity;

/// <summary>Signing in and revoking tokens work correctly even if a clock was wrong and is corrected.</summary>
public sealed class WrongClockTests : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly SettableTime time = new();
    private IdentityDesk desk = null!;
    private TestUser ann = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        desk = await OpenAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        ann = await desk.NewMemberAsync("ann");
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Theory]
    [InlineData(-30)]
    [InlineData(-1_000_000)]
    public async Task After_a_project_was_changed_a_right_password_lets_in_though_the_clock_goes_back(int minutes)
    {
        await SwitchAsync("projects", ann.ProjectId);
        time.Ahead = TimeSpan.FromMinutes(minutes);
        Assert.Equal(200, await StatusAsync(await desk.SignInAsync("ann", "anns")));
    }

    [Fact]
    public async Task A_project_that_was_disabled_while_the_clock_was_back_has_no_valid_tokens_left()
    {
        // Before the project was made: even then its stamp must move on, if only by a tick.
        time.Ahead = TimeSpan.FromMinutes(-4);
        await SwitchAsync("projects", ann.ProjectId);
        time.Ahead = default;
        Assert.Equal(401, await StatusAsync(ann));
        Assert.Equal(200, await StatusAsync(await desk.SignInAsync("ann", "anns")));
    }

    [Theory]
    [InlineData(200 * 24 * 60)]
    [InlineData(30)]
    public async Task A_token_that_was_made_while_the_clock_was_ahead_is_invalid_once_it_is_right(int minutes)
    {
        time.Ahead = TimeSpan.FromMinutes(minutes);
        var early = await desk.SignInAsync("ann", "anns");
        Assert.Equal(200, await StatusAsync(early));
        time.Ahead = default;
        Assert.Equal(401, await StatusAsync(early));
        Assert.Equal(200, await StatusAsync(await desk.SignInAsync("ann", "anns")));
    }

    [Fact]
    public async Task A_token_outlives_a_clock_that_is_put_right_by_a_little()
    {
        time.Ahead = TimeSpan.FromMinutes(2);
        var token = await desk.SignInAsync("ann", "anns");
        time.Ahead = TimeSpan.FromMinutes(-2);
        Assert.Equal(200, await StatusAsync(token));
    }

    [Fact]
    public async Task A_revoked_token_stays_revoked_though_that_was_forgotten_while_the_clock_was_ahead()
    {
        await TakeBackAsync(ann);
        Assert.Equal(401, await StatusAsync(ann));
        time.Ahead = 200 * Day;
        await TakeBackAsync(await desk.SignInAsync("ann", "anns"));
        Assert.Equal(1, await CountAsync("revoked_tokens"));

        time.Ahead = default;

        Assert.Equal(401, await StatusAsync(ann));
        var (fresh, other) = (await desk.SignInAsync("ann", "anns"), await desk.SignInAsync("ann", "anns"));
        Assert.Equal((200, 200), (await StatusAsync(fresh), await StatusAsync(other)));
        await TakeBackAsync(fresh);
        time.Ahead = TimeSpan.FromMinutes(30);
        await TakeBackAsync(await desk.SignInAsync("ann", "anns"));
        Assert.Equal((401, 200), (await StatusAsync(fresh), await StatusAsync(other)));
    }

    [Fact]
    public async Task Notes_of_what_was_forgotten_do_not_pile_up()
    {
        foreach (var hours in Enumerable.Range(1, 6))
        {
            time.Ahead = TimeSpan.FromHours(2 * hours);
            await TakeBackAsync(await desk.SignInAsync("ann", "anns"));
        }
        Assert.Equal((1, 1), (await CountAsync("revoked_tokens"), await CountAsync("forgotten_revocations")));
    }

    [Fact]
    public async Task A_token_of_the_version_before_holds_and_that_version_reads_ours()
    {
        var protector = desk.App.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector(
            "Kiroku.Identity.Token");
        var claims = protector.Unprotect(Base64Url.DecodeFromChars(ann.Token));
        var before = claims[..^16];
        Assert.Equal(200, await StatusAsync(ann with { Token = Base64Url.EncodeToString(protector.Protect(before)) }));
        // That version reads only the part that it knows.
        Assert.Equal(2, claims[0]);
        await SwitchAsync("projects", ann.ProjectId);
        Assert.Equal(401, await StatusAsync(ann with { Token = Base64Url.EncodeToString(protector.Protect(before)) }));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(-300)]
    public async Task Tokens_hold_and_are_made_though_the_sealing_keys_are_of_another_time(int days)
    {
        var folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
        string token;
        await using (var first = await TestApp.StartAsync(dataDirectory: folder))
        {
            token = (await first.SignInAsync()).Token;
            await first.Services.GetRequiredService<IDatabase>().WriteAsync(
                db => MoveKeysAsync(db, TimeSpan.FromDays(days)), Token);
            await first.StopAsync();
        }
        await using (var second = await TestApp.StartAsync(dataDirectory: folder))
        {
            var signedIn = await second.SignInAsync();
            Assert.Equal((200, 200), (await StatusAsync(signedIn), await StatusAsync(signedIn with { Token = token })));
        }
        TestFolder.Delete(folder);
    }

    private static async Task<int> MoveKeysAsync(System.Data.Common.DbConnection db, TimeSpan by)
    {
        foreach (var (name, xml) in (await db.QueryAsync<(string, string)>("SELECT name, xml FROM sealing_keys"))
            .AsList())
        {
            var key = XElement.Parse(xml);
            foreach (var date in new[] { "creationDate", "activationDate", "expirationDate" })
                key.SetElementValue(date, (DateTimeOffset)key.Element(date)! + by);
            await db.ExecuteAsync(
                "UPDATE sealing_keys SET xml = @xml WHERE name = @name", new { name, xml = key.ToString() });
        }
        return 0;
    }

    private async Task SwitchAsync(string kind, string id)
    {
        foreach (var enabled in (string[])["false", "true"])
        {
            var body = $$$"""{"{{{kind[..^1]}}}":{"enabled":{{{enabled}}}}}""";
            Assert.Equal(200, (await desk.Admin.AskAsync("PATCH", $"/identity/v3/{kind}/{id}", body)).Status);
        }
    }

    private static async Task TakeBackAsync(TestUser user)
    {
        using var answer = await user.DeleteAsync("/identity/v3/auth/tokens", ("X-Subject-Token", user.Token));
        Assert.Equal(204, (int)answer.StatusCode);
    }

    private Task<long> CountAsync(string table) => desk.App.Services.GetRequiredService<IDatabase>()
        .ReadAsync(db => db.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}"), Token);
}
