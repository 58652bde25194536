using System.Diagnostics;
using Kiroku.SystemTests.Hypervisors;

namespace Kiroku.SystemTests.Service;

/// <summary>
/// Where the clients of a test come from: this machine or, in the long tests only, another suite of Debian. The
/// latter are in a root file system made by scripts/client-roots.
/// </summary>
internal sealed class ClientRoot
{
    public const string Machine = "this machine";

    // Programs and libraries become those of the root, for this process only. Data folders, /proc and the network
    // stay the same.
    private const string Enter = """mount --bind "$1/etc" /etc && mount --bind "$1/usr" /usr && shift && exec "$@" """;

    private readonly string? folder;

    private ClientRoot(string? folder) => this.folder = folder;

    public static TheoryData<string> All => [new(Machine), OfSuite("trixie"), OfSuite("sid")];

    public static ClientRoot OfThisMachine { get; } = new(null);

    /// <summary>Returns one of <see cref="All"/>, which must have these files.</summary>
    public static ClientRoot Require(string name, params string[] files)
    {
        var root = OfThisMachine;
        if (name != Machine)
        {
            RealParts.RequireRoot();
            root = new ClientRoot(Path.Combine(BuiltFiles.Find("KIROKU_CLIENT_ROOTS", "client-roots"), name));
        }
        RealParts.Require([.. files.Select(file => root.folder + file)]);
        return root;
    }

    private static TheoryDataRow<string> OfSuite(string name)
        => new(name) { Skip = FullTier.Skip($"it takes a root file system of {name}") };

    /// <summary>A process to start, whose output can be read.</summary>
    public ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        string[] command = folder is null
            ? [program, .. arguments]
            : ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", Enter, "sh", folder, program, .. arguments];
        return new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
