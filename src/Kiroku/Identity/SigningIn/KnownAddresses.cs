using Dapper;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Where users have signed in from before: in the store, so that a restart or another node knows it as well. It opens
/// nothing; it keeps strangers' failures apart from the user's own.
/// </summary>
internal sealed partial class KnownAddresses(
    IDatabase database, IOptions<IdentityOptions> options, TimeProvider time, ILogger<KnownAddresses> logger)
{
    private const int MostOfOneUser = 100;

    /// <summary>So much later an address is noted again, rather than at each sign-in.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromHours(12);

    /// <summary>
    /// The source with what is known of that user there; of users who do not exist nothing is, after the same question.
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
    /// Notes that the user has signed in from there. A store that cannot be written keeps nobody out.
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

    [LoggerMessage(LogLevel.Warning, "It could not be noted where a user signed in from")]
    private partial void LogNotNoted(Exception exception);
}
