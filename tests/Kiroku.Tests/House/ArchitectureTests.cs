namespace Kiroku.Tests.House;

/// <summary>Rooms use each other in one direction only, judged by their source.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Rooms that all others may use: the system's files and processes.</summary>
    private static readonly string[] Ground = ["Files", "Processes"];

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Files"] = [],
        ["Processes"] = [],
        ["Storage"] = [],
        ["Hypervisors"] = [],
        ["Cluster"] = ["Storage"],
        ["Api"] = ["Storage"],
        ["Access"] = ["Api"],
        ["Identity"] = ["Access", "Api", "Storage"],
        ["Actions"] = ["Access", "Api", "Storage"],
        ["Webhooks"] = ["Access", "Actions", "Api", "Storage"],
        ["Flavors"] = ["Access", "Api", "Hardware", "Hypervisors", "Identity", "Storage"],
        ["Hardware"] = ["Api", "Hypervisors", "Scheduling"],
        ["Images"] = ["Access", "Api", "Cluster", "Hypervisors", "Identity", "Quotas", "Storage"],
        ["Quotas"] = ["Access", "Api", "Storage"],
        ["Keypairs"] = ["Access", "Api", "Quotas", "Storage"],
        ["Nodes"] = ["Api", "Cluster", "Hypervisors", "Scheduling", "Storage"],
        ["Hosts"] = ["Access", "Api", "Hypervisors", "Nodes", "Storage"],
        ["Networks"] = ["Access", "Api", "Hypervisors", "Nodes", "Storage"],
        ["Proxies"] = ["Access", "Api", "Images", "Networks", "Quotas", "Storage"],
        ["ConfigDrives"] = ["Api"],
        ["Scheduling"] = ["Hypervisors"],
        ["Ui"] = ["Api", "Identity", "Storage"],
        ["Telemetry"] = ["Access", "Actions", "Api", "Identity"],
        ["Servers"] =
        [
            "Access", "Actions", "Api", "Cluster", "ConfigDrives", "Flavors", "Hardware", "Hypervisors", "Images",
            "Keypairs", "Networks", "Nodes", "Quotas", "Scheduling", "Storage",
        ],
    };

    /// <summary>The files that put the rooms together.</summary>
    private static readonly string[] Outside = ["", "CommandLine"];

    public static TheoryData<string> Rooms => [.. MayKnow.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_the_rooms_below_it(string room)
    {
        var known = Product.Current.Files.Where(file => file.Room == room)
            .SelectMany(file => file.Uses.Select(used => (file.Path, Used: used, Room: SourceFile.RoomOf(used))))
            .Where(use => use.Room != room);

        Assert.DoesNotContain(
            known, use => !MayKnow[room].Contains(use.Room) && (Ground.Contains(room) || !Ground.Contains(use.Room)));
    }

    [Fact]
    public void Every_folder_is_a_room_that_is_listed()
        => Assert.Empty(
            Product.Current.Files.Select(file => file.Room).Distinct().Except(MayKnow.Keys).Except(Outside));

    [Fact]
    public void A_namespace_is_a_folder_unless_it_is_part_of_a_name_that_crosses_between_nodes()
        => Assert.All(Product.Current.Files.Where(file => file.Path != "Program.cs"), file =>
        {
            var text = File.ReadAllText(Path.Combine(Product.Folder, file.Path));
            if (!text.Contains("// Nodes of another version know this type by its full name", StringComparison.Ordinal))
                Assert.Contains($"\nnamespace {NamespaceOf(file)};", $"\n{text}", StringComparison.Ordinal);
        });

    private static string NamespaceOf(SourceFile file)
        => file.Folder.Length > 0 ? $"Kiroku.{file.Folder.Replace('/', '.')}" : "Kiroku";

    [Fact]
    public void The_root_holds_only_files_that_put_the_rooms_together()
        => Assert.Equal(["KirokuApp.cs", "Program.cs"],
            Product.Current.Files.Where(file => file.Room.Length == 0).Select(file => file.Path));
}
