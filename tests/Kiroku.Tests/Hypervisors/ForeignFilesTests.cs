using System.Reflection;

namespace Kiroku.Tests.Hypervisors;

/// <summary>Files where the machines' account may write are opened only through <see cref="ForeignFolder"/>.</summary>
public sealed class ForeignFilesTests
{
    /// <summary>Types that open files by name nevertheless, each with the folder.</summary>
    private static readonly Dictionary<string, string> ByName = new()
    {
        ["DaemonAccount"] = "the system's list of accounts",
        ["DaemonProcess"] = "what the kernel says of a process",
        ["IdMap"] = "what the kernel says of a process",
        ["IsolatedStart"] = "what the kernel is told of a process",
        ["ReclaimedFiles"] = "only whether a folder is there",
        ["MachineUids"] = "only whose the files in a folder are",
        ["UidRangeChoice"] = "the ids that were chosen, in a folder of our own",
        ["UidsInUse"] = "the system's lists of accounts, and what the kernel says of processes",
        ["FilterLookup"] = "what the kernel says of bridges, and only whether programs of the system's are there",
        ["SessionOpener"] = "what the kernel says of the processor",
        ["Domains"] = "only whether the daemon's folder is there",
        ["ImageFile"] = "images, which are the service's own",
        ["VolumeJobs"] = "images, which are the service's own",
        ["PrivateFolders"] = "settings, in folders that were made our own before",
        ["PrivateLibvirtd"] = "settings and output, in folders of our own",
        ["DaemonSettings"] = "only whether programs of the system's are there",
        ["HypervisorChoice"] = "which daemon was chosen, in the data folder",
        ["LibvirtHypervisor"] = "makes the consoles' folder, in the data folder",
    };

    private static readonly Type[] Openers =
    [
        typeof(File), typeof(FileInfo), typeof(FileStream), typeof(Directory), typeof(StreamReader),
        typeof(StreamWriter),
    ];

    [Fact]
    public void Only_types_that_are_listed_open_files_by_name_and_each_of_them_does()
    {
        var found = typeof(KirokuApp).Assembly.GetTypes()
            .Where(type => IsLibvirts(type) && Methods(type).SelectMany(Code.Members).Any(Opens))
            .Select(type => Outermost(type).Name);
        Assert.Equal(ByName.Keys.Order(StringComparer.Ordinal), found.Distinct().Order(StringComparer.Ordinal));
    }

    private static bool IsLibvirts(Type type)
        => $"{type.Namespace}.".StartsWith("Kiroku.Hypervisors.Libvirt.", StringComparison.Ordinal);

    private static bool Opens(MemberInfo member) => member is MethodBase && Openers.Contains(member.DeclaringType);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<MethodBase> Methods(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
            | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All));
    }
}
