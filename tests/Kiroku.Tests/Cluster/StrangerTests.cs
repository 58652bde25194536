using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Dapper;
using Kiroku.Actions;
using Kiroku.Cluster;
using Kiroku.Images;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Tests.Actions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orleans.Connections.Security;
using Orleans.Runtime.MembershipService;

namespace Kiroku.Tests.Cluster;

/// <summary>Nobody can call the engine without proof of belonging to the service, not even on loopback.</summary>
public sealed class StrangerTests : IDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("kiroku-test-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public async Task The_engine_of_a_service_on_its_own_cannot_be_reached()
    {
        await using var app = await TestApp.StartAsync(change: settings => settings with { Database = null });
        var address = app.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        using var client = new TcpClient();
        var refused = await Assert.ThrowsAsync<SocketException>(
            () => client.ConnectAsync(address.Endpoint, Token).AsTask());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Null(app.Services.GetRequiredService<ILocalSiloDetails>().GatewayAddress);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stranger_neither_joins_nor_connects_without_a_valid_certificate(bool configured)
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var node = await nodes.StartAsync("a", folder: configured ? Configured("a") : null);
        var silo = SiloAddress.FromParsableString(Nodes.SiloOf(node));
        var server = await AddServerAsync(node);

        foreach (var proof in Proofs())
        {
            await Assert.ThrowsAsync<OrleansClusterConnectivityCheckFailedException>(
                async () => await (await Stranger.JoinAsync(silo, proof)).DeleteAsync(server));
            Assert.NotNull(
                await Record.ExceptionAsync(
                    async () => await (await Stranger.ConnectAsync(silo, proof)).DeleteAsync(server)));
        }

        Assert.Empty(
            await node.Services.GetRequiredService<ActionStore>().ListAsync(server, new ActionQuery(10), Token));
        Assert.False((await node.Services.GetRequiredService<ServerStore>().FindAsync(server, Token))!.Deleted);
        Assert.False(node.Lost.IsCompleted);
    }

    /// <summary>
    /// Shows that the strangers above fail for lack of proof, and that a certificate alone does not prove who asks.
    /// </summary>
    [Fact]
    public async Task A_node_with_the_stores_authority_joins_but_without_a_seal_its_calls_are_refused()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var node = await nodes.StartAsync("a");
        var server = await AddServerAsync(node);
        var (certificate, key) = await KeptAsync(nodes);
        var certificates = NodeCertificates.Of(new NodeOptions());
        certificates.Use(new KeptIdentity(X509Certificate2.CreateFromPem(certificate, key), TimeProvider.System));

        await using var stranger = await Stranger.JoinAsync(
            SiloAddress.FromParsableString(Nodes.SiloOf(node)), certificates.Protect, TimeSpan.FromSeconds(20));

        await Assert.ThrowsAsync<UnprovenCallException>(() => stranger.DeleteAsync(server));
        Assert.Empty(
            await node.Services.GetRequiredService<ActionStore>().ListAsync(server, new ActionQuery(10), Token));
    }

    [Fact]
    public async Task A_node_without_a_seal_reads_no_disk_of_anothers_host_and_changes_nothing_there()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        await nodes.StartAsync("a");
        var b = await nodes.StartAsync(
            "b", configure: builder => builder.Services.RemoveAll<IOutgoingGrainCallFilter>());
        var grains = Nodes.GrainsOf(b);
        var host = grains.GetNodeGrain<IHostGrain>("a");

        await Assert.ThrowsAsync<UnprovenCallException>(
            async () => await host.Read("config-1", Token).FirstAsync(Token));
        await Assert.ThrowsAsync<UnprovenCallException>(
            async () => await host.Run(new ListVolumes(), null, Token).FirstAsync(Token));
        await Assert.ThrowsAsync<UnprovenCallException>(
            () => grains.GetNodeGrain<IImageGrain>("a").Read("id", new string('0', 128), 0));
    }

    [Fact]
    public async Task Nodes_with_seals_call_each_others_hosts()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        await nodes.StartAsync("a");
        var b = await nodes.StartAsync("b");
        var host = Nodes.GrainsOf(b).GetNodeGrain<IHostGrain>("a");
        Assert.NotNull((await host.Run(new ListVolumes(), null, Token).FirstAsync(Token)).Result);
        Assert.Null(await Nodes.GrainsOf(b).GetNodeGrain<IImageGrain>("a").Read("id", new string('0', 128), 0));
    }

    /// <summary>No TLS, a certificate that signs itself, and one of another cluster's authority.</summary>
    private static IEnumerable<Action<TlsOptions>?> Proofs()
    {
        var now = TimeProvider.System.GetUtcNow();
        var theirs = Issuing.MakeAuthority(now.AddDays(-1), now.AddDays(1));
        yield return null;
        yield return Showing(Issuing.MakeAuthority(now.AddDays(-1), now.AddDays(1)));
        yield return Showing(Issuing.Make("kiroku", theirs, now.AddHours(-1), now.AddHours(1)));
    }

    private static Action<TlsOptions> Showing(X509Certificate2 certificate) => links =>
    {
        links.LocalCertificate = certificate;
        links.AllowAnyRemoteCertificate();
        links.OnAuthenticateAsClient = (_, link)
            => ((SslClientAuthenticationOptions)link.SslClientAuthenticationOptions).TargetHost = "kiroku";
    };

    private static async Task<(string Certificate, string Key)> KeptAsync(Nodes nodes)
    {
        await using var connection = new NpgsqlConnection(nodes.Database);
        return await connection.QuerySingleAsync<(string, string)>("SELECT certificate, key FROM node_authority");
    }

    /// <summary>Adds a server's row. No test gets as far as its machine.</summary>
    private static async Task<Guid> AddServerAsync(TestApp node)
    {
        var id = Guid.NewGuid();
        await LongHistory.AddServerAsync(
            node.Services.GetRequiredService<IDatabase>(), id, TimeProvider.System.GetUtcNow().UtcDateTime);
        return id;
    }

    /// <summary>A data folder whose settings name certificates.</summary>
    private string Configured(string node)
    {
        var files = new NodeFiles(scratch.FullName);
        return files.Settings(node, files.Make("ours", node), node);
    }
}
