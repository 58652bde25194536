using System.Xml.Linq;
using Dapper;
using Kiroku.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// Keeps the keys that tokens are sealed with in the store, so that whoever shares it knows each other's tokens.
/// </summary>
internal sealed class SealingKeys(IDatabase database) : IXmlRepository
{
    /// <summary>A key's element, among revocations and what else there may be.</summary>
    private const string Key = "key";

    /// <summary>What this process knew when it last looked.</summary>
    private volatile string[] known = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var found = Complete(() =>
            database.ReadAsync(connection =>
                connection.QueryAsync<(string Name, string Xml)>("SELECT name, xml FROM sealing_keys"),
                default)).ToList();
        known = [.. found.Select(element => element.Name)];
        return [.. found.Select(element => XElement.Parse(element.Xml))];
    }

    /// <summary>
    /// Keeps a key, unless another process has made one since this one looked: it looks again after this and takes
    /// that. Two that start at once would else each seal with its own, which the other learns of a day later.
    /// </summary>
    public void StoreElement(XElement element, string friendlyName)
        => Complete(() => database.WriteAloneAsync(async connection =>
        {
            var stored = await connection.QueryAsync<string>("SELECT name FROM sealing_keys");
            if (element.Name.LocalName == Key && stored.Except(known).Any())
                return 0;
            return await connection.ExecuteAsync("INSERT INTO sealing_keys (name, xml) VALUES (@friendlyName, @xml)",
                new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) });
        }, default));

    /// <summary>Data Protection waits for its keys, at the start and once a day.</summary>
    private static T Complete<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
