using System.Security.Cryptography.X509Certificates;
using Dapper;
using Kiroku.Cluster;
using Kiroku.Storage;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Kiroku.Tests.Cluster;

/// <summary>The certificates of nodes that have none in their settings.</summary>
public sealed class KeptIdentityTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_certificate_is_good_on_clocks_that_are_weeks_apart_and_made_anew_before_its_end()
    {
        var time = new FakeTimeProvider(Start);
        var identity = new KeptIdentity(Authority(), time);
        var first = identity.Certificate;
        Assert.True(first.HasPrivateKey);
        Assert.Same(first, identity.Certificate);
        Assert.True(IsGood(identity, first, Start.AddDays(-29)) && IsGood(identity, first, Start.AddDays(59)));

        time.Advance(TimeSpan.FromDays(44));
        Assert.Same(first, identity.Certificate);
        time.Advance(TimeSpan.FromDays(3 * 365));
        Assert.True(IsGood(identity, identity.Certificate, time.GetUtcNow()));
        Assert.Same(identity.Shown, identity.Shown);
    }

    [Fact]
    public void After_a_clock_was_set_back_by_years_a_certificate_is_made_for_its_time()
    {
        var time = new FakeTimeProvider(Start) { AutoAdvanceAmount = TimeSpan.Zero };
        var identity = new KeptIdentity(Authority(), time);
        _ = identity.Certificate;
        time.AdjustTime(Start.AddYears(-5));
        Assert.True(IsGood(identity, identity.Certificate, Start.AddYears(-5)));
    }

    [Fact]
    public async Task The_first_of_many_that_start_at_once_makes_the_authority_and_all_take_it()
    {
        await using var nodes = await Nodes.OnNewDatabaseAsync();
        using var database = new Kiroku.Storage.Postgres.PostgresDatabase(nodes.Database);
        database.Migrate();
        var certificates = Enumerable.Range(0, 12).Select(_ => NodeCertificates.Of(new NodeOptions())).ToList();

        await Task.WhenAll(
            certificates.Select(own => Task.Run(() => new KeptAuthority(database, own).StartAsync(Token))));

        Assert.Single(certificates.Select(own => own.Identity.Authority.Single().Thumbprint).Distinct());
        Assert.Equal(12, certificates.Select(own => own.Identity.Certificate.Thumbprint).Distinct().Count());
        await using var connection = new NpgsqlConnection(nodes.Database);
        await connection.ExecuteAsync("UPDATE node_authority SET key = 'none'");
        var refused = await Assert.ThrowsAsync<StorageException>(
            () => new KeptAuthority(database, certificates[0]).StartAsync(Token));
        Assert.Contains("node_authority", refused.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority() => Issuing.MakeAuthority(Start.AddYears(-20), Start.AddYears(100));

    private static bool IsGood(NodeIdentity identity, X509Certificate2 certificate, DateTimeOffset when)
    {
        using var chain = new X509Chain { ChainPolicy = identity.Policy() };
        chain.ChainPolicy.VerificationTime = when.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        return chain.Build(certificate);
    }
}
