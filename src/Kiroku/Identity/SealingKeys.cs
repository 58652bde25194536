using System.Xml.Linq;
using Dapper;
using Kiroku.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Kiroku.Identity;

/// <summary>Keeps the keys that tokens are sealed with in the store, so that whoever shares it knows each other's tokens.</summary>
internal sealed class SealingKeys(IDatabase database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
        => [.. Complete(() => database.ReadAsync(connection => connection.QueryAsync<string>("SELECT xml FROM sealing_keys"), default)).Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) => Complete(() => database.WriteAsync(connection => connection.ExecuteAsync(
        "INSERT INTO sealing_keys (name, xml) VALUES (@friendlyName, @xml)",
        new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) }), default));

    /// <summary>Data Protection waits for its keys, at the start and once a day.</summary>
    private static T Complete<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
