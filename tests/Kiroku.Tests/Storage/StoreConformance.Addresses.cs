using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Networks;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Storage;

/// <summary>Servers as they are found by an address, and in pages by id.</summary>
public abstract partial class StoreConformance
{
    /// <summary>Statements that take the store back to before it knew servers by their addresses.</summary>
    private protected abstract string[] ForgetAddresses { get; }

    [Fact]
    public async Task Servers_are_known_by_the_addresses_that_they_have_whatever_happens_to_them()
    {
        var servers = new ChangingServers(Database, Servers, Actions, Changing);
        for (var batch = 0; batch < Batches; batch++)
        {
            await servers.ChangeAllAsync(Token);
            await AssertAddressesAsync();
        }
        Assert.NotEmpty(await KnownAddressesAsync());
        await servers.DeleteAllAsync(Token);
        Assert.Empty(await KnownAddressesAsync());
    }

    [Fact]
    public async Task An_older_stores_servers_are_known_by_their_addresses_when_it_is_opened()
    {
        var servers = new ChangingServers(Database, Servers, Actions, Changing);
        for (var batch = 0; batch < Batches; batch++)
            await servers.ChangeAllAsync(Token);
        var known = await KnownAddressesAsync();
        foreach (var statement in ForgetAddresses)
            await Database.WriteAsync(db => db.ExecuteAsync(statement), Token);
        Reopen();

        Assert.Equal(known, await KnownAddressesAsync());
        var further = new ChangingServers(Database, Servers, Actions, Changing);
        await further.ChangeAllAsync(Token);
        await AssertAddressesAsync();
    }

    [Fact]
    public async Task A_network_name_with_any_text_in_it_keeps_no_address_from_being_found()
    {
        var card = new MachineAddress("\0\ud800\"]", "192.0.2.7", "52:54:00:00:00:01");
        await AddServersAsync([NamedServer("vm") with { Addresses = [card] }]);
        Assert.Equal(["192.0.2.7", "52:54:00:00:00:01"], (await KnownAddressesAsync()).Select(known => known.Address));
    }

    [Theory]
    [InlineData("p", null, "servers_of_project_by_id")]
    [InlineData(null, null, "servers_by_deletion")]
    [InlineData(null, "192.0.2.7", "server_addresses")]
    [InlineData("p", "192.0.2.7", "server_addresses")]
    public async Task Ports_are_read_in_their_order_by_an_index(string? project, string? address, string index)
    {
        await AddServersWithCardsAsync();
        var query = new PortQuery { ProjectId = project, Address = address, After = Guid.Empty };
        var plan = await PlanAsync(ServerCards.Sql(query, most: 100), new DynamicParameters(query));
        Assert.Contains(index, plan, StringComparison.Ordinal);
        AssertSortsNothing(plan);
    }

    [Theory]
    [InlineData("p", "servers_of_project_by_id")]
    [InlineData(null, "servers_by_deletion")]
    public async Task Servers_that_ended_before_a_span_are_not_read_for_its_usage(string? project, string living)
    {
        await AddServersWithCardsAsync();
        var query = new UsageQuery(Now.AddDays(-1), Now, project, 100, $"{Guid.Empty}");
        var plan = await PlanAsync(query.Sql, new DynamicParameters(query));
        Assert.Matches($@"\b{living}\b", plan);
        Assert.Matches(@"\bservers_by_end\b", plan);
    }

    [Fact]
    public async Task Projects_with_servers_are_those_of_servers_that_are_not_deleted()
    {
        await AddServersAsync([NamedServer("a") with { ProjectId = "q" }, NamedServer("b") with { ProjectId = "p" }]);
        await AddServersAsync([NamedServer("c") with { ProjectId = "r", Deleted = true }]);
        Assert.Equal(["p", "q"], await new ServerCards(Database).ListProjectsAsync(Token));
    }

    private Task AddServersWithCardsAsync() => AddServersAsync(Enumerable.Range(0, 1000).Select(number =>
        NamedServer($"vm{number}") with
        {
            ProjectId = number % 20 == 0 ? "p" : $"p{number % 20}",
            Addresses = [new("default", $"192.0.{number / 256}.{number % 256}", $"52:54:00:00:00:{number % 256:x2}")],
            LaunchedAt = Now.AddDays(-9),
            Deleted = number % 2 == 0,
            TerminatedAt = number % 2 == 0 ? Now.AddDays(-8) : null,
        }));

    /// <summary>Compares the addresses with those in the rows of all servers.</summary>
    private async Task AssertAddressesAsync()
    {
        var all = await Servers.ListWhereAsync("0 = 0", null, Token);
        Assert.Equal(
            all.SelectMany(server => server.Addresses.SelectMany(card => new[] { card.Address, card.Mac })
                .OfType<string>().Distinct().Select(address => (address, server.Id))).Order(),
            await KnownAddressesAsync());
    }

    private async Task<IReadOnlyList<(string Address, Guid Server)>> KnownAddressesAsync()
    {
        var rows = await Database.ReadAsync(
            db => db.QueryAsync<(string, string)>("SELECT address, server_id FROM server_addresses"), Token);
        return [.. rows.Select(row => (row.Item1, Guid.Parse(row.Item2))).Order()];
    }
}
