using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kiroku.Cluster;
using Kiroku.CommandLine;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace Kiroku.Tests.Cluster;

public sealed class CertificatesTests : IDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("kiroku-test-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public async Task Nodes_with_certificates_of_one_authority_speak_to_each_other_and_others_are_turned_away()
    {
        var ours = Make("ours", "a", "b");
        var theirs = Make("theirs", "c");
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var a = await nodes.StartAsync("a", folder: Settings("a", ours, "a"));
        await nodes.StartAsync("b", folder: Settings("b", ours, "b"));

        Assert.Equal("b", await Nodes.GrainsOf(a).GetGrain<IWhereGrain>("b").NodeName());
        var refused = await Assert.ThrowsAsync<JoinException>(
            () => nodes.StartAsync("c", folder: Settings("c", theirs, "c")));
        Assert.Contains("shows no certificate of the authority", refused.Message, StringComparison.Ordinal);
        Assert.Equal("b", await Nodes.GrainsOf(a).GetGrain<IWhereGrain>("b").NodeName());
        Assert.False(a.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_node_with_certificates_does_not_join_those_without()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        await nodes.StartAsync("a");
        var refused = await Assert.ThrowsAsync<JoinException>(
            () => nodes.StartAsync("b", folder: Settings("b", Make("ours", "b"), "b")));
        Assert.Contains("shows no certificate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_certificates_does_not_join_those_with_them()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var a = await nodes.StartAsync("a", folder: Settings("a", Make("ours", "a"), "a"));
        var refused = await Assert.ThrowsAsync<JoinException>(() => nodes.StartAsync("b"));
        Assert.Matches(
            @"^this node cannot join: a at 127\.[\d.]+:\d+ shows no certificate "
                + @"of the authority that the store keeps\.",
            Complaints.Of(refused));
        Assert.False(a.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_node_that_nobody_answers_says_so_when_it_cannot_join()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var a = await nodes.StartAsync("a", folder: Settings("a", Make("ours", "a"), "a"));
        // The node accepts the other's certificate, as a node of the version before accepts any, but shows none that
        // is valid.
        var refused = await Assert.ThrowsAsync<OrleansClusterConnectivityCheckFailedException>(
            () => nodes.StartAsync("b", configure: builder =>
        {
            builder.Services.RemoveAll<IConfigureOptions<SiloConnectionOptions>>();
            builder.Services.RemoveAll<NodeProbe>();
            builder.Services.AddSingleton(_ => new NodeProbe(Loaded("ours", "a")));
            builder.Services.PostConfigure<ClusterMembershipOptions>(
                membership => membership.MaxJoinAttemptTime = TimeSpan.FromSeconds(1));
        }));
        Assert.Matches(@"^this node cannot join: .* \(Failed to get response from: \[S127\.[\d.]+:\d+:\d+\]\)$",
            Complaints.Of(refused));
        Assert.False(a.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_node_does_not_join_nodes_of_the_version_before_that_ask_for_no_proof_and_says_what_to_do()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var before = await nodes.StartAsync(
            "a", configure: builder => builder.Services.RemoveAll<IConfigureOptions<SiloConnectionOptions>>());
        var refused = await Assert.ThrowsAsync<JoinException>(() => nodes.StartAsync("b"));
        Assert.Contains(
            "are all ended before the first of this version starts", refused.Message, StringComparison.Ordinal);
        Assert.False(before.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_certificate_that_the_own_authority_did_not_sign_is_refused_at_the_start()
    {
        var (ours, theirs) = (Make("ours", "a"), Make("theirs", "a"));
        File.Copy(Path.Combine(theirs, "authority.pem"), Path.Combine(ours, "authority.pem"), overwrite: true);
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => nodes.StartAsync("a", folder: Settings("a", ours, "a")));
        Assert.Contains("is not good with Cluster:Authority", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_closed_to_others_and_nothing_is_written_over()
    {
        var folder = Make("ours", "a.example", "192.0.2.7");
        foreach (var key in new[] { "authority.key", "a.example.key", "192.0.2.7.key" })
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, key)));
        using var named = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "a.example.pem"));
        using var numbered = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "192.0.2.7.pem"));
        Assert.True(named.MatchesHostname("a.example"));
        Assert.Equal([IPAddress.Parse("192.0.2.7")],
            numbered.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateIPAddresses());

        var before = await File.ReadAllBytesAsync(Path.Combine(folder, "a.example.key"), Token);
        Assert.Equal(1, await Commands.RunAsync(["certificates", folder, "--host", "b", "--host", "a.example"]));
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(folder, "a.example.key"), Token));
        Assert.False(File.Exists(Path.Combine(folder, "b.pem")));
        Assert.Equal(1, await Commands.RunAsync(["certificates", folder]));
        Assert.Equal(0, await Commands.RunAsync(["certificates", folder, "--host", "b"]));
        Assert.True(File.Exists(Path.Combine(folder, "b.pem")));
    }

    [Theory]
    [InlineData("authority")]
    [InlineData("")]
    [InlineData("../a")]
    [InlineData("a b")]
    public async Task An_invalid_host_name_gets_no_certificate(string name)
        => Assert.Equal(2, await Commands.RunAsync(["certificates", scratch.FullName, "--host", name]));

    private string Make(string name, params string[] hosts) => new NodeFiles(scratch.FullName).Make(name, hosts);

    private NodeCertificates Loaded(string folder, string host)
    {
        string File(string name) => Path.Combine(scratch.FullName, folder, name);
        return NodeCertificates.Of(
            new NodeOptions
            {
                Certificate = File($"{host}.pem"),
                Key = File($"{host}.key"),
                Authority = File("authority.pem"),
            });
    }

    private string Settings(string node, string certificates, string host)
        => new NodeFiles(scratch.FullName).Settings(node, certificates, host);
}
