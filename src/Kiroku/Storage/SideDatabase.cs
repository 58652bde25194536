namespace Kiroku.Storage;

/// <summary>
/// The same store by a way of its own: what says that this node is there must not wait behind all that it does. A file
/// has one way only.
/// </summary>
internal sealed class SideDatabase(IDatabase database, IDisposable? owned = null) : IDisposable
{
    public IDatabase Database => database;

    public void Dispose() => owned?.Dispose();
}
