namespace Kiroku.Storage;

/// <summary>
/// Separate connections to the same store. A node's signs of life go through them, so that they never wait behind its
/// other work. A SQLite store has only one writer, so it is used directly.
/// </summary>
internal sealed class SideDatabase(IDatabase database, IDisposable? owned = null) : IDisposable
{
    public IDatabase Database => database;

    public void Dispose() => owned?.Dispose();
}
