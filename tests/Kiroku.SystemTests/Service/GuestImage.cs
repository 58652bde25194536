namespace Kiroku.SystemTests.Service;

/// <summary>The small guest: named by the environment, else where the repository's own build puts it.</summary>
internal static class GuestImage
{
    public static string File { get; } = Environment.GetEnvironmentVariable("KIROKU_GUEST_IMAGE") is { Length: > 0 } named ? named : Built();

    private static string Built()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Kiroku.slnx"))) folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? "/", ".kiroku", "guest.qcow2");
    }
}
