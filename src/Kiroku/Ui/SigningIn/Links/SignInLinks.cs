using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Ui.Sessions;
using Microsoft.AspNetCore.DataProtection;

namespace Kiroku.Ui.SigningIn.Links;

/// <summary>
/// The links that sign a browser in once, as whoever had them made. They are in the store, so any node takes them, also
/// after a restart. The store has the hash of a link's secret and, sealed, the token that the link stands for.
/// </summary>
internal sealed class SignInLinks(IDatabase database, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Time to go from a terminal to a browser, and little for whoever finds the link later.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How many unused links one user may have.</summary>
    public const int MostOfOneUser = 10;

    /// <summary>In bytes: as many as no one can guess.</summary>
    private const int SecretLength = 32;

    private readonly IDataProtector protector = protection.CreateProtector("Kiroku.Ui.SignInLink");

    /// <summary>Makes a link for a session, which it does not outlive.</summary>
    /// <returns>Its secret, which is nowhere else, and when it expires (UTC).</returns>
    /// <exception cref="Fault">429: the user has many already.</exception>
    public async Task<(string Secret, DateTime ExpiresAt)> MakeAsync(
        Session session, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
        var expires = session.ExpiresAt < now + Lifetime ? session.ExpiresAt : now + Lifetime;
        var sealedText = protector.ProtectSession(session);
        var row = new { hash = HashOf(secret), session.UserId, sealedText, expires };
        var next = await database.WriteAloneAsync(async db =>
        {
            await db.ExecuteAsync("DELETE FROM sign_in_links WHERE expires_at <= @now", new { now });
            var unused = (await db.QueryAsync<DateTime>(
                "SELECT expires_at FROM sign_in_links WHERE user_id = @UserId ORDER BY expires_at", row)).ToList();
            if (unused.Count >= MostOfOneUser)
                return unused[0];
            await db.ExecuteAsync(
                """
                INSERT INTO sign_in_links (hash, user_id, session, expires_at)
                    VALUES (@hash, @UserId, @sealedText, @expires)
                """, row);
            return (DateTime?)null;
        }, cancellationToken);
        return next is { } freed
            ? throw new Fault(StatusCodes.Status429TooManyRequests,
                $"There are {MostOfOneUser} unused sign-in links of this user already. The first expires at {freed:O}.")
            {
                RetryAfter = Math.Max(1, (int)Math.Ceiling((freed - now).TotalSeconds)),
            }
            : (secret, expires);
    }

    /// <summary>The session that a link stands for; null if it was used, has expired or never was one.</summary>
    public async Task<Session?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        var found = await database.ReadOneAsync(db => db.QuerySingleOrDefaultAsync<string>(
            "SELECT session FROM sign_in_links WHERE hash = @hash AND expires_at > @now",
            new { hash = HashOf(secret), now = time.UtcNow() }), cancellationToken);
        return found is null ? null : protector.OpenSession(found);
    }

    /// <summary>Uses a link up.</summary>
    /// <returns>False if another request was the first, or it has expired.</returns>
    public async Task<bool> UseAsync(string secret, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            "DELETE FROM sign_in_links WHERE hash = @hash AND expires_at > @now",
            new { hash = HashOf(secret), now = time.UtcNow() }), cancellationToken) == 1;

    /// <summary>A secret has no pattern to guess by, so that one plain hash is enough.</summary>
    private static string HashOf(string secret)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
