using Kiroku.Api;

namespace Kiroku.Access;

/// <summary>Looks again at who makes a request that goes on for long: tokens end, and roles are taken away.</summary>
internal interface IStandingCallers
{
    /// <summary>The request's caller as they stand now; null if its token holds no longer.</summary>
    /// <exception cref="Fault">503 if that cannot be determined now.</exception>
    /// <exception cref="Storage.StorageException">The store cannot be read.</exception>
    Task<Caller?> FindAsync(HttpContext context, CancellationToken cancellationToken);
}
