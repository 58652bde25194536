using System.Text.RegularExpressions;

namespace Kiroku.Tests.House;

/// <summary>
/// Each table belongs to a room. No other room reads or writes it, so that the room alone decides what its columns
/// mean.
/// </summary>
public sealed partial class TablesTests
{
    private static readonly Dictionary<string, string[]> Owned = new()
    {
        ["Actions"] = ["records", "feed_now", "earlier_actions", "earlier_action_events", "kept_answers"],
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
        ["Networks"] = ["security_groups", "security_group_rules"],
        ["Quotas"] = ["quotas", "quota_classes"],
        ["Servers"] = ["servers", "host_sums", "project_sums", "server_addresses", "kept_volumes", "server_groups"],
        ["Ui"] = ["sign_in_links"],
        ["Webhooks"] = ["webhook_subscriptions", "webhook_deliveries", "webhook_feed"],
        ["Storage"] = ["alone", "ballast", "compatibility", "feed"],
    };

    /// <summary>Files of other rooms that name a table, each with the reason.</summary>
    private static readonly Dictionary<(string File, string Table), string> Exceptions = new()
    {
        [("Actions/RecordRows.cs", "servers")]
            = "reads a server's owner in one statement with its record: two statements would slow its calls down",
        [("Cluster/Members.cs", "nodes")]
            = "judges a member by its row and its node's at the same moment, on connections that nothing else uses",
        [("Storage/Postgres/OlderNodes.cs", "nodes")]
            = "looks for nodes of an earlier version before there is the schema that their room knows",
        [("Storage/Sqlite/SqlitePositions.cs", "feed_now")]
            = "goes on with the positions where the store ends, as PostgreSQL does by itself",
        [("Storage/Postgres/PostgresSchema.cs", "records")]
            = "gives a restored store positions beyond those of its rows, as SqlitePositions does",
        [("Storage/Copying/StoreCopy.cs", "earlier_actions")] = Copy,
        [("Storage/Copying/StoreCopy.cs", "flavors")] = Copy,
        [("Storage/Copying/StoreCopy.cs", "identity_changes")] = Copy,
        [("Storage/Copying/StoreCopy.cs", "records")] = Copy,
        [("Storage/Copying/StoreCopy.cs", "roles")] = Copy,
        [("Storage/Copying/StoreCopy.cs", "servers")] = Copy,
        [("Storage/Copying/StoreCopy.cs", "users")] = Copy,
    };

    private const string Copy = "a store is copied as a whole, so its copy knows all tables";

    /// <summary>Tables that have another name today, or that existed only during a migration.</summary>
    private static readonly string[] Gone = ["actions", "action_events", "assigned_roles"];

    [Fact]
    public void A_table_is_named_in_its_owners_room_only()
    {
        var owners = Owned.SelectMany(owner => owner.Value.Select(table => (owner.Key, table)))
            .ToDictionary(pair => pair.table, pair => pair.Key);
        var strangers = Product.Current.Files
            .SelectMany(file => Named(file).Select(table => (File: file.Path, Table: table)))
            .Where(use => owners.TryGetValue(use.Table, out var owner) && owner != SourceFile.RoomOf(use.File))
            .Distinct().ToList();

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

    /// <summary>The tables in a file's SQL, and in what is made of a record's columns.</summary>
    private static IEnumerable<string> Named(SourceFile file)
        => file.Texts.SelectMany(text => Use().Matches(text)).Select(use => use.Groups[1].Value)
            .Concat(file.Uses.Contains("Storage/Columns.cs") ? file.Texts : []);

    [GeneratedRegex(@"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ONLY)\s+(\w+)")]
    private static partial Regex Use();

    [GeneratedRegex(@"CREATE TABLE (?:IF NOT EXISTS )?(\w+)")]
    private static partial Regex Made();
}
