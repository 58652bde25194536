using System.Diagnostics;
using Kiroku.SystemTests.Hypervisors;

namespace Kiroku.SystemTests.Service;

/// <summary>
/// Whose clients a test runs: this machine's own, or those of another suite of Debian, which only the long tests do.
/// These lie in a root file system that scripts/client-roots made.
/// </summary>
internal sealed class ClientRoot
{
    public const string Machine = "this machine";

    // Programs and libraries become the root's, for this one process; data folders, /proc and the network stay as they
    // are.
    private const string Enter = """mount --bind "$1/etc" /etc && mount --bind "$1/usr" /usr && shift && exec "$@" """;

    private readonly string? folder;

    private ClientRoot(string? folder) => this.folder = folder;

    public static TheoryData<string> All => [Machine, "trixie", "sid"];

    public static ClientRoot OfThisMachine { get; } = new(null);

    /// <summary>One of <see cref="All"/>, which has these files.</summary>
    public static ClientRoot Require(string name, params string[] files)
    {
        var root = OfThisMachine;
        if (name != Machine)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("KIROKU_FULL") == "1",
                $"only with KIROKU_FULL=1: it takes a root file system of {name}");
            RealParts.RequireRoot();
            root = new ClientRoot(Path.Combine(BuiltFiles.Find("KIROKU_CLIENT_ROOTS", "client-roots"), name));
        }
        RealParts.Require([.. files.Select(file => root.folder + file)]);
        return root;
    }

    /// <summary>A process that is still to be started; what it prints is to be read.</summary>
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
