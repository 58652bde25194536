using Kiroku.Cluster;
using Kiroku.Identity.Setup;

namespace Kiroku.Tests.Cluster;

public sealed class ClusterTests
{
    [Fact]
    public async Task Nodes_on_one_database_reach_each_others_grains_until_one_stops()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var (a, b) = (await nodes.StartAsync("a"), await nodes.StartAsync("b"));
        foreach (var asked in new[] { a, b })
        {
            Assert.Equal("a", await Nodes.GrainsOf(asked).GetGrain<IWhereGrain>("a").NodeName());
            Assert.Equal("b", await Nodes.GrainsOf(asked).GetGrain<IWhereGrain>("b").NodeName());
        }

        await b.StopAsync();

        await Nodes.UntilActiveAsync(a, 1);
        await Assert.ThrowsAsync<NodeMissingException>(() => Nodes.GrainsOf(a).GetGrain<IWhereGrain>("b").NodeName());
        Assert.False(b.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_node_that_is_declared_dead_would_end_its_process_and_comes_back_by_a_start()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var (a, b) = (await nodes.StartAsync("a"), await nodes.StartAsync("b"));

        await Nodes.MembershipOf(a).DeclareDeadAsync(Nodes.SiloOf(b), TestContext.Current.CancellationToken);

        Assert.Contains("count this one as dead", await Nodes.LostAsync(b), StringComparison.Ordinal);
        await Nodes.UntilActiveAsync(a, 1);
        // It uses its own folder: a node with another one would have to wait until the name is free.
        await nodes.StartAsync("b", folder: b.DataDirectory);
        Assert.Equal("b", await Nodes.GrainsOf(a).GetGrain<IWhereGrain>("b").NodeName());
        Assert.False(a.Lost.IsCompleted);
    }

    [Fact]
    public async Task Declaring_an_unknown_or_dead_member_or_oneself_dead_does_nothing()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var a = await nodes.StartAsync("a");
        var membership = Nodes.MembershipOf(a);

        await membership.DeclareDeadAsync("127.0.0.1:9@1", TestContext.Current.CancellationToken);
        await membership.DeclareDeadAsync(Nodes.SiloOf(a), TestContext.Current.CancellationToken);
        await membership.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.False(a.Lost.IsCompleted);
        Assert.Equal("a", await Nodes.GrainsOf(a).GetGrain<IWhereGrain>("a").NodeName());
    }

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_agree_on_users_and_open_each_others_tokens()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var apps = await Task.WhenAll(new[] { "a", "b", "c" }.Select(name => Task.Run(() => nodes.StartAsync(name))));

        var first = Assert.Single(apps, app => app.Services.GetRequiredService<CloudsFile>().Passwords is not null);
        Assert.Equal([first.DataDirectory],
            apps.Select(app => app.DataDirectory).Where(folder => File.Exists(Path.Combine(folder, "clouds.yaml"))));
        foreach (var app in apps)
        {
            using var signedIn = await app.TrySignInAsync("demo", first.PasswordOf("demo"), TestApp.InProject("demo"));
            Assert.Equal(201, (int)signedIn.StatusCode);
            var token = signedIn.Headers.GetValues("X-Subject-Token").Single();
            foreach (var other in apps)
                Assert.Equal(200, (int)(await other.SendAsync(HttpMethod.Get, "/v2.1/flavors", token)).StatusCode);
        }
    }

    [Fact]
    public async Task A_node_that_comes_later_has_no_passwords_until_an_empty_file_asks_for_new_ones()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var a = await nodes.StartAsync("a");
        var b = await nodes.StartAsync("b");
        var clouds = Path.Combine(b.DataDirectory, "clouds.yaml");
        Assert.False(File.Exists(clouds));
        await a.SignInAsync();

        await b.StopAsync();
        await File.WriteAllTextAsync(clouds, "", TestContext.Current.CancellationToken);
        var again = await nodes.StartAsync("b", folder: b.DataDirectory);

        await again.SignInAsync();
        Assert.Equal(
            401, (int)(await a.TrySignInAsync("demo", a.PasswordOf("demo"), TestApp.InProject("demo"))).StatusCode);
    }

    [Fact]
    public async Task A_node_does_no_more_than_its_roles_say()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var conductor = await nodes.StartAsync("conductor", NodeRoles.Conductor);
        var api = await nodes.StartAsync("api", NodeRoles.Api);

        for (var i = 0; i < 10; i++)
            Assert.Equal("conductor", await Nodes.GrainsOf(api).GetGrain<IWhereConductorGrain>($"{i}").NodeName());
        Assert.Equal("api", await Nodes.GrainsOf(conductor).GetGrain<IWhereGrain>("api").NodeName());
        Assert.Equal(200, (int)(await conductor.SendAsync(HttpMethod.Get, "/healthz")).StatusCode);
        Assert.Equal(404, (int)(await conductor.SendAsync(HttpMethod.Get, "/identity/v3")).StatusCode);
        Assert.Equal(200, (int)(await api.SendAsync(HttpMethod.Get, "/identity/v3")).StatusCode);
        Assert.True(File.Exists(Path.Combine(api.DataDirectory, "clouds.yaml")));
    }
}
