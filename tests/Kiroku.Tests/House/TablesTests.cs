using System.Text.RegularExpressions;

namespace Kiroku.Tests.House;

/// <summary>
/// A table is its room's: nobody else reads or writes it, so that the room alone decides what its columns mean.
/// </summary>
public sealed partial class TablesTests
{
    private static readonly Dictionary<string, string[]> Owned = new()
    {
        ["Actions"] = ["actions", "action_events", "kept_answers"],
        ["Cluster"] = ["members", "membership", "node_authority", "OrleansQuery"],
        ["Flavors"] = ["flavors", "flavor_access"],
        ["Nodes"] = ["nodes", "services"],
        ["Identity"] =
        [
            "application_credential_roles", "application_credentials", "forgotten_revocations", "identity_changes",
            "known_addresses", "projects", "revoked_tokens", "role_assignments", "roles", "sealing_keys", "users",
        ],
        ["Images"] = ["images", "image_members", "deleted_images"],
        ["Keypairs"] = ["keypairs"],
        ["Quotas"] = ["quotas"],
        ["Servers"] = ["servers", "kept_volumes"],
        ["Storage"] = ["alone", "ballast", "compatibility"],
    };

    /// <summary>Who else names a table, and why.</summary>
    private static readonly Dictionary<(string Room, string Table), string> Exceptions = new()
    {
        [("Actions", "servers")] = "takes and releases the server's lock in the transactions that write its record",
        [("Cluster", "nodes")] = "tells the members that it may talk to from those whose node is known",
        [("Nodes", "servers")] = "counts what is claimed on a host, and refuses to forget one that has servers",
        [("Quotas", "images")] = "counts the bytes of a project's images",
        [("Quotas", "servers")] = "counts what a project's servers use",
        [("Servers", "nodes")] = "finds the servers whose host is away",
        [("Storage", "flavors")] = "copies a store to another",
        [("Storage", "identity_changes")] = "copies a store to another",
        [("Storage", "roles")] = "copies a store to another",
        [("Storage", "servers")] = "copies a store to another",
        [("Storage", "users")] = "copies a store to another",
    };

    /// <summary>Tables that are there no more, or only while a migration runs.</summary>
    private static readonly string[] Gone = ["assigned_roles"];

    [Fact]
    public void A_table_is_named_in_its_owners_room_only()
    {
        var owners = Owned.SelectMany(owner => owner.Value.Select(table => (owner.Key, table)))
            .ToDictionary(pair => pair.table, pair => pair.Key);
        var strangers = Product.Current.Files
            .SelectMany(file =>
                file.Texts.SelectMany(text => Use().Matches(text))
                    .Concat(Inserted().Matches(File.ReadAllText(Path.Combine(Product.Folder, file.Path))))
                    .Select(use => (file.Room, Table: use.Groups[1].Value)))
            .Where(use => owners.TryGetValue(use.Table, out var owner) && owner != use.Room).Distinct().ToList();

        Assert.Empty(strangers.Except(Exceptions.Keys));
        Assert.Empty(Exceptions.Keys.Except(strangers));
    }

    [Fact]
    public void Every_table_has_an_owner()
    {
        var made = Directory.EnumerateFiles(Product.Folder, "*.sql", SearchOption.AllDirectories)
            .SelectMany(file => Made().Matches(File.ReadAllText(file))).Select(made => made.Groups[1].Value);

        Assert.Empty(made.Distinct().Except(Gone).Except(Owned.Values.SelectMany(tables => tables)));
    }

    [GeneratedRegex(@"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ONLY)\s+(\w+)")]
    private static partial Regex Use();

    [GeneratedRegex(@"Columns<\w+>\.Insert\w*\(\s*""(\w+)""")]
    private static partial Regex Inserted();

    [GeneratedRegex(@"CREATE TABLE (?:IF NOT EXISTS )?(\w+)")]
    private static partial Regex Made();
}
