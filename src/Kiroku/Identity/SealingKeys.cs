using System.Xml.Linq;
using Dapper;
using Kiroku.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Kiroku.Identity;

/// <summary>
/// Keeps the keys that tokens are sealed with in the store, so that whoever shares it knows each other's tokens. Data
/// Protection reads them once a day and makes a new one when it finds none that will do, so of several processes that start
/// together each would make its own, which the others know nothing of until the next day: here the first makes it for all.
/// </summary>
internal sealed class SealingKeys(IDatabase database) : IXmlRepository
{
    private HashSet<string> seen = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var keys = Complete(() => database.ReadAsync(connection => connection.QueryAsync<(string Name, string Xml)>("SELECT name, xml FROM sealing_keys"), default)).AsList();
        seen = [.. keys.Select(key => key.Name)];
        return [.. keys.Select(key => XElement.Parse(key.Xml))];
    }

    /// <summary>Keeps the key, unless there is one by now that was not there when this one was found wanting: Data Protection then looks again.</summary>
    public void StoreElement(XElement element, string friendlyName) => Complete(() => database.WriteAloneAsync(async connection =>
    {
        var names = await connection.QueryAsync<string>("SELECT name FROM sealing_keys");
        return !names.All(seen.Contains) ? 0 : await connection.ExecuteAsync(
            "INSERT INTO sealing_keys (name, xml) VALUES (@friendlyName, @xml)",
            new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) });
    }, default));

    /// <summary>Data Protection waits for its keys, at the start and once a day.</summary>
    private static T Complete<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
