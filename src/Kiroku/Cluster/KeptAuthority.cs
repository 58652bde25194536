using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Cluster;

/// <summary>
/// The authority of nodes that have no certificates in their settings. The first of them makes it and the store keeps
/// it, so those who can read the store can join, and nobody else.
/// </summary>
internal sealed class KeptAuthority(IDatabase database, NodeCertificates certificates) : IHostedService
{
    /// <summary>The authority is valid for as long as the store keeps it, whatever clocks say.</summary>
    private static readonly DateTimeOffset Always = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset ForEver = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <exception cref="StorageException">The store cannot be reached, or what it keeps is no authority.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var kept = await FindAsync(cancellationToken) ?? await MakeAsync(cancellationToken);
        try
        {
            certificates.Use(
                new KeptIdentity(X509Certificate2.CreateFromPem(kept.Certificate, kept.Key), TimeProvider.System));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new StorageException(
                "The table node_authority holds no authority; with all nodes ended its row may be deleted: "
                    + $"{e.Message}", e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task<Kept?> FindAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync(connection =>
            connection.QueryFirstOrDefaultAsync<Kept>("SELECT * FROM node_authority"),
            cancellationToken);

    /// <summary>Of several nodes that make one at the same time, all take the first.</summary>
    private Task<Kept> MakeAsync(CancellationToken cancellationToken)
    {
        using var authority = Issuing.MakeAuthority(Always, ForEver);
        using var key = authority.GetECDsaPrivateKey()!;
        var made = new Kept { Certificate = authority.ExportCertificatePem(), Key = key.ExportPkcs8PrivateKeyPem() };
        return database.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync(
                "INSERT INTO node_authority (single, certificate, key) VALUES (1, @Certificate, @Key) "
                    + "ON CONFLICT (single) DO NOTHING", made);
            return await connection.QueryFirstAsync<Kept>("SELECT * FROM node_authority");
        }, cancellationToken);
    }

    /// <summary>Both in PEM.</summary>
    private sealed record Kept
    {
        public required string Certificate { get; init; }

        public required string Key { get; init; }
    }
}
