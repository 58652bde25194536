namespace Kiroku.Access;

/// <summary>The names of users, as far as this service knows them: those of a Keystone it does not.</summary>
internal interface IUserNames
{
    /// <summary>The names by id, of those that are known.</summary>
    /// <exception cref="Storage.StorageException">The store cannot be read.</exception>
    Task<IReadOnlyDictionary<string, string>> FindNamesAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken);
}
