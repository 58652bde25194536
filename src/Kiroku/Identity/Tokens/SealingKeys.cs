using System.Xml.Linq;
using Dapper;
using Kiroku.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// Keeps the keys that encrypt tokens in the store, so that all processes that share it can read each other's tokens.
/// </summary>
internal sealed class SealingKeys(IDatabase database) : IXmlRepository
{
    /// <summary>The XML element of a key. The table also holds revocations.</summary>
    private const string Key = "key";

    /// <summary>The keys that this process had seen when it last looked.</summary>
    private volatile string[] known = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var found = Complete(() =>
            database.ReadOneAsync(connection =>
                connection.QueryAsync<(string Name, string Xml)>("SELECT name, xml FROM sealing_keys"),
                default)).ToList();
        known = [.. found.Select(element => element.Name)];
        return [.. found.Select(element => XElement.Parse(element.Xml))];
    }

    /// <summary>
    /// Stores a key, unless another process has stored one since this process looked. Data Protection then reads the
    /// keys again and uses that one. Otherwise two processes that start together would each use their own key, and
    /// learn of the other's only a day later.
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

    /// <summary>Blocks, because Data Protection reads its keys synchronously: at the start and once a day.</summary>
    private static T Complete<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
