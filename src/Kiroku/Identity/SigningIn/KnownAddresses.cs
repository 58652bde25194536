using Dapper;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// The addresses that users have signed in from. They are in the store, so a restarted service or another node knows
/// them too. A known address grants nothing; it only separates the user's failures from those of strangers.
/// </summary>
internal sealed partial class KnownAddresses(
    IDatabase database, IOptions<IdentityOptions> options, TimeProvider time, ILogger<KnownAddresses> logger)
{
    private const int MostOfOneUser = 100;

    /// <summary>How long after the last entry an address is recorded again, rather than at each sign-in.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromHours(12);

    /// <summary>
    /// Adds when the user was last seen at the source. An unknown user is looked up as well, so that timing does not
    /// tell the difference.
    /// </summary>
    public async Task<SignInSource> RecognizeAsync(
        SignInSource source, string userId, CancellationToken cancellationToken)
    {
        if (source.IsOwnHost)
            return source;
        var seen = await database.ReadOneAsync(db => db.QuerySingleOrDefaultAsync<DateTime?>(
            "SELECT seen_at FROM known_addresses WHERE user_id = @userId AND address = @Address AND seen_at > @since",
            new { userId, source.Address, since = Oldest() }), cancellationToken);
        return source with { SeenAt = seen };
    }

    /// <summary>
    /// Records that the user signed in from there. If the store cannot be written, the user is signed in all the
    /// same.
    /// </summary>
    public async Task RememberAsync(SignInSource source, string userId, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        if (source.IsOwnHost || now - source.SeenAt < Late)
            return;
        try
        {
            await database.WriteAsync(db => db.ExecuteAsync(
                """
                INSERT INTO known_addresses (user_id, address, seen_at) VALUES (@userId, @Address, @now)
                    ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at;
                DELETE FROM known_addresses WHERE user_id = @userId AND (seen_at <= @since OR address NOT IN
                    (SELECT address FROM known_addresses WHERE user_id = @userId ORDER BY seen_at DESC LIMIT @most));
                """, new { userId, source.Address, now, since = Oldest(), most = MostOfOneUser }), cancellationToken);
        }
        catch (StorageException e)
        {
            LogNotNoted(e);
        }
    }

    private DateTime Oldest() => time.UtcNow() - options.Value.KnownFor;

    [LoggerMessage(LogLevel.Warning, "The address that a user signed in from could not be recorded")]
    private partial void LogNotNoted(Exception exception);
}
