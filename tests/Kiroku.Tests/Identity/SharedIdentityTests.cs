using System.Xml.Linq;
using Dapper;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Identity;

/// <summary>One node caches users and tokens while another node on the same store changes them.</summary>
public sealed class SharedIdentityTests : IAsyncLifetime
{
    private string connection = "";
    private TestApp app = null!;
    private PostgresDatabase otherDatabase = null!;
    private IdentityRows other = null!;
    private bool closed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        connection = await PostgresServer.CreateDatabaseAsync();
        app = await StartAsync();
        otherDatabase = new PostgresDatabase(connection);
        other = new IdentityRows(otherDatabase);
    }

    public async ValueTask DisposeAsync()
    {
        otherDatabase.Dispose();
        await CloseAsync();
    }

    [Fact]
    public async Task A_user_that_another_node_disables_is_refused_with_the_next_request_and_let_in_again()
    {
        var users = new UserStore(other, TimeProvider.System);
        for (var i = 0; i < 5; i++)
        {
            var demo = await app.SignInAsync();
            Assert.Equal((200, 200), (await IdentityDesk.StatusAsync(demo), await IdentityDesk.StatusAsync(demo)));
            await users.ChangeAsync(demo.UserId, user => user with { Enabled = false }, Token);
            Assert.Equal(401, await IdentityDesk.StatusAsync(demo));
            await users.ChangeAsync(demo.UserId, user => user with { Enabled = true }, Token);
        }
    }

    [Fact]
    public async Task A_token_that_is_revoked_on_another_node_is_void_with_the_next_request()
    {
        var demo = await app.SignInAsync();
        Assert.Equal(200, await IdentityDesk.StatusAsync(demo));
        var claims = app.Services.GetRequiredService<TokenSealer>().Open(demo.Token)!;
        await new IdentityStore(other).RevokeAsync(claims, TimeProvider.System.UtcNow(), Token);
        Assert.Equal(401, await IdentityDesk.StatusAsync(demo));
    }

    [Fact]
    public async Task Changes_of_many_nodes_at_once_are_all_counted_and_those_that_fail_are_not()
    {
        var before = await other.CountChangesAsync(Token);
        var nodes = Enumerable.Range(0, 3).Select(_ => new IdentityRows(new PostgresDatabase(connection))).ToList();
        await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => nodes[i % 3].ChangeAsync(_ => Task.FromResult(0), Token)));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => other.ChangeAsync<int>(_ => throw new InvalidOperationException(), Token));
        Assert.Equal(before + 12, await nodes[0].CountChangesAsync(Token));
    }

    [Fact]
    public async Task Of_nodes_that_start_together_one_makes_the_key_for_all()
    {
        await otherDatabase.WriteAsync(db => db.ExecuteAsync("DELETE FROM sealing_keys"), Token);
        using var database = new PostgresDatabase(connection);
        var (first, second) = (new SealingKeys(otherDatabase), new SealingKeys(database));
        Assert.Empty(first.GetAllElements());
        Assert.Empty(second.GetAllElements());

        first.StoreElement(new XElement("key", 1), "key-1");
        second.StoreElement(new XElement("key", 2), "key-2");

        Assert.Equal("1", Assert.Single(second.GetAllElements()).Value);
        second.StoreElement(new XElement("key", 3), "key-3");
        Assert.Equal(["1", "3"], first.GetAllElements().Select(key => key.Value).Order());
    }

    [Fact]
    public async Task A_further_node_leaves_the_first_ones_passwords_as_they_are()
    {
        await otherDatabase.WriteAsync(db => db.ExecuteAsync(
            """
            INSERT INTO nodes (name, number, folder, roles, zone, address, version, started_at, seen_at)
            VALUES ('first', 1, '/', '', '', '', '', '', '') ON CONFLICT DO NOTHING
            """), Token);
        var (demo, password) = (await app.SignInAsync(), app.PasswordOf("demo"));
        await CloseAsync();
        await using var further = await StartAsync();
        Assert.False(File.Exists(Path.Combine(further.DataDirectory, "clouds.yaml")));
        Assert.Equal(200, await IdentityDesk.StatusAsync(demo with { App = further }));
        using var answer = await further.TrySignInAsync("demo", password, TestApp.InProject("demo"));
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private async Task CloseAsync()
    {
        if (!closed)
            await app.DisposeAsync();
        closed = true;
    }

    private Task<TestApp> StartAsync()
        => TestApp.StartAsync(change: settings => settings with { Database = connection });
}
