namespace Kiroku.Tests.House;

/// <summary>Rooms know of each other in one direction only, by what their source uses.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What every room stands on: files and processes of the system.</summary>
    private static readonly string[] Ground = ["Files", "Processes"];

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Files"] = [],
        ["Processes"] = [],
        ["Storage"] = [],
        ["Hypervisors"] = [],
        ["Cluster"] = ["Storage"],
        ["Api"] = ["Storage"],
        ["Identity"] = ["Api", "Storage"],
        ["Actions"] = ["Api", "Identity", "Storage"],
        ["Flavors"] = ["Api", "Identity", "Storage", "Hypervisors"],
        ["Images"] = ["Api", "Cluster", "Identity", "Quotas", "Storage", "Hypervisors"],
        ["Quotas"] = ["Api", "Identity", "Storage"],
        ["Keypairs"] = ["Api", "Identity", "Quotas", "Storage"],
        ["Hosts"] = ["Api", "Cluster", "Identity", "Hypervisors", "Scheduling", "Storage"],
        ["ConfigDrives"] = ["Api"],
        ["Scheduling"] = ["Hypervisors"],
        ["Servers"] =
        [
            "Actions", "Api", "Cluster", "ConfigDrives", "Flavors", "Hosts", "Hypervisors", "Identity", "Images",
            "Keypairs", "Quotas", "Scheduling", "Storage",
        ],
    };

    /// <summary>What puts the rooms together.</summary>
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
    public void A_namespace_is_a_folder()
        => Assert.All(Product.Current.Files.Where(file => file.Path != "Program.cs"), file => Assert.Contains(
            $"\nnamespace Kiroku{(file.Folder.Length > 0 ? "." : "")}{file.Folder.Replace('/', '.')};",
            $"\n{File.ReadAllText(Path.Combine(Product.Folder, file.Path))}", StringComparison.Ordinal));

    [Fact]
    public void Nothing_stands_at_the_root_but_what_puts_the_rooms_together()
        => Assert.Equal(["KirokuApp.cs", "Program.cs"],
            Product.Current.Files.Where(file => file.Room.Length == 0).Select(file => file.Path));
}
