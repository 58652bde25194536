using Kiroku.Api;

namespace Kiroku.Access;

/// <summary>
/// Looks at who makes a request, and again where it goes on for long: tokens end, and roles are taken away.
/// </summary>
internal interface IStandingCallers
{
    /// <summary>Who a token stands for, from now on the request's caller; null if it holds for no project.</summary>
    /// <exception cref="Fault">503 if that cannot be determined now.</exception>
    /// <exception cref="Storage.StorageException">The store cannot be read.</exception>
    Task<Caller?> FindAsync(HttpContext context, string? token, CancellationToken cancellationToken);

    /// <summary>The request's caller as they stand now; null if its token holds no longer.</summary>
    /// <exception cref="Fault">503 if that cannot be determined now.</exception>
    /// <exception cref="Storage.StorageException">The store cannot be read.</exception>
    Task<Caller?> FindAsync(HttpContext context, CancellationToken cancellationToken);
}
