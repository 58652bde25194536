using Kiroku.Storage.Postgres;

namespace Kiroku.Storage;

/// <summary>
/// The same store by a way of its own: what says that this node is there must not wait behind all that it does. A file has
/// one way only.
/// </summary>
internal sealed class SideDatabase(IDatabase database, IDisposable? owned = null) : IDisposable
{
    public IDatabase Database => database;

    /// <param name="main">The store, open and of this version.</param>
    /// <param name="shared">The connection to it, where it is PostgreSQL.</param>
    public static SideDatabase Of(IDatabase main, string? shared)
    {
        if (shared is null)
            return new SideDatabase(main);
        var aside = new PostgresDatabase(new PostgresConnection(shared).Aside);
        return new SideDatabase(aside, aside);
    }

    public void Dispose() => owned?.Dispose();
}
